import { isDirectory, isErrno, O_RDONLY, type Stat, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, optional, type ProgramContext, readAll, UsageError, value } from '@drydock/libc'
import { describeFile } from '../coreutils/file-kind.ts'
import { statOr } from '../coreutils/copy-tree.ts'
import { strftime, timeZone } from '../format/strftime.ts'
import { withArgv } from '../package-version.ts'
import { basename, join } from '../paths.ts'
import { decodeText, encodeText } from '../text/encoding.ts'
import { globMatcher } from '../text/glob.ts'
import { isTerminal } from '../text/terminal.ts'
import { editScript, type Hunk } from './edit-script.ts'

const options = {
  ignoreCase: flag('i', 'ignore-case'),
  ignoreSpaceChange: flag('b', 'ignore-space-change'),
  ignoreAllSpace: flag('w', 'ignore-all-space'),
  ignoreBlankLines: flag('B', 'ignore-blank-lines'),
  ignoreTrailing: flag('Z', 'ignore-trailing-space'),
  text: flag('a', 'text'),
  context: flag('c'),
  contextLines: value('C', 'context'),
  unified: flag('u'),
  unifiedLines: value('U'),
  unifiedLong: optional('', 'unified'),
  brief: flag('q', 'brief'),
  identical: flag('s', 'report-identical-files'),
  recursive: flag('r', 'recursive'),
  newFile: flag('N', 'new-file'),
  exclude: list('x', 'exclude'),
  labels: list('', 'label'),
  normal: flag('', 'normal'),
  ed: flag('e', 'ed'),
  sideBySide: flag('y', 'side-by-side'),
  width: value('W', 'width'),
  color: optional('', 'color'),
  minimal: flag('d', 'minimal'),
}
type Context = ProgramContext<typeof options>

interface Side {
  readonly path: string
  readonly lines: readonly string[]
  readonly terminated: boolean
  readonly binary: boolean
  readonly mtimeMs: number
}

async function load(sys: Sys, path: string, missingIsEmpty: boolean): Promise<Side> {
  if (missingIsEmpty && !statOr(sys, path, true))
    return { path, lines: [], terminated: true, binary: false, mtimeMs: 0 }
  const fd = path === '-' ? 0 : sys.open(path, O_RDONLY)
  try {
    const bytes = await readAll(sys, fd)
    const text = decodeText(bytes)
    const lines = text.split('\n')
    const terminated = lines.at(-1) === ''
    if (terminated) lines.pop()
    return {
      path,
      lines,
      terminated: terminated || text === '',
      binary: bytes.subarray(0, 32_768).includes(0),
      mtimeMs: sys.fstat(fd).mtimeMs,
    }
  } finally {
    if (fd > 0) sys.close(fd)
  }
}

/** Lines as they are compared; a last line without its newline is unlike the same with it. */
function keys({ options: o }: Context, side: Side): string[] {
  const fold = (line: string): string => {
    let out = line
    if (o.ignoreAllSpace) out = out.replace(/\s+/g, '')
    else if (o.ignoreSpaceChange) out = out.replace(/\s+$/, '').replace(/\s+/g, ' ')
    else if (o.ignoreTrailing) out = out.replace(/\s+$/, '')
    return o.ignoreCase ? out.toLowerCase() : out
  }
  const folded = side.lines.map(fold)
  if (!side.terminated && folded.length && !(o.ignoreAllSpace || o.ignoreSpaceChange)) folded[folded.length - 1] += '\0'
  return folded
}

const COLORS = new Map([
  ['-', '\x1b[31m'],
  ['<', '\x1b[31m'],
  ['+', '\x1b[32m'],
  ['>', '\x1b[32m'],
  ['@', '\x1b[36m'],
])

class Printer {
  private readonly context: Context
  private readonly a: Side
  private readonly b: Side
  private readonly color: boolean
  constructor(context: Context, a: Side, b: Side) {
    const { options: o, sys } = context
    this.context = context
    this.a = a
    this.b = b
    this.color = o.color === 'always' || (o.color !== undefined && o.color !== 'never' && isTerminal(sys, 1))
  }

  private async put(line: string): Promise<void> {
    const color = this.color ? COLORS.get(line.charAt(0)) : undefined
    await this.context.io.print(encodeText(color ? `${color}${line}\x1b[0m\n` : `${line}\n`))
  }

  private async line(prefix: string, side: Side, at: number): Promise<void> {
    await this.put(prefix + (side.lines[at] ?? ''))
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
      await this.put(`${span(aFrom, aTo)}${kind}${span(bFrom, bTo)}`)
      await this.lines('< ', this.a, aFrom, aTo)
      if (kind === 'c') await this.put('---')
      await this.lines('> ', this.b, bFrom, bTo)
    }
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
    await this.put(`${first} ${label(this.a, 0)}`)
    await this.put(`${second} ${label(this.b, 1)}`)
  }

  async unified(hunks: readonly Hunk[], around: number): Promise<void> {
    await this.heads('---', '+++')
    for (const group of grouped(hunks, around)) {
      const { aFrom, aTo, bFrom, bTo } = widened(group, around, this.a.lines.length, this.b.lines.length)
      const span = (from: number, to: number): string =>
        to - from === 1 ? String(from + 1) : `${to === from ? from : from + 1},${to - from}`
      await this.put(`@@ -${span(aFrom, aTo)} +${span(bFrom, bTo)} @@`)
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
      await this.put('***************')
      await this.put(`*** ${span(aFrom, aTo)} ****`)
      if (group.some((hunk) => hunk.aFrom < hunk.aTo)) await this.half(group, this.a, aFrom, aTo, 'a')
      await this.put(`--- ${span(bFrom, bTo)} ----`)
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
    const row = async (left: string | undefined, mark: string, right: string | undefined): Promise<void> => {
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

async function compareFiles(context: Context, first: string, second: string, title: string): Promise<number> {
  const { sys, io, options: o } = context
  const [a, b] = [await load(sys, first, o.newFile > 0), await load(sys, second, o.newFile > 0)]
  const blank = (side: Side, from: number, to: number): boolean =>
    side.lines.slice(from, to).every((line) => line === '')
  const hunks = editScript(keys(context, a), keys(context, b)).filter(
    (h) => !(o.ignoreBlankLines && blank(a, h.aFrom, h.aTo) && blank(b, h.bFrom, h.bTo)),
  )
  if (hunks.length === 0) {
    if (o.identical && context.flavour === 'gnu') await io.print(`Files ${first} and ${second} are identical\n`)
    if (o.sideBySide) await new Printer(context, a, b).sideBySide([], Number(o.width ?? 130))
    return 0
  }
  if (o.brief || ((a.binary || b.binary) && !o.text)) {
    await io.print(`${o.brief ? 'Files' : 'Binary files'} ${first} and ${second} differ\n`)
    return o.brief ? 1 : 2
  }
  // Busybox knows one form only, without the line that tells the command, and without dates.
  const unified = context.flavour === 'busybox'
  if (title && !unified) await io.print(`${title}\n`)
  const printer = new Printer(context, a, b)
  if (o.sideBySide) await printer.sideBySide(hunks, Number(o.width ?? 130))
  else if (o.ed) await printer.ed(hunks)
  else if (unified || o.unified || o.unifiedLines !== undefined || o.unifiedLong !== undefined)
    await printer.unified(hunks, Number(o.unifiedLines ?? (o.unifiedLong || 3)))
  else if (o.context || o.contextLines !== undefined) await printer.contextual(hunks, Number(o.contextLines ?? 3))
  else await printer.normal(hunks)
  return 1
}

async function compareFolders(context: Context, first: string, second: string, title: string): Promise<number> {
  const { sys, io, options: o } = context
  const excluded = o.exclude.map((glob) => globMatcher(glob))
  const names = (path: string): string[] =>
    (statOr(sys, path, true) ? sys.readdir(path).map((entry) => entry.name) : []).filter(
      (name) => !excluded.some((is) => is(name)),
    )
  const [left, right] = [new Set(names(first)), new Set(names(second))]
  let status = 0
  for (const name of [...new Set([...left, ...right])].sort()) {
    const [a, b] = [join(first, name), join(second, name)]
    if (!o.newFile && !(left.has(name) && right.has(name))) {
      await io.print(`Only in ${left.has(name) ? first : second}: ${name}\n`)
      status = Math.max(status, 1)
    } else status = Math.max(status, await compare(context, a, b, `${title} ${a} ${b}`, false))
  }
  return status
}

async function compare(
  context: Context,
  first: string,
  second: string,
  title: string,
  operands: boolean,
): Promise<number> {
  const { sys, io, options: o } = context
  const look = (path: string): Stat | undefined =>
    path === '-' ? undefined : o.newFile && !operands ? statOr(sys, path, true) : sys.stat(path)
  const [a, b] = [look(first), look(second)]
  const [aFolder, bFolder] = [isDirectory(a?.mode ?? 0), isDirectory(b?.mode ?? 0)]
  if ((aFolder || bFolder) && (!a || !b || (aFolder && bFolder))) {
    if (operands || o.recursive) return compareFolders(context, first, second, title.split(' ').slice(0, -2).join(' '))
    await io.print(`Common subdirectories: ${first} and ${second}\n`)
    return 0
  }
  if (operands && aFolder) return compareFiles(context, join(first, basename(second)), second, '')
  if (operands && bFolder) return compareFiles(context, first, join(second, basename(first)), '')
  if (a && b && aFolder !== bFolder) {
    await io.print(`File ${first} is a ${describeFile(a)} while file ${second} is a ${describeFile(b)}\n`)
    return 1
  }
  return compareFiles(context, first, second, operands ? '' : title)
}

/** diff: compare files line by line. GNU diffutils 3.8. */
export const diff = withArgv(
  defineProgram({
    name: 'diffutils/diff',
    paths: ['/usr/bin/diff'],
    covers: 'partial',
    lacks: ['-I', '-F', '-D', '--from-file', 'blank columns of -y to the letter'],
    summary: 'compare files line by line',
    sizeBytes: 158880,
    usage: 'diff [OPTION]... FILES',
    usageStatus: 2,
    options,
    async main(context) {
      const { operands, process } = context
      const [first, second, extra] = operands
      if (first === undefined || second === undefined)
        throw new UsageError(first === undefined ? "missing operand after 'diff'" : `missing operand after '${first}'`)
      if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
      const given = process.argv.slice(1).filter((word) => word !== first && word !== second)
      let status = 0
      for (const path of [first, second])
        if (path !== '-' && !statOr(context.sys, path, true)) {
          await context.fail(`${path}: No such file or directory`)
          status = 2
        }
      if (status) return status
      try {
        return await compare(context, first, second, ['diff', ...given, first, second].join(' '), true)
      } catch (error) {
        if (!isErrno(error) || error.code === 'EPIPE') throw error
        await context.fail(`${first}: ${error.message}`)
        return 2
      }
    },
  }),
  (words) => words.flatMap((word) => (/^-\d+$/.test(word) ? ['-U', word.slice(1)] : [word])),
)
