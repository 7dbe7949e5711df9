/** .dockerignore: patterns of Go's filepath.Match with `**`; `!` takes back, the last match counts. docs.docker.com. */
export function ignoreRule(text: string): (path: string) => boolean {
  const patterns = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(compile)
  return (path) => patterns.reduce((ignored, { negated, matches }) => (matches(path) ? !negated : ignored), false)
}

function compile(line: string): { negated: boolean; matches: (path: string) => boolean } {
  const negated = line.startsWith('!')
  const pattern = (negated ? line.slice(1) : line)
    .trim()
    .replace(/^\/+|\/+$/g, '')
    .replace(/^(\.\/)+/, '')
  const expression = new RegExp(`^${source(pattern)}(/.*)?$`)
  return { negated, matches: (path) => expression.test(path) }
}

const PIECES: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/^\*\*\//, () => '(?:.*/)?'],
  [/^\*\*/, () => '.*'],
  [/^\*/, () => '[^/]*'],
  [/^\?/, () => '[^/]'],
  [/^\[[^\]]+\]/, (text) => text],
  [/^\\./, (text) => text],
  [/^[^*?[\\]/, (text) => text.replace(/[.+^${}()|]/g, '\\$&')],
  [/^./, (text) => `\\${text}`],
]

function source(pattern: string): string {
  let rest = pattern
  let out = ''
  while (rest !== '') {
    for (const [expression, make] of PIECES) {
      const match = expression.exec(rest)
      if (!match) continue
      out += make(match[0])
      rest = rest.slice(match[0].length)
      break
    }
  }
  return out
}
