import { defineProgram, flag, type ProgramContext, readAll, value } from '@drydock/libc'
import { decodeText, encodeText } from '../text/encoding.ts'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'
import { isErrno, O_RDONLY, type Sys } from '@drydock/abi'
import { withArgv } from '../package-version.ts'
import { openTwoFiles } from './two-files.ts'

/** Calls `use` with every line of every operand. */
async function eachLine(
  context: ProgramContext<Record<string, never>> | Context,
  use: (line: string, terminated: () => boolean) => void | Promise<void>,
  separator = 10,
): Promise<boolean> {
  return eachInput(context, context.operands, async (fd) => {
    const reader = new LineReader(context.sys, fd, separator)
    for (;;) {
      const got = reader.next()
      const line = got instanceof Promise ? await got : got
      if (line === undefined) return
      await use(line, () => reader.terminated)
    }
  })
}
interface Context {
  readonly sys: Sys
  readonly operands: readonly string[]
  fail(message: string): Promise<void>
}

/** tac: lines in reverse. GNU coreutils 9. */
export const tac = defineProgram({
  name: 'coreutils/tac',
  paths: ['/usr/bin/tac'],
  covers: 'partial',
  lacks: ['-b', '-r'],
  summary: 'concatenate and print files in reverse',
  usage: 'tac [OPTION]... [FILE]...',
  options: { separator: value('s', 'separator'), before: flag('b', 'before'), regex: flag('r', 'regex') },
  async main(context) {
    const { io, sys, operands, options: o } = context
    const separator = o.separator ?? '\n'
    const good = await eachInput(
      context,
      operands,
      async (fd) => {
        const pieces = decodeText(await readAll(sys, fd)).split(separator)
        const rest = pieces.pop() ?? ''
        const records = pieces.map((piece) => piece + separator)
        if (rest !== '') records.push(rest)
        await io.print(encodeText(records.reverse().join('')))
      },
      (path, reason) => `failed to open '${path}' for reading: ${reason}`,
    )
    return good ? 0 : 1
  },
})

/** busybox passes over files that are done, with what would stand behind them. */
function shortRow(cells: readonly (string | undefined)[], mark: (i: number) => string, end: string): string {
  const there = cells.flatMap((cell, at) => (cell === undefined ? [] : [{ cell, last: at === cells.length - 1 }]))
  return there.map(({ cell, last }, at) => cell + (last ? end : mark(at))).join('')
}

/** paste: lines side by side. GNU coreutils 9. */
export const paste = defineProgram({
  name: 'coreutils/paste',
  paths: ['/usr/bin/paste'],
  covers: 'full',
  summary: 'merge lines of files',
  usage: 'paste [OPTION]... [FILE]...',
  options: { delimiters: value('d', 'delimiters'), serial: flag('s', 'serial'), zero: flag('z', 'zero-terminated') },
  async main({ sys, io, operands, options: o, fail, flavour }) {
    const delimiters = [
      ...(o.delimiters ?? '\t').replace(/\\([nt0\\])/g, (_, c: string) =>
        c === 'n' ? '\n' : c === 't' ? '\t' : c === '0' ? '\0' : '\\',
      ),
    ].map((c) => (c === '\0' ? '' : c))
    const end = o.zero ? '\0' : '\n'
    const readers: LineReader[] = []
    let standard: LineReader | undefined
    for (const path of operands.length ? operands : ['-'])
      try {
        if (path === '-') readers.push((standard ??= new LineReader(sys, 0, o.zero ? 0 : 10)))
        else readers.push(new LineReader(sys, sys.open(path, O_RDONLY), o.zero ? 0 : 10))
      } catch (error) {
        if (!isErrno(error)) throw error
        await fail(`${path}: ${error.message}`)
        return 1
      }
    const mark = (i: number): string => (delimiters.length ? (delimiters[i % delimiters.length] ?? '') : '')
    if (o.serial)
      for (const reader of readers) {
        let line = ''
        for (let i = 0; ; i++) {
          const next = await reader.next()
          if (next === undefined) break
          line += (i > 0 ? mark(i - 1) : '') + next
        }
        await io.print(encodeText(line + end))
      }
    else
      for (;;) {
        const cells: (string | undefined)[] = []
        for (const reader of readers) cells.push(await reader.next())
        if (cells.every((cell) => cell === undefined)) return 0
        if (flavour === 'busybox') {
          await io.print(encodeText(shortRow(cells, mark, end)))
          continue
        }
        await io.print(
          encodeText(cells.map((cell, i) => (cell ?? '') + (i < cells.length - 1 ? mark(i) : '')).join('') + end),
        )
      }
    return 0
  },
})

/** fold: break long lines. POSIX.1-2024 fold. */
export const fold = defineProgram({
  name: 'coreutils/fold',
  paths: ['/usr/bin/fold'],
  covers: 'full',
  summary: 'wrap each input line to fit in specified width',
  usage: 'fold [OPTION]... [FILE]...',
  options: { bytes: flag('b', 'bytes'), spaces: flag('s', 'spaces'), width: value('w', 'width') },
  async main(context) {
    const { io, options: o } = context
    const width = Number(o.width ?? 80)
    if (!Number.isInteger(width) || width < 1) {
      const small = Number.isInteger(width) ? ': Numerical result out of range' : ''
      await context.fail(`invalid number of columns: '${o.width}'${small}`)
      return 1
    }
    const good = await eachLine(context, async (line, terminated) => {
      let rest = line
      let out = ''
      while (columnsOf(rest, o.bytes > 0) > width) {
        let cut = cutAt(rest, width, o.bytes > 0)
        const blank = o.spaces ? rest.slice(0, cut).search(/[ \t][^ \t]*$/) : -1
        if (blank >= 0) cut = blank + 1
        out += `${rest.slice(0, cut)}\n`
        rest = rest.slice(cut)
      }
      await io.print(encodeText(out + rest + (terminated() ? '\n' : '')))
    })
    return good ? 0 : 1
  },
})
const advance = (column: number, char: string, bytes: boolean): number => {
  if (bytes) return column + encodeText(char).length
  if (char === '\t') return column + 8 - (column % 8)
  if (char === '\b') return Math.max(0, column - 1)
  return char === '\r' ? 0 : column + encodeText(char).length
}
function columnsOf(line: string, bytes: boolean): number {
  let column = 0
  for (const char of line) column = advance(column, char, bytes)
  return column
}
function cutAt(line: string, width: number, bytes: boolean): number {
  let column = 0
  let at = 0
  for (const char of line) {
    column = advance(column, char, bytes)
    if (column > width) return Math.max(at, char.length)
    at += char.length
  }
  return at
}

const nlOptions = {
  body: value('b', 'body-numbering'),
  delimiter: value('d', 'section-delimiter'),
  footer: value('f', 'footer-numbering'),
  header: value('h', 'header-numbering'),
  increment: value('i', 'line-increment'),
  joinBlank: value('l', 'join-blank-lines'),
  format: value('n', 'number-format'),
  noRenumber: flag('p', 'no-renumber'),
  separator: value('s', 'number-separator'),
  start: value('v', 'starting-line-number'),
  width: value('w', 'number-width'),
}
/** nl: number lines. POSIX.1-2024 nl. */
export const nl = defineProgram({
  name: 'coreutils/nl',
  paths: ['/usr/bin/nl'],
  covers: 'full',
  summary: 'number lines of files',
  usage: 'nl [OPTION]... [FILE]...',
  options: nlOptions,
  async main(context) {
    const { io, options: o } = context
    const styles = new Map([
      ['header', o.header ?? 'n'],
      ['body', o.body ?? 't'],
      ['footer', o.footer ?? 'n'],
    ])
    const mark = (o.delimiter ?? '\\:').padEnd(2, ':')
    const sections = new Map([
      [mark.repeat(3), 'header'],
      [mark.repeat(2), 'body'],
      [mark, 'footer'],
    ])
    const width = Number(o.width ?? 6)
    const separator = o.separator ?? '\t'
    const first = Number(o.start ?? 1)
    const shown = (n: number): string =>
      o.format === 'ln'
        ? String(n).padEnd(width)
        : o.format === 'rz'
          ? n < 0
            ? `-${String(-n).padStart(width - 1, '0')}`
            : String(n).padStart(width, '0')
          : String(n).padStart(width)
    let [number, section, blanks] = [first, 'body', 0]
    const good = await eachLine(context, async (line) => {
      const next = sections.get(line)
      if (next !== undefined) {
        if (!o.noRenumber) number = first
        section = next
        return io.print('\n')
      }
      const style = styles.get(section) ?? 'n'
      blanks = line === '' ? blanks + 1 : 0
      const joined = style === 'a' && line === '' && blanks % Number(o.joinBlank ?? 1) !== 0
      const counted =
        style === 'a'
          ? !joined
          : style === 't'
            ? line !== ''
            : style.startsWith('p')
              ? new RegExp(style.slice(1)).test(line)
              : false
      const head = counted ? shown(number) + separator : ' '.repeat(width + separator.length)
      if (counted) number += Number(o.increment ?? 1)
      await io.print(encodeText(`${head}${line}\n`))
    })
    return good ? 0 : 1
  },
})

const tabOptions = {
  all: flag('a', 'all'),
  initial: flag('i', 'initial'),
  first: flag('', 'first-only'),
  tabs: value('t', 'tabs'),
}
const tabStops = (text: string | undefined): number[] => (text ?? '8').split(/[ ,]/).map(Number)
const nextStop = (column: number, stops: readonly number[]): number => {
  const [only = 8] = stops
  if (stops.length === 1) return column + only - (column % only)
  return stops.find((stop) => stop > column) ?? column + 1
}
/** expand: tabs to blanks. */
export const expand = defineProgram({
  name: 'coreutils/expand',
  paths: ['/usr/bin/expand'],
  covers: 'full',
  summary: 'convert tabs to spaces',
  usage: 'expand [OPTION]... [FILE]...',
  options: tabOptions,
  async main(context) {
    const { io, options: o } = context
    const stops = tabStops(o.tabs)
    const good = await eachLine(context, async (line, terminated) => {
      let out = ''
      let column = 0
      let initial = true
      for (const char of line) {
        if (char !== '\t' && char !== ' ') initial = false
        const stop = char === '\t' ? nextStop(column, stops) : column + 1
        out += char === '\t' && (initial || !o.initial) ? ' '.repeat(stop - column) : char
        column = stop
      }
      await io.print(encodeText(out + (terminated() ? '\n' : '')))
    })
    return good ? 0 : 1
  },
})
/** unexpand: blanks to tabs. */
export const unexpand = defineProgram({
  name: 'coreutils/unexpand',
  paths: ['/usr/bin/unexpand'],
  covers: 'partial',
  lacks: ['lists of tab stops'],
  summary: 'convert spaces to tabs',
  usage: 'unexpand [OPTION]... [FILE]...',
  options: tabOptions,
  async main(context) {
    const { io, options: o } = context
    const [size = 8] = tabStops(o.tabs)
    const whole = (o.all > 0 || o.tabs !== undefined) && !o.first
    const squeeze = (text: string, start: number): string => {
      let out = ''
      let column = start
      for (const run of text.match(/[ \t]+|[^ \t]+/g) ?? []) {
        if (!/^[ \t]/.test(run)) {
          out += run
          column += run.length
          continue
        }
        let end = column
        for (const char of run) end = char === '\t' ? end + size - (end % size) : end + 1
        if (run === ' ' && end % size !== 0) out += ' '
        else {
          const tabs = Math.floor(end / size) - Math.floor(column / size)
          out += run === ' ' ? ' ' : '\t'.repeat(tabs) + ' '.repeat(tabs ? end % size : end - column)
        }
        column = end
      }
      return out
    }
    const good = await eachLine(context, async (line, terminated) => {
      const [, lead = '', rest = ''] = /^([ \t]*)(.*)$/s.exec(line) ?? []
      await io.print(encodeText((whole ? squeeze(line, 0) : squeeze(lead, 0) + rest) + (terminated() ? '\n' : '')))
    })
    return good ? 0 : 1
  },
})

/** comm: compare two sorted files line by line. GNU coreutils 9. */
export const comm = defineProgram({
  name: 'coreutils/comm',
  paths: ['/usr/bin/comm'],
  covers: 'full',
  summary: 'compare two sorted files line by line',
  usage: 'comm [OPTION]... FILE1 FILE2',
  options: {
    one: flag('1'),
    two: flag('2'),
    three: flag('3'),
    check: flag('', 'check-order'),
    noCheck: flag('', 'nocheck-order'),
    delimiter: value('', 'output-delimiter'),
    total: flag('', 'total'),
    zero: flag('z', 'zero-terminated'),
  },
  async main(context) {
    const { io, options: o, fail } = context
    const files = await openTwoFiles(context, o.zero ? 0 : 10)
    if (!files) return 1
    const [{ lines: left }, { lines: right }] = files
    const delimiter = o.delimiter ?? '\t'
    const end = o.zero ? '\0' : '\n'
    const hidden = [o.one, o.two, o.three]
    const counts = [0, 0, 0]
    const prefixes = ['', o.one ? '' : delimiter, (o.one ? '' : delimiter) + (o.two ? '' : delimiter)]
    const print = async (column: number, line: string): Promise<void> => {
      counts[column] = (counts[column] ?? 0) + 1
      if (!hidden[column]) await io.print(encodeText((prefixes[column] ?? '') + line + end))
    }
    let [a, b] = [await left.next(), await right.next()]
    const disordered = [false, false]
    let unpaired = false
    const step = async (side: 0 | 1, previous: string): Promise<string | undefined> => {
      const next = await (side === 0 ? left : right).next()
      if (next !== undefined && next < previous && !disordered[side] && !o.noCheck && (o.check || unpaired)) {
        disordered[side] = true
        await fail(`file ${side + 1} is not in sorted order`)
      }
      return next
    }
    while (a !== undefined || b !== undefined) {
      if (b === undefined || (a !== undefined && a < b)) {
        unpaired = true
        await print(0, a ?? '')
        a = await step(0, a ?? '')
      } else if (a === undefined || b < a) {
        unpaired = true
        await print(1, b)
        b = await step(1, b)
      } else {
        await print(2, a)
        ;[a, b] = [await step(0, a), await step(1, b)]
      }
    }
    if (o.total) await io.print(`${counts.join(delimiter)}${delimiter}total${end}`)
    if (disordered.some(Boolean)) {
      await io.out.flush()
      await fail('input is not in sorted order')
    }
    return disordered.some(Boolean) ? 1 : 0
  },
})
/** `fold -20` of old. */
export const foldOld = withArgv(fold, (words) =>
  words.flatMap((word) => (/^-\d+$/.test(word) ? ['-w', word.slice(1)] : [word])),
)
