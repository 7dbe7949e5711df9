import { BlankFields } from './blank-fields.ts'
import type { Regexes } from './regexes.ts'
import { formatNumber, fromInput, toText, type Value, Variable } from './values.ts'

/** Splits by the rules of FS. POSIX awk, "Regular expressions" and split(). */
export function splitText(text: string, separator: string, regexes: Regexes): string[] {
  if (text === '') return []
  if (separator === ' ') return splitByBlanks(text)
  if (separator === '') return [...text]
  if (separator.length === 1 && separator !== '\\') return text.split(separator)
  return splitByRegex(text, regexes.global(separator))
}

function splitByBlanks(text: string): string[] {
  const fields = new BlankFields()
  fields.split(text)
  return fields.all()
}

/** Unlike String.split: no groups in the result, and an empty match does not split. */
export function splitByRegex(text: string, regex: RegExp): string[] {
  const parts: string[] = []
  let start = 0
  for (const match of text.matchAll(regex)) {
    if (match[0] === '') continue
    parts.push(text.slice(start, match.index))
    start = match.index + match[0].length
  }
  parts.push(text.slice(start))
  return parts
}

/** The variables that awk itself reads and sets. */
export class Specials {
  readonly FS = new Variable(' ')
  readonly OFS = new Variable(' ')
  readonly ORS = new Variable('\n')
  readonly RS = new Variable('\n')
  readonly NR = new Variable(0)
  readonly FNR = new Variable(0)
  readonly SUBSEP = new Variable('\x1c')
  readonly CONVFMT = new Variable('%.6g')
  readonly OFMT = new Variable('%.6g')
  readonly FILENAME = new Variable('')
  readonly RSTART = new Variable(0)
  readonly RLENGTH = new Variable(-1)
  readonly ENVIRON = new Variable()
  readonly ARGC = new Variable(0)
  readonly ARGV = new Variable()

  convfmt(): string {
    const { scalar } = this.CONVFMT
    return typeof scalar === 'string' ? scalar : toText(scalar, '%.6g')
  }

  /** One of these as a text. The variable itself is given, since it is asked for several with each record. */
  text({ scalar }: Variable): string {
    return typeof scalar === 'string' ? scalar : toText(scalar, this.convfmt())
  }
}

/** $0 and its fields, each made from the other when it is looked at. */
export class RecordFields {
  private readonly specials: Specials
  private readonly regexes: Regexes
  private whole = ''
  private wholeValue: Value = ''
  /** Fields as they were split; a value of the program's own stands in `values`. */
  private texts: readonly string[] = []
  /** The same where blanks separate them. */
  private readonly blanks = new BlankFields()
  private byBlanks = false
  /** Fields that were looked at or set: whether a text looks like a number is asked only then. */
  private values: Value[] = []
  private length = 0
  private split = true
  private joined = true

  constructor(specials: Specials, regexes: Regexes) {
    this.specials = specials
    this.regexes = regexes
  }

  setRecord(text: string): void {
    this.whole = text
    this.wholeValue = undefined
    this.split = false
    this.joined = true
  }

  record(): string {
    if (!this.joined) {
      const convfmt = this.specials.convfmt()
      const separator = this.specials.text(this.specials.OFS)
      let whole = toText(this.field(0), convfmt)
      for (let at = 1; at < this.length; at++) whole += separator + toText(this.field(at), convfmt)
      this.whole = whole
      this.wholeValue = undefined
      this.joined = true
    }
    return this.whole
  }

  get(index: number): Value {
    if (index === 0) {
      const text = this.record()
      this.wholeValue ??= fromInput(text)
      return this.wholeValue
    }
    this.need()
    return this.field(index - 1)
  }

  private field(at: number): Value {
    const known = this.values[at]
    if (known !== undefined) return known
    const text = this.byBlanks ? this.blanks.at(at) : this.texts[at]
    if (text === undefined || at >= this.length) return undefined
    const value = fromInput(text)
    this.values[at] = value
    return value
  }

  set(index: number, value: Value): void {
    if (index === 0) return this.setRecord(toText(value, this.specials.convfmt()))
    this.need()
    if (index > this.length) this.grow(index)
    const kept = typeof value === 'number' ? formatted(value, this.specials.convfmt()) : value
    // A field that is nothing hides the text that was there.
    this.values[index - 1] = kept ?? ''
    this.joined = false
  }

  count(): number {
    this.need()
    return this.length
  }

  /** Fields beyond the last are empty, whatever the record had there before it was cut. */
  private grow(length: number): void {
    if (this.byBlanks) this.blanks.keep(this.length)
    else this.texts = this.texts.slice(0, this.length)
    this.values.length = this.length
    this.length = length
  }

  setCount(count: number): void {
    this.need()
    const length = Math.max(0, Math.trunc(count))
    if (length > this.length) this.grow(length)
    this.length = length
    this.joined = false
  }

  /** Call before FS changes: the record that is there is split by the old one. */
  need(): void {
    if (this.split) return
    this.split = true
    const separator = this.specials.text(this.specials.FS)
    if (this.values.length > 0) this.values = []
    this.byBlanks = separator === ' '
    if (this.byBlanks) {
      this.length = this.blanks.split(this.whole)
      return
    }
    const paragraph = this.specials.text(this.specials.RS) === ''
    this.texts = paragraph ? this.splitLines(separator) : splitText(this.whole, separator, this.regexes)
    this.length = this.texts.length
  }

  /** With RS="" a newline separates fields too. */
  private splitLines(separator: string): string[] {
    return this.whole.split('\n').flatMap((line) => splitText(line, separator, this.regexes))
  }
}

const formatted = (value: number, convfmt: string): Value => fromInput(formatNumber(value, convfmt))
