import { isErrno, POLLIN, type ProcessInfo, SIGHUP, SIGINT, SIGTERM, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readTextFile, value } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { readMeminfo } from '../procps/free.ts'
import { windowSize } from '../text/terminal.ts'
import { applet } from './applet.ts'

const OPTIONS = { batch: flag('b'), threads: flag('H'), count: value('n'), delay: value('d') }
type Context = ProgramContext<typeof OPTIONS>

const DEFAULT_DELAY_MS = 5000
/** Between the reading that the first screen counts from and that screen. */
const FIRST_SAMPLE_MS = 100

interface Sample {
  readonly atMs: number
  readonly processes: readonly ProcessInfo[]
}

/** What keys change. */
interface View {
  order: (a: Row, b: Row) => number
  reversed: boolean
}

interface Row {
  readonly process: ProcessInfo
  /** Milliseconds of a processor since the last sample. */
  readonly spentMs: number
}

const ORDERS = new Map<string, View['order']>([
  ['n', (a, b) => b.process.pid - a.process.pid],
  ['m', (a, b) => b.process.vszBytes - a.process.vszBytes],
  ['p', (a, b) => b.spentMs - a.spentMs || b.process.vszBytes - a.process.vszBytes],
  ['t', (a, b) => b.process.cpuMs - a.process.cpuMs],
])
const BY_CPU = ORDERS.get('p') ?? (() => 0)

const sample = (sys: Sys): Sample => ({ atMs: sys.clock.monotonic(), processes: sys.processes() })

function rowsOf(before: Sample, now: Sample, { order, reversed }: View): Row[] {
  const earlier = new Map(before.processes.map(({ pid, cpuMs }) => [pid, cpuMs]))
  const rows = now.processes.map((process) => ({ process, spentMs: process.cpuMs - (earlier.get(process.pid) ?? 0) }))
  return rows.sort((a, b) => (reversed ? -1 : 1) * order(a, b))
}

const percent = (part: number, whole: number): string => `${Math.round((100 * part) / Math.max(1, whole))}%`.padStart(5)

/** Five columns: kilobytes, then the first unit in which they fit. smart_ulltoa5() of busybox */
function fiveColumns(bytes: number): string {
  let value = bytes / 1024
  for (const unit of ['', 'm', 'g', 't']) {
    const text = unit === '' ? String(Math.floor(value)) : value < 100 ? value.toFixed(1) : String(Math.floor(value))
    if (value < (unit === '' ? 100_000 : 10_000)) return (text + unit).padStart(5)
    value /= 1024
  }
  return '*****'
}

function stateOf({ state, nice, rssBytes }: ProcessInfo): string {
  const swapped = rssBytes === 0 && state !== 'Z' ? 'W' : ' '
  return `${state}${swapped}${nice < 0 ? '<' : nice > 0 ? 'N' : ' '}`
}

function commandOf({ argv, comm }: ProcessInfo): string {
  const [program = ''] = argv
  if (argv.length === 0) return `[${comm}]`
  const base = program.slice(program.lastIndexOf('/') + 1)
  return base.startsWith(comm) ? argv.join(' ') : `{${comm}} ${argv.join(' ')}`
}

const TITLES = '  PID  PPID USER     STAT   VSZ %VSZ CPU %CPU COMMAND'

function rowText({ process: p, spentMs }: Row, accounts: Accounts, memory: number, elapsedMs: number): string {
  const user = (accounts.userName(p.uid) ?? String(p.uid)).slice(0, 8).padEnd(8)
  const numbers = `${String(p.pid).padStart(5)}${String(p.ppid).padStart(6)} ${user} ${stateOf(p)}  `
  return `${numbers}${fiveColumns(p.vszBytes)}${percent(p.vszBytes, memory)}   0${percent(spentMs, elapsedMs)} ${commandOf(p)}`
}

async function headLines(sys: Sys, rows: readonly Row[], elapsedMs: number): Promise<string[]> {
  const get = await readMeminfo(sys)
  const kib = (bytes: number): string => `${Math.floor(bytes / 1024)}K`
  const used = get('MemTotal') - get('MemFree')
  const busy = rows.reduce((sum, { spentMs }) => sum + spentMs, 0)
  const whole = elapsedMs * sys.sysinfo().cpus
  const zero = percent(0, 1)
  const load = (await readTextFile(sys, '/proc/loadavg')).trim()
  return [
    `Mem: ${kib(used)} used, ${kib(get('MemFree'))} free, ${kib(get('Shmem'))} shrd, ${kib(get('Buffers'))} buff, ${kib(get('Cached'))} cached`,
    `CPU:${percent(busy, whole)} usr${zero} sys${zero} nic${percent(whole - busy, whole)} idle${zero} io${zero} irq${zero} sirq`,
    `Load average: ${load}`,
  ]
}

/** One screen, or in batch mode one list of all. */
async function screen(context: Context, accounts: Accounts, view: View, before: Sample, now: Sample): Promise<string> {
  const { sys, options } = context
  const batch = options.batch > 0
  const { rows: height, cols } = windowSize(sys)
  const elapsedMs = Math.max(1, now.atMs - before.atMs)
  const { totalMemory } = sys.sysinfo()
  const rows = rowsOf(before, now, view)
  const head = await headLines(sys, rows, elapsedMs)
  const shown = batch ? rows : rows.slice(0, Math.max(0, height - head.length - 1))
  const lines = shown.map((row) => rowText(row, accounts, totalMemory, elapsedMs))
  if (batch) return `${[...head, TITLES, ...lines].join('\n')}\n`
  const cut = (line: string): string => line.slice(0, cols)
  return `\x1b[H\x1b[J${[...head.map(cut), `\x1b[7m${cut(TITLES)}\x1b[m`, ...lines.map(cut)].join('\n')}\r`
}

/** Keys as they come; once there are none left it waits without looking. */
class Keys {
  private readonly sys: Sys
  private ended: boolean

  constructor(sys: Sys, batch: boolean) {
    this.sys = sys
    this.ended = batch
  }

  /** @returns whether top shall go on, after the delay or a key that changes the view */
  async wait(ms: number, view: View): Promise<boolean> {
    const { sys } = this
    if (this.ended) {
      await sys.sleep(ms)
      return true
    }
    const [ready = 0] = await sys.poll([{ fd: 0, events: POLLIN }], ms)
    if (ready === 0) return true
    const bytes = await sys.read(0, 64)
    this.ended = bytes.length === 0
    return Array.from(bytes).every((byte) => takeKey(String.fromCharCode(byte).toLowerCase(), view))
  }
}

/** @returns false at the key that ends it */
function takeKey(key: string, view: View): boolean {
  if (key === 'q' || key === '\x03') return false
  if (key === 'r') view.reversed = !view.reversed
  view.order = ORDERS.get(key) ?? view.order
  return true
}

/** Keys come singly and unseen, ^C among them. @returns what puts the terminal back */
function takeTerminal(sys: Sys): () => void {
  try {
    const saved = sys.tcgetattr(0)
    sys.tcsetattr(0, { ...saved, icanon: false, echo: false, isig: false })
    return () => sys.tcsetattr(0, saved)
  } catch (error) {
    if (!isErrno(error)) throw error
    return () => undefined
  }
}

/** Process 1 of a container dies of no signal that it does not take. */
function dieOfSignals(sys: Sys, putBack: () => void): void {
  for (const signal of [SIGINT, SIGTERM, SIGHUP])
    sys.sigaction(signal, () => {
      putBack()
      sys.exit(128 + signal)
    })
}

async function run(context: Context): Promise<number> {
  const { sys, io, options } = context
  const batch = options.batch > 0
  const putBack = batch ? () => undefined : takeTerminal(sys)
  dieOfSignals(sys, putBack)
  const accounts = await Accounts.read(sys)
  const view: View = { order: BY_CPU, reversed: false }
  const keys = new Keys(sys, batch)
  const delayMs = options.delay === undefined ? DEFAULT_DELAY_MS : Math.max(10, Number(options.delay) * 1000)
  let before = sample(sys)
  await sys.sleep(FIRST_SAMPLE_MS)
  for (let left = Number(options.count ?? Number.POSITIVE_INFINITY); ; ) {
    const now = sample(sys)
    await io.print(await screen(context, accounts, view, before, now))
    await io.out.flush()
    before = now
    if (--left <= 0 || !(await keys.wait(delayMs, view))) break
  }
  await io.print('\n')
  await io.out.flush()
  putBack()
  return 0
}

const program = defineProgram({
  name: 'busybox/top',
  paths: ['/usr/bin/top'],
  covers: 'partial',
  lacks: ['-H', 'the screen of memory', 'which processor a process ran on'],
  summary: 'show a view of process activity in real time',
  usage: 'top [-bH] [-n COUNT] [-d SECONDS]',
  options: OPTIONS,
  main: run,
})

/** top, as busybox has it: without a terminal it goes on as with one. */
export const busyboxTop = applet(program, { usage: '[-bH] [-n COUNT] [-d SECONDS]', letters: 'bHnd', words: [] })
