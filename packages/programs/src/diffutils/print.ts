import { strftime, timeZone } from '../format/strftime.ts'
import { compileRegex } from '../regex/posix.ts'
import { encodeText } from '../text/encoding.ts'
import { isTerminal } from '../text/terminal.ts'
import type { DiffContext } from './diff.ts'
import type { Hunk } from './edit-script.ts'

export interface Side {
  readonly path: string
  readonly lines: readonly string[]
  readonly terminated: boolean
  readonly binary: boolean
  readonly mtimeMs: number
}

export interface LineFormats {
  readonly unchanged: string
  readonly old: string
  readonly fresh: string
}

type Paint = 'head' | 'place' | 'removed' | 'added'
const COLORS: Readonly<Record<Paint, string>> = { head: '1', place: '36', removed: '31', added: '32' }

/** --color, by itself only on a terminal. */
export const isColored = ({ options: { color }, sys }: DiffContext): boolean =>
  color === 'always' || (color !== undefined && color !== 'never' && isTerminal(sys, 1))

const fillLine = (format: string, line: string, number: number): string =>
  format.replace(/%(?:(-?\d*)(?:dn|n)|([Ll%]))/g, (_, _width: string | undefined, letter: string | undefined) =>
    letter === 'L' ? `${line}\n` : letter === 'l' ? line : letter === '%' ? '%' : String(number),
  )

/** Prints the differences of two files in one of diff's forms. */
export class Printer {
  private readonly context: DiffContext
  private readonly a: Side
  private readonly b: Side
  private readonly color: boolean
  constructor(context: DiffContext, a: Side, b: Side) {
    this.context = context
    this.a = a
    this.b = b
    this.color = isColored(context)
  }

  private async put(line: string, paint: Paint | undefined = undefined): Promise<void> {
    const color = this.color && paint ? COLORS[paint] : undefined
    await this.context.io.print(encodeText(color ? `\x1b[${color}m${line}\x1b[0m\n` : `${line}\n`))
  }

  private async line(prefix: string, side: Side, at: number): Promise<void> {
    const same = prefix.trim() === ''
    await this.put(prefix + (side.lines[at] ?? ''), same ? undefined : side === this.a ? 'removed' : 'added')
    if (at === side.lines.length - 1 && !side.terminated) await this.put('\\ No newline at end of file')
  }

  private async lines(prefix: string, side: Side, from: number, to: number): Promise<void> {
    for (let at = from; at < to; at++) await this.line(prefix, side, at)
  }

  async normal(hunks: readonly Hunk[]): Promise<void> {
    const span = (from: number, to: number): string =>
      to - from <= 1 ? String(to === from ? from : from + 1) : `${from + 1},${to}`
    for (const { aFrom, aTo, bFrom, bTo } of hunks) {
      const kind = aFrom === aTo ? 'a' : bFrom === bTo ? 'd' : 'c'
      await this.put(`${span(aFrom, aTo)}${kind}${span(bFrom, bTo)}`, 'place')
      await this.lines('< ', this.a, aFrom, aTo)
      if (kind === 'c') await this.put('---')
      await this.lines('> ', this.b, bFrom, bTo)
    }
  }

  private paintPlace(text: string): string {
    return this.color ? `\x1b[${COLORS.place}m${text}\x1b[0m` : text
  }

  /** -p and -F: the last line before a place that looks like the head of a function. */
  private functionBefore(row: number): string {
    const { functionLine } = this
    if (!functionLine) return ''
    const found = this.a.lines.slice(0, row).findLast((line) => functionLine.test(line))
    return found === undefined ? '' : ` ${found.slice(0, 40).trimEnd()}`
  }

  private get functionLine(): RegExp | undefined {
    const { showFunction, functionPattern } = this.context.options
    if (functionPattern !== undefined) return compileRegex(functionPattern, 'basic')
    return showFunction ? /^[A-Za-z$_]/ : undefined
  }

  /** -n, as RCS keeps differences. */
  async rcs(hunks: readonly Hunk[]): Promise<void> {
    for (const { aFrom, aTo, bFrom, bTo } of hunks) {
      if (aFrom < aTo) await this.put(`d${aFrom + 1} ${aTo - aFrom}`)
      if (bFrom === bTo) continue
      await this.put(`a${aTo} ${bTo - bFrom}`)
      await this.lines('', this.b, bFrom, bTo)
    }
  }

  /** -D: one file out of both, for the preprocessor of C. */
  async merged(hunks: readonly Hunk[], name: string): Promise<void> {
    let at = 0
    for (const { aFrom, aTo, bFrom, bTo } of hunks) {
      await this.lines('', this.a, at, aFrom)
      if (aFrom < aTo) {
        await this.put(`#ifndef ${name}`)
        await this.lines('', this.a, aFrom, aTo)
        await this.put(bFrom < bTo ? `#else /* ${name} */` : `#endif /* ! ${name} */`)
      } else await this.put(`#ifdef ${name}`)
      await this.lines('', this.b, bFrom, bTo)
      if (bFrom < bTo) await this.put(`#endif /* ${name} */`)
      at = aTo
    }
    await this.lines('', this.a, at, this.a.lines.length)
  }

  /** --old-line-format and its like: `%L` is a line, `%l` the same without its newline. */
  async formatted(hunks: readonly Hunk[], formats: LineFormats): Promise<void> {
    const print = async (side: Side, from: number, to: number, format: string): Promise<void> => {
      for (let at = from; at < to; at++)
        await this.context.io.print(encodeText(fillLine(format, side.lines[at] ?? '', at + 1)))
    }
    let at = 0
    for (const { aFrom, aTo, bFrom, bTo } of hunks) {
      await print(this.a, at, aFrom, formats.unchanged)
      await print(this.a, aFrom, aTo, formats.old)
      await print(this.b, bFrom, bTo, formats.fresh)
      at = aTo
    }
    await print(this.a, at, this.a.lines.length, formats.unchanged)
  }

  /** An ed script, from the end backwards. */
  async ed(hunks: readonly Hunk[]): Promise<void> {
    for (const { aFrom, aTo, bFrom, bTo } of hunks.toReversed()) {
      const span = aTo - aFrom <= 1 ? String(aTo === aFrom ? aFrom : aFrom + 1) : `${aFrom + 1},${aTo}`
      await this.put(`${span}${aFrom === aTo ? 'a' : bFrom === bTo ? 'd' : 'c'}`)
      if (bFrom < bTo) {
        await this.lines('', this.b, bFrom, bTo)
        await this.put('.')
      }
    }
  }

  private async heads(first: string, second: string): Promise<void> {
    const { options: o, env } = this.context
    const zone = timeZone(env)
    const label = (side: Side, i: number): string =>
      o.labels[i] ??
      (this.context.flavour === 'busybox' ? side.path : undefined) ??
      `${side.path}\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', side.mtimeMs, zone)}`
    await this.put(`${first} ${label(this.a, 0)}`, 'head')
    await this.put(`${second} ${label(this.b, 1)}`, 'head')
  }

  async unified(hunks: readonly Hunk[], around: number): Promise<void> {
    await this.heads('---', '+++')
    for (const group of grouped(hunks, around)) {
      const { aFrom, aTo, bFrom, bTo } = widened(group, around, this.a.lines.length, this.b.lines.length)
      const span = (from: number, to: number): string =>
        to - from === 1 ? String(from + 1) : `${to === from ? from : from + 1},${to - from}`
      await this.put(
        `${this.paintPlace(`@@ -${span(aFrom, aTo)} +${span(bFrom, bTo)} @@`)}${this.functionBefore(aFrom)}`,
      )
      let at = aFrom
      for (const hunk of group) {
        await this.lines(' ', this.a, at, hunk.aFrom)
        await this.lines('-', this.a, hunk.aFrom, hunk.aTo)
        await this.lines('+', this.b, hunk.bFrom, hunk.bTo)
        at = hunk.aTo
      }
      await this.lines(' ', this.a, at, aTo)
    }
  }

  async contextual(hunks: readonly Hunk[], around: number): Promise<void> {
    await this.heads('***', '---')
    for (const group of grouped(hunks, around)) {
      const { aFrom, aTo, bFrom, bTo } = widened(group, around, this.a.lines.length, this.b.lines.length)
      const span = (from: number, to: number): string => (to - from <= 1 ? String(to) : `${from + 1},${to}`)
      await this.put(`***************${this.functionBefore(aFrom)}`)
      await this.put(`*** ${span(aFrom, aTo)} ****`, 'place')
      if (group.some((hunk) => hunk.aFrom < hunk.aTo)) await this.half(group, this.a, aFrom, aTo, 'a')
      await this.put(`--- ${span(bFrom, bTo)} ----`, 'place')
      if (group.some((hunk) => hunk.bFrom < hunk.bTo)) await this.half(group, this.b, bFrom, bTo, 'b')
    }
  }

  private async half(group: readonly Hunk[], side: Side, from: number, to: number, which: 'a' | 'b'): Promise<void> {
    let at = from
    for (const hunk of group) {
      const [start, end] = which === 'a' ? [hunk.aFrom, hunk.aTo] : [hunk.bFrom, hunk.bTo]
      const changed = hunk.aFrom < hunk.aTo && hunk.bFrom < hunk.bTo
      await this.lines('  ', side, at, start)
      await this.lines(changed ? '! ' : which === 'a' ? '- ' : '+ ', side, start, end)
      at = end
    }
    await this.lines('  ', side, at, to)
  }

  async sideBySide(hunks: readonly Hunk[], width: number): Promise<void> {
    const { half, second } = columnsOf(width)
    const { suppressCommon, leftColumn } = this.context.options
    const row = async (left: string | undefined, sign: string, other: string | undefined): Promise<void> => {
      if (sign === ' ' && suppressCommon) return
      const mark = sign === ' ' && leftColumn ? '(' : sign
      const right = mark === '(' ? undefined : other
      const shown = (left ?? '').slice(0, half)
      const middle = Math.floor((half + second - 1) / 2)
      const marked = mark === ' ' ? shown : `${shown}${tabsTo(shown.length, middle)}${mark}`
      const column = mark === ' ' ? shown.length : middle + 1
      await this.put(marked + (right ? tabsTo(column, second) + right.slice(0, half) : ''))
    }
    let [x, y] = [0, 0]
    for (const hunk of [
      ...hunks,
      { aFrom: this.a.lines.length, aTo: this.a.lines.length, bFrom: this.b.lines.length, bTo: this.b.lines.length },
    ]) {
      while (x < hunk.aFrom) await row(this.a.lines[x++], ' ', this.b.lines[y++])
      while (x < hunk.aTo || y < hunk.bTo) {
        const [hasLeft, hasRight] = [x < hunk.aTo, y < hunk.bTo]
        await row(
          hasLeft ? this.a.lines[x++] : '',
          hasLeft && hasRight ? '|' : hasLeft ? '<' : '>',
          hasRight ? this.b.lines[y++] : '',
        )
      }
    }
  }
}

const TAB = 8
const GUTTER = 3

/** How wide each half of a row is, and where the second one starts: at a tab stop. */
function columnsOf(width: number): { half: number; second: number } {
  const unaligned = (width >> 1) + ((TAB + GUTTER) >> 1) + (width & (TAB + GUTTER) & 1)
  const second = unaligned - (unaligned % TAB)
  const half = second <= GUTTER || width <= second ? 0 : Math.min(second - GUTTER, width - second)
  return { half, second: half ? second : width }
}

/** Tabs, then blanks, from one column to another. */
function tabsTo(from: number, to: number): string {
  let text = ''
  let at = from
  for (let stop = from + TAB - (from % TAB); stop <= to; stop += TAB) {
    text += '\t'
    at = stop
  }
  return text + ' '.repeat(Math.max(0, to - at))
}

/** Hunks so near that their surroundings touch are shown together. */
function grouped(hunks: readonly Hunk[], around: number): Hunk[][] {
  const groups: Hunk[][] = []
  for (const hunk of hunks) {
    const last = groups.at(-1)?.at(-1)
    if (last && hunk.aFrom - last.aTo <= 2 * around) groups.at(-1)?.push(hunk)
    else groups.push([hunk])
  }
  return groups
}
function widened(group: readonly Hunk[], around: number, aLength: number, bLength: number): Hunk {
  const [first] = group
  const last = group.at(-1)
  if (!first || !last) return { aFrom: 0, aTo: 0, bFrom: 0, bTo: 0 }
  const before = Math.min(around, first.aFrom, first.bFrom)
  const after = Math.min(around, aLength - last.aTo, bLength - last.bTo)
  return { aFrom: first.aFrom - before, aTo: last.aTo + after, bFrom: first.bFrom - before, bTo: last.bTo + after }
}
