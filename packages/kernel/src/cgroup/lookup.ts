import { ENOENT } from '@drydock/abi'
import type { Task } from '../task/task.ts'
import type { Cgroup } from './cgroup.ts'

const MOUNT = '/sys/fs/cgroup'

/**
 * The group at a path below /sys/fs/cgroup (with that prefix or without), as the task's cgroup namespace sees the tree.
 * @throws ENOENT
 */
export function findCgroup(task: Task, path: string): Cgroup {
  const below = path.startsWith(MOUNT) ? path.slice(MOUNT.length) : path
  let at = task.namespaces.cgroup.root
  for (const name of below.split('/')) {
    if (name === '' || name === '.') continue
    const child = at.children.get(name)
    if (child === undefined) throw ENOENT
    at = child
  }
  return at
}
