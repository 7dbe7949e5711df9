/** What Go's encoding/json says of text that is no JSON. scanner.go */

const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' }
const END = 'unexpected end of JSON input'

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n'

/** As Go's scanner quotes a character. */
function quote(char: string): string {
  if (char === "'") return String.raw`'\''`
  if (char === '"') return `'"'`
  return `'${JSON.stringify(char).slice(1, -1)}'`
}

class Fault extends Error {}

class Scanner {
  private at = 0
  private readonly text: string

  constructor(text: string) {
    this.text = text
  }

  /** @throws Fault */
  document(): void {
    this.value('looking for beginning of value')
    this.blanks()
    if (this.at < this.text.length) this.fail('after top-level value')
  }

  private blanks(): void {
    while (isBlank(this.text.charAt(this.at))) this.at++
  }

  private fail(where: string): never {
    const char = this.text.charAt(this.at)
    throw new Fault(char === '' ? END : `invalid character ${quote(char)} ${where}`)
  }

  private value(where: string): void {
    this.blanks()
    const char = this.text.charAt(this.at)
    if (char === '{') return this.members()
    if (char === '[') return this.elements()
    if (char === '"') return this.string()
    if (char in LITERALS) return this.literal(LITERALS[char] ?? '')
    if (/[-0-9]/.test(char)) return this.number()
    this.fail(where)
  }

  private members(): void {
    this.at++
    for (let first = true; ; first = false) {
      this.blanks()
      if (first && this.text.charAt(this.at) === '}') break
      if (this.text.charAt(this.at) !== '"') this.fail('looking for beginning of object key string')
      this.string()
      this.blanks()
      if (this.text.charAt(this.at) !== ':') this.fail('after object key')
      this.at++
      this.value('looking for beginning of value')
      this.blanks()
      if (this.text.charAt(this.at) === '}') break
      if (this.text.charAt(this.at) !== ',') this.fail('after object key:value pair')
      this.at++
    }
    this.at++
  }

  private elements(): void {
    this.at++
    for (let first = true; ; first = false) {
      this.blanks()
      if (first && this.text.charAt(this.at) === ']') break
      this.value('looking for beginning of value')
      this.blanks()
      if (this.text.charAt(this.at) === ']') break
      if (this.text.charAt(this.at) !== ',') this.fail('after array element')
      this.at++
    }
    this.at++
  }

  private string(): void {
    for (this.at++; ; this.at++) {
      const char = this.text.charAt(this.at)
      if (char === '"') break
      if (char === '' || char < ' ') this.fail('in string literal')
      if (char === '\\') this.escape()
    }
    this.at++
  }

  private escape(): void {
    this.at++
    const char = this.text.charAt(this.at)
    if (!/^[bfnrt\\/"u]$/.test(char)) this.fail('in string escape code')
    for (let digits = char === 'u' ? 4 : 0; digits > 0; digits--) {
      this.at++
      if (!/^[0-9a-fA-F]$/.test(this.text.charAt(this.at))) this.fail(String.raw`in \u hexadecimal character escape`)
    }
  }

  private literal(word: string): void {
    for (const [i, char] of [...word].entries()) {
      if (this.text.charAt(this.at) !== char) this.fail(`in literal ${word} (expecting ${quote(word.charAt(i))})`)
      this.at++
    }
  }

  private number(): void {
    if (this.text.charAt(this.at) === '-') this.at++
    if (!/[0-9]/.test(this.text.charAt(this.at))) this.fail('in numeric literal')
    if (this.text.charAt(this.at) === '0') this.at++
    else this.digits()
    if (this.text.charAt(this.at) === '.') {
      this.at++
      this.oneDigit('after decimal point in numeric literal')
    }
    if (/[eE]/.test(this.text.charAt(this.at))) {
      this.at++
      if (/[+-]/.test(this.text.charAt(this.at))) this.at++
      this.oneDigit('in exponent of numeric literal')
    }
  }

  private oneDigit(where: string): void {
    if (!/[0-9]/.test(this.text.charAt(this.at))) this.fail(where)
    this.digits()
  }

  private digits(): void {
    while (/[0-9]/.test(this.text.charAt(this.at))) this.at++
  }
}

/** @returns the sentence; undefined for text that is JSON */
export function syntaxError(text: string): string | undefined {
  try {
    new Scanner(text).document()
    return undefined
  } catch (error) {
    if (error instanceof Fault) return error.message
    throw error
  }
}
