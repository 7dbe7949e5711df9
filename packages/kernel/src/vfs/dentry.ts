import type { Inode } from './inode.ts'
import type { PathContext } from './path-context.ts'

const PRUNE_FROM = 256

/**
 * A name in a directory. File systems are asked at every look-up (a Map's get); the cache gives names their identity,
 * which mount points, working directories and open files hold on to.
 */
export class Dentry {
  inode: Inode
  parent: Dentry | undefined
  name: string
  /** The name is gone; the inode lives on while somebody has it open. */
  deleted = false
  private children: Map<string, Dentry> | undefined
  /** At how many children those that are gone are looked for. */
  private pruneAt = PRUNE_FROM

  constructor(inode: Inode, parent: Dentry | undefined, name: string) {
    this.inode = inode
    this.parent = parent
    this.name = name
  }

  /** @throws ENOTDIR */
  lookup(name: string, context?: PathContext): Dentry | undefined {
    const inode = this.inode.lookup(name, context)
    const cached = this.children?.get(name)
    if (cached !== undefined && cached.inode === inode) return cached
    if (cached !== undefined) this.drop(name)
    return inode === undefined ? undefined : this.adopt(name, new Dentry(inode, this, name))
  }

  /** The name was deleted. */
  drop(name: string): void {
    const child = this.children?.get(name)
    if (child === undefined) return
    child.deleted = true
    this.children?.delete(name)
  }

  /** The name was moved, over whatever had the new one. */
  move(name: string, newParent: Dentry, newName: string): void {
    const child = this.children?.get(name)
    newParent.drop(newName)
    if (child === undefined) return
    this.children?.delete(name)
    child.parent = newParent
    child.name = newName
    newParent.adopt(newName, child)
  }

  /** Two names changed places. */
  exchange(name: string, other: Dentry, otherName: string): void {
    const [mine, theirs] = [this.children?.get(name), other.children?.get(otherName)]
    this.children?.delete(name)
    other.children?.delete(otherName)
    if (mine) other.place(otherName, mine)
    if (theirs) this.place(name, theirs)
  }

  private place(name: string, child: Dentry): void {
    child.parent = this
    child.name = name
    this.adopt(name, child)
  }

  private adopt(name: string, child: Dentry): Dentry {
    this.children ??= new Map()
    this.children.set(name, child)
    if (this.children.size >= this.pruneAt) this.prune(this.children)
    return child
  }

  /** Names can vanish unseen, as those of processes in /proc do; without this they would be kept for ever. */
  private prune(children: Map<string, Dentry>): void {
    for (const [name, child] of children) if (this.inode.lookup(name) !== child.inode) this.drop(name)
    this.pruneAt = Math.max(PRUNE_FROM, children.size * 2)
  }
}
