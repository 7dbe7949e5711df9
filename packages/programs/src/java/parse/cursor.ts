import type { TypeName } from '../syntax.ts'
import { JavaError, type Place, type Token } from '../tokens.ts'

const PRIMITIVES: ReadonlySet<string> = new Set('int long short byte char boolean float double void'.split(' '))

/** Tokens one after another, types, and what every part of the grammar asks of them. */
export class Cursor {
  protected readonly tokens: readonly Token[]
  protected at = 0

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens
  }

  protected get token(): Token {
    return this.peek(0)
  }

  protected peek(ahead: number): Token {
    return this.tokens[this.at + ahead] ?? (this.tokens.at(-1) as Token)
  }

  protected is(...texts: string[]): boolean {
    return this.token.kind !== 'string' && texts.includes(this.token.text)
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

  /** What is missing is told of the end of what came before. */
  protected expect(text: string): Token {
    if (this.is(text)) return this.step()
    return this.fail(`'${text}' expected`, this.tokens[this.at - 1]?.end)
  }

  protected fail(message: string, at: Place = this.token.at): never {
    if (this.token.kind === 'end')
      throw new JavaError(this.tokens[this.at - 1]?.at ?? at, 'reached end of file while parsing')
    throw new JavaError(at, message)
  }

  protected name(): string {
    if (this.token.kind !== 'name') this.fail('<identifier> expected')
    return this.step().text
  }

  protected qualified(): string {
    let name = this.name()
    while (this.is('.') && this.peek(1).kind === 'name') {
      this.step()
      name += `.${this.name()}`
    }
    return name
  }

  protected list<T>(one: () => T): T[] {
    const all = [one()]
    while (this.take(',')) all.push(one())
    return all
  }

  protected type(): TypeName {
    const { at } = this.token
    while (this.is('@')) this.annotationSkipped()
    const name = PRIMITIVES.has(this.token.text) ? this.step().text : this.typeWord()
    const args = this.typeArguments()
    while (this.is('.') && this.peek(1).kind === 'name') {
      this.step()
      this.name()
      this.typeArguments()
    }
    return { name, args, dims: this.dims(), at }
  }

  protected annotationSkipped(): void {
    this.expect('@')
    this.qualified()
  }

  private typeWord(): string {
    if (!this.take('?')) return this.qualified()
    return this.take('extends') || this.take('super') ? this.type().name : 'Object'
  }

  protected typeArguments(): TypeName[] {
    if (!this.take('<')) return []
    if (this.take('>')) return []
    const args = this.list(() => {
      const one = this.type()
      while (this.take('&')) this.type()
      return one
    })
    this.expect('>')
    return args
  }

  protected dims(): number {
    let dims = 0
    while (this.is('[') && this.peek(1).text === ']') {
      this.at += 2
      dims++
    }
    return dims
  }

  /** Looks ahead: does `look` get through without an error? The cursor stays. */
  protected tries(look: () => boolean): boolean {
    const { at } = this
    try {
      return look()
    } catch (error) {
      if (!(error instanceof JavaError)) throw error
      return false
    } finally {
      this.at = at
    }
  }

  protected get isPrimitive(): boolean {
    return this.token.kind === 'keyword' && PRIMITIVES.has(this.token.text)
  }
}
