import type { Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { type Conversion, formatFloat, formatInteger, pad } from '../format/c-printf.ts'
import { encodeText } from '../text/encoding.ts'
import { joinBytes, unescapeFormat, unescapePercentB } from './printf-escapes.ts'

const DIRECTIVE = /%(?:%|([-+ #0']*)(\*|\d+)?(?:\.(\*|-?\d*))?(?:hh|h|ll|l|L|j|z|t)?([^])?)/g
const INTEGERS = 'diouxX'
const FLOATS = 'eEfFgGaA'

/** One run of printf over its arguments; collects text and complaints. */
class Printer {
  out = ''
  status = 0
  readonly warnings: string[] = []
  private stopped = false
  private next = 0
  private readonly words: readonly string[]
  private readonly busybox: boolean
  constructor(words: readonly string[], busybox: boolean) {
    this.busybox = busybox
    this.words = words
  }

  /** The format is used again until every argument is. */
  run(format: string): void {
    do {
      const before = this.next
      this.pass(format)
      if (this.stopped) return
      if (this.next === before) break
    } while (this.next < this.words.length)
    if (this.next < this.words.length && !this.busybox)
      this.warnings.push(`warning: ignoring excess arguments, starting with '${this.words[this.next]}'`)
  }

  private pass(format: string): void {
    let at = 0
    for (const match of format.matchAll(DIRECTIVE)) {
      if (this.literal(format.slice(at, match.index))) return
      at = match.index + match[0].length
      if (match[0] === '%%') this.out += '%'
      else this.directive(match, format)
      if (this.stopped) return
    }
    this.literal(format.slice(at))
  }

  private literal(text: string): boolean {
    const { text: shown, stopped } = unescapeFormat(text)
    this.out += shown
    if (stopped) this.stopped = true
    return stopped
  }

  private word(): string | undefined {
    return this.words[this.next++]
  }

  private directive(match: RegExpMatchArray, format: string): void {
    const [whole, flags = '', widthText, precisionText, type] = match
    const width = widthText === '*' ? this.integer(this.word() ?? '0') : BigInt(widthText ?? 0)
    const precision = precisionText === '*' ? this.integer(this.word() ?? '0') : precisionText
    const conversion: Conversion = {
      flags: width < 0n ? `${flags}-` : flags,
      width: Math.abs(Number(width)),
      precision: precision === undefined || Number(precision) < 0 ? undefined : Number(precision),
      type: type ?? '',
    }
    if (!type || !`${INTEGERS}${FLOATS}csb${this.busybox ? '' : 'q'}`.includes(type)) {
      this.warnings.push(
        this.busybox ? `${format.slice(match.index)}: invalid format` : `${whole}: invalid conversion specification`,
      )
      this.status = 1
      this.stopped = true
      return
    }
    this.out += this.convert(conversion)
  }

  private convert(conversion: Conversion): string {
    const { type, precision } = conversion
    const word = this.word()
    if (INTEGERS.includes(type)) return formatInteger(this.integer(word ?? '0'), conversion)
    if (FLOATS.includes(type)) return formatFloat(this.float(word ?? '0'), conversion)
    if (type === 'c') return pad([...(word ?? '')][0] ?? '', conversion)
    if (type === 'b') {
      const { text, stopped } = unescapePercentB(word ?? '')
      this.stopped = stopped
      return pad(precision === undefined ? text : text.slice(0, precision), conversion)
    }
    if (type === 'q') return pad(quoteWord(word ?? ''), conversion)
    return pad(precision === undefined ? (word ?? '') : (word ?? '').slice(0, precision), conversion)
  }

  private complain(message: string): void {
    this.warnings.push(message)
    this.status = 1
  }

  /** `'A` and `"A` are the code of the character; otherwise as strtoll(3) reads it. */
  private integer(word: string): bigint {
    if (/^['"]./u.test(word)) return BigInt(word.codePointAt(1) ?? 0)
    const match = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(word)
    if (!match) {
      this.complain(this.busybox ? `invalid number '${word}'` : `'${word}': expected a numeric value`)
      return 0n
    }
    const [whole, sign, digits = '0'] = match
    if (whole.length < word.length) this.complain(`'${word}': value not completely converted`)
    const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits)
    return sign === '-' ? -value : value
  }

  private float(word: string): number {
    if (/^['"]./u.test(word)) return word.codePointAt(1) ?? 0
    const match = /^\s*[+-]?(inf(inity)?|nan|0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)/i.exec(word)
    if (!match) {
      this.complain(`'${word}': expected a numeric value`)
      return 0
    }
    if (match[0].length < word.length) this.complain(`'${word}': value not completely converted`)
    const text = match[0].trim().toLowerCase()
    if (/inf/.test(text)) return text.startsWith('-') ? -Infinity : Infinity
    return text.includes('nan') ? Number.NaN : Number(text)
  }
}

const quoteWord = (word: string): string =>
  word !== '' && /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replace(/'/g, "'\\''")}'`

/** printf: print by a format. POSIX.1-2024 printf; GNU coreutils 9. */
export const printf: Program = {
  name: 'coreutils/printf',
  paths: ['/usr/bin/printf'],
  covers: 'partial',
  lacks: ['%N$ argument numbers'],
  summary: 'format and print data',
  sizeBytes: 64352,
  async main(process) {
    const { sys, argv } = process
    const busybox = 'voice' in process
    const io = new Stdio(sys)
    const words = argv[1] === '--' ? argv.slice(2) : argv.slice(1)
    const [format, ...rest] = words
    if (format === undefined) {
      await io.warn("printf: missing operand\nTry 'printf --help' for more information.\n")
      return 1
    }
    const printer = new Printer(rest, busybox)
    printer.run(format)
    for (const warning of printer.warnings) await io.warn(`printf: ${warning}\n`)
    await io.print(encodeText(joinBytes(printer.out)))
    await io.out.flush()
    return printer.status
  },
}
