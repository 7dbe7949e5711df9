/** What pip says to a command that it does not have, with one that is spelt nearly so. */
export async function unknownCommand(command: string): Promise<string> {
  const { commandNames } = await import('./help-text.ts')
  const near = commandNames().find((name) => distance(name, command) <= 2)
  return `unknown command "${command}"${near === undefined ? '' : ` - maybe you meant "${near}"`}`
}

/** Levenshtein's. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1])))
    row = next
  }
  return row[b.length] ?? 0
}
