import type { Name } from '../syntax.ts'
import { GoError, type Token } from '../tokens.ts'

/** Tokens one after another, and what every part of the grammar asks of them. */
export class Cursor {
  protected readonly tokens: readonly Token[]
  protected at = 0
  /** Composite literals of a plain name are not looked for in the head of a statement. */
  protected inHead = false

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  protected get token(): Token {
    return this.tokens[this.at] ?? (this.tokens.at(-1) as Token)
  }

  protected is(...texts: string[]): boolean {
    return (this.token.kind === 'sign' || this.token.kind === 'keyword') && texts.includes(this.token.text)
  }

  protected step(): Token {
    const { token } = this
    this.at++
    return token
  }

  protected take(text: string): boolean {
    if (!this.is(text)) return false
    this.at++
    return true
  }

  protected expect(text: string, where: string): Token {
    if (!this.is(text)) this.unexpected(`expected ${text}`, where)
    return this.step()
  }

  protected unexpected(wanted: string, where = ''): never {
    const { kind, text, automatic, at } = this.token
    if (wanted.startsWith('package')) throw new GoError(at, `syntax error: ${wanted}`)
    const shown = automatic
      ? 'newline'
      : kind === 'sign' || kind === 'end'
        ? (SIGN_NAMES[text] ?? text)
        : kind === 'keyword'
          ? `keyword ${text}`
          : `${kind === 'name' ? 'name' : 'literal'} ${text}`
    throw new GoError(
      at,
      `syntax error: unexpected ${shown}${where === '' ? '' : ` ${where}`}, ${wanted}`.replace(/, $/, ''),
    )
  }

  protected name(): Name {
    if (this.token.kind !== 'name') this.unexpected('expected name')
    const { text, at } = this.step()
    return { name: text, at }
  }

  protected end(): void {
    if (this.take(';') || this.is(')', '}') || this.token.kind === 'end') return
    this.unexpected('', 'at end of statement')
  }

  /** `( … )` with one on each line, or one alone. */
  protected group<T>(one: (nth: number) => T): T[] {
    if (!this.take('(')) return [one(0)]
    const all: T[] = []
    while (!this.is(')')) {
      all.push(one(all.length))
      this.end()
    }
    this.step()
    return all
  }

  protected list<T>(one: () => T): T[] {
    const all = [one()]
    while (this.take(',')) all.push(one())
    return all
  }
}

const SIGN_NAMES: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', EOF: 'EOF' }
