import { EBUSY, EINVAL, ENOENT, ESRCH } from '@drydock/abi'
import type { TextSource } from '../fs/index.ts'
import { Task } from '../task/task.ts'
import type { PathContext } from '../vfs/index.ts'
import type { Cgroup } from './cgroup.ts'

/** The files of a control group by name. cgroup-v2.rst, "Core Interface Files" and "Controllers". */

const CONTROLLERS = 'cpuset cpu io memory pids'

type Row = readonly [name: string, make: (group: Cgroup) => TextSource]

const number = (text: string): number => {
  const value = Number(text.trim())
  if (!Number.isFinite(value) || value < 0) throw EINVAL
  return value
}
const limitText = (value: number): string => (value === Infinity ? 'max' : String(value))
const limitOf = (text: string): number => (text.trim() === 'max' ? Infinity : number(text))
const lines = (entries: readonly (readonly [string, number])[]): string =>
  entries.map(([key, value]) => `${key} ${Math.round(value)}\n`).join('')
const us = (ms: number): number => Math.round(ms * 1000)

/** @throws ESRCH when the reader is no task of ours */
function reader(context: PathContext): Task {
  if (!(context.task instanceof Task)) throw ESRCH
  return context.task
}

function members(group: Cgroup, context: PathContext): string {
  const { pidNamespace } = reader(context)
  const pids = [...group.members].map((task) => task.pid.in(pidNamespace))
  return pids
    .sort((a, b) => a - b)
    .map((pid) => `${pid}\n`)
    .join('')
}

function moveHere(group: Cgroup, text: string, context: PathContext): void {
  const caller = reader(context)
  const pid = number(text)
  const task = pid === 0 ? caller : caller.pidNamespace.find(pid)?.task
  if (!task?.alive) throw ESRCH
  group.move(task)
}

const CORE: readonly Row[] = [
  ['cgroup.procs', procs],
  ['cgroup.threads', procs],
  ['cgroup.controllers', () => ({ read: () => `${CONTROLLERS}\n` })],
  ['cgroup.subtree_control', () => ({ read: () => `${CONTROLLERS}\n`, write: () => {} })],
  ['cgroup.type', () => ({ read: () => 'domain\n', write: () => {} })],
  ['cgroup.max.depth', () => ({ read: () => 'max\n' })],
  ['cgroup.max.descendants', () => ({ read: () => 'max\n' })],
  ['cpu.stat', (group) => ({ read: () => cpuStat(group) })],
  ['memory.stat', (group) => ({ read: () => memoryStat(group) })],
  ['io.stat', () => ({ read: () => '' })],
]

/** What the root group lacks. */
const LIMITS: readonly Row[] = [
  [
    'cgroup.events',
    (group) => ({
      read: () =>
        lines([
          ['populated', Number(group.populated)],
          ['frozen', Number(group.frozen)],
        ]),
    }),
  ],
  [
    'cgroup.freeze',
    (group) => ({
      read: () => `${Number(group.freeze)}\n`,
      write: (text) => {
        group.freeze = number(text) === 1
      },
    }),
  ],
  ['cgroup.kill', (group) => ({ write: (text) => (number(text) === 1 ? group.killAll() : undefined) })],
  ['cpu.max', (group) => ({ read: () => cpuMax(group), write: (text) => setCpuMax(group, text) })],
  [
    'cpu.weight',
    (group) => ({
      read: () => `${group.cpuWeight}\n`,
      write: (text) => {
        group.cpuWeight = number(text)
      },
    }),
  ],
  ['cpuset.cpus', () => ({ read: () => '\n', write: () => {} })],
  ['cpuset.cpus.effective', () => ({ read: () => '0-3\n' })],
  ['cpuset.mems', () => ({ read: () => '\n', write: () => {} })],
  ['memory.current', (group) => ({ read: () => `${group.memoryBytes}\n` })],
  ['memory.peak', (group) => ({ read: () => `${group.memoryPeak}\n` })],
  [
    'memory.max',
    (group) =>
      limit(
        () => group.memoryMax,
        (value) => setMemoryMax(group, value),
      ),
  ],
  [
    'memory.high',
    (group) =>
      limit(
        () => group.memoryHigh,
        (value) => void (group.memoryHigh = value),
      ),
  ],
  [
    'memory.low',
    (group) =>
      limit(
        () => group.memoryLow,
        (value) => void (group.memoryLow = value),
      ),
  ],
  [
    'memory.swap.max',
    (group) =>
      limit(
        () => group.swapMax,
        (value) => void (group.swapMax = value),
      ),
  ],
  ['memory.swap.current', () => ({ read: () => '0\n' })],
  ['memory.events', (group) => ({ read: () => memoryEvents(group) })],
  ['memory.oom.group', () => ({ read: () => '0\n', write: () => {} })],
  ['pids.current', (group) => ({ read: () => `${group.pids}\n` })],
  ['pids.peak', (group) => ({ read: () => `${group.pidsPeak}\n` })],
  [
    'pids.max',
    (group) =>
      limit(
        () => group.pidsMax,
        (value) => void (group.pidsMax = value),
      ),
  ],
  ['pids.events', (group) => ({ read: () => lines([['max', group.events.maxPids]]) })],
]

function procs(group: Cgroup): TextSource {
  return {
    read: (context) => members(group, context),
    write: (text, context) => moveHere(group, text, context),
  }
}

const limit = (get: () => number, set: (value: number) => void): TextSource => ({
  read: () => `${limitText(get())}\n`,
  write: (text) => set(limitOf(text)),
})

function setMemoryMax(group: Cgroup, value: number): void {
  group.memoryMax = value
  group.checkMemory()
}

const cpuMax = ({ bandwidth }: Cgroup): string => `${limitText(bandwidth.quotaUs)} ${bandwidth.periodUs}\n`

function setCpuMax({ bandwidth }: Cgroup, text: string): void {
  const [quota = '', period] = text.trim().split(/\s+/)
  bandwidth.quotaUs = limitOf(quota)
  if (period !== undefined) bandwidth.periodUs = number(period)
}

function cpuStat({ cpuMs, bandwidth }: Cgroup): string {
  return lines([
    ['usage_usec', us(cpuMs)],
    ['user_usec', us(cpuMs * 0.7)],
    ['system_usec', us(cpuMs * 0.3)],
    ['nr_periods', bandwidth.periods],
    ['nr_throttled', bandwidth.throttledPeriods],
    ['throttled_usec', us(bandwidth.throttledMs)],
  ])
}

function memoryStat(group: Cgroup): string {
  return lines([
    ['anon', group.memoryBytes - group.ramdiskBytes],
    ['file', group.ramdiskBytes],
    ['kernel', 0],
    ['shmem', group.ramdiskBytes],
    ['inactive_anon', 0],
    ['active_anon', group.memoryBytes - group.ramdiskBytes],
    ['inactive_file', 0],
    ['active_file', 0],
    ['pgfault', 0],
    ['pgmajfault', 0],
  ])
}

const memoryEvents = ({ events }: Cgroup): string =>
  lines([
    ['low', 0],
    ['high', 0],
    ['max', events.oomKill],
    ['oom', events.oomKill],
    ['oom_kill', events.oomKill],
    ['oom_group_kill', 0],
  ])

export const controlFiles = (group: Cgroup): ReadonlyMap<string, TextSource> =>
  new Map([...CORE, ...(group.parent ? LIMITS : [])].map(([name, make]) => [name, make(group)]))

/** rmdir(2) of a group. @throws EBUSY while somebody is in it, ENOENT */
export function removeChild(group: Cgroup, name: string): void {
  const child = group.children.get(name)
  if (child === undefined) throw ENOENT
  if (child.children.size > 0 || child.members.size > 0) throw EBUSY
  group.children.delete(name)
}
