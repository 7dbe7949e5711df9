import type { ProcessInfo, Sys } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { FullScreen } from '../editors/screen/full-screen.ts'
import { isTerminal } from '../text/terminal.ts'
import { readMeminfo } from './free.ts'
import { takeKey, type View } from './top-keys.ts'
import { uptimeLine } from './uptime.ts'

const options = {
  batch: flag('b', 'batch-mode'),
  count: value('n', 'iterations'),
  delay: value('d', 'delay'),
  pid: list('p', 'pid'),
  user: value('uU', 'filter-any-user'),
  scale: value('E', 'scale-summary-mem'),
  taskScale: value('e', 'scale-task-mem'),
  perCpu: flag('1', 'single-cpu-toggle'),
  fields: flag('O', 'list-fields'),
  about: flag('vV', 'version'),
  help: flag('h', 'help'),
  sort: value('o', 'sort-override'),
  commandLine: flag('c', 'cmdline-toggle'),
  idle: flag('i', 'idle-toggle'),
  wide: value('w', 'width'),
  secure: flag('s', 'secure-mode'),
  threads: flag('H', 'threads-show'),
}
type Context = ProgramContext<typeof options>

interface Sample {
  readonly atMs: number
  readonly cpu: ReadonlyMap<number, number>
}

const takeSample = (sys: Sys, processes: readonly ProcessInfo[]): Sample => ({
  atMs: sys.clock.monotonic(),
  cpu: new Map(processes.map((p) => [p.pid, p.cpuMs])),
})

interface Row {
  readonly process: ProcessInfo
  readonly percent: number
}

const SORTS = new Map<string, (a: Row, b: Row) => number>([
  ['%CPU', (a, b) => b.percent - a.percent || a.process.pid - b.process.pid],
  ['%MEM', (a, b) => b.process.rssBytes - a.process.rssBytes],
  ['PID', (a, b) => b.process.pid - a.process.pid],
  ['TIME+', (a, b) => b.process.cpuMs - a.process.cpuMs],
  ['VIRT', (a, b) => b.process.vszBytes - a.process.vszBytes],
  ['RES', (a, b) => b.process.rssBytes - a.process.rssBytes],
  ['SHR', (a, b) => b.process.rssBytes - a.process.rssBytes],
  ['NI', (a, b) => b.process.nice - a.process.nice],
  ['PR', (a, b) => b.process.nice - a.process.nice],
  ['USER', (a, b) => b.process.uid - a.process.uid],
  ['S', (a, b) => (a.process.state < b.process.state ? 1 : -1)],
  ['COMMAND', (a, b) => (a.process.comm < b.process.comm ? 1 : -1)],
])

function rowsOf(context: Context, view: View, processes: readonly ProcessInfo[], before: Sample | undefined): Row[] {
  const { sys, options: o } = context
  const elapsed = before ? Math.max(1, sys.clock.monotonic() - before.atMs) : 0
  const pids = new Set(o.pid.flatMap((text) => text.split(',')).map(Number))
  const percent = (p: ProcessInfo): number =>
    before
      ? (100 * Math.max(0, p.cpuMs - (before.cpu.get(p.pid) ?? 0))) / elapsed
      : (100 * p.cpuMs) / Math.max(1, sys.clock.now() - p.startTimeMs)
  return processes
    .filter((p) => pids.size === 0 || pids.has(p.pid))
    .map((process) => ({ process, percent: percent(process) }))
    .sort((a, b) => (view.reversed ? -1 : 1) * (SORTS.get(view.sort)?.(a, b) ?? 0))
}

/** Fields that are shown, in their order. */
const FIELDS = 'PID USER PR NI VIRT RES SHR S %CPU %MEM TIME+ COMMAND'.split(' ')
/** Units of the summary: -E. */
const SCALES: ReadonlyMap<string, readonly [name: string, bytes: number]> = new Map([
  ['k', ['KiB', 1024]],
  ['m', ['MiB', 1024 ** 2]],
  ['g', ['GiB', 1024 ** 3]],
  ['t', ['TiB', 1024 ** 4]],
])
const MOST_PIDS = 20

/** What is wrong with the command line, in top's words. */
function complaint({ options: o }: Context, accounts: Accounts): string | undefined {
  const pids = o.pid.flatMap((text) => text.split(','))
  if (o.sort !== undefined && !SORTS.has(bare(o.sort))) return `unrecognized field name '${o.sort}'`
  const bad = pids.find((text) => !/^\d+$/.test(text))
  if (bad !== undefined) return `bad pid '${bad}'`
  if (pids.length > MOST_PIDS) return `pid limit (${MOST_PIDS}) exceeded`
  if (o.user !== undefined && accounts.uid(o.user.replace(/^!/, '')) === undefined) return 'Invalid user'
  if (o.count !== undefined && !/^\d+$/.test(o.count)) return `bad iterations argument '${o.count}'`
  if (o.delay !== undefined && !/^\d+(\.\d*)?$/.test(o.delay)) return `bad delay interval '${o.delay}'`
  if (o.scale !== undefined && !SCALES.has(o.scale)) return `bad memory scaling arg '${o.scale}'`
  return undefined
}
/** `-o +PID` and `-o -PID` tell the direction. */
const bare = (field: string): string => field.replace(/^[-+]/, '')

const timePlus = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${(Math.floor(ms / 10) / 100 - Math.floor(ms / 60_000) * 60).toFixed(2).padStart(5, '0')}`

/** KiB, in m and g when it would not fit. */
const kib = (bytes: number, width: number): string => {
  const plain = String(Math.floor(bytes / 1024))
  return plain.length <= width ? plain : `${(bytes / 1024 ** 3).toFixed(1)}g`
}

function cpuLine(name: string, user: number): string {
  return `${name}: ${user.toFixed(1).padStart(4)} us,  0.0 sy,  0.0 ni,${(100 - user).toFixed(1).padStart(5)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st `
}

function summary(
  sys: Sys,
  processes: readonly ProcessInfo[],
  user: number,
  { perCpu, threads, scale }: { readonly perCpu: boolean; readonly threads: boolean; readonly scale: string },
  get: (key: string) => number,
): string[] {
  const count = (states: string): number => processes.filter((p) => states.includes(p.state)).length
  const [unit, size] = SCALES.get(scale) ?? ['MiB', 1024 ** 2]
  const mib = (bytes: number): string => (bytes / size).toFixed(1).padStart(8)
  const cache = get('Buffers') + get('Cached') + get('SReclaimable')
  return [
    `top - ${uptimeLine(sys)}`,
    `${threads ? 'Threads' : 'Tasks'}: ${String(processes.length).padStart(3)} total, ${String(count('R')).padStart(3)} running, ${String(count('SD')).padStart(3)} sleeping, ${String(count('T')).padStart(3)} stopped, ${String(count('Z')).padStart(3)} zombie`,
    // As in /proc/stat: every processor carries the same share.
    ...(perCpu
      ? Array.from({ length: sys.sysinfo().cpus }, (_, cpu) => cpuLine(`%Cpu${cpu}  `, user))
      : [cpuLine('%Cpu(s)', user)]),
    `${unit} Mem : ${mib(get('MemTotal'))} total, ${mib(get('MemFree'))} free, ${mib(get('MemTotal') - get('MemAvailable'))} used, ${mib(cache)} buff/cache     `,
    `${unit} Swap: ${mib(get('SwapTotal'))} total, ${mib(get('SwapFree'))} free, ${mib(get('SwapTotal') - get('SwapFree'))} used. ${mib(get('MemAvailable'))} avail Mem `,
  ]
}

function taskLine({ process: p, percent }: Row, accounts: Accounts, total: number, commandLine: boolean): string {
  const name = accounts.userName(p.uid) ?? String(p.uid)
  const user = name.length > 8 ? `${name.slice(0, 7)}+` : name
  const command = commandLine && p.argv.length ? p.argv.join(' ') : p.comm
  return [
    String(p.pid).padStart(7),
    user.padEnd(8),
    String(20 + p.nice).padStart(3),
    String(p.nice).padStart(3),
    kib(p.vszBytes, 7).padStart(7),
    kib(p.rssBytes, 6).padStart(6),
    kib(p.rssBytes * 0.6, 6).padStart(6),
    p.state,
    percent.toFixed(1).padStart(5),
    ((100 * p.rssBytes) / total).toFixed(1).padStart(5),
    timePlus(p.cpuMs).padStart(9),
    command,
  ].join(' ')
}
const HELP = `
Usage:
 top [options]

Options:
${[' -b', ' -c', ' -d SECS', ' -E, -e SCALE', ' -H', ' -i', ' -n NUMBER', ' -O', ' -o FIELD', ' -p PID', ' -s', ' -U, -u USER', ' -w COLUMNS', ' -1', ' -h', ' -V'].join('\n')}`
const TITLES = '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND'

interface Frame {
  readonly lines: string[]
  readonly sample: Sample
  readonly firstPid: number
  /** Row of the message; the titles follow it. */
  readonly messageRow: number
}

async function frame(context: Context, view: View, accounts: Accounts, before: Sample | undefined): Promise<Frame> {
  const { sys } = context
  const processes = sys.processes()
  const rows = rowsOf(context, view, processes, before).filter(
    ({ process, percent }) => (view.uid === undefined || process.uid === view.uid) && (!view.idle || percent > 0),
  )
  const get = await readMeminfo(sys)
  const { totalMemory, cpus } = sys.sysinfo()
  const busy = rows.reduce((sum, row) => sum + row.percent, 0) / Math.max(1, cpus)
  const { options: o } = context
  const shape = { perCpu: view.perCpu, threads: o.threads > 0, scale: o.scale ?? 'm' }
  const top = summary(sys, processes, before ? Math.min(100, busy) : 0, shape, get)
  const shown = view.rows > 0 ? rows.slice(0, view.rows) : rows
  const lines = [
    ...top,
    view.message,
    TITLES,
    ...shown.map((row) => taskLine(row, accounts, totalMemory, view.commandLine)),
  ]
  const firstPid = rows[0]?.process.pid ?? 1
  return { lines, sample: takeSample(sys, processes), firstPid, messageRow: top.length }
}

async function batch(context: Context, view: View, accounts: Accounts, count: number): Promise<number> {
  const { io, sys, options: o } = context
  let before: Sample | undefined
  for (let i = 0; i < count; i++) {
    if (i > 0) await sys.sleep(view.delayMs)
    const { lines, sample } = await frame(context, view, accounts, before)
    before = sample
    const width = Number(o.wide ?? 512)
    await io.print(`${i > 0 ? '\n' : ''}${lines.map((line) => line.slice(0, width)).join('\n')}\n`)
    await io.out.flush()
  }
  return 0
}

function painted({ lines, messageRow }: Frame, { rows, cols }: FullScreen): string[] {
  return lines.slice(0, rows).map((line, row) => {
    if (row === messageRow) return line
    return row === messageRow + 1 ? `\x1b[7m${line.slice(0, cols).padEnd(cols)}\x1b[0m` : line.slice(0, cols)
  })
}

async function interactive(context: Context, view: View, accounts: Accounts, count: number): Promise<number> {
  const { sys } = context
  const screen = new FullScreen(sys, { alternate: false })
  await screen.open()
  let before: Sample | undefined
  try {
    for (let i = 0; i < count; i++) {
      const shown = await frame(context, view, accounts, before)
      before = shown.sample
      const { firstPid, messageRow } = shown
      await screen.paint(painted(shown, screen), { row: messageRow, col: 0 })
      const key = await screen.keyWithin(view.delayMs)
      const top = { sys, screen, view, accounts, firstPid, messageRow }
      if (key !== undefined && !(await takeKey(top, key))) break
    }
  } finally {
    await screen.close('\r\n')
  }
  return 0
}

/** top: processes as they run. procps-ng 4.0. */
export const top = defineProgram({
  name: 'procps/top',
  paths: ['/usr/bin/top'],
  covers: 'partial',
  lacks: [
    'colours, windows, fields and trees of the interactive commands',
    'configuration files',
    'the split of processor time',
  ],
  summary: 'display Linux processes',
  sizeBytes: 129968,
  usage: 'top [options]',
  options,
  async main(context) {
    const { options: o, sys, io, fail, name } = context
    const accounts = await Accounts.read(sys)
    if (o.help || o.about || o.fields) {
      const text = o.fields ? FIELDS.join('\n') : o.about ? `${name} from procps-ng 4.0.2` : HELP
      await io.print(`${text}\n`)
      return 0
    }
    const wrong = complaint(context, accounts)
    if (wrong !== undefined) {
      await fail(wrong)
      return 1
    }
    const view: View = {
      sort: bare(o.sort ?? '%CPU'),
      reversed: o.sort?.startsWith('-') ?? false,
      commandLine: o.commandLine > 0,
      perCpu: o.perCpu > 0,
      idle: o.idle > 0,
      uid: o.user === undefined ? undefined : accounts.uid(o.user),
      rows: 0,
      delayMs: Math.max(100, Number(o.delay ?? 3) * 1000),
      message: '',
    }
    const count = o.count === undefined ? Infinity : Number(o.count)
    if (o.batch) return batch(context, view, accounts, count)
    if (!isTerminal(sys, 0) || !isTerminal(sys, 1)) {
      await fail('failed tty get')
      return 1
    }
    return interactive(context, view, accounts, count)
  },
})
