/** .dockerignore: patterns of Go's filepath.Match with `**`; `!` takes back, the last match counts. docs.docker.com. */
export class IgnoreRules {
  private readonly patterns: readonly Pattern[]

  constructor(text: string) {
    this.patterns = patternsOf(text).map(compile)
  }

  /** @param path relative, with slashes */
  ignores(path: string): boolean {
    return this.patterns.reduce((ignored, { negated, regex }) => (regex.test(path) ? !negated : ignored), false)
  }

  get empty(): boolean {
    return this.patterns.length === 0
  }

  get hasExceptions(): boolean {
    return this.patterns.some(({ negated }) => negated)
  }

  /** A pattern takes everything at the root away. */
  get ignoresRoot(): boolean {
    return this.patterns.some(({ source, negated }) => !negated && ['*', '**', '**/*'].includes(source))
  }
}

interface Pattern {
  readonly source: string
  readonly negated: boolean
  readonly regex: RegExp
}

function patternsOf(text: string): string[] {
  return text
    .replace(/^\ufeff/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

/** filepath.Clean of a pattern: no `.`, no `..` that has a name before it, no slashes at the ends. */
function clean(pattern: string): string {
  const parts: string[] = []
  for (const part of pattern.split('/')) {
    if (part === '' || part === '.') continue
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop()
    else if (part !== '..') parts.push(part)
  }
  return parts.join('/')
}

function compile(line: string): Pattern {
  const negated = line.startsWith('!')
  const source = clean((negated ? line.slice(1) : line).trim())
  return { source, negated, regex: new RegExp(`^${patternSource(source)}(/.*)?$`, 's') }
}

const PIECES: readonly (readonly [RegExp, (text: string) => string])[] = [
  [/^\*\*\//, () => '(?:.*/)?'],
  [/^\*\*/, () => '.*'],
  [/^\*/, () => '[^/]*'],
  [/^\?/, () => '[^/]'],
  [/^\[[^\]]+\]/, (text) => text],
  [/^\\./, (text) => text.replace(/^\\([\p{L}\p{N}])/u, '$1')],
  [/^[^*?[\\]/, (text) => text.replace(/[.+^${}()|\]]/g, '\\$&')],
  [/^./, (text) => `\\${text}`],
]

/** The regular expression of a path pattern, without anchors. */
export function patternSource(pattern: string): string {
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

export const hasWildcards = (path: string): boolean => /[*?[]/.test(path.replace(/\\./g, ''))
