import {
  CAP_SYS_ADMIN,
  CLONE_NEWCGROUP,
  CLONE_NEWIPC,
  CLONE_NEWNET,
  CLONE_NEWNS,
  CLONE_NEWPID,
  CLONE_NEWUTS,
  EINVAL,
  ENAMETOOLONG,
  EPERM,
} from '@drydock/abi'
import { newMounts, newNamespaces, requireNamespaceRights } from '../task/clone.ts'
import type { Namespaces } from '../namespace/namespaces.ts'
import { sysinfo, uname } from '../system-info.ts'
import { findTask } from './process.ts'
import { capable } from '../vfs/index.ts'
import type { SyscallTable } from './table.ts'

const HOST_NAME_MAX = 64

export const systemCalls: SyscallTable<
  'unshare' | 'setns' | 'uname' | 'sethostname' | 'sysinfo' | 'joinCgroup' | 'dmesg'
> = {
  unshare(task, flags) {
    requireNamespaceRights(task, flags)
    const before = task.namespaces
    task.namespaces = newNamespaces(task, flags)
    before.net.release()
    const { mounts, root, cwd } = newMounts(task, flags)
    task.namespace = mounts
    task.root = root
    task.cwd = cwd
  },

  setns(task, pid, flags) {
    requireNamespaceRights(task, flags)
    const other = findTask(task, pid)
    if (!other.alive) throw EINVAL
    task.namespaces = joined(task.namespaces, other.namespaces, flags)
    if (flags & CLONE_NEWPID) task.namespaces = { ...task.namespaces, pidForChildren: other.pidNamespace }
    if (!(flags & CLONE_NEWNS)) return
    task.namespace = other.namespace
    task.root = other.root
    task.cwd = other.root
  },

  uname,
  sethostname(task, name) {
    if (!capable(task.credentials, CAP_SYS_ADMIN)) throw EPERM
    if (name.length > HOST_NAME_MAX) throw ENAMETOOLONG
    task.namespaces.uts.hostname = name
  },
  sysinfo: ({ parts }) => sysinfo(parts),
  joinCgroup(task, path) {
    task.parts.findCgroup(task, path).move(task)
  },
  dmesg: (task) => task.parts.log.lines(),
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
