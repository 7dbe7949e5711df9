import { DockerfileError } from './dockerfile-error.ts'
import { trimPrefix, trimSuffix, replacePattern } from './shell-pattern.ts'

/** Variables by name; undefined is unset, '' is set and empty. */
export type Lookup = (name: string) => string | undefined

export interface ExpandOptions {
  /** `\`, or what the escape directive says. */
  readonly escape?: string
  /** Quotes stay in the result. */
  readonly rawQuotes?: boolean
  /** Escape characters stay in the result. */
  readonly rawEscapes?: boolean
  /** Quotes are ordinary characters: in here-documents. */
  readonly ignoreQuotes?: boolean
  /** What names no variable stays as it was written. */
  readonly keepUnset?: boolean
}

export interface Expanded {
  readonly text: string
  /** The text split at blanks that were neither quoted nor escaped. */
  readonly words: readonly string[]
  readonly used: ReadonlySet<string>
  /** Variables that were asked for and are not set. */
  readonly unset: ReadonlySet<string>
}

/**
 * Quotes and variables of a Dockerfile's word: `$x`, `${x}`, `${x:-w}`, `${x:+w}`, `${x:?w}`, the same without the colon,
 * `${x#p}`, `${x##p}`, `${x%p}`, `${x%%p}`, `${x/p/r}`, `${x//p/r}`. docs.docker.com/reference/dockerfile, "Environment replacement".
 * @throws DockerfileError
 */
export function expand(source: string, lookup: Lookup, options: ExpandOptions = {}): Expanded {
  const reader = new WordReader(source, lookup, options)
  try {
    const { text, words } = reader.upTo(undefined, options.rawEscapes ?? false)
    return { text, words, used: reader.used, unset: reader.unset }
  } catch (error) {
    if (!(error instanceof DockerfileError)) throw error
    throw new DockerfileError(`failed to process ${JSON.stringify(source)}: ${error.message}`)
  }
}

const fail = (message: string): never => {
  throw new DockerfileError(message)
}
const isBlank = (char: string): boolean => /^\s$/u.test(char)

/** Gathers words the way a shell splits fields. */
class Words {
  readonly done: string[] = []
  private word = ''

  /** Blanks end the word. */
  add(text: string): void {
    for (const char of text) {
      if (!isBlank(char)) this.word += char
      else this.end()
    }
  }
  addWhole(text: string): void {
    this.word += text
  }
  end(): string[] {
    if (this.word !== '') this.done.push(this.word)
    this.word = ''
    return this.done
  }
}

class WordReader {
  readonly used = new Set<string>()
  readonly unset = new Set<string>()
  private at = 0
  private readonly chars: readonly string[]
  private readonly lookup: Lookup
  private readonly options: ExpandOptions
  private readonly escape: string
  private rawEscapes: boolean

  constructor(source: string, lookup: Lookup, options: ExpandOptions) {
    this.chars = [...source]
    this.lookup = lookup
    this.options = options
    this.escape = options.escape ?? '\\'
    this.rawEscapes = options.rawEscapes ?? false
  }

  /** Reads to `stop`, which is eaten, or to the end. */
  upTo(stop: string | undefined, rawEscapes: boolean): { text: string; words: string[] } {
    const before = this.rawEscapes
    this.rawEscapes = rawEscapes
    let text = ''
    const words = new Words()
    while (this.peek() !== undefined) {
      if (this.peek() === stop) {
        this.at++
        this.rawEscapes = before
        return { text, words: words.end() }
      }
      text += this.piece(words)
    }
    this.rawEscapes = before
    if (stop !== undefined) fail(`unexpected end of statement while looking for matching ${stop}`)
    return { text, words: words.end() }
  }

  private piece(words: Words): string {
    const char = this.peek()
    if (char === '$') {
      const value = this.dollar()
      words.add(value)
      return value
    }
    if ((char === "'" || char === '"') && !this.options.ignoreQuotes) return whole(words, this.quoted(char))
    if (char === '<') return whole(words, this.arrows())
    if (char === this.escape) return this.escaped(words)
    this.at++
    words.add(char ?? '')
    return char ?? ''
  }

  private escaped(words: Words): string {
    const mark = this.rawEscapes ? (this.next() ?? '') : (this.at++, '')
    const char = this.next()
    const text = mark + (char ?? '')
    words.addWhole(text)
    return text
  }

  /** `<<` with blanks behind it belongs to the word that follows: a here-document's name. */
  private arrows(): string {
    this.at++
    if (this.peek() !== '<') return '<'
    this.at++
    let text = '<<'
    while (this.peek() === ' ' || this.peek() === '\t' || this.peek() === '\r') text += this.next()
    return text
  }

  private quoted(quote: string): string {
    this.at++
    let text = ''
    for (;;) {
      const char = this.peek()
      if (char === undefined)
        fail(`unexpected end of statement while looking for matching ${quote === '"' ? 'double' : 'single'}-quote`)
      if (char === quote) break
      text += quote === '"' ? this.insideDouble() : (this.next() ?? '')
    }
    this.at++
    return this.options.rawQuotes ? quote + text + quote : text
  }

  private insideDouble(): string {
    if (this.peek() === '$') return this.dollar()
    const char = this.next() ?? ''
    if (char !== this.escape) return char
    const mark = this.rawEscapes ? char : ''
    const following = this.peek()
    if (following === undefined) return mark
    return following === '"' || following === '$' || following === this.escape
      ? mark + (this.next() ?? '')
      : mark + char
  }

  private dollar(): string {
    this.at++
    if (this.peek() === '{') return this.braces()
    const name = this.name()
    if (name === '') return '$'
    const value = this.value(name)
    return value ?? (this.options.keepUnset ? `$${name}` : '')
  }

  private braces(): string {
    this.at++
    const first = this.peek()
    if (first === undefined) fail("syntax error: missing '}'")
    if (first === '{' || first === '}' || first === ':') fail('syntax error: bad substitution')
    const name = this.name()
    const char = this.next()
    if (char === '}') return this.value(name) ?? (this.options.keepUnset ? `\${${name}}` : '')
    if (char === '/') return this.replacement(name)
    const colon = char === ':'
    return this.modified(name, colon, colon ? this.next() : char)
  }

  private modified(name: string, colon: boolean, modifier: string | undefined): string {
    const written = (colon ? ':' : '') + (modifier ?? '')
    const trims = modifier === '#' || modifier === '%'
    if (modifier === undefined || !'+-?#%'.includes(modifier) || (colon && trims))
      fail(`unsupported modifier (${written}) in substitution`)
    const word = this.part('}', trims, "syntax error: missing '}'")
    const value = this.value(name)
    if (value === undefined && this.options.keepUnset) return `\${${name}${written}${word}}`
    return applyModifier(name, modifier ?? '', colon, word, value)
  }

  private replacement(name: string): string {
    const all = this.peek() === '/'
    if (all) this.at++
    const pattern = this.part('/', true, "syntax error: missing '/' in ${}")
    const by = this.part('}', true, "syntax error: missing '}'")
    const value = this.value(name)
    if (value === undefined && this.options.keepUnset) return `\${${name}/${pattern}/${by}}`
    return replacePattern(value ?? '', pattern, by, all)
  }

  private part(stop: string, rawEscapes: boolean, missing: string): string {
    try {
      return this.upTo(stop, rawEscapes).text
    } catch (error) {
      if (error instanceof DockerfileError && this.peek() === undefined) fail(missing)
      throw error
    }
  }

  /** Letters, digits and `_`; or only digits; or one of the shell's special parameters. */
  private name(): string {
    const rest = this.chars.slice(this.at).join('')
    const name = /^(?:\d+|[@*#?\-$!]|[\p{L}_][\p{L}\p{N}_]*)/u.exec(rest)?.[0] ?? ''
    this.at += [...name].length
    return name
  }

  private value(name: string): string | undefined {
    const value = this.lookup(name)
    const known = value === undefined ? this.unset : this.used
    known.add(name)
    return value
  }

  private peek(): string | undefined {
    return this.chars[this.at]
  }
  private next(): string | undefined {
    return this.chars[this.at++]
  }
}

function whole(words: Words, text: string): string {
  words.addWhole(text)
  return text
}

type Modifier = (value: string | undefined, colon: boolean, word: string, name: string) => string

const missing = (value: string | undefined, colon: boolean): boolean => value === undefined || (colon && value === '')

const MODIFIERS: Readonly<Record<string, Modifier>> = {
  '-': (value, colon, word) => (missing(value, colon) ? word : (value ?? '')),
  '+': (value, colon, word) => (missing(value, colon) ? '' : word),
  '?': (value, colon, word, name) => {
    if (value === undefined) return fail(`${name}: ${word || 'is not allowed to be unset'}`)
    if (colon && value === '') return fail(`${name}: ${word || 'is not allowed to be empty'}`)
    return value
  },
  '#': (value, _colon, word) => trimPrefix(value ?? '', word.replace(/^#/, ''), word.startsWith('#')),
  '%': (value, _colon, word) => trimSuffix(value ?? '', word.replace(/^%/, ''), word.startsWith('%')),
}

const applyModifier = (
  name: string,
  modifier: string,
  colon: boolean,
  word: string,
  value: string | undefined,
): string => MODIFIERS[modifier]?.(value, colon, word, name) ?? ''
