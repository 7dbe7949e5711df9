import type { Regexes } from './regexes.ts'
import { formatNumber, fromInput, toText, type Value, Variable } from './values.ts'

const DEFAULT_SEPARATOR = /[ \t\n]+/

/** Splits by the rules of FS. POSIX awk, "Regular expressions" and split(). */
export function splitText(text: string, separator: string, regexes: Regexes): string[] {
  if (text === '') return []
  if (separator === ' ') {
    const trimmed = text.replace(/^[ \t\n]+|[ \t\n]+$/g, '')
    return trimmed === '' ? [] : trimmed.split(DEFAULT_SEPARATOR)
  }
  if (separator === '') return [...text]
  if (separator.length === 1 && separator !== '\\') return text.split(separator)
  return splitByRegex(text, regexes.global(separator))
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

  text(name: 'FS' | 'OFS' | 'ORS' | 'RS' | 'SUBSEP'): string {
    const { scalar } = this[name]
    return typeof scalar === 'string' ? scalar : toText(scalar, this.convfmt())
  }
}

/** $0 and its fields, each made from the other when it is looked at. */
export class RecordFields {
  private readonly specials: Specials
  private readonly regexes: Regexes
  private whole = ''
  private wholeValue: Value = ''
  private fields: Value[] = []
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
      this.whole = this.fields.map((field) => toText(field, convfmt)).join(this.specials.text('OFS'))
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
    return this.fields[index - 1]
  }

  set(index: number, value: Value): void {
    if (index === 0) return this.setRecord(toText(value, this.specials.convfmt()))
    this.need()
    while (this.fields.length < index - 1) this.fields.push(undefined)
    this.fields[index - 1] = typeof value === 'number' ? formatted(value, this.specials.convfmt()) : value
    this.joined = false
  }

  count(): number {
    this.need()
    return this.fields.length
  }

  setCount(count: number): void {
    this.need()
    const length = Math.max(0, Math.trunc(count))
    while (this.fields.length < length) this.fields.push(undefined)
    this.fields.length = length
    this.joined = false
  }

  /** Call before FS changes: the record that is there is split by the old one. */
  need(): void {
    if (this.split) return
    this.split = true
    const separator = this.specials.text('FS')
    const paragraph = this.specials.text('RS') === '' && separator !== ' '
    this.fields = paragraph ? this.splitLines(separator) : splitText(this.whole, separator, this.regexes).map(fromInput)
  }

  /** With RS="" a newline separates fields too. */
  private splitLines(separator: string): Value[] {
    return this.whole
      .split('\n')
      .flatMap((line) => splitText(line, separator, this.regexes))
      .map(fromInput)
  }
}

const formatted = (value: number, convfmt: string): Value => fromInput(formatNumber(value, convfmt))
