import {
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUSER,
  CLONE_NEWUTS,
  EINVAL,
  EPERM,
  ESRCH,
} from '@drydock/abi'
import { newMounts, newNamespaces, newUser, requireNamespaceRights } from '../task/clone.ts'
import { UserNamespace } from '../namespace/user-namespace.ts'
import type { Task } from '../task/task.ts'
import { IpcNamespace } from '../namespace/ipc-namespace.ts'
import { type CgroupNamespace, type Namespaces, UtsNamespace } from '../namespace/namespaces.ts'
import { sysinfo, uname } from '../system-info.ts'
import { capable, capableIn, inNewUserNamespace, locationOf, MountNamespace } from '../vfs/index.ts'
import { NamespaceInode } from '../fs/index.ts'
import { NetNamespace } from '../net/index.ts'
import { PidNamespace } from '../task/pid.ts'
import { findTask } from './process.ts'
import type { SyscallTable } from './table.ts'

const HOST_NAME_MAX = 64

export const systemCalls: SyscallTable<
  | 'unshare'
  | 'pidfdGetfd'
  | 'setns'
  | 'setnsFd'
  | 'uname'
  | 'sethostname'
  | 'sysvGet'
  | 'sysvRemove'
  | 'sysinfo'
  | 'joinCgroup'
  | 'dmesg'
  | 'block'
> = {
  unshare(task, flags) {
    requireNamespaceRights(task, flags)
    task.credentials = newUser(task, flags)
    const before = task.namespaces
    task.namespaces = newNamespaces(task, flags)
    before.net.release()
    const { mounts, root, cwd } = newMounts(task, flags)
    task.namespace = mounts
    task.root = root
    task.cwd = cwd
  },

  pidfdGetfd(task, pid, fd) {
    const target = findTask(task, pid)
    if (target.credentials.uid !== task.credentials.uid && !capable(task.credentials, 'sys_ptrace')) throw EPERM
    return task.fds.add(target.fds.get(fd).retain(), true)
  },

  setns(task, pid, flags) {
    requireNamespaceRights(task, flags)
    const other = findTask(task, pid)
    if (!other.alive) throw ESRCH
    if (flags & CLONE_NEWUSER && other.credentials.user !== task.credentials.user)
      joinUser(task, other.credentials.user)
    task.namespaces = joined(task.namespaces, other.namespaces, flags)
    if (flags & CLONE_NEWPID) task.namespaces = { ...task.namespaces, pidForChildren: other.pidNamespace }
    if (!(flags & CLONE_NEWNS)) return
    task.namespace = other.namespace
    task.root = other.root
    task.cwd = other.root
  },

  uname,
  sethostname(task, name) {
    if (!capableIn(task.credentials, 'sys_admin', task.namespaces.uts.owner)) throw EPERM
    if (name.length > HOST_NAME_MAX) throw EINVAL
    task.namespaces.uts.hostname = name
  },
  sysvGet({ namespaces, credentials, pid, pidNamespace, parts }, kind, request) {
    const { uid, gid } = credentials
    return namespaces.ipc.get(kind, request, { uid, gid, pid: pid.in(pidNamespace), nowMs: parts.clock.now() })
  },
  sysvRemove({ namespaces, credentials }, kind, id) {
    namespaces.ipc.remove(kind, id, credentials.uid)
  },
  sysinfo: ({ parts }) => sysinfo(parts),
  async block(task, request) {
    const { blocks } = task.parts
    if (request.op === 'sync' && !blocks.layer) return undefined as never
    return (await blocks.load()).answer(task, request)
  },
  setnsFd(task, fd, flags = 0) {
    const location = locationOf(task.fds.get(fd))
    if (!(location?.inode instanceof NamespaceInode)) throw EINVAL
    const join = JOIN[location.inode.name]
    if (join === undefined || (flags !== 0 && !(flags & join.flag))) throw EINVAL
    requireNamespaceRights(task, join.flag)
    join.by(task, location.inode.namespace)
  },
  joinCgroup(task, path) {
    task.parts.findCgroup(task, path).move(task)
  },
  dmesg({ parts, credentials }, action) {
    if (action === 'clear') {
      if (!capable(credentials, 'syslog')) throw EPERM
      parts.log.clear()
    }
    return parts.log.lines()
  },
}

function joinUser(task: Task, user: UserNamespace | undefined): void {
  if (user) task.credentials = inNewUserNamespace(task.credentials, user)
}

interface Joining {
  readonly flag: number
  by(task: Task, namespace: object | undefined): void
}

/** Joining a namespace that a descriptor is open on. setns(2), "fd refers to a /proc/pid/ns/ link" */
const JOIN: Partial<Record<NamespaceInode['name'], Joining>> = {
  uts: {
    flag: CLONE_NEWUTS,
    by: (task, uts) => uts instanceof UtsNamespace && (task.namespaces = { ...task.namespaces, uts }),
  },
  ipc: {
    flag: CLONE_NEWIPC,
    by: (task, ipc) => ipc instanceof IpcNamespace && (task.namespaces = { ...task.namespaces, ipc }),
  },
  net: {
    flag: CLONE_NEWNET,
    by(task, net) {
      if (!(net instanceof NetNamespace)) throw EINVAL
      const before = task.namespaces.net
      task.namespaces = { ...task.namespaces, net: net.retain() }
      before.release()
    },
  },
  pid: {
    flag: CLONE_NEWPID,
    by(task, pids) {
      if (!(pids instanceof PidNamespace)) throw EINVAL
      task.namespaces = { ...task.namespaces, pidForChildren: pids }
    },
  },
  mnt: {
    flag: CLONE_NEWNS,
    by(task, mounts) {
      if (!(mounts instanceof MountNamespace)) throw EINVAL
      task.namespace = mounts
      task.root = task.cwd = mounts.root
    },
  },
  cgroup: {
    flag: CLONE_NEWCGROUP,
    by: (task, cgroup) => (task.namespaces = { ...task.namespaces, cgroup: cgroup as CgroupNamespace }),
  },
  user: { flag: CLONE_NEWUSER, by: (task, user) => user instanceof UserNamespace && joinUser(task, user) },
}

/** The namespaces that `flags` name from `other`, the rest kept. */
function joined(own: Namespaces, other: Namespaces, flags: number): Namespaces {
  if (flags & CLONE_NEWNET) {
    other.net.retain()
    own.net.release()
  }
  return {
    ...own,
    ...(flags & CLONE_NEWUTS ? { uts: other.uts } : {}),
    ...(flags & CLONE_NEWIPC ? { ipc: other.ipc } : {}),
    ...(flags & CLONE_NEWNET ? { net: other.net } : {}),
    ...(flags & CLONE_NEWCGROUP ? { cgroup: other.cgroup } : {}),
  }
}
