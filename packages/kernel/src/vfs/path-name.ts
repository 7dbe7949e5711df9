import type { Dentry } from './dentry.ts'
import { Location } from './location.ts'

/** One step up, across mount points; undefined at the top of everything. */
export function parentOf(location: Location): Location | undefined {
  let { mount, dentry }: { mount: Location['mount']; dentry: Dentry } = location
  while (dentry === mount.root) {
    if (mount.parent === undefined || mount.mountpoint === undefined) return undefined
    dentry = mount.mountpoint
    mount = mount.parent
  }
  return dentry.parent === undefined ? undefined : new Location(mount, dentry.parent)
}

/** The name that `location` has in its parent: of a mount's root, that of the mount point. */
function nameOf(location: Location): { name: string; deleted: boolean } {
  let { mount, dentry }: { mount: Location['mount']; dentry: Dentry } = location
  while (dentry === mount.root && mount.parent !== undefined && mount.mountpoint !== undefined) {
    dentry = mount.mountpoint
    mount = mount.parent
  }
  return dentry
}

/**
 * Absolute path as seen from `root` (default: the top of its namespace); ends with ` (deleted)` where the name is gone.
 * d_path in Linux; proc(5).
 */
export function pathOf(location: Location, root?: Location): string {
  const names: string[] = []
  let deleted = false
  let at: Location | undefined = location
  while (at !== undefined && !(root !== undefined && at.equals(root))) {
    const up: Location | undefined = parentOf(at)
    if (up === undefined) break
    const { name, deleted: gone } = nameOf(at)
    names.push(name)
    deleted ||= gone
    at = up
  }
  return `/${names.reverse().join('/')}${deleted ? ' (deleted)' : ''}`
}

/** Whether the place still hangs together: getcwd(2) of a removed directory is ENOENT. */
export function isDeleted(location: Location): boolean {
  for (let at: Location | undefined = location; at !== undefined; at = parentOf(at)) {
    if (at.dentry.deleted) return true
  }
  return false
}
