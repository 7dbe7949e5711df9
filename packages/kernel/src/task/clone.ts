import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  EAGAIN,
  ENOMEM,
  EPERM,
  ESRCH,
  type ForkOptions,
  type MaybePromise,
  type Process,
} from '@drydock/abi'
import type { Cgroup } from '../cgroup/cgroup.ts'
import { IpcNamespace } from '../namespace/ipc-namespace.ts'
import { type Namespaces, UtsNamespace } from '../namespace/namespaces.ts'
import {
  afterSetuid,
  capable,
  inNewUserNamespace,
  type Credentials,
  type Location,
  type MountNamespace,
} from '../vfs/index.ts'
import { UserNamespace } from '../namespace/user-namespace.ts'
import type { NetNamespace } from '../net/index.ts'
import { exitTask, oops, reaperOf } from './exit.ts'
import { Limits } from './limits.ts'
import { isUnexpected } from './pending-call.ts'
import { Pid, PidNamespace } from './pid.ts'
import { ProcessGroup, Session } from './process-group.ts'
import { type Image, Task } from './task.ts'
import { UNWIND } from './unwind.ts'

const NEW_ANY = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWCGROUP

export interface CloneOptions extends Omit<ForkOptions, 'cgroup'> {
  readonly cgroup?: Cgroup
}

/** New namespaces where `flags` ask for them. The caller holds its network namespace once more, or the new one. */
export function newNamespaces(task: Task, flags: number, group: Cgroup = task.cgroup): Namespaces {
  const { numbers } = task.parts
  const { uts, ipc, net, cgroup, pidForChildren } = task.namespaces
  const owner = task.credentials.user
  const newNet = (): NetNamespace => {
    const made = task.parts.network.createNamespace()
    made.owner = owner
    return made
  }
  return {
    uts: flags & CLONE_NEWUTS ? new UtsNamespace(numbers.next(), uts.hostname, owner) : uts,
    ipc: flags & CLONE_NEWIPC ? new IpcNamespace(numbers.next()) : ipc,
    net: flags & CLONE_NEWNET ? newNet() : net.retain(),
    cgroup: flags & CLONE_NEWCGROUP ? { id: numbers.next(), root: group } : cgroup,
    pidForChildren: flags & CLONE_NEWPID ? new PidNamespace(pidForChildren, numbers.next()) : pidForChildren,
  }
}

interface Places {
  readonly mounts: MountNamespace
  readonly root: Location
  readonly cwd: Location
}

export function newMounts(task: Task, flags: number): Places {
  const { namespace, root, cwd } = task
  if (!(flags & CLONE_NEWNS)) return { mounts: namespace, root, cwd }
  const clone = namespace.clone()
  clone.namespace.owner = task.credentials.user
  return { mounts: clone.namespace, root: clone.translate(root), cwd: clone.translate(cwd) }
}

/** CLONE_NEWUSER: a user namespace of its own, in which it may all. */
export function newUser(task: Task, flags: number): Credentials {
  const { credentials, parts } = task
  if (!(flags & CLONE_NEWUSER)) return credentials
  return inNewUserNamespace(credentials, new UserNamespace(parts.numbers.next(), credentials))
}

/** @throws EPERM: new namespaces are for root. clone(2) */
export function requireNamespaceRights(task: Task, flags: number): void {
  if (flags & NEW_ANY && !(flags & CLONE_NEWUSER) && !capable(task.credentials, 'sys_admin')) throw EPERM
}

/** @throws EAGAIN beyond RLIMIT_NPROC or pids.max, ENOMEM in a namespace whose init is dead */
function requireRoom(parent: Task, cgroup: Cgroup): void {
  const { init } = parent.namespaces.pidForChildren
  if (init && !init.alive) throw ENOMEM
  if (!cgroup.mayFork()) throw EAGAIN
  if (capable(parent.credentials, 'sys_resource')) return
  const { soft } = parent.limits.get('NPROC')
  if (parent.parts.rootPids.tasks().filter((task) => task.uid === parent.uid).length >= soft) throw EAGAIN
}

/**
 * Makes a child as clone(2) does, then the changes a child makes before exec: descriptors, session, group, signals.
 * It does not run yet.
 */
export function cloneTask(parent: Task, options: CloneOptions): Task {
  const flags = options.flags ?? 0
  const cgroup = options.cgroup ?? parent.cgroup
  requireNamespaceRights(parent, flags)
  requireRoom(parent, cgroup)
  const fds = options.fds ? parent.fds.select(options.fds) : parent.fds.copy()
  const namespaces = newNamespaces(parent, flags, cgroup)
  const { mounts, root, cwd } = newMounts(parent, flags)
  const pid = new Pid(namespaces.pidForChildren)
  pid.skip(options.threads ?? 0)
  const child = new Task({
    parts: parent.parts,
    pid,
    parent: parentOf(parent, options),
    group: parent.group,
    fds,
    namespaces,
    cgroup,
    mounts,
    root,
    cwd,
    credentials: newUser(parent, flags),
    umask: options.umask ?? parent.umask,
    limits: new Limits(parent.limits),
    image: childImage(parent, options),
  })
  child.nice = parent.nice
  child.cpuAlarmMs = child.limits.get('CPU').soft * 1000
  child.oomScoreAdj = parent.oomScoreAdj
  child.heapBytes = parent.heapBytes
  pid.namespace.init ??= child
  cgroup.join(child)
  try {
    prepare(parent, child, options)
    parent.tracer?.forked(parent, child)
    return child
  } catch (error) {
    child.parent?.children.delete(child)
    child.parent = undefined
    exitTask(child, { kind: 'exited', code: 127 })
    throw error
  }
}

/** @throws ESRCH: who is to have the child is gone */
function parentOf(caller: Task, { orphanOf }: CloneOptions): Task {
  if (orphanOf === undefined) return caller
  if (orphanOf === 'reaper') return reaperOf(caller) ?? caller
  const heir = caller.pidNamespace.find(orphanOf)?.task
  if (!heir?.alive) throw ESRCH
  return heir
}

const childImage = ({ image }: Task, { argv, env }: CloneOptions): Image => ({
  ...image,
  argv: argv ?? image.argv,
  env: env ?? image.env,
})

function prepare(parent: Task, child: Task, options: CloneOptions): void {
  child.signals.inheritIgnored(parent.signals)
  for (const signal of options.defaultSignals ?? [])
    child.signals.set(signal, { disposition: 'SIG_DFL', restart: false })
  for (const signal of options.ignoredSignals ?? []) child.signals.ignore(signal)
  if (options.setsid) startSession(child)
  else if (options.pgid !== undefined)
    joinGroup(child, options.pgid === 0 ? child.pid : findGroup(parent, options.pgid))
  if (options.ctty !== undefined) {
    const tty = child.fds.get(options.ctty).terminal()
    tty.own(child.group)
    child.parts.adoptTerminal(child, tty)
  }
  if (options.foreground) {
    const { tty } = child.group.session
    if (tty) tty.foreground = child.group
  }
  child.credentials = childCredentials(child, options)
  child.uid = options.uid ?? parent.uid
  child.savedUid = options.uid ?? parent.savedUid
  child.noNewPrivileges = parent.noNewPrivileges
  child.seccomp = parent.seccomp
  child.gid = options.gid ?? parent.gid
  if (options.cwd !== undefined) child.cwd = child.parts.files.chdir(child, options.cwd)
}

/** As the child's options say; a new group id brings its group alone. */
export function childCredentials({ credentials }: Task, { uid, gid }: CloneOptions): Credentials {
  const before = uid === undefined ? credentials : afterSetuid(credentials, uid)
  return gid === undefined ? before : { ...before, gid, groups: [gid] }
}

function findGroup(caller: Task, pgid: number): Pid {
  const pid = caller.pidNamespace.find(pgid)
  if (pid === undefined || pid.group?.session !== caller.group.session) throw EPERM
  return pid
}

/** Moves a task into the group known by `pid`, made when it is not there. */
export function joinGroup(task: Task, pid: Pid): void {
  const old = task.group
  const group = pid.group ?? new ProcessGroup(pid, old.session)
  if (group === old) return
  group.members.add(task)
  task.group = group
  old.remove(task)
}

/** setsid(2): a session and a group of its own, without a terminal. */
export function startSession(task: Task): void {
  const old = task.group
  task.group = new ProcessGroup(task.pid, new Session(task.pid))
  task.group.members.add(task)
  old.remove(task)
}

/** Gets the child going; its first steps come after those of the caller, as mostly on Linux. */
export function run(task: Task, main: (process: Process) => MaybePromise<number>): void {
  const { image } = task
  task.resume(() => {
    if (!task.alive || task.image !== image) return
    task.parts.scheduler.enter(task)
    void runToEnd(task, main)
  })
}

async function runToEnd(task: Task, main: (process: Process) => MaybePromise<number>): Promise<void> {
  const { image } = task
  const process: Process = { sys: task.parts.makeSys(task), argv: image.argv, env: image.env }
  try {
    const status = await main(process)
    if (task.image === image) exitTask(task, { kind: 'exited', code: status & 0xff })
  } catch (error) {
    if (error === UNWIND || task.image !== image) return
    if (isUnexpected(error) || error instanceof Error) oops(task, error)
  }
}
