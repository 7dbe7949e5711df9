import { CAP_SETGID, CAP_SETUID, ALL_CAPABILITIES, EPERM, hasCapability } from '@drydock/abi'
import { capable } from '../vfs/index.ts'
import type { SyscallTable } from './table.ts'

/** credentials(7). */
export const identityCalls: SyscallTable<
  | 'getuid'
  | 'geteuid'
  | 'getgid'
  | 'getgroups'
  | 'setuid'
  | 'setgid'
  | 'setgroups'
  | 'umask'
  | 'capabilities'
  | 'noNewPrivileges'
> = {
  getuid: (task) => task.uid,
  geteuid: (task) => task.credentials.uid,
  getgid: (task) => task.credentials.gid,
  getgroups: (task) => task.credentials.groups,
  setuid(task, uid) {
    const { credentials } = task
    const privileged = capable(credentials, CAP_SETUID)
    if (!privileged && uid !== task.uid && uid !== credentials.uid) throw EPERM
    if (privileged) task.uid = uid
    task.credentials = { ...credentials, uid }
  },
  setgid(task, gid) {
    const { credentials } = task
    if (gid !== credentials.gid && !capable(credentials, CAP_SETGID)) throw EPERM
    task.credentials = { ...credentials, gid }
  },
  setgroups(task, groups) {
    if (!capable(task.credentials, CAP_SETGID)) throw EPERM
    task.credentials = { ...task.credentials, groups: [...groups] }
  },
  capabilities(task, mask) {
    const before = task.credentials.capabilities ?? ALL_CAPABILITIES
    if (mask !== undefined) task.credentials = { ...task.credentials, capabilities: both(before, mask) }
    return before
  },
  noNewPrivileges(task) {
    task.credentials = { ...task.credentials, noNewPrivileges: true }
  },
  umask(task, mask) {
    const before = task.umask
    if (mask !== undefined) task.umask = mask & 0o777
    return before
  },
}

/** Bits that are in both: the bounding set only shrinks. */
function both(a: number, b: number): number {
  let mask = 0
  for (let bit = 0; 2 ** bit <= ALL_CAPABILITIES; bit++)
    if (hasCapability(a, bit) && hasCapability(b, bit)) mask += 2 ** bit
  return mask
}
