import { decodeBytes, encodeText } from '../syntax/ansi-escapes.ts'

/**
 * Pattern matching, by translation to a regular expression. bash(1), "Pattern Matching". In a pattern a backslash quotes
 * the next character; what the shell's quotes protected arrives in that form.
 */
export interface PatternOptions {
  readonly extglob?: boolean
  readonly nocase?: boolean
  /** Path names: `*`, `?` and `[…]` do not match a slash. */
  readonly path?: boolean
  /** Stars take as little as they can. */
  readonly lazy?: boolean
}

/** POSIX character classes as parts of a bracket expression. */
const CLASSES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    alpha: '\\p{L}',
    digit: '0-9',
    alnum: '\\p{L}\\p{N}',
    upper: '\\p{Lu}',
    lower: '\\p{Ll}',
    space: '\\s',
    blank: ' \\t',
    punct: '!-\\/:-@\\[-`\\{-~',
    print: '\\x20-\\x7e\\u00a0-\\u{10ffff}',
    graph: '\\x21-\\x7e\\u00a1-\\u{10ffff}',
    cntrl: '\\x00-\\x1f\\x7f',
    xdigit: '0-9A-Fa-f',
    word: '\\w',
    ascii: '\\x00-\\x7f',
  }),
)

/** Characters that need quoting in a pattern. */
const ACTIVE = /[\\*?[\]()|!@+\-^]/g

export const escapePattern = (text: string): string => text.replace(ACTIVE, '\\$&')
export const unescapePattern = (pattern: string): string => pattern.replace(/\\([^])/g, '$1')
export const hasPattern = (pattern: string, extglob: boolean): boolean =>
  /(?:^|[^\\])(?:\\\\)*[*?[]/.test(pattern) || (extglob && /(?:^|[^\\])(?:\\\\)*[@+!]\(/.test(pattern))

const escapeRegex = (char: string): string => (/[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char)

/** Source of a regular expression (flag `u`, and `s`) for the pattern; not anchored. */
export function patternSource(pattern: string, options: PatternOptions = {}): string {
  return new Translation(pattern, options).whole()
}

class Translation {
  private at = 0
  private readonly pattern: string
  private readonly options: PatternOptions
  private readonly any: string

  constructor(pattern: string, options: PatternOptions) {
    this.pattern = pattern
    this.options = options
    this.any = options.path ? '[^/]' : '[^]'
  }

  whole(): string {
    let out = ''
    while (this.at < this.pattern.length) out += this.one(undefined)
    return out
  }

  private one(_close: string | undefined): string {
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0)
    if (this.options.extglob && '?*+@!'.includes(char) && this.pattern[this.at + 1] === '(') {
      const group = this.group(char)
      if (group !== undefined) return group
    }
    this.at += char.length
    if (char === '*') {
      while (this.pattern[this.at] === '*' && !(this.options.extglob && this.pattern[this.at + 1] === '(')) this.at++
      return this.options.lazy ? `${this.any}*?` : `${this.any}*`
    }
    if (char === '?') return this.any
    if (char === '[') return this.bracket() ?? '\\['
    if (char !== '\\') return escapeRegex(char)
    const quoted = this.pattern.codePointAt(this.at)
    if (quoted === undefined) return '\\\\'
    const text = String.fromCodePoint(quoted)
    this.at += text.length
    return escapeRegex(text)
  }

  private group(operator: string): string | undefined {
    const start = this.at
    this.at += 2
    const branches: string[] = ['']
    while (this.at < this.pattern.length) {
      const char = this.pattern[this.at]
      if (char === ')') {
        this.at++
        return this.close(operator, branches)
      }
      if (char === '|') {
        branches.push('')
        this.at++
      } else branches[branches.length - 1] += this.one(')')
    }
    this.at = start
    return undefined
  }

  private close(operator: string, branches: readonly string[]): string {
    const body = `(?:${branches.join('|')})`
    if (operator === '@') return body
    if (operator !== '!') return body + operator
    const rest = new Translation(this.pattern.slice(this.at), this.options).whole()
    return `(?!${body}${rest}$)${this.any}*`
  }

  /** A bracket expression; undefined when no bracket closes it. */
  private bracket(): string | undefined {
    const start = this.at
    const negated = this.pattern[this.at] === '!' || this.pattern[this.at] === '^'
    if (negated) this.at++
    let body = ''
    for (let first = true; this.at < this.pattern.length; first = false) {
      const char = this.pattern[this.at] ?? ''
      if (char === ']' && !first) {
        this.at++
        const slash = this.options.path ? '\\/' : ''
        if (body === '') return negated ? this.any : '(?!)'
        if (negated) return `[^${body}${slash}]`
        return this.options.path ? `(?!\\/)[${body}]` : `[${body}]`
      }
      body += this.bracketItem()
    }
    this.at = start
    return undefined
  }

  private bracketItem(): string {
    const named = /^\[([:.=])(.*?)\1\]/.exec(this.pattern.slice(this.at))
    if (named) {
      this.at += named[0].length
      return named[1] === ':' ? (CLASSES.get(named[2] ?? '') ?? '') : bracketChar(named[2] ?? '')
    }
    const from = this.bracketCharacter()
    const next = this.pattern[this.at + 1]
    if (this.pattern[this.at] !== '-' || next === ']' || next === undefined) return bracketChar(from)
    this.at++
    const to = this.bracketCharacter()
    return from <= to ? `${bracketChar(from)}-${bracketChar(to)}` : ''
  }

  private bracketCharacter(): string {
    if (this.pattern[this.at] === '\\' && this.at + 1 < this.pattern.length) this.at++
    const char = String.fromCodePoint(this.pattern.codePointAt(this.at) ?? 0)
    this.at += char.length
    return char
  }
}

const bracketChar = (char: string): string =>
  /[\\\][^\-&~!#$%*+,.:;<=>?@`|(){}/]/.test(char) ? escapeInClass(char) : char
/** With flag `u` only syntax characters may be escaped by a backslash. */
const escapeInClass = (char: string): string => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`

/** The text with a character for each of its bytes, for shells that match bytes. */
export const asBytes = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  /^[\0-\x7f]*$/.test(text) ? text : String.fromCharCode(...encodeText(text))
export const fromBytes = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  /^[\0-\x7f]*$/.test(text) ? text : decodeBytes(Uint8Array.from(text, (char) => char.charCodeAt(0)))

/** A pattern of one star at most and plain text, which nearly all are that remove a prefix or a suffix. */
export interface PlainPattern {
  readonly starBefore: boolean
  readonly text: string
  readonly starAfter: boolean
}

/** Matchers by pattern; the same few patterns are tried again and again. */
export class Patterns {
  private readonly cache = new Map<string, RegExp>()
  private readonly matchers = new Map<string, RegExp>()
  private readonly plain = new Map<string, PlainPattern | undefined>()

  /** Whether the whole text matches. */
  matches(pattern: string, text: string, options: PatternOptions = {}): boolean {
    const simple = this.plainPattern(pattern)
    if (simple && !options.nocase && !options.path) return matchesPlain(simple, text)
    return this.matcher(pattern, options).test(text)
  }

  private matcher(pattern: string, options: PatternOptions): RegExp {
    if (options.nocase || options.path || !options.extglob) return this.regex(pattern, options, '^(?:', ')$')
    const found = this.matchers.get(pattern)
    if (found) return found
    const made = this.regex(pattern, options, '^(?:', ')$')
    if (this.matchers.size > MOST_KEPT) this.matchers.clear()
    this.matchers.set(pattern, made)
    return made
  }

  /** @param before and @param after go around the translated pattern */
  regex(pattern: string, options: PatternOptions, before: string, after: string, flags = ''): RegExp {
    const key = `${before}\0${after}\0${flags}${options.extglob ? 'e' : ''}${options.nocase ? 'i' : ''}${options.path ? 'p' : ''}${options.lazy ? 'l' : ''}\0${pattern}`
    return this.kept(
      key,
      () => new RegExp(before + patternSource(pattern, options) + after, `us${options.nocase ? 'i' : ''}${flags}`),
    )
  }

  /** What `make` made for this key before. */
  kept(key: string, make: () => RegExp): RegExp {
    const found = this.cache.get(key)
    if (found) {
      found.lastIndex = 0
      return found
    }
    if (this.cache.size > MOST_KEPT) this.cache.clear()
    const made = make()
    this.cache.set(key, made)
    return made
  }

  /** Undefined for other patterns. */
  plainPattern(pattern: string): PlainPattern | undefined {
    const known = this.plain.get(pattern)
    if (known || this.plain.has(pattern)) return known
    const match = /^(\*?)([^*?[\]\\()]*)(\*?)$/.exec(pattern)
    const made = match && {
      starBefore: match[1] !== '',
      text: match[2] ?? '',
      starAfter: match[3] !== '',
    }
    if (this.plain.size > MOST_KEPT) this.plain.clear()
    this.plain.set(pattern, made ?? undefined)
    return made ?? undefined
  }
}

const MOST_KEPT = 500

function matchesPlain({ starBefore, text: part, starAfter }: PlainPattern, text: string): boolean {
  if (starBefore) return starAfter ? text.includes(part) : text.endsWith(part)
  return starAfter ? text.startsWith(part) : text === part
}
