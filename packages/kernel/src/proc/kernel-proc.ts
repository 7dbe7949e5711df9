import {
  type Clock,
  type Entropy,
  ENODEV,
  type ResourceName,
  type Sysinfo,
  type SysvKind,
  type Utsname,
} from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import type { NamespaceName, ProcLock, ProcSource, ProcTask } from '../fs/index.ts'
import type { KernelParts } from '../kernel-parts.ts'
import { Ipv6Conf, type NetNamespace } from '../net/index.ts'
import { describeTask } from '../task/describe.ts'
import type { UserNamespace } from '../namespace/user-namespace.ts'
import type { Pid, PidNamespace } from '../task/pid.ts'
import { Task } from '../task/task.ts'
import {
  capabilitiesOf,
  type Inode,
  type Location,
  type MountNamespace,
  OpenFile,
  type PathContext,
} from '../vfs/index.ts'
import { sysinfo, uname } from '../system-info.ts'

/** @throws ENODEV for a reader that is no task of ours */
function readerOf({ task }: PathContext): Task {
  if (!(task instanceof Task)) throw ENODEV
  return task
}

/** A task as procfs shows it. */
class TaskView implements ProcTask {
  private readonly task: Task
  private readonly namespace: PidNamespace

  constructor(task: Task, namespace: PidNamespace) {
    this.task = task
    this.namespace = namespace
  }

  info(): ReturnType<ProcTask['info']> {
    return describeTask(this.namespace, this.task)
  }
  env(): ReadonlyMap<string, string> {
    return this.task.image.env
  }
  cwd(): Location | undefined {
    return this.ifAlive(this.task.cwd)
  }
  root(): Location | undefined {
    return this.ifAlive(this.task.root)
  }
  exe(): Location | undefined {
    return this.ifAlive(this.task.image.exe)
  }
  mountNamespace(): MountNamespace | undefined {
    return this.ifAlive(this.task.namespace)
  }
  netNamespace(): NetNamespace | undefined {
    return this.ifAlive(this.task.namespaces.net)
  }
  *descriptors(): Iterable<readonly [number, FileDescription]> {
    for (const [fd, { description }] of this.task.fds.open()) yield [fd, description]
  }
  namespaceIds(): ReadonlyMap<NamespaceName, number> {
    const { namespaces, namespace, pidNamespace } = this.task
    return new Map<NamespaceName, number>([
      ['cgroup', namespaces.cgroup.id],
      ['ipc', namespaces.ipc.id],
      ['mnt', namespace.id],
      ['net', this.netNumber()],
      ['pid', pidNamespace.id],
      ['pid_for_children', namespaces.pidForChildren.id],
      ['time', TIME_NAMESPACE],
      ['time_for_children', TIME_NAMESPACE],
      ['user', this.task.credentials.user?.id ?? USER_NAMESPACE],
      ['uts', namespaces.uts.id],
    ])
  }
  /** The first one has a number of its own; inodes of the others are out of everybody's way. */
  private netNumber(): number {
    const { net } = this.task.namespaces
    const first = this.task.parts.rootPids.init?.namespaces.net
    return net === first ? FIRST_NET : LATER_NET + net.ino
  }
  namespaceObject(name: NamespaceName): object | undefined {
    const { namespaces, namespace, pidNamespace } = this.task
    const { cgroup, ipc, net, uts } = namespaces
    const objects: Partial<Record<NamespaceName, object | undefined>> = {
      ...{ cgroup, ipc, mnt: namespace, net, pid: pidNamespace, uts },
      pid_for_children: this.task.namespaces.pidForChildren,
      user: this.task.credentials.user,
    }
    return objects[name]
  }
  cgroup(reader: PathContext): string {
    const top = readerOf(reader).namespaces.cgroup.root.path
    const { path } = this.task.cgroup
    if (top === '/') return path
    return path === top ? '/' : path.startsWith(`${top}/`) ? path.slice(top.length) : `/..${path}`
  }
  limit(resource: ResourceName): { soft: number; hard: number } {
    return this.task.limits.get(resource)
  }
  groups(): readonly number[] {
    return this.task.credentials.groups
  }
  identity(): ReturnType<ProcTask['identity']> {
    const { uid, gid, savedUid, credentials, noNewPrivileges, seccomp } = this.task
    return {
      uids: [uid, credentials.uid, savedUid, credentials.uid],
      gids: [gid, credentials.gid, credentials.gid, credentials.gid],
      capabilities: capabilitiesOf(credentials),
      noNewPrivileges,
      seccomp: seccomp ? 2 : 0,
    }
  }
  nestedIds(): ReturnType<ProcTask['nestedIds']> {
    const { pid, group } = this.task
    const inner: PidNamespace[] = []
    for (let at: PidNamespace | undefined = pid.namespace; at; at = at.parent) {
      inner.unshift(at)
      if (at === this.namespace) break
    }
    const numbers = (of: Pid): number[] => inner.map((namespace) => of.in(namespace))
    return { pid: numbers(pid), pgid: numbers(group.pid), sid: numbers(group.session.pid) }
  }
  user(): UserNamespace | undefined {
    return this.task.credentials.user
  }
  transfers(): ReturnType<ProcTask['transfers']> {
    return this.task.transfers
  }
  childrenCpuMs(): number {
    return this.task.childrenCpuMs
  }
  children(): readonly number[] {
    return [...this.task.children].map((child) => child.pid.in(this.namespace)).sort((a, b) => a - b)
  }
  rename(name: string): void {
    this.task.image.comm = name.slice(0, 15)
  }
  umask(): number {
    return this.task.umask
  }
  tracer(): number {
    return this.task.tracer?.owner.pid.in(this.namespace) ?? 0
  }
  signals(): ReturnType<ProcTask['signals']> {
    const all = [...this.task.signals.dispositions()]
    return {
      pending: this.task.signals.pending,
      queued: this.task.signals.pending.size,
      limit: this.task.limits.get('SIGPENDING').soft,
      ignored: all.filter(([, { disposition }]) => disposition === 'SIG_IGN').map(([signal]) => signal),
      caught: all.filter(([, { disposition }]) => typeof disposition === 'function').map(([signal]) => signal),
    }
  }
  oomScoreAdj(): number {
    return this.task.oomScoreAdj
  }
  setOomScoreAdj(value: number): void {
    this.task.oomScoreAdj = value
  }

  private ifAlive<T>(value: T): T | undefined {
    return this.task.alive ? value : undefined
  }
}

const TIME_NAMESPACE = 4026531834
const USER_NAMESPACE = 4026531837
const FIRST_NET = 4026531840
const LATER_NET = 4026600000

/** What a proc mount of one pid namespace shows. */
export class KernelProc implements ProcSource {
  readonly clock: Clock
  readonly entropy: Entropy
  private readonly parts: KernelParts
  private readonly namespace: PidNamespace
  private readonly views = new WeakMap<Task, TaskView>()

  constructor(parts: KernelParts, namespace: PidNamespace) {
    this.parts = parts
    this.namespace = namespace
    this.clock = parts.clock
    this.entropy = parts.entropy
  }

  pidOf(task: object | undefined): number | undefined {
    return task instanceof Task ? task.pid.in(this.namespace) || undefined : undefined
  }
  pids(): readonly number[] {
    return this.namespace.tasks().map((task) => task.pid.in(this.namespace))
  }
  task(pid: number): ProcTask | undefined {
    const task = this.namespace.find(pid)?.task
    if (task === undefined) return undefined
    const known = this.views.get(task)
    if (known) return known
    const made = new TaskView(task, this.namespace)
    this.views.set(task, made)
    return made
  }
  sysinfo(): Sysinfo {
    return sysinfo(this.parts)
  }
  bootTimeMs(): number {
    return this.parts.bootTimeMs
  }
  uname(reader: PathContext): Utsname {
    return uname(readerOf(reader))
  }
  sethostname(reader: PathContext, name: string): void {
    readerOf(reader).namespaces.uts.hostname = name
  }
  settings(reader: PathContext, kind: 'net' | 'ipc' | undefined): Map<string, string> {
    const { settings } = this.parts
    const key = kind ? readerOf(reader).namespaces[kind] : this.parts
    const known = settings.get(key) ?? new Map<string, string>()
    settings.set(key, known)
    return known
  }
  network(reader: PathContext): NetNamespace {
    return readerOf(reader).namespaces.net
  }
  uts(reader: PathContext): { domainname: string; machine: string } {
    return readerOf(reader).namespaces.uts
  }
  sysvipc(reader: PathContext, kind: SysvKind): string {
    return readerOf(reader).namespaces.ipc.text(kind)
  }
  ipv6(reader: PathContext): Ipv6Conf {
    return new Ipv6Conf(readerOf(reader).namespaces.net.stack)
  }
  ipForward(reader: PathContext): boolean {
    return readerOf(reader).namespaces.net.stack.forwarding
  }
  setIpForward(reader: PathContext, on: boolean): void {
    readerOf(reader).namespaces.net.stack.forwarding = on
  }
  forks(): number {
    return this.parts.rootPids.lastPid
  }
  cpuMs(): number {
    return this.parts.rootCgroup.cpuMs
  }
  locks(): ProcLock[] {
    const found: ProcLock[] = []
    const seen = new Set<object>()
    for (const task of this.namespace.tasks())
      for (const [, { description }] of task.fds.open()) {
        if (!(description instanceof OpenFile)) continue
        const { inode } = description
        if (!seen.has(description)) found.push(...this.wholeLock(task, description))
        if (!seen.has(inode)) found.push(...this.recordLocks(inode))
        seen.add(description).add(inode)
      }
    return found
  }
  private wholeLock(task: Task, file: OpenFile): ProcLock[] {
    const held = file.inode.lock?.heldBy(file)
    if (!held) return []
    const place = { dev: file.inode.fs.dev, ino: file.inode.ino, start: 0, end: Infinity }
    return [{ kind: 'FLOCK', type: held === 'shared' ? 'READ' : 'WRITE', pid: task.pid.in(this.namespace), ...place }]
  }
  private recordLocks({ records, fs, ino }: Inode): ProcLock[] {
    return (records?.all ?? []).flatMap(({ owner, type, start, end }) => {
      const pid = this.pidOf(owner)
      const kind = type === 'read' ? 'READ' : 'WRITE'
      return pid === undefined
        ? []
        : [{ kind: 'POSIX' as const, type: kind, pid, dev: fs.dev, ino, start, end: end - 1 } as const]
    })
  }
  blocks(): ReturnType<ProcSource['blocks']> {
    return this.parts.blocks.layer
  }
  dmesg(): readonly string[] {
    return this.parts.log.lines()
  }
}
