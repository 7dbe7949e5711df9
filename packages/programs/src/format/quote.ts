/** Names quoted as GNU programs do it for terminals ("shell-escape"), only where needed. */
const PLAIN = /^[A-Za-z0-9_@%+=:,./\-~^{}\]\p{L}\p{N}]+$/u

const needsQuotes = (name: string): boolean => name === '' || !PLAIN.test(name) || /^[~#]/.test(name)

function escapeControl(char: string): string {
  const named = new Map([
    ['\n', '\\n'],
    ['\t', '\\t'],
    ['\r', '\\r'],
    ['\b', '\\b'],
    ['\f', '\\f'],
    ['\v', '\\v'],
    ['\x07', '\\a'],
  ])
  return named.get(char) ?? `\\${char.charCodeAt(0).toString(8).padStart(3, '0')}`
}

export function shellQuote(name: string): string {
  if (!needsQuotes(name)) return name
  if (/[\0-\x1f\x7f]/.test(name)) {
    const inner = name
      .replace(/'/g, "'\\''")
      .replace(/[\0-\x1f\x7f]+/g, (run) => `'$'${[...run].map(escapeControl).join('')}''`)
    return `'${inner}'`.replace(/^''/, '').replace(/''$/, '')
  }
  if (!name.includes("'")) return `'${name}'`
  return /["$`\\!]/.test(name) ? `'${name.replace(/'/g, "'\\''")}'` : `"${name}"`
}

/** Quoted always, for messages: 'x'. */
export const quote = (name: string): string => `'${name.replace(/'/g, "'\\''")}'`
