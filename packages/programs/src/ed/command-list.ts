import type { MaybePromise } from '@drydock/abi'

/** The commands of a global command: lines that end in a backslash are followed by another. */
export async function commandList(first: string, nextLine: () => MaybePromise<string | undefined>): Promise<string[]> {
  const list = [first === '' ? 'p' : first]
  while (list.at(-1)?.endsWith('\\')) {
    const line = await nextLine()
    if (line === undefined) break
    list[list.length - 1] = list.at(-1)?.slice(0, -1) ?? ''
    list.push(line)
  }
  return list
}
