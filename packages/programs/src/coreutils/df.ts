import { isErrno, type StatFs, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, optional, type ProgramContext, UsageError, value } from '@drydock/libc'
import { humanSize } from '../format/human-size.ts'
import { available, fieldTable, percent, type Units, unknownField } from './df-fields.ts'
import { parseSize } from '../format/parse-size.ts'
import { readMounts, type Mount } from '../util-linux/mounts.ts'

const options = {
  all: flag('a', 'all'),
  blockSize: value('B', 'block-size'),
  human: flag('h', 'human-readable'),
  si: flag('H', 'si'),
  inodes: flag('i', 'inodes'),
  kibibytes: flag('k'),
  mebibytes: flag('m'),
  local: flag('l', 'local'),
  portability: flag('P', 'portability'),
  type: list('t', 'type'),
  excludeType: list('x', 'exclude-type'),
  printType: flag('T', 'print-type'),
  output: optional('', 'output'),
  total: flag('', 'total'),
}
type Context = ProgramContext<typeof options>

const statfsOr = (sys: Sys, path: string): StatFs | undefined => {
  try {
    return sys.statfs(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** The mount a file is on: the one whose place is the longest beginning of its path. */
function mountOf(sys: Sys, mounts: readonly Mount[], path: string): Mount | undefined {
  const real = sys.realpath(path)
  const device = mounts.find((mount) => mount.source === path)
  if (device) return device
  return mounts
    .filter(({ target }) => target === '/' || real === target || real.startsWith(`${target}/`))
    .reduce<Mount | undefined>(
      (best, mount) => (!best || mount.target.length >= best.target.length ? mount : best),
      undefined,
    )
}

/** Without -a: one line for each device, none for file systems without blocks. */
function shownByDefault(sys: Sys, mounts: readonly Mount[]): Mount[] {
  const seen = new Set<string>()
  return mounts.filter((mount, i) => {
    const stat = statfsOr(sys, mount.target)
    if (!stat || stat.totalBytes === 0) return false
    if (mounts.findLastIndex((each) => each.target === mount.target) !== i) return false
    const key = mount.source.startsWith('/') ? mount.source : `${mount.source}@${mount.target}`
    if (seen.has(key)) return false
    seen.add(key)
    return true
  })
}

function unitsOf({ options: o }: Context, busybox: boolean): Units {
  if (o.human) return { title: 'Size', show: (bytes) => humanSize(bytes) }
  if (o.si) return { title: 'Size', show: (bytes) => humanSize(bytes, 1000) }
  const asked =
    o.blockSize === undefined ? undefined : parseSize(/^\d/.test(o.blockSize) ? o.blockSize : `1${o.blockSize}`)
  const unit = asked ?? (o.mebibytes ? 1024 ** 2 : 1024)
  const name =
    unit === 1024
      ? o.portability && !busybox
        ? '1024'
        : '1K'
      : unit % 1024 ** 3 === 0
        ? `${unit / 1024 ** 3}G`
        : unit % 1024 ** 2 === 0
          ? `${unit / 1024 ** 2}M`
          : `${unit}B`
  return { title: `${name}-blocks`, show: (bytes) => String(Math.ceil(bytes / unit)) }
}

interface Cell {
  readonly text: string
  readonly right: boolean
}
const left = (text: string): Cell => ({ text, right: false })
const right = (text: string): Cell => ({ text, right: true })

function row(
  { options: o }: Context,
  units: Units,
  source: string,
  type: string,
  target: string,
  stat: StatFs,
): Cell[] {
  const head = [left(source), ...(o.printType ? [left(type)] : [])]
  const used = stat.totalBytes - stat.freeBytes
  const usedFiles = stat.files - stat.freeFiles
  const numbers = o.inodes
    ? [
        o.human ? humanSize(stat.files) : String(stat.files),
        o.human ? humanSize(usedFiles) : String(usedFiles),
        o.human ? humanSize(stat.freeFiles) : String(stat.freeFiles),
        percent(usedFiles, stat.freeFiles),
      ]
    : [units.show(stat.totalBytes), units.show(used), units.show(available(stat)), percent(used, available(stat))]
  return [...head, ...numbers.map(right), left(target)]
}

function header({ options: o }: Context, units: Units): Cell[] {
  const numbers = o.inodes
    ? ['Inodes', 'IUsed', 'IFree', 'IUse%']
    : [units.title, 'Used', o.human || o.si ? 'Avail' : 'Available', o.portability ? 'Capacity' : 'Use%']
  return [left('Filesystem'), ...(o.printType ? [left('Type')] : []), ...numbers.map(right), left('Mounted on')]
}

/** GNU's minimum widths: 14 for the source, 5 for amounts, 4 for a percentage. */
function widthsOf(rows: readonly (readonly Cell[])[], typed: boolean): number[] {
  const minimum = [14, ...(typed ? [4] : []), 5, 5, 5, 4, 0]
  return minimum.map((least, i) => Math.max(least, ...rows.map((cells) => cells[i]?.text.length ?? 0)))
}

const print = (cells: readonly Cell[], widths: readonly number[]): string =>
  `${cells.map(({ text, right: toRight }, i) => (i === cells.length - 1 ? text : toRight ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0))).join(' ')}\n`

/** Busybox: fixed columns, a long source on a line of its own. */
function printBusybox(cells: readonly Cell[], { options: o }: Context, first: boolean): string {
  const [source = '', ...rest] = cells.map((cell) => cell.text)
  const type = o.printType ? `${(rest.shift() ?? '').padEnd(10)} ` : ''
  const [total = '', used = '', free = '', use = '', target = ''] = rest
  const width = 20
  const head =
    source.length > width && !first && !o.portability ? `${source}\n${' '.repeat(width)}` : source.padEnd(width)
  return `${head} ${type}${total.padStart(9)} ${used.padStart(9)} ${free.padStart(9)} ${use.padStart(3)}${first ? ' ' : ' '}${target}\n`
}

async function dfMain(context: Context, busybox: boolean): Promise<number> {
  const { sys, io, options: o, operands, fail } = context
  const fields = (o.output ?? '').split(',').filter(Boolean)
  const wrong = unknownField(fields)
  if (wrong !== undefined) throw new UsageError(`option --output: field \u2018${wrong}\u2019 unknown`)
  const mounts = await readMounts(sys)
  const chosen: Mount[] = []
  const files = new Map<Mount, string>()
  let status = 0
  for (const path of operands)
    try {
      const mount = mountOf(sys, mounts, path)
      if (mount) {
        chosen.push(mount)
        files.set(mount, path)
      }
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(busybox ? `${path}: can't find mount point` : `${path}: ${error.message}`)
      status = 1
    }
  const shown = operands.length
    ? chosen
    : o.all
      ? [...mounts]
      : busybox
        ? mounts.filter((m) => (statfsOr(sys, m.target)?.totalBytes ?? 0) > 0)
        : shownByDefault(sys, mounts)
  const kept = shown.filter(
    ({ type }) => (o.type.length === 0 || o.type.includes(type)) && !o.excludeType.includes(type),
  )
  if (operands.length && chosen.length === 0) return status
  if (kept.length === 0) {
    await fail('no file systems processed')
    return 1
  }
  const units = unitsOf(context, busybox)
  const stats = kept.map((mount) => ({
    mount,
    stat: statfsOr(sys, mount.target) ?? { type: '', totalBytes: 0, freeBytes: 0, files: 0, freeFiles: 0 },
  }))
  if (o.output !== undefined) {
    const shownRows = stats.map((each) => ({ ...each, file: files.get(each.mount) ?? '-' }))
    await io.print(fieldTable(fields, shownRows, units))
    return status
  }
  const rows = [
    header(context, units),
    ...stats.map(({ mount, stat }) => row(context, units, mount.source, mount.type, mount.target, stat)),
  ]
  if (o.total) {
    const sum = (key: 'totalBytes' | 'freeBytes' | 'files' | 'freeFiles'): number =>
      stats.reduce((total, { stat }) => total + stat[key], 0)
    const all = {
      type: '',
      totalBytes: sum('totalBytes'),
      freeBytes: sum('freeBytes'),
      files: sum('files'),
      freeFiles: sum('freeFiles'),
    }
    rows.push(row(context, units, 'total', '-', '-', all))
  }
  const widths = widthsOf(rows, o.printType > 0)
  for (const [i, cells] of rows.entries())
    await io.print(busybox ? printBusybox(cells, context, i === 0) : print(cells, widths))
  return status
}

/** df: report space of file systems. GNU coreutils 9 df. */
export const df = defineProgram({
  name: 'coreutils/df',
  paths: ['/bin/df'],
  covers: 'partial',
  lacks: ['--sync', '--total with --output'],
  summary: 'report file system disk space usage',
  sizeBytes: 97912,
  usage: 'df [OPTION]... [FILE]...',
  options,
  main: (context) => dfMain(context, false),
})

export const busyboxDf = defineProgram({
  name: 'busybox/df',
  paths: ['/bin/df'],
  covers: 'partial',
  summary: 'report file system space (busybox)',
  sizeBytes: 808712,
  usage: 'df [-PkmhTai] [-B SIZE] [-t TYPE] [FILESYSTEM]...',
  options,
  main: (context) => dfMain(context, true),
})
