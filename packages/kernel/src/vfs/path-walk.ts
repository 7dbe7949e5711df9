import { ELOOP, ENAMETOOLONG, ENOENT, ENOTDIR, isSymlink, X_OK } from '@drydock/abi'
import { Location } from './location.ts'
import { crossMounts } from './mount.ts'
import type { PathContext } from './path-context.ts'
import { parentOf } from './path-name.ts'
import { requirePermission } from './permission.ts'

const PATH_MAX = 4096
const NAME_MAX = 255
/** path_resolution(7). */
const MAX_LINKS = 40

/** The end of a path that was walked up to there. */
export interface LastComponent {
  /** Empty for `/`; may be `.` or `..`. */
  readonly name: string
  /** A slash, `.` or `..` at the end: nothing but a directory will do. */
  readonly directory: boolean
}

const isDots = (name: string): boolean => name === '.' || name === '..'
export const isPlainName = (name: string): boolean => name !== '' && !isDots(name)

function checkName(name: string): void {
  if (name.length * 3 <= NAME_MAX) return
  if (name.length > NAME_MAX || new TextEncoder().encode(name).length > NAME_MAX) throw ENAMETOOLONG
}

/** One walk along a path, with its count of symbolic links. path_resolution(7). */
export class PathWalk {
  /** How far the walk has come. */
  at: Location
  private readonly context: PathContext
  private links = 0

  constructor(context: PathContext) {
    this.context = context
    this.at = context.cwd
  }

  /** Walks all components but the last. @throws ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG */
  toParent(path: string): LastComponent {
    if (path === '') throw ENOENT
    if (path.length >= PATH_MAX) throw ENAMETOOLONG
    if (path.startsWith('/')) this.at = this.context.root
    let last = ''
    let end = 0
    for (let from = 0; from < path.length; from = end + 1) {
      const slash = path.indexOf('/', from)
      end = slash < 0 ? path.length : slash
      if (end === from) continue
      if (last !== '') this.enter(last)
      last = path.slice(from, end)
    }
    return { name: last, directory: end < path.length || isDots(last) }
  }

  /** The entry of the directory come to, across mounts, symbolic links as they are; undefined when it isn't there. */
  child(name: string): Location | undefined {
    const directory = this.at
    if (!directory.inode.isDirectory) throw ENOTDIR
    requirePermission(directory.inode, this.context.credentials, X_OK)
    if (name === '' || name === '.') return directory
    if (name === '..') return this.up()
    checkName(name)
    const dentry = directory.dentry.lookup(name, this.context)
    return dentry === undefined ? undefined : crossMounts(directory.mount, dentry)
  }

  /** Ends a walk. @param follow whether a symbolic link at the very end is followed */
  finish(last: LastComponent, follow: boolean): Location {
    const found = this.child(last.name)
    if (found === undefined) throw ENOENT
    const end = isSymlink(found.inode.mode) && (follow || last.directory) ? this.follow(found) : found
    if (last.directory && !end.inode.isDirectory) throw ENOTDIR
    return end
  }

  /** Where a symbolic link in the directory come to leads. */
  follow(link: Location): Location {
    this.countLink()
    if (link.inode.magicTarget !== undefined) return link.inode.magicTarget(this.context)
    return this.finish(this.toParent(link.inode.readlink(this.context)), true)
  }

  /** The same up to the last component, for open(2) with O_CREAT: the link's end need not be there. */
  followToParent(link: Location): LastComponent {
    this.countLink()
    return this.toParent(link.inode.readlink(this.context))
  }

  private countLink(): void {
    if (++this.links > MAX_LINKS) throw ELOOP
  }

  private enter(name: string): void {
    const found = this.child(name)
    if (found === undefined) throw ENOENT
    this.at = isSymlink(found.inode.mode) ? this.follow(found) : found
  }

  private up(): Location {
    if (this.at.equals(this.context.root)) return this.at
    const parent = parentOf(this.at)
    return parent === undefined ? this.at : crossMounts(parent.mount, parent.dentry)
  }
}

/** Finds what a path names. @throws ENOENT, ENOTDIR, EACCES, ELOOP, ENAMETOOLONG */
export function resolvePath(context: PathContext, path: string, follow = true): Location {
  const walk = new PathWalk(context)
  return walk.finish(walk.toParent(path), follow)
}
