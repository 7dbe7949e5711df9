import { EINVAL, MS_PRIVATE, MS_SHARED, MS_SLAVE, MS_UNBINDABLE } from '@drydock/abi'
import type { Dentry } from './dentry.ts'
import type { Mount } from './mount.ts'

/** Mounts that have below them what any of them gets, and those that get it from them without giving any back. */
export class PeerGroup {
  /** What mountinfo shows behind `shared:` and `master:`. */
  readonly id: number
  readonly members = new Set<Mount>()
  readonly slaves = new Set<Mount>()

  constructor(id: number) {
    this.id = id
  }
}

/** How mounts and umounts below a mount are handed on. mount_namespaces(7), "Shared subtrees" */
export type PropagationType = 'shared' | 'slave' | 'private' | 'unbindable'

const TYPES: readonly (readonly [number, PropagationType])[] = [
  [MS_SHARED, 'shared'],
  [MS_SLAVE, 'slave'],
  [MS_PRIVATE, 'private'],
  [MS_UNBINDABLE, 'unbindable'],
]
export const PROPAGATION_FLAGS = MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE

/** @throws EINVAL for more than one at once */
export function propagationOf(flags: number): PropagationType {
  const named = TYPES.filter(([flag]) => flags & flag)
  const [only] = named
  if (!only || named.length > 1) throw EINVAL
  return only[1]
}

export function setPropagation(mount: Mount, type: PropagationType, newId: () => number): void {
  mount.unbindable = type === 'unbindable'
  if (type === 'shared') share(mount, newId)
  else if (type === 'slave') enslave(mount)
  else leave(mount)
}

function share(mount: Mount, newId: () => number): void {
  if (mount.peers) return
  mount.peers = new PeerGroup(newId())
  mount.peers.members.add(mount)
}

/** A slave of those it was a peer of; without any it is private. */
function enslave(mount: Mount): void {
  const { peers } = mount
  if (!peers) return
  peers.members.delete(mount)
  mount.peers = undefined
  if (peers.members.size === 0) return
  mount.master?.slaves.delete(mount)
  mount.master = peers
  peers.slaves.add(mount)
}

/** Private, or gone. */
export function leave(mount: Mount): void {
  mount.peers?.members.delete(mount)
  mount.peers = undefined
  mount.master?.slaves.delete(mount)
  mount.master = undefined
}

/** A copy is a peer of the original, or a slave of the same master. */
export function inherit(copy: Mount, original: Mount): void {
  copy.peers = original.peers
  copy.peers?.members.add(copy)
  copy.master = original.master
  copy.master?.slaves.add(copy)
}

/** Whom a change below `mount` reaches: its peers, their slaves, and so on. */
function receivers(mount: Mount): Mount[] {
  const found = new Set<Mount>()
  const visit = (group: PeerGroup): void => {
    for (const each of [...group.members, ...group.slaves]) {
      if (each === mount || found.has(each)) continue
      found.add(each)
      if (each.peers && each.peers !== group) visit(each.peers)
    }
  }
  if (mount.peers) visit(mount.peers)
  return [...found]
}

const shows = (mount: Mount, dentry: Dentry): boolean => {
  for (let at: Dentry | undefined = dentry; at !== undefined; at = at.parent) if (at === mount.root) return true
  return false
}

/**
 * Something was mounted at `dentry` of a mount: below a shared one it is shared itself, and appears at the same place of
 * all who hear of it.
 * @param copy  a copy of the new mount and of what is below it, whose parts are peers of the originals
 */
export function propagateMount(
  made: Mount,
  parent: Mount,
  dentry: Dentry,
  newId: () => number,
  copy: () => Mount,
): void {
  if (!parent.peers) return
  for (const each of made.tree()) share(each, newId)
  for (const receiver of receivers(parent)) {
    if (!shows(receiver, dentry)) continue
    const one = copy()
    if (receiver.peers !== parent.peers)
      for (const each of one.tree()) {
        enslave(each)
        if (receiver.peers) share(each, newId)
      }
    one.attachAt(receiver, dentry)
  }
}

/** What was mounted there is gone: it goes from the others as well, where nothing holds it. */
export function propagateUmount(gone: Mount, parent: Mount, dentry: Dentry): void {
  for (const receiver of receivers(parent)) {
    const child = receiver.children.get(dentry)
    if (child?.root !== gone.root || child.children.size > 0 || child.openFiles > 0) continue
    child.detach()
    leave(child)
  }
}

/** The optional fields of mountinfo: `shared:2 master:1`. proc_pid_mountinfo(5) */
export function propagationFields({ peers, master, unbindable }: Mount): string[] {
  return [
    ...(peers ? [`shared:${peers.id}`] : []),
    ...(master ? [`master:${master.id}`] : []),
    ...(unbindable ? ['unbindable'] : []),
  ]
}
