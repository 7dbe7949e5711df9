import { type LookUp, substitute } from '@drydock/cli-plugin/compose-file'

export class DotenvError extends Error {}

const space = /[\t\v\f\r \u0085\u00a0]/

/**
 * Reads a `.env` file: `export`, quotes, comments, `${…}`; a name alone takes the value from outside.
 * @param lookUp values known already; those of the file come first for what it says itself
 * @throws DotenvError
 */
export function parseDotenv(source: string, lookUp: LookUp = () => undefined): Map<string, string> {
  return new DotenvReader(source.replaceAll('\r\n', '\n').replace(/^\ufeff/, ''), lookUp).read()
}

class DotenvReader {
  private readonly found = new Map<string, string>()
  private readonly source: string
  private readonly lookUp: LookUp
  private at = 0
  private line = 1

  constructor(source: string, lookUp: LookUp) {
    this.source = source
    this.lookUp = lookUp
  }

  read(): Map<string, string> {
    while (this.toStatement()) this.statement()
    return this.found
  }

  private toStatement(): boolean {
    for (; this.at < this.source.length; this.at++) {
      const char = this.source.charAt(this.at)
      if (char === '\n') this.line++
      if (char === '#') {
        const end = this.source.indexOf('\n', this.at)
        if (end < 0) return false
        this.at = end - 1
      } else if (!/\s/.test(char)) return true
    }
    return false
  }

  private statement(): void {
    const rest = this.source.slice(this.at)
    const exported = /^export\s+/.exec(rest)?.[0].length ?? 0
    const text = rest.slice(exported)
    const end = this.keyEnd(text)
    const mark = text.charAt(end)
    const key = text.slice(0, end).trimEnd()
    if (key.includes(' ')) throw this.wrong('key cannot contain a space')
    this.at += exported + end + (mark === '' ? 0 : 1)
    if (mark !== '=' && mark !== ':') {
      this.line++
      const known = this.lookUp(key)
      if (known !== undefined) this.found.set(key, known)
      return
    }
    while (space.test(this.source.charAt(this.at))) this.at++
    this.found.set(key, this.value())
  }

  private keyEnd(text: string): number {
    for (let i = 0; i < text.length; i++) {
      const char = text.charAt(i)
      if ('=:\n'.includes(char)) return i
      if (!space.test(char) && !/[\p{L}\p{N}_.\-[\]]/u.test(char))
        throw this.wrong(
          `unexpected character ${JSON.stringify(char)} in variable name ${JSON.stringify(text.split('\n')[0])}`,
        )
    }
    return text.length
  }

  private value(): string {
    const quote = this.source.charAt(this.at)
    if (quote === '"' || quote === "'") return this.quoted(quote)
    const end = this.source.indexOf('\n', this.at)
    const raw = this.source.slice(this.at, end < 0 ? undefined : end)
    this.at = end < 0 ? this.source.length : end + 1
    this.line++
    return this.expand((raw.split(' #')[0] ?? '').trimEnd())
  }

  private quoted(quote: string): string {
    const start = this.at
    let text = ''
    for (let i = start + 1; i < this.source.length; i++) {
      const char = this.source.charAt(i)
      if (char === '\\' && i + 1 < this.source.length) {
        const next = this.source.charAt(++i)
        text += next === quote ? next : `\\${next}`
      } else if (char === quote) {
        this.at = i + 1
        return quote === '"' ? this.expand(unescape(text)) : text
      } else text += char
      if (char === '\n') this.line++
    }
    throw this.wrong(`unterminated quoted value ${this.source.slice(start).split('\n')[0] ?? ''}`)
  }

  /** The environment's values come before the file's own. */
  private expand(text: string): string {
    return substitute(text, (name) => this.lookUp(name) ?? this.found.get(name))
  }

  private wrong(message: string): DotenvError {
    return new DotenvError(`line ${this.line}: ${message}`)
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  c: '\\c',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '"': '"',
  '\\': '\\',
  $: '$$',
}
const unescape = (text: string): string =>
  text.replaceAll(/\\(?:([abcfnrtv$"\\])|0(\d{0,3}))/g, (_all, letter?: string, octal?: string) =>
    letter === undefined ? String.fromCharCode(Number.parseInt(octal || '0', 8)) : (ESCAPES[letter] ?? letter),
  )
