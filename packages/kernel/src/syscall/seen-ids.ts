import { EINVAL, type Stat } from '@drydock/abi'
import type { Task } from '../task/task.ts'

/** Ids as the caller's user namespace spells them. user_namespaces(7). */
export const seenUid = ({ credentials }: Task, uid: number): number => credentials.user?.uid_map.seen(uid) ?? uid
export const seenGid = ({ credentials }: Task, gid: number): number => credentials.user?.gid_map.seen(gid) ?? gid

/** @throws EINVAL for an id without a mapping */
export function meantUid({ credentials }: Task, uid: number): number {
  if (credentials.user === undefined || uid < 0) return uid
  const meant = credentials.user.uid_map.meant(uid)
  if (meant === undefined) throw EINVAL
  return meant
}
export function meantGid({ credentials }: Task, gid: number): number {
  if (credentials.user === undefined || gid < 0) return gid
  const meant = credentials.user.gid_map.meant(gid)
  if (meant === undefined) throw EINVAL
  return meant
}

export const seenStat = (task: Task, stat: Stat): Stat =>
  task.credentials.user === undefined ? stat : { ...stat, uid: seenUid(task, stat.uid), gid: seenGid(task, stat.gid) }
