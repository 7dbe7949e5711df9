import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readTextFile, UsageError, value } from '@drydock/libc'
import { strftime, timeZone } from '../format/strftime.ts'
import { readMeminfo } from './free.ts'

const options = {
  active: flag('a', 'active'),
  forks: flag('f', 'forks'),
  stats: flag('s', 'stats'),
  oneHeader: flag('n', 'one-header'),
  unit: value('S', 'unit'),
  timestamp: flag('t', 'timestamp'),
  wide: flag('w', 'wide'),
}
type Context = ProgramContext<typeof options>

/** Where the numbers of a row come from; rates are per second since the sample before. */
interface Sample {
  readonly running: number
  readonly blocked: number
  readonly forks: number
  /** Ticks by kind: user, nice, system, idle, iowait, irq, softirq, steal. */
  readonly ticks: readonly number[]
  readonly interrupts: number
  readonly switches: number
  readonly memory: (key: string) => number
}

async function textOf(sys: Sys, path: string): Promise<string> {
  try {
    return await readTextFile(sys, path)
  } catch (error) {
    if (isErrno(error)) return ''
    throw error
  }
}

async function sample(sys: Sys): Promise<Sample> {
  const text = await textOf(sys, '/proc/stat')
  const number = (name: string): number => Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0)
  const ticks = (/^cpu +(.*)$/m.exec(text)?.[1] ?? '').split(' ').map(Number)
  return {
    running: number('procs_running'),
    blocked: number('procs_blocked'),
    forks: number('processes'),
    ticks,
    interrupts: number('intr'),
    switches: number('ctxt'),
    memory: await readMeminfo(sys),
  }
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ['k', 1000],
  ['K', 1024],
  ['m', 1e6],
  ['M', 1024 ** 2],
])

/** The line of groups, and what stands before and behind the two columns that -a changes. */
const HEADS = {
  narrow: [
    'procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----',
    ' r  b   swpd   free ',
    '   si   so    bi    bo   in   cs us sy id wa st',
  ],
  wide: [
    '--procs-- -----------------------memory---------------------- ---swap-- -----io---- -system-- --------cpu--------',
    '   r    b         swpd         free ',
    '   si   so    bi    bo   in   cs  us  sy  id  wa  st',
  ],
} as const

function headLines({ options: o, env, sys }: Context): string {
  const [groups, before, behind] = HEADS[o.wide ? 'wide' : 'narrow']
  const middle = (o.active ? ['inact', 'active'] : ['buff', 'cache']).map((word) => word.padStart(o.wide ? 12 : 6))
  const zone = strftime('%Z', sys.clock.now(), timeZone(env)).padStart(19)
  const [line, stamp] = o.timestamp ? [' -----timestamp-----', ` ${zone}`] : ['', '']
  return `${groups}${line}\n${before}${middle.join(' ')}${behind}${stamp}\n`
}

/** Parts of a hundred that add up to it. */
function shares(now: readonly number[], before: readonly number[] | undefined): number[] {
  const used = now.map((ticks, at) => Math.max(0, ticks - (before?.[at] ?? 0)))
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft = 0, steal = 0] = used
  const total = Math.max(1, user + nice + system + idle + waiting + irq + soft + steal)
  const percent = (ticks: number): number => Math.round((100 * ticks) / total)
  return [percent(user + nice), percent(system + irq + soft), percent(idle), percent(waiting), percent(steal)]
}

function rowOf(context: Context, now: Sample, before: Sample | undefined, seconds: number): string {
  const { options: o, env, sys } = context
  const unit = UNITS.get(o.unit ?? 'K') ?? 1024
  const size = (key: string): number => Math.floor(now.memory(key) / unit)
  const rate = (value: number, old: number | undefined): number =>
    Math.round((value - (old ?? 0)) / Math.max(1, seconds))
  const swapped = size('SwapTotal') - size('SwapFree')
  const middle = o.active
    ? [size('Inactive'), size('Active')]
    : [size('Buffers'), size('Cached') + size('SReclaimable')]
  const numbers = [
    now.running,
    now.blocked,
    swapped,
    size('MemFree'),
    ...middle,
    0,
    0,
    0,
    0,
    rate(now.interrupts, before?.interrupts),
    rate(now.switches, before?.switches),
    ...shares(now.ticks, before?.ticks),
  ]
  const widths = o.wide
    ? [4, 4, 12, 12, 12, 12, 4, 4, 5, 5, 4, 4, 3, 3, 3, 3, 3]
    : [2, 2, 6, 6, 6, 6, 4, 4, 5, 5, 4, 4, 2, 2, 2, 2, 2]
  const text = numbers.map((value, at) => String(value).padStart(widths[at] ?? 2)).join(' ')
  return `${text}${o.timestamp ? ` ${strftime('%Y-%m-%d %H:%M:%S', sys.clock.now(), timeZone(env))}` : ''}\n`
}

/** -s: one number a line. */
function statistics(now: Sample, sys: Sys): string {
  const kibi = (key: string): number => Math.floor(now.memory(key) / 1024)
  const [user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, soft = 0, steal = 0] = now.ticks
  const used = kibi('MemTotal') - kibi('MemFree') - kibi('Buffers') - kibi('Cached')
  const boot = Math.floor((sys.clock.now() - sys.sysinfo().uptimeMs) / 1000)
  const rows: readonly (readonly [number, string])[] = [
    [kibi('MemTotal'), 'K total memory'],
    [used, 'K used memory'],
    [kibi('Active'), 'K active memory'],
    [kibi('Inactive'), 'K inactive memory'],
    [kibi('MemFree'), 'K free memory'],
    [kibi('Buffers'), 'K buffer memory'],
    [kibi('Cached'), 'K swap cache'],
    [kibi('SwapTotal'), 'K total swap'],
    [kibi('SwapTotal') - kibi('SwapFree'), 'K used swap'],
    [kibi('SwapFree'), 'K free swap'],
    [user, 'non-nice user cpu ticks'],
    [nice, 'nice user cpu ticks'],
    [system, 'system cpu ticks'],
    [idle, 'idle cpu ticks'],
    [waiting, 'IO-wait cpu ticks'],
    [irq, 'IRQ cpu ticks'],
    [soft, 'softirq cpu ticks'],
    [steal, 'stolen cpu ticks'],
    [0, 'K paged in'],
    [0, 'K paged out'],
    [0, 'pages swapped in'],
    [0, 'pages swapped out'],
    [now.interrupts, 'interrupts'],
    [now.switches, 'CPU context switches'],
    [boot, 'boot time'],
    [now.forks, 'forks'],
  ]
  return rows.map(([value, text]) => `${String(value).padStart(13)} ${text}\n`).join('')
}

const ROWS_A_HEAD = 22

/** vmstat: processes, memory and processors in one line. procps-ng 4. */
export const vmstat = defineProgram({
  name: 'procps/vmstat',
  paths: ['/usr/bin/vmstat'],
  covers: 'partial',
  lacks: ['-d, -D, -p (disks)', '-m (slabs)', 'numbers of disks and interrupts: there are none'],
  summary: 'report virtual memory statistics',
  usage: 'vmstat [options] [delay [count]]',
  sizeBytes: 35_400,
  options,
  async main(context) {
    const { sys, io, operands, options: o } = context
    const [delay, count] = operands
    for (const word of [delay, count])
      if (word !== undefined && !/^\d+$/.test(word)) throw new UsageError(`failed to parse argument: '${word}'`)
    if (o.unit !== undefined && !UNITS.has(o.unit)) throw new UsageError('-S requires k, K, m or M (default is KiB)')
    let before = await sample(sys)
    if (o.forks) {
      await io.print(`${String(before.forks).padStart(13)} forks\n`)
      return 0
    }
    if (o.stats) {
      await io.print(statistics(before, sys))
      return 0
    }
    const seconds = Number(delay ?? 0)
    const rows = delay === undefined ? 1 : Number(count ?? Number.POSITIVE_INFINITY)
    await io.print(headLines(context) + rowOf(context, before, undefined, sys.sysinfo().uptimeMs / 1000))
    for (let row = 1; row < rows; row++) {
      await io.out.flush()
      await sys.sleep(seconds * 1000)
      const now = await sample(sys)
      if (!o.oneHeader && row % ROWS_A_HEAD === 0) await io.print(headLines(context))
      await io.print(rowOf(context, now, before, seconds))
      before = now
    }
    return 0
  },
})
