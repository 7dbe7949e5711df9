import { defineProgram, flag, list, type ProgramContext, UsageError, value } from '@drydock/libc'
import { encodeText } from '../text/encoding.ts'
import type { LineReader } from '../text/line-reader.ts'
import { openTwoFiles } from './two-files.ts'

const options = {
  unpaired: list('a'),
  empty: value('e'),
  ignoreCase: flag('i', 'ignore-case'),
  field: value('j'),
  output: list('o'),
  separator: value('t'),
  only: list('v'),
  field1: value('1'),
  field2: value('2'),
  check: flag('', 'check-order'),
  noCheck: flag('', 'nocheck-order'),
  header: flag('', 'header'),
  zero: flag('z', 'zero-terminated'),
}
type Context = ProgramContext<typeof options>

interface Row {
  readonly key: string
  readonly fields: readonly string[]
}

/** One of the two files: its rows in order, with a look at the next. */
class Side {
  current: Row | undefined
  unsorted = false
  private readonly reader: LineReader
  private readonly context: Context
  private readonly field: number
  private readonly path: string
  private line = 0

  constructor(context: Context, reader: LineReader, field: number, path: string) {
    this.context = context
    this.reader = reader
    this.field = field
    this.path = path
  }

  async advance(checked = true): Promise<void> {
    const { options: o, fail } = this.context
    const text = await this.reader.next()
    const before = this.current
    this.line++
    this.current = text === undefined ? undefined : this.row(text)
    if (!checked || o.noCheck || this.unsorted || !before || !this.current) return
    if (before.key <= this.current.key) return
    this.unsorted = true
    await fail(`${this.path}:${this.line}: is not sorted: ${text}`)
  }

  private row(text: string): Row {
    const { options: o } = this.context
    const fields =
      o.separator === undefined ? text.split(/[ \t]+/).slice(/^[ \t]/.test(text) ? 1 : 0) : split(text, o.separator)
    const key = fields[this.field - 1] ?? ''
    return { fields, key: o.ignoreCase ? key.toLowerCase() : key }
  }

  /** The rows of the current key, which are consumed. */
  async group(): Promise<Row[]> {
    const rows: Row[] = []
    const key = this.current?.key
    while (this.current && this.current.key === key) {
      rows.push(this.current)
      await this.advance()
    }
    return rows
  }
}
const split = (text: string, separator: string): string[] => (separator === '' ? [text] : text.split(separator))

type Format = readonly (readonly [side: 0 | 1 | 2, field: number])[]

function parseFormat(words: readonly string[]): Format {
  return words
    .flatMap((word) => word.split(/[ ,\t]+/))
    .filter(Boolean)
    .map((word) => {
      if (word === '0') return [0, 0] as const
      const match = /^([12])\.(\d+)$/.exec(word)
      if (!match) throw new UsageError(`invalid field specifier: '${word}'`)
      return [match[1] === '1' ? 1 : 2, Number(match[2])] as const
    })
}

/** Writes joined lines. */
class Printer {
  private readonly context: Context
  private readonly keys: readonly [number, number]
  private readonly format: Format
  private widths: readonly [number, number] | undefined

  constructor(context: Context, keys: readonly [number, number]) {
    this.context = context
    this.keys = keys
    this.format = context.options.output.includes('auto') ? [] : parseFormat(context.options.output)
  }

  /** -o auto: as many fields as the first lines have. */
  setWidths(first: Row | undefined, second: Row | undefined): void {
    if (this.context.options.output.includes('auto'))
      this.widths = [first?.fields.length ?? 0, second?.fields.length ?? 0]
  }

  print(first: Row | undefined, second: Row | undefined): void | Promise<void> {
    const { io, options: o } = this.context
    const separator = o.separator === undefined || o.separator === '' ? (o.separator ?? ' ') : o.separator
    return io.print(encodeText(this.cells(first, second).join(separator) + (o.zero ? '\0' : '\n')))
  }

  private cells(first: Row | undefined, second: Row | undefined): string[] {
    const [key1, key2] = this.keys
    const filled = (text: string | undefined): string => text || (this.context.options.empty ?? '')
    const key = first ? first.fields[key1 - 1] : second?.fields[key2 - 1]
    if (this.format.length)
      return this.format.map(([side, field]) =>
        filled(side === 0 ? key : (side === 1 ? first : second)?.fields[field - 1]),
      )
    const rest = (row: Row | undefined, skip: number, width: number): string[] =>
      (this.widths ? Array.from({ length: width }, (_, i) => row?.fields[i]) : (row?.fields ?? []))
        .filter((_, i) => i !== skip - 1)
        .map(filled)
    return [filled(key), ...rest(first, key1, this.widths?.[0] ?? 0), ...rest(second, key2, this.widths?.[1] ?? 0)]
  }
}

async function run(context: Context, first: Side, second: Side, printer: Printer): Promise<void> {
  const { options: o, sys } = context
  const sides = [...o.unpaired, ...o.only]
  const lonely = [sides.includes('1'), sides.includes('2')]
  const pairs = o.only.length === 0
  await first.advance()
  await second.advance()
  printer.setWidths(first.current, second.current)
  if (o.header) {
    if (first.current || second.current) await printer.print(first.current, second.current)
    await first.advance(false)
    await second.advance(false)
  }
  while (first.current || second.current) {
    const pause = sys.tick()
    if (pause) await pause
    const [a, b] = [first.current, second.current]
    if (a && (!b || a.key < b.key)) {
      if (lonely[0]) await printer.print(a, undefined)
      else if (!b && !o.check) return
      await first.advance()
    } else if (b && (!a || b.key < a.key)) {
      if (lonely[1]) await printer.print(undefined, b)
      else if (!a && !o.check) return
      await second.advance()
    } else {
      const [left, right] = [await first.group(), await second.group()]
      if (pairs) for (const one of left) for (const two of right) await printer.print(one, two)
    }
  }
}

function fieldNumber(text: string | undefined): number {
  if (text === undefined) return 1
  if (!/^[1-9]\d*$/.test(text)) throw new UsageError(`invalid field number: '${text}'`)
  return Number(text)
}

/** join: lines of two sorted files that have a field in common. GNU coreutils 9. */
export const join = defineProgram({
  name: 'coreutils/join',
  paths: ['/usr/bin/join'],
  covers: 'full',
  summary: 'join lines of two files on a common field',
  sizeBytes: 56256,
  usage: 'join [OPTION]... FILE1 FILE2',
  options,
  async main(context) {
    const { options: o, fail } = context
    const keys: [number, number] = [fieldNumber(o.field1 ?? o.field), fieldNumber(o.field2 ?? o.field)]
    const files = await openTwoFiles(context, o.zero ? 0 : 10)
    if (!files) return 1
    const [one, two] = files
    const first = new Side(context, one.lines, keys[0], one.path)
    const second = new Side(context, two.lines, keys[1], two.path)
    await run(context, first, second, new Printer(context, keys))
    if (!first.unsorted && !second.unsorted) return 0
    await fail('input is not in sorted order')
    return 1
  },
})
