/** Where a text stops being JSON, in V8's words. https://www.rfc-editor.org/rfc/rfc8259 */
class Scanner {
  private readonly text: string
  private at = 0
  constructor(text: string) {
    this.text = text
  }
  /** @returns nothing where the text is JSON */
  fault(): string | undefined {
    try {
      this.value()
      this.space()
      if (this.at < this.text.length) this.fail(this.here('Unexpected non-whitespace character after JSON', ''))
      return undefined
    } catch (fault) {
      return fault as string
    }
  }
  private fail(words: string): never {
    // oxlint-disable-next-line no-throw-literal -- caught above, where it is the answer
    throw words
  }
  private here(words: string, of = ' in JSON'): string {
    const before = this.text.slice(0, this.at).split('\n')
    const { version = '' } = (globalThis as unknown as { process: { version?: string } }).process
    const place =
      Number.parseInt(version.slice(1), 10) < 22
        ? ''
        : ` (line ${before.length} column ${(before.at(-1) ?? '').length + 1})`
    return `${words}${of} at position ${this.at}${place}`
  }
  private space(): void {
    while (' \t\n\r'.includes(this.text[this.at] ?? 'x')) this.at++
  }
  private unexpected(): never {
    const char = this.text[this.at]
    if (char === undefined) this.fail('Unexpected end of JSON input')
    const [from, to] = [Math.max(0, this.at - 10), Math.min(this.text.length, this.at + 10)]
    const shown =
      this.text.length <= 40
        ? `"${this.text}"`
        : `${from > 0 ? '...' : ''}"${this.text.slice(from, to)}"${to < this.text.length ? '...' : ''}`
    this.fail(`Unexpected token '${char}', ${shown} is not valid JSON`)
  }
  private value(): void {
    this.space()
    const char = this.text[this.at] ?? ''
    if (char === '{') return this.object()
    if (char === '[') return this.array()
    if (char === '"') return this.string()
    const word = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/.exec(this.text.slice(this.at))?.[0]
    if (word === undefined) {
      const literal = ['true', 'false', 'null'].find((each) => each[0] === char) ?? ''
      while (
        literal !== '' &&
        this.text[this.at] !== undefined &&
        literal.startsWith(this.text.slice(this.text.lastIndexOf(char, this.at), this.at + 1))
      )
        this.at++
      this.unexpected()
    }
    this.at += word.length
  }
  private string(): void {
    for (this.at++; ; this.at++) {
      const char = this.text[this.at]
      if (char === undefined) this.fail(this.here('Unterminated string'))
      if (char === '"') return void this.at++
      if (char < ' ') this.fail(this.here('Bad control character in string literal'))
      if (char !== '\\') continue
      this.at++
      if (!/^(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.text.slice(this.at)))
        this.fail(this.here('Bad escaped character'))
    }
  }
  private object(): void {
    this.at++
    this.space()
    if (this.text[this.at] === '}') return void this.at++
    for (let first = true; ; first = false) {
      this.space()
      if (this.text[this.at] !== '"')
        this.fail(this.here(first ? "Expected property name or '}'" : 'Expected double-quoted property name'))
      this.string()
      this.space()
      if (this.text[this.at] !== ':') this.fail(this.here("Expected ':' after property name"))
      this.at++
      this.value()
      this.space()
      if (this.text[this.at] === '}') return void this.at++
      if (this.text[this.at] !== ',') this.fail(this.here("Expected ',' or '}' after property value"))
      this.at++
    }
  }
  private array(): void {
    this.at++
    this.space()
    if (this.text[this.at] === ']') return void this.at++
    for (;;) {
      this.value()
      this.space()
      if (this.text[this.at] === ']') return void this.at++
      if (this.text[this.at] !== ',') this.fail(this.here("Expected ',' or ']' after array element"))
      this.at++
    }
  }
}

const parse = JSON.parse.bind(JSON)
/** JSON.parse whose errors are V8's. */
Object.defineProperty(JSON, 'parse', {
  value: function parseJson(text: unknown, reviver?: never): unknown {
    try {
      return parse(text as string, reviver)
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      const shown = String(text)
      const words =
        typeof text === 'object' || text === undefined ? `"${shown}" is not valid JSON` : new Scanner(shown).fault()
      throw new SyntaxError(words ?? error.message)
    }
  },
  writable: true,
  configurable: true,
})
