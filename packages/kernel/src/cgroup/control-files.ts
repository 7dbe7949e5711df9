import { EBUSY, EINVAL, ESRCH } from '@drydock/abi'
import type { TextSource } from '../fs/index.ts'
import { Task } from '../task/task.ts'
import type { PathContext } from '../vfs/index.ts'
import type { Cgroup } from './cgroup.ts'
import { type Controller, CONTROLLERS, readChanges } from './controllers.ts'
import { CPU_FILES, CPUSET_FILES } from './cpu-files.ts'
import { IO_FILES } from './io-files.ts'
import { MEMORY_FILES } from './memory-files.ts'
import { counters, limit, natural, pressure, shows } from './value-text.ts'

/** A file of a control group. cgroup-v2.rst, "Core Interface Files" and "Controllers". */
export interface ControlFile {
  readonly name: string
  /** Undefined: every group has it. */
  readonly controller?: Controller
  /** Which groups have it; default all. */
  readonly on?: 'root' | 'not-root'
  make(group: Cgroup): TextSource
}

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
  const pid = natural(text)
  const task = pid === 0 ? caller : caller.pidNamespace.find(pid)?.task
  if (!task?.alive) throw ESRCH
  group.move(task)
}

const procs = (group: Cgroup): TextSource => ({
  read: (context) => members(group, context),
  write: (text, context) => moveHere(group, text, context),
})

/** Groups with members of their own cannot share out what these use. "No Internal Process Constraint" */
const DOMAIN: readonly Controller[] = ['memory', 'io']

function delegate(group: Cgroup, text: string): void {
  const changes = readChanges(text, (name) => group.has(name))
  for (const [name, on] of changes) {
    if (on && group.parent && DOMAIN.includes(name) && group.members.size > 0) throw EBUSY
    if (!on && [...group.children.values()].some((child) => child.delegated.has(name))) throw EBUSY
  }
  for (const [name, on] of changes) group.delegated.set(name, on)
}

/** cgroup.type: there is nothing to be threaded here. @throws EINVAL for anything but what it is */
function setType(text: string): void {
  if (text.trim() !== 'domain') throw EINVAL
}

const CORE: readonly ControlFile[] = [
  {
    name: 'cgroup.controllers',
    make: (group) => shows(() => `${CONTROLLERS.filter((name) => group.has(name)).join(' ')}\n`),
  },
  {
    name: 'cgroup.events',
    on: 'not-root',
    make: (group) => shows(() => `populated ${Number(group.populated)}\nfrozen ${Number(group.frozen)}\n`),
  },
  {
    name: 'cgroup.freeze',
    on: 'not-root',
    make: (group) => ({
      read: () => `${Number(group.freeze)}\n`,
      write: (text) => {
        group.freeze = flagOf(text)
      },
    }),
  },
  {
    name: 'cgroup.kill',
    on: 'not-root',
    make: (group) => ({
      write: (text) => {
        if (!flagOf(text)) throw EINVAL
        group.killAll()
      },
    }),
  },
  {
    name: 'cgroup.max.depth',
    make: (group) =>
      limit(
        () => group.maxDepth,
        (value) => void (group.maxDepth = value),
      ),
  },
  {
    name: 'cgroup.max.descendants',
    make: (group) =>
      limit(
        () => group.maxDescendants,
        (value) => void (group.maxDescendants = value),
      ),
  },
  { name: 'cgroup.pressure', on: 'not-root', make: (group) => kept(group, 'cgroup.pressure', '1') },
  { name: 'cgroup.procs', make: procs },
  {
    name: 'cgroup.stat',
    make: (group) => shows(() => `nr_descendants ${group.descendants}\nnr_dying_descendants 0\n`),
  },
  {
    name: 'cgroup.subtree_control',
    make: (group) => ({ read: () => `${group.delegated.text}\n`, write: (text) => delegate(group, text) }),
  },
  { name: 'cgroup.threads', make: procs },
  {
    name: 'cgroup.type',
    on: 'not-root',
    make: () => ({ read: () => 'domain\n', write: setType }),
  },
  { name: 'irq.pressure', make: () => pressure(['full']) },
]

const PIDS_FILES: readonly ControlFile[] = [
  { name: 'pids.current', on: 'not-root', controller: 'pids', make: (group) => shows(() => `${group.pids}\n`) },
  {
    name: 'pids.events',
    on: 'not-root',
    controller: 'pids',
    make: (group) => shows(() => counters([['max', group.pidsRefused]])),
  },
  {
    name: 'pids.max',
    on: 'not-root',
    controller: 'pids',
    make: (group) =>
      limit(
        () => group.pidsMax,
        (value) => void (group.pidsMax = value),
      ),
  },
  { name: 'pids.peak', on: 'not-root', controller: 'pids', make: (group) => shows(() => `${group.pidsPeak}\n`) },
]

function flagOf(text: string): boolean {
  const value = text.trim()
  if (value !== '0' && value !== '1') throw EINVAL
  return value === '1'
}

/** A setting that nothing in this kernel asks for. */
export const kept = (group: Cgroup, name: string, initial: string): TextSource => ({
  read: () => `${group.settings.get(name) ?? initial}\n`,
  write: (text) => void group.settings.set(name, text.trim()),
})

const ALL: readonly ControlFile[] = [
  ...CORE,
  ...CPU_FILES,
  ...CPUSET_FILES,
  ...IO_FILES,
  ...MEMORY_FILES,
  ...PIDS_FILES,
].sort((a, b) => (a.name < b.name ? -1 : 1))

const BY_NAME: ReadonlyMap<string, ControlFile> = new Map(ALL.map((file) => [file.name, file]))

const isRoot = (group: Cgroup): boolean => group.parent === undefined

const isOn = (group: Cgroup, { controller, on }: ControlFile): boolean =>
  (controller === undefined || group.has(controller)) && (on === undefined || (on === 'root') === isRoot(group))

/** The files that a group has now. */
export const filesOf = (group: Cgroup): ControlFile[] => ALL.filter((file) => isOn(group, file))

/** One of them. */
export function fileOf(group: Cgroup, name: string): ControlFile | undefined {
  const file = BY_NAME.get(name)
  return file && isOn(group, file) ? file : undefined
}
