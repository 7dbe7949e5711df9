import { isErrno, POLLIN, type ProcessInfo, rawTermios, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { isTerminal, windowSize } from '../text/terminal.ts'
import { readMeminfo } from './free.ts'
import { uptimeLine } from './uptime.ts'

const options = {
  batch: flag('b', 'batch-mode'),
  count: value('n', 'iterations'),
  delay: value('d', 'delay'),
  pid: list('p', 'pid'),
  user: value('u', 'filter-any-user'),
  sort: value('o', 'sort-override'),
  commandLine: flag('c', 'cmdline-toggle'),
  idle: flag('i', 'idle-toggle'),
  wide: value('w', 'width'),
  secure: flag('s', 'secure-mode'),
  threads: flag('H', 'threads-show'),
}
type Context = ProgramContext<typeof options>

/** What changes while top runs. */
interface View {
  sort: string
  commandLine: boolean
  delayMs: number
  message: string
}
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
    .sort(SORTS.get(view.sort) ?? (() => 0))
}

const timePlus = (ms: number): string =>
  `${Math.floor(ms / 60_000)}:${(Math.floor(ms / 10) / 100 - Math.floor(ms / 60_000) * 60).toFixed(2).padStart(5, '0')}`

/** KiB, in m and g when it would not fit. */
const kib = (bytes: number, width: number): string => {
  const plain = String(Math.floor(bytes / 1024))
  return plain.length <= width ? plain : `${(bytes / 1024 ** 3).toFixed(1)}g`
}

function summary(sys: Sys, processes: readonly ProcessInfo[], busy: number, get: (key: string) => number): string[] {
  const count = (states: string): number => processes.filter((p) => states.includes(p.state)).length
  const mib = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1).padStart(8)
  const user = Math.min(100, busy)
  const cache = get('Buffers') + get('Cached') + get('SReclaimable')
  return [
    `top - ${uptimeLine(sys)}`,
    `Tasks: ${String(processes.length).padStart(3)} total, ${String(count('R')).padStart(3)} running, ${String(count('SD')).padStart(3)} sleeping, ${String(count('T')).padStart(3)} stopped, ${String(count('Z')).padStart(3)} zombie`,
    `%Cpu(s): ${user.toFixed(1).padStart(4)} us,  0.0 sy,  0.0 ni, ${(100 - user).toFixed(1).padStart(4)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st `,
    `MiB Mem : ${mib(get('MemTotal'))} total, ${mib(get('MemFree'))} free, ${mib(get('MemTotal') - get('MemAvailable'))} used, ${mib(cache)} buff/cache     `,
    `MiB Swap: ${mib(get('SwapTotal'))} total, ${mib(get('SwapFree'))} free, ${mib(get('SwapTotal') - get('SwapFree'))} used. ${mib(get('MemAvailable'))} avail Mem `,
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
const TITLES = '    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND'

async function frame(
  context: Context,
  view: View,
  accounts: Accounts,
  before: Sample | undefined,
): Promise<{ lines: string[]; sample: Sample }> {
  const { sys, options: o } = context
  const uid = o.user === undefined ? undefined : accounts.uid(o.user)
  const processes = sys.processes()
  const rows = rowsOf(context, view, processes, before).filter(
    ({ process, percent }) => (uid === undefined || process.uid === uid) && (!o.idle || percent > 0),
  )
  const get = await readMeminfo(sys)
  const { totalMemory, cpus } = sys.sysinfo()
  const busy = rows.reduce((sum, row) => sum + row.percent, 0) / Math.max(1, cpus)
  const lines = [
    ...summary(sys, processes, before ? busy : 0, get),
    view.message,
    TITLES,
    ...rows.map((row) => taskLine(row, accounts, totalMemory, view.commandLine)),
  ]
  return { lines, sample: takeSample(sys, processes) }
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

const KEYS = new Map<string, (view: View) => void>([
  ['P', (view) => (view.sort = '%CPU')],
  ['M', (view) => (view.sort = '%MEM')],
  ['N', (view) => (view.sort = 'PID')],
  ['T', (view) => (view.sort = 'TIME+')],
  ['c', (view) => (view.commandLine = !view.commandLine)],
  ['h', (view) => (view.message = 'P cpu  M memory  N pid  T time  c command line  q quit')],
])

function paint(lines: readonly string[], rows: number, cols: number): string {
  const shown = lines.slice(0, rows).map((line, i) => {
    const text = line.slice(0, cols)
    return i === 6 ? `\x1b[7m${text.padEnd(cols)}\x1b[0m` : text
  })
  return `\x1b[H${shown.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`
}

/** @returns false when the user wants to leave */
async function keys(sys: Sys, view: View): Promise<boolean> {
  const [ready = 0] = await sys.poll([{ fd: 0, events: POLLIN }], view.delayMs)
  if (ready === 0) return true
  const bytes = await sys.read(0, 64)
  if (bytes.length === 0) return false
  for (const byte of bytes) {
    const key = String.fromCharCode(byte)
    if (key === 'q' || byte === 3) return false
    view.message = ''
    KEYS.get(key)?.(view)
  }
  return true
}

async function interactive(context: Context, view: View, accounts: Accounts, count: number): Promise<number> {
  const { sys, io } = context
  const saved = sys.tcgetattr(0)
  sys.tcsetattr(0, { ...rawTermios(saved), opost: saved.opost })
  await io.print('\x1b[?25l\x1b[H\x1b[2J')
  let before: Sample | undefined
  try {
    for (let i = 0; i < count; i++) {
      const { lines, sample } = await frame(context, view, accounts, before)
      before = sample
      const { rows, cols } = windowSize(sys)
      await io.print(paint(lines, rows, cols))
      await io.out.flush()
      if (!(await waitForKeys(sys, view))) break
    }
  } finally {
    sys.tcsetattr(0, saved)
    const { rows } = windowSize(sys)
    await io.print(`\x1b[${rows};1H\x1b[?25h\x1b[K\n`)
  }
  return 0
}

/** A resize interrupts the wait; the screen is drawn anew. */
async function waitForKeys(sys: Sys, view: View): Promise<boolean> {
  try {
    return await keys(sys, view)
  } catch (error) {
    if (isErrno(error) && error.code === 'EINTR') return true
    throw error
  }
}

/** top: processes as they run. procps-ng 4.0. */
export const top = defineProgram({
  name: 'procps/top',
  paths: ['/usr/bin/top'],
  covers: 'partial',
  lacks: ['most interactive commands', 'configuration files', 'the split of processor time'],
  summary: 'display Linux processes',
  sizeBytes: 129968,
  usage: 'top [options]',
  options,
  async main(context) {
    const { options: o, sys, fail } = context
    const view: View = {
      sort: o.sort ?? '%CPU',
      commandLine: o.commandLine > 0,
      delayMs: Math.max(100, Number(o.delay ?? 3) * 1000),
      message: '',
    }
    const count = o.count === undefined ? Infinity : Number(o.count)
    const accounts = await Accounts.read(sys)
    if (o.batch) return batch(context, view, accounts, count)
    if (!isTerminal(sys, 0) || !isTerminal(sys, 1)) {
      await fail('failed tty get')
      return 1
    }
    return interactive(context, view, accounts, count)
  },
})
