import { type CapabilitySets, commonCapabilities, EPERM } from '@drydock/abi'
import { stricter } from '../task/seccomp.ts'
import type { Task } from '../task/task.ts'
import { afterSetuid, bounded, capabilitiesOf, capable } from '../vfs/index.ts'
import { meantGid, meantUid, seenGid, seenUid } from './seen-ids.ts'
import type { SyscallTable } from './table.ts'

const isWithin = (mask: number, other: number): boolean => commonCapabilities(mask, other) === mask

/** capset(2) and prctl(2), PR_CAPBSET_DROP and PR_CAP_AMBIENT. @throws EPERM for what the caller may not have */
function setCapabilities(task: Task, wanted: Partial<CapabilitySets>): void {
  const before = capabilitiesOf(task.credentials)
  const bounding = wanted.bounding ?? before.bounding
  if (bounding !== before.bounding) {
    if (!isWithin(bounding, before.bounding) || !capable(task.credentials, 'setpcap')) throw EPERM
  }
  const sets = bounding === before.bounding ? { ...before, ...wanted } : { ...bounded(before, bounding), ...wanted }
  if (!isWithin(sets.permitted, before.permitted) || !isWithin(sets.effective, sets.permitted)) throw EPERM
  task.credentials = { ...task.credentials, capabilities: sets }
}

/** credentials(7), capabilities(7). */
export const identityCalls: SyscallTable<
  | 'getuid'
  | 'geteuid'
  | 'getgid'
  | 'getegid'
  | 'getgroups'
  | 'setuid'
  | 'seteuid'
  | 'setgid'
  | 'setgroups'
  | 'umask'
  | 'capabilities'
  | 'noNewPrivileges'
  | 'capget'
  | 'capset'
  | 'prctl'
> = {
  getuid: (task) => seenUid(task, task.uid),
  geteuid: (task) => seenUid(task, task.credentials.uid),
  getgid: (task) => seenGid(task, task.gid),
  getegid: (task) => seenGid(task, task.credentials.gid),
  getgroups: (task) => task.credentials.groups.map((gid) => seenGid(task, gid)),
  setuid(task, id) {
    const uid = meantUid(task, id)
    const { credentials } = task
    const privileged = capable(credentials, 'setuid')
    if (!privileged && uid !== task.uid && uid !== task.savedUid) throw EPERM
    if (privileged) task.uid = task.savedUid = uid
    task.credentials = afterSetuid(credentials, uid)
  },
  seteuid(task, id) {
    const uid = meantUid(task, id)
    const { credentials } = task
    if (!capable(credentials, 'setuid') && uid !== task.uid && uid !== task.savedUid) throw EPERM
    task.credentials = afterSetuid(credentials, uid)
  },
  setgid(task, id) {
    const gid = meantGid(task, id)
    const { credentials } = task
    const privileged = capable(credentials, 'setgid')
    if (!privileged && gid !== credentials.gid && gid !== task.gid) throw EPERM
    if (privileged) task.gid = gid
    task.credentials = { ...credentials, gid }
  },
  setgroups(task, groups) {
    if (!capable(task.credentials, 'setgid')) throw EPERM
    task.credentials = { ...task.credentials, groups: groups.map((gid) => meantGid(task, gid)) }
  },
  umask(task, mask) {
    const before = task.umask
    if (mask !== undefined) task.umask = mask & 0o777
    return before
  },
  capabilities(task, mask) {
    const before = capabilitiesOf(task.credentials)
    // What is effective stays until exec: a container's first steps still need it, before and after they change the user.
    if (mask !== undefined) {
      const bounding = commonCapabilities(before.bounding, mask)
      task.credentials = { ...task.credentials, capabilities: { ...before, bounding } }
    }
    return before.bounding
  },
  noNewPrivileges(task) {
    task.noNewPrivileges = true
  },
  capget: (task) => capabilitiesOf(task.credentials),
  capset: setCapabilities,
  prctl(task, { noNewPrivileges, subreaper, name, seccomp, parentDeathSignal }) {
    if (parentDeathSignal !== undefined) task.parentDeathSignal = parentDeathSignal
    // Once set it stays. prctl(2), PR_SET_NO_NEW_PRIVS
    if (noNewPrivileges) task.noNewPrivileges = true
    if (subreaper !== undefined) task.subreaper = subreaper
    if (name !== undefined) task.image.comm = name.slice(0, 15)
    if (seccomp) task.seccomp = task.seccomp ? stricter(task.seccomp, seccomp) : seccomp
  },
}
