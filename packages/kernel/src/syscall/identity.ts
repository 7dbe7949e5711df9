import { EPERM } from '@drydock/abi'
import type { SyscallTable } from './table.ts'

/** credentials(7). */
export const identityCalls: SyscallTable<
  'getuid' | 'geteuid' | 'getgid' | 'getgroups' | 'setuid' | 'setgid' | 'setgroups' | 'umask'
> = {
  getuid: (task) => task.uid,
  geteuid: (task) => task.credentials.uid,
  getgid: (task) => task.credentials.gid,
  getgroups: (task) => task.credentials.groups,
  setuid(task, uid) {
    const { credentials } = task
    if (credentials.uid !== 0 && uid !== task.uid) throw EPERM
    if (credentials.uid === 0) task.uid = uid
    task.credentials = { ...credentials, uid }
  },
  setgid(task, gid) {
    const { credentials } = task
    if (credentials.uid !== 0 && gid !== credentials.gid) throw EPERM
    task.credentials = { ...credentials, gid }
  },
  setgroups(task, groups) {
    if (task.credentials.uid !== 0) throw EPERM
    task.credentials = { ...task.credentials, groups: [...groups] }
  },
  umask(task, mask) {
    const before = task.umask
    if (mask !== undefined) task.umask = mask & 0o777
    return before
  },
}
