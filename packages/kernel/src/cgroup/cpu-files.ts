import { EINVAL } from '@drydock/abi'
import type { Cgroup } from './cgroup.ts'
import type { ControlFile } from './control-files.ts'
import { counters, limitOf, limitText, natural, pressure, shows, within } from './value-text.ts'

/** cgroup-v2.rst, "CPU Interface Files" and "Cpuset Interface Files". */

const LEAST_QUOTA_US = 1000
const MOST_PERIOD_US = 1_000_000
const us = (ms: number): number => Math.round(ms * 1000)

const cpuMax = ({ bandwidth }: Cgroup): string => `${limitText(bandwidth.quotaUs)} ${bandwidth.periodUs}\n`

/** @throws EINVAL for less than a millisecond or a period of more than a second */
function setCpuMax({ bandwidth }: Cgroup, text: string): void {
  const [first = '', second] = text.trim().split(/\s+/)
  const quota = limitOf(first)
  const period = second === undefined ? bandwidth.periodUs : natural(second)
  if (quota < LEAST_QUOTA_US || period < LEAST_QUOTA_US || period > MOST_PERIOD_US) throw EINVAL
  bandwidth.quotaUs = quota
  bandwidth.periodUs = period
}

const usage = ({ cpuMs }: Cgroup): [string, number][] => [
  ['usage_usec', us(cpuMs)],
  ['user_usec', us(cpuMs * 0.7)],
  ['system_usec', us(cpuMs * 0.3)],
  ['core_sched.force_idle_usec', 0],
]

const throttling = ({ bandwidth }: Cgroup): [string, number][] => [
  ['nr_periods', bandwidth.periods],
  ['nr_throttled', bandwidth.throttledPeriods],
  ['throttled_usec', us(bandwidth.throttledMs)],
  ['nr_bursts', 0],
  ['burst_usec', 0],
]

/** sched_prio_to_weight of Linux, for nice -20 to 19, as cpu.weight counts. */
const niceOf = (weight: number): number =>
  Math.max(-20, Math.min(19, -Math.round(Math.log(weight / 100) / Math.log(1.25))))

export const CPU_FILES: readonly ControlFile[] = [
  {
    name: 'cpu.idle',
    on: 'not-root',
    controller: 'cpu',
    make: (group) => ({
      read: () => `${group.settings.get('cpu.idle') ?? 0}\n`,
      write: (text) => void group.settings.set('cpu.idle', String(within(text, 0, 1))),
    }),
  },
  {
    name: 'cpu.max',
    on: 'not-root',
    controller: 'cpu',
    make: (group) => ({ read: () => cpuMax(group), write: (text) => setCpuMax(group, text) }),
  },
  {
    name: 'cpu.max.burst',
    on: 'not-root',
    controller: 'cpu',
    make: (group) => ({
      read: () => `${group.settings.get('cpu.max.burst') ?? 0}\n`,
      write: (text) => void group.settings.set('cpu.max.burst', String(natural(text))),
    }),
  },
  { name: 'cpu.pressure', make: () => pressure() },
  {
    name: 'cpu.stat',
    make: (group) =>
      shows(() => counters([...usage(group), ...(group.has('cpu') && group.parent ? throttling(group) : [])])),
  },
  {
    name: 'cpu.stat.local',
    on: 'not-root',
    make: (group) => shows(() => counters([['throttled_usec', us(group.bandwidth.throttledMs)]])),
  },
  {
    name: 'cpu.weight',
    on: 'not-root',
    controller: 'cpu',
    make: (group) => ({
      read: () => `${group.cpuWeight}\n`,
      write: (text) => {
        group.cpuWeight = within(text, 1, 10_000)
      },
    }),
  },
  {
    name: 'cpu.weight.nice',
    on: 'not-root',
    controller: 'cpu',
    make: (group) => ({
      read: () => `${niceOf(group.cpuWeight)}\n`,
      write: (text) => {
        const nice = Number(text.trim())
        if (!Number.isInteger(nice) || nice < -20 || nice > 19) throw EINVAL
        group.cpuWeight = Math.round(100 * 1.25 ** -nice)
      },
    }),
  },
]

/** `0-2,4` as numbers. @throws EINVAL */
function readList(text: string): number[] {
  const found: number[] = []
  for (const part of text.trim().split(',')) {
    if (part === '') continue
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
    if (first === undefined || Number(last) < Number(first)) throw EINVAL
    for (let each = Number(first); each <= Number(last) && found.length < 8192; each++) found.push(each)
  }
  return found
}

function listText(numbers: readonly number[]): string {
  const ranges: [number, number][] = []
  for (const each of numbers) {
    const last = ranges.at(-1)
    if (last && last[1] === each - 1) last[1] = each
    else ranges.push([each, each])
  }
  return ranges.map(([a, b]) => (a === b ? String(a) : `${a}-${b}`)).join(',')
}

/** The processors a group may use: what it asks for of what the group above has, or all of that. */
export function effectiveCpus(group: Cgroup): number[] {
  const above = group.parent ? effectiveCpus(group.parent) : Array.from({ length: group.host.cpus }, (_, cpu) => cpu)
  const wanted = readList(group.settings.get('cpuset.cpus') ?? '')
  const found = above.filter((cpu) => wanted.includes(cpu))
  return found.length > 0 ? found : above
}

const list = (name: string): ControlFile => ({
  name,
  on: 'not-root',
  controller: 'cpuset',
  make: (group) => ({
    read: () => `${group.settings.get(name) ?? ''}\n`,
    write: (text) => void group.settings.set(name, listText(readList(text))),
  }),
})

export const CPUSET_FILES: readonly ControlFile[] = [
  list('cpuset.cpus'),
  {
    name: 'cpuset.cpus.effective',
    controller: 'cpuset',
    make: (group) => shows(() => `${listText(effectiveCpus(group))}\n`),
  },
  {
    name: 'cpuset.cpus.partition',
    on: 'not-root',
    controller: 'cpuset',
    make: () => ({ read: () => 'member\n', write: refuseAllBut('member') }),
  },
  list('cpuset.mems'),
  { name: 'cpuset.mems.effective', controller: 'cpuset', make: () => shows(() => '0\n') },
]

const refuseAllBut =
  (word: string) =>
  (text: string): void => {
    if (text.trim() !== word) throw EINVAL
  }
