import type { Json } from './ast.ts'

/** Thrown with jq's own words and the place: `Invalid numeric literal at line 1, column 5`. */
export class JsonProblem extends Error {}

/** An array under way, an object, or an object whose last key waits for its value. */
type Open =
  | { readonly kind: 'array'; readonly items: Json[] }
  | { readonly kind: 'object'; readonly entries: [string, Json][] }
  | { readonly kind: 'key'; readonly name: string }

const WORDS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['null', null],
  ['true', true],
  ['false', false],
  ['nan', Number.NaN],
])

/**
 * JSON values of a text one after the other, read character by character, so that what is wrong can be said as jq says
 * it. It is for texts that JSON.parse does not take.
 */
export class JsonParser {
  private readonly text: string
  private at: number
  private line: number
  private column: number
  private readonly stack: Open[] = []
  private next: { readonly value: Json } | undefined
  private word = ''

  /** @param start  the index to begin at */
  constructor(text: string, start: number) {
    this.text = text
    this.at = start
    const before = text.slice(0, start).split('\n')
    this.line = before.length
    this.column = before.at(-1)?.length ?? 0
  }

  *values(): Generator<Json, void, void> {
    while (this.at < this.text.length) {
      const char = this.text.charAt(this.at++)
      this.column++
      if (char === '\n') {
        this.line++
        this.column = 0
      }
      this.take(char)
      yield* this.whole()
    }
    this.literal(true)
    yield* this.whole()
    if (this.stack.length > 0) this.fail('Unfinished JSON term at EOF')
  }

  /** A value that stands in no other is done. */
  private *whole(): Generator<Json, void, void> {
    if (this.stack.length > 0 || !this.next) return
    const { value } = this.next
    this.next = undefined
    yield value
  }

  private fail(words: string): never {
    throw new JsonProblem(`${words} at line ${this.line}, column ${this.column}`)
  }

  private take(char: string): void {
    if (char === '"') {
      this.literal()
      return this.string()
    }
    const mark = MARKS.get(char)
    if (mark || /\s/.test(char)) this.literal()
    else this.word += char
    mark?.(this)
  }

  private literal(atEnd = false): void {
    const { word } = this
    if (word === '') return
    this.word = ''
    const at = atEnd ? ' at EOF' : ''
    if (/^[ntf]/.test(word)) {
      const known = WORDS.get(word)
      return known === undefined ? this.fail(`Invalid literal${at}`) : this.value(known)
    }
    if (!/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(word)) this.fail(`Invalid numeric literal${at}`)
    this.value(Number(word))
  }

  private value(value: Json): void {
    if (this.next) this.fail('Expected separator between values')
    this.next = { value }
  }

  private string(): void {
    const start = this.at
    for (;;) {
      if (this.at >= this.text.length) this.fail('Unfinished string at EOF')
      const char = this.text.charAt(this.at++)
      this.column++
      if (char === '\n') {
        this.line++
        this.column = 0
      }
      if (char === '"') break
      if (char === '\\') {
        this.at++
        this.column++
      }
    }
    try {
      const raw = this.text.slice(start, this.at - 1)
      const escaped = raw.replace(
        /[\u0000-\u001f]/g,
        (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
      )
      this.value(JSON.parse(`"${escaped}"`) as Json)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      this.fail('Invalid escape')
    }
  }

  open(kind: 'array' | 'object'): void {
    if (this.next) this.fail('Expected separator between values')
    this.stack.push(kind === 'array' ? { kind, items: [] } : { kind, entries: [] })
  }

  colon(): void {
    const { next } = this
    if (!next) return this.fail("Expected string key before ':'")
    if (this.stack.at(-1)?.kind !== 'object') this.fail("':' not as part of an object")
    if (typeof next.value !== 'string') return this.fail('Object keys must be strings')
    this.stack.push({ kind: 'key', name: next.value })
    this.next = undefined
  }

  /** Puts the value before a comma or an end where it belongs. @returns whether it belongs anywhere */
  private store(): boolean {
    const top = this.stack.at(-1)
    const { next } = this
    if (!next) return false
    if (top?.kind === 'array') top.items.push(next.value)
    else if (top?.kind === 'key') {
      this.stack.pop()
      const object = this.stack.at(-1)
      if (object?.kind === 'object') object.entries.push([top.name, next.value])
    } else return false
    this.next = undefined
    return true
  }

  comma(): void {
    if (!this.next) this.fail("Expected value before ','")
    if (this.stack.length === 0) this.fail("',' not as part of an array or object")
    if (!this.store()) this.fail('Objects must consist of key:value pairs')
  }

  closeArray(): void {
    const top = this.stack.at(-1)
    if (top?.kind !== 'array') return this.fail("Unmatched ']'")
    if (!this.store() && top.items.length > 0) this.fail('Expected another array element')
    this.stack.pop()
    this.next = { value: top.items }
  }

  closeObject(): void {
    if (this.stack.length === 0) this.fail("Unmatched '}'")
    if (this.next && this.stack.at(-1)?.kind !== 'key') this.fail('Objects must consist of key:value pairs')
    const stored = this.store()
    const top = this.stack.at(-1)
    if (top?.kind !== 'object') return this.fail("Unmatched '}'")
    if (!stored && top.entries.length > 0) this.fail('Expected another key-value pair')
    this.stack.pop()
    this.next = { value: Object.fromEntries(top.entries) }
  }
}

const MARKS: ReadonlyMap<string, (parser: JsonParser) => void> = new Map([
  ['[', (parser: JsonParser) => parser.open('array')],
  ['{', (parser: JsonParser) => parser.open('object')],
  [':', (parser: JsonParser) => parser.colon()],
  [',', (parser: JsonParser) => parser.comma()],
  [']', (parser: JsonParser) => parser.closeArray()],
  ['}', (parser: JsonParser) => parser.closeObject()],
])
