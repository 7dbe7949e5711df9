import {
  EACCES,
  ENOENT,
  ESRCH,
  O_ACCMODE,
  O_RDONLY,
  O_WRONLY,
  R_OK,
  S_IFREG,
  type Stat,
  type SysvKind,
  X_OK,
} from '@drydock/abi'
import type { FileDescription } from '../../file-description.ts'
import { Dentry } from '../../vfs/dentry.ts'
import type { Inode } from '../../vfs/inode.ts'
import { Location } from '../../vfs/location.ts'
import { Mount } from '../../vfs/mount.ts'
import { locationOf } from '../../vfs/open-file.ts'
import type { PathContext } from '../../vfs/path-context.ts'
import { pathOf } from '../../vfs/path-name.ts'
import { PseudoFileSystem } from '../pseudo-file-system.ts'
import {
  DynamicDirectory,
  PseudoDirectory,
  PseudoInode,
  PseudoLink,
  type PseudoMaker,
  TextFile,
} from '../pseudo-inode.ts'
import { NET_FILES } from './net-files.ts'
import { PROCESS_FILES } from './process-files.ts'
import type { NamespaceName, ProcSource, ProcTask } from './proc-source.ts'
import { makeSysctlDirectory } from './sysctl.ts'
import { SYSTEM_FILES } from './system-files.ts'

/** /proc of one pid namespace. proc(5). */
export class Procfs extends PseudoFileSystem {
  override readonly type = 'proc'
  override readonly root: Inode
  readonly source: ProcSource
  /** Carries inodes that have no name anywhere: what /proc/PID/fd leads to for pipes and sockets. */
  private readonly nameless: Mount

  constructor(source: ProcSource) {
    super(source.clock)
    this.source = source
    this.root = new ProcRoot(this)
    this.nameless = new Mount(0, this, new Dentry(new PseudoInode(this, S_IFREG), undefined, ''), 'none', 0)
  }

  nowhere(inode: Inode, name: string): Location {
    return new Location(this.nameless, new Dentry(inode, undefined, name))
  }
}

function readerPid(source: ProcSource, context: PathContext | undefined): number {
  const pid = source.pidOf(context?.task)
  if (pid === undefined) throw ENOENT
  return pid
}

class ProcRoot extends DynamicDirectory<ProcTask> {
  private readonly source: ProcSource
  private readonly procfs: Procfs

  constructor(fs: Procfs) {
    super(fs, rootEntries(fs))
    this.source = fs.source
    this.procfs = fs
  }

  protected override names(): Iterable<string> {
    return this.source.pids().map(String)
  }
  protected override find(name: string): ProcTask | undefined {
    return /^[1-9]\d*$/.test(name) ? this.source.task(Number(name)) : undefined
  }
  protected override makeChild(task: ProcTask): Inode {
    return new TaskDirectory(this.procfs, task, true)
  }
}

function rootEntries(fs: Procfs): Map<string, PseudoMaker> {
  const { source } = fs
  const self = (): Inode => new PseudoLink(fs, (context) => String(readerPid(source, context)))
  const threadSelf = (): Inode =>
    new PseudoLink(fs, (context) => {
      const pid = readerPid(source, context)
      return `${pid}/task/${pid}`
    })
  const files = Array.from(SYSTEM_FILES, ([name, text]): [string, PseudoMaker] => [
    name,
    () => new TextFile(fs, { read: (reader) => text(source, reader, () => source.sysinfo()) }),
  ])
  // Hardware that this kernel has none of; dockerd hides or protects these in containers.
  const empty = ['acpi', 'bus', 'fs', 'irq', 'scsi'].map((name): [string, PseudoMaker] => [
    name,
    () => new PseudoDirectory(fs, new Map()),
  ])
  return new Map<string, PseudoMaker>([
    ...files,
    ...empty,
    ['mounts', () => new PseudoLink(fs, () => 'self/mounts')],
    ['net', () => new PseudoLink(fs, () => 'self/net')],
    ['pressure', () => pressureDirectory(fs)],
    ['self', self],
    ['sys', () => makeSysctlDirectory(fs, source)],
    ['sysvipc', () => sysvDirectory(fs)],
    ['thread-self', threadSelf],
  ])
}

/** proc_sysvipc(5). */
function sysvDirectory(fs: Procfs): Inode {
  const file = (kind: SysvKind): [string, PseudoMaker] => [
    kind,
    () => new TextFile(fs, { read: (reader) => fs.source.sysvipc(reader, kind) }),
  ]
  return new PseudoDirectory(fs, new Map((['msg', 'sem', 'shm'] as const).map(file)))
}

/** Pressure stall information: nobody ever waits here for what the machine lacks. psi.rst */
function pressureDirectory(fs: Procfs): Inode {
  const line = (kind: string): string => `${kind} avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`
  const read = (): string => line('some') + line('full')
  const file = (name: string): [string, PseudoMaker] => [name, () => new TextFile(fs, { read })]
  return new PseudoDirectory(fs, new Map(['cpu', 'io', 'memory'].map(file)))
}

/** Only root and the owner look into a process. ptrace(2), "Ptrace access mode checking", in short. */
function requireAccess(task: ProcTask, context: PathContext | undefined): void {
  if (context === undefined) return
  const { uid } = context.credentials
  if (uid !== 0 && uid !== task.info().uid) throw EACCES
}

/** A link to a place that the process has: cwd, root, exe. */
function placeLink(fs: Procfs, task: ProcTask, place: () => Location | undefined): Inode {
  const find = (context: PathContext | undefined): Location => {
    requireAccess(task, context)
    const location = place()
    if (location === undefined) throw ENOENT
    return location
  }
  return new PseudoLink(fs, (context) => pathOf(find(context), context?.root), find, task.info())
}

/** /proc/PID, and /proc/PID/task/PID, which has no `task` of its own. */
class TaskDirectory extends PseudoDirectory {
  constructor(fs: Procfs, task: ProcTask, hasThreads: boolean) {
    super(fs, taskEntries(fs, task, hasThreads), task.info())
  }
}

function taskEntries(fs: Procfs, task: ProcTask, hasThreads: boolean): Map<string, PseudoMaker> {
  const owner = task.info()
  const files = PROCESS_FILES.map(({ name, permissions, source }): [string, PseudoMaker] => [
    name,
    () => new TextFile(fs, source(task, fs.source), permissions, owner),
  ])
  const net = Array.from(NET_FILES, ([name, text]): [string, PseudoMaker] => [
    name,
    () => new TextFile(fs, { read: () => text(task) }),
  ])
  const entries = new Map<string, PseudoMaker>([
    ...files,
    ['cwd', () => placeLink(fs, task, () => task.cwd())],
    ['exe', () => placeLink(fs, task, () => task.exe())],
    ['fd', () => new FdDirectory(fs, task, fdLink)],
    ['fdinfo', () => new FdDirectory(fs, task, fdInfo)],
    ['net', () => new PseudoDirectory(fs, new Map(net))],
    ['ns', () => new PseudoDirectory(fs, namespaceEntries(fs, task), owner)],
    ['root', () => placeLink(fs, task, () => task.root())],
  ])
  if (hasThreads) {
    const thread = new Map([[String(task.info().pid), () => new TaskDirectory(fs, task, false)]])
    entries.set('task', () => new PseudoDirectory(fs, thread, owner))
  }
  return entries
}

/** A namespace that goes when nobody holds it any more. */
interface Counted {
  retain(): unknown
  release(): void
}
const isCounted = (namespace: object | undefined): namespace is Counted =>
  namespace !== undefined && 'retain' in namespace && 'release' in namespace

/** What /proc/PID/ns/NAME leads to: holds the namespace, also after its processes are gone. namespaces(7). */
export class NamespaceInode extends PseudoInode {
  readonly name: NamespaceName
  /** The kernel's object; undefined where the source does not give it. */
  readonly namespace: object | undefined
  private readonly id: number | undefined

  /** @param id  the number in brackets, which is the file's inode number as well */
  constructor(fs: PseudoFileSystem, name: NamespaceName, namespace: object | undefined, id: number | undefined) {
    super(fs, S_IFREG | 0o444)
    this.name = name
    this.namespace = namespace
    this.id = id
  }

  override stat(): Stat {
    const stat = super.stat()
    return { ...stat, ino: this.id ?? stat.ino }
  }

  override hold(): () => void {
    const { namespace } = this
    if (!isCounted(namespace)) return () => undefined
    namespace.retain()
    return () => namespace.release()
  }
}

/** `net -> net:[4026531840]`. */
function namespaceLink(fs: Procfs, task: ProcTask, name: NamespaceName): Inode {
  const text = (): string => {
    const id = task.namespaceIds().get(name)
    if (id === undefined) throw ENOENT
    return `${name}:[${id}]`
  }
  const follow = (context: PathContext): Location => {
    requireAccess(task, context)
    return fs.nowhere(new NamespaceInode(fs, name, task.namespaceObject?.(name), task.namespaceIds().get(name)), text())
  }
  return new PseudoLink(fs, text, follow, task.info())
}

function namespaceEntries(fs: Procfs, task: ProcTask): Map<string, PseudoMaker> {
  const names = [...task.namespaceIds().keys()].sort()
  return new Map(names.map((name) => [name, () => namespaceLink(fs, task, name)]))
}

type FdChild = (fs: Procfs, task: ProcTask, description: FileDescription, fd: string) => Inode

/** /proc/PID/fd: what the descriptors are open on. proc_pid_fd(5). */
class FdDirectory extends DynamicDirectory<FileDescription> {
  private readonly procfs: Procfs
  private readonly task: ProcTask
  private readonly child: FdChild

  constructor(fs: Procfs, task: ProcTask, child: FdChild) {
    super(fs, new Map(), task.info(), 0o500)
    this.procfs = fs
    this.task = task
    this.child = child
  }

  protected override *names(): Iterable<string> {
    for (const [fd] of this.task.descriptors()) yield String(fd)
  }
  protected override find(name: string): FileDescription | undefined {
    if (!/^\d+$/.test(name)) return undefined
    for (const [fd, description] of this.task.descriptors()) if (fd === Number(name)) return description
    return undefined
  }
  protected override makeChild(description: FileDescription, name: string): Inode {
    return this.child(this.procfs, this.task, description, name)
  }
}

/** A description that can be opened anew, as a pipe's end can through /proc/PID/fd. */
interface Reopenable {
  reopen?(flags: number): FileDescription
}

/** Stands for a description without a name; opening it opens what is behind it. */
class DescriptionInode extends PseudoInode {
  private readonly description: FileDescription & Reopenable

  constructor(fs: Procfs, description: FileDescription & Reopenable) {
    super(fs, description.stat().mode, description.stat())
    this.description = description
  }

  override stat(): ReturnType<FileDescription['stat']> {
    return this.description.stat()
  }
  override open(flags: number): FileDescription {
    return this.description.reopen?.(flags) ?? this.description.retain()
  }
}

function fdLink(fs: Procfs, task: ProcTask, description: FileDescription): Inode {
  const text = (context: PathContext | undefined): string => {
    requireAccess(task, context)
    const location = locationOf(description)
    return location === undefined ? description.path : pathOf(location, context?.root)
  }
  const follow = (context: PathContext): Location => {
    requireAccess(task, context)
    return locationOf(description) ?? fs.nowhere(new DescriptionInode(fs, description), description.path)
  }
  return new PseudoLink(fs, text, follow, task.info(), linkPermissions(description.flags))
}

function linkPermissions(flags: number): number {
  const mode = flags & O_ACCMODE
  const read = mode === O_WRONLY ? 0 : R_OK
  const write = mode === O_RDONLY ? 0 : 2
  return (read | write | X_OK) << 6
}

function fdInfo(fs: Procfs, task: ProcTask, description: FileDescription): Inode {
  const read = (): string => {
    if (task.info().state === 'Z') throw ESRCH
    return `pos:\t0\nflags:\t0${description.flags.toString(8)}\nmnt_id:\t1\nino:\t${description.stat().ino}\n`
  }
  return new TextFile(fs, { read }, 0o400, task.info())
}
