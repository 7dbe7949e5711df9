/** What options in front of the script gave, by their long names. */
export const runOptions = new Map<string, readonly string[]>()

export const lastOption = (name: string): string | undefined => runOptions.get(name)?.at(-1)
