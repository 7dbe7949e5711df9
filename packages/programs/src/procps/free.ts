import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readTextFile, value } from '@drydock/libc'

const options = {
  bytes: flag('b', 'bytes'),
  kibi: flag('k', 'kibi'),
  mebi: flag('m', 'mebi'),
  gibi: flag('g', 'gibi'),
  human: flag('h', 'human'),
  si: flag('', 'si'),
  wide: flag('w', 'wide'),
  total: flag('t', 'total'),
  lohi: flag('l', 'lohi'),
  seconds: value('s', 'seconds'),
  count: value('c', 'count'),
}
type Context = ProgramContext<typeof options>

/** /proc/meminfo in bytes. */
export async function readMeminfo(sys: Sys): Promise<(key: string) => number> {
  const info = new Map<string, number>()
  try {
    for (const line of (await readTextFile(sys, '/proc/meminfo')).split('\n')) {
      const match = /^(\w+):\s+(\d+)/.exec(line)
      if (match) info.set(match[1] ?? '', Number(match[2]) * 1024)
    }
  } catch (error) {
    if (!isErrno(error)) throw error
    const { totalMemory, freeMemory } = sys.sysinfo()
    for (const [key, bytes] of [
      ['MemTotal', totalMemory],
      ['MemFree', freeMemory],
      ['MemAvailable', freeMemory],
    ] as const)
      info.set(key, bytes)
  }
  return (key) => info.get(key) ?? 0
}

const UNITS = ['B', 'Ki', 'Mi', 'Gi', 'Ti']
/** procps picks the first unit in which the number fits four columns. */
function human(bytes: number): string {
  let power = 0
  let value = bytes
  while (value >= 1024 && power < UNITS.length - 1) {
    value /= 1024
    power++
  }
  const text = power > 0 && value < 10 ? value.toFixed(1).slice(0, 3) : String(Math.floor(value))
  return text + UNITS[power]
}

function formatter({ options: o }: Context): (bytes: number) => string {
  if (o.human) return human
  const unit = o.bytes ? 1 : o.mebi ? 1024 ** 2 : o.gibi ? 1024 ** 3 : 1024
  return (bytes) => String(Math.floor(bytes / unit))
}

async function show(context: Context, busybox: boolean): Promise<void> {
  const { sys, io, options: o } = context
  const get = await readMeminfo(sys)
  const format = formatter(context)
  const total = get('MemTotal')
  const free = get('MemFree')
  const cache = get('Cached') + get('SReclaimable')
  const buffers = get('Buffers')
  const available = get('MemAvailable') || free
  const used = busybox ? total - free - cache - buffers : total - available
  const swap = get('SwapTotal')
  const line = (label: string, numbers: readonly number[]): string =>
    `${label.padEnd(8)}${numbers.map((bytes) => format(bytes).padStart(12)).join('')}`
  const middle = o.wide ? [buffers, cache] : [buffers + cache]
  const titles = ['total', 'used', 'free', 'shared', ...(o.wide ? ['buffers', 'cache'] : ['buff/cache']), 'available']
  await io.print(`${' '.repeat(busybox ? 7 : 8)}${titles.map((title) => title.padStart(12)).join('')}\n`)
  const row = busybox
    ? (label: string, numbers: readonly number[]) =>
        `${label.padEnd(7)}${numbers.map((bytes) => format(bytes).padStart(12)).join('')}`
    : line
  await io.print(`${row('Mem:', [total, used, free, get('Shmem'), ...middle, available])}\n`)
  await io.print(`${row('Swap:', [swap, swap - get('SwapFree'), get('SwapFree')])}\n`)
  if (o.total)
    await io.print(`${row('Total:', [total + swap, used + swap - get('SwapFree'), free + get('SwapFree')])}\n`)
}

async function freeMain(context: Context, busybox: boolean): Promise<number> {
  const { options: o, sys, io } = context
  const interval = Number(o.seconds ?? 1) * 1000
  const count = o.count === undefined ? (o.seconds === undefined ? 1 : Infinity) : Number(o.count)
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      await io.print('\n')
      await io.out.flush()
      await sys.sleep(interval)
    }
    await show(context, busybox)
  }
  return 0
}

/** free: amount of memory in the system. procps-ng 4.0. */
export const free = defineProgram({
  name: 'procps/free',
  paths: ['/usr/bin/free'],
  covers: 'partial',
  lacks: ['--lohi', '--committed', '--tebi and above'],
  summary: 'display amount of free and used memory in the system',
  sizeBytes: 22992,
  usage: 'free [options]',
  options,
  main: (context) => freeMain(context, false),
})
export const busyboxFree = defineProgram({
  name: 'busybox/free',
  paths: ['/usr/bin/free'],
  covers: 'partial',
  summary: 'display free and used memory (busybox)',
  sizeBytes: 808712,
  usage: 'free [-bkmgh]',
  options,
  main: (context) => freeMain(context, true),
})
