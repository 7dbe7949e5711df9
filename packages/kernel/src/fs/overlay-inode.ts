import type { DirectoryEntry, LazyContent } from '@drydock/abi'
import { ENOENT, ENOTDIR, ENOTEMPTY, EOPNOTSUPP, EXDEV, isRegular, isSymlink, S_IFCHR } from '@drydock/abi'
import { type AttributeChange, Inode, type NewInode } from '../vfs/inode.ts'
import type { PathContext } from '../vfs/path-context.ts'
import type { Overlayfs } from './overlayfs.ts'

/** Marks a directory whose lower parts are hidden. image-spec layer.md, "Opaque Whiteout". */
const OPAQUE = '.wh..wh..opq'

export const isWhiteout = (inode: Inode): boolean => inode.type === S_IFCHR && inode.rdev === 0
const isOpaque = (directory: Inode): boolean => directory.lookup(OPAQUE) !== undefined

/** The inodes behind one of the overlay: for a directory all that are merged, for anything else just one. */
interface Parts {
  readonly upper: Inode | undefined
  readonly lowers: readonly Inode[]
}

export class OverlayInode extends Inode {
  override readonly fs: Overlayfs
  /** Stays what it was when the file is copied up. */
  override readonly ino: number
  private upper: Inode | undefined
  private lowers: readonly Inode[]
  /** Where it is, for copying up; undefined for the root. */
  private parent: OverlayInode | undefined
  private name: string
  /** The name was deleted while somebody had the file open. */
  private detached = false
  private readonly children = new Map<string, OverlayInode>()
  /** What the lower layers have by a name: they never change. */
  private readonly lowerCache = new Map<string, readonly Inode[]>()

  constructor(fs: Overlayfs, parts: Parts, parent: OverlayInode | undefined, name: string) {
    super()
    this.fs = fs
    this.upper = parts.upper
    this.lowers = parts.lowers
    this.parent = parent
    this.name = name
    this.ino = this.real.ino
  }

  /** The inode whose attributes and content show. */
  get real(): Inode {
    const real = this.upper ?? this.lowers[0]
    if (real === undefined) throw ENOENT
    return real
  }

  override get mode(): number {
    return this.real.mode
  }
  override get uid(): number {
    return this.real.uid
  }
  override get gid(): number {
    return this.real.gid
  }
  /** A merged directory has no honest link count; 1 tells find(1) so. */
  override get nlink(): number {
    return this.isDirectory && this.lowers.length > 0 ? 1 : this.real.nlink
  }
  override get size(): number {
    return this.real.size
  }
  override get blocks(): number {
    return this.real.blocks
  }
  override get rdev(): number {
    return this.real.rdev
  }
  override get atimeMs(): number {
    return this.real.atimeMs
  }
  override get mtimeMs(): number {
    return this.real.mtimeMs
  }
  override get ctimeMs(): number {
    return this.real.ctimeMs
  }

  override setattr(change: AttributeChange): void {
    this.copyUp().setattr(change)
  }
  /** Lower layers keep their times: nothing is copied up for having been read. */
  override touchAccess(): void {
    this.upper?.touchAccess()
  }
  override readlink(context?: PathContext): string {
    return this.real.readlink(context)
  }

  // content -----------------------------------------------------------------------------------------------------------
  override readAt(offset: number, max: number): Uint8Array {
    return this.real.readAt(offset, max)
  }
  override lengthUntil(offset: number, delimiter: number, max: number): number {
    return this.real.lengthUntil(offset, delimiter, max)
  }
  override writeAt(offset: number, bytes: Uint8Array): number {
    return this.copyUp().writeAt(offset, bytes)
  }
  override truncate(size: number): void {
    this.copyUp(size > 0).truncate(size)
  }
  override prepareWrite(): void {
    this.copyUp()
  }
  override allocate(mode: number, offset: number, length: number): void {
    this.copyUp().allocate(mode, offset, length)
  }
  override nextData(offset: number): number | undefined {
    return this.real.nextData(offset)
  }
  override nextHole(offset: number): number {
    return this.real.nextHole(offset)
  }
  override get xattrs(): ReadonlyMap<string, Uint8Array> | undefined {
    return this.real.xattrs
  }
  override setXattr(name: string, value: Uint8Array | undefined): void {
    this.copyUp().setXattr(name, value)
  }
  override get lazyContent(): LazyContent | undefined {
    return this.real.lazyContent
  }
  override setLazyContent(content: LazyContent): void {
    this.copyUp(false).setLazyContent(content)
  }
  override copyContent(from: Inode): void {
    this.copyUp(false).copyContent(from instanceof OverlayInode ? from.real : from)
  }

  // directories -------------------------------------------------------------------------------------------------------
  override lookup(name: string): OverlayInode | undefined {
    if (!this.isDirectory) throw ENOTDIR
    const parts = this.partsOf(name)
    const cached = this.children.get(name)
    if (parts === undefined) {
      this.forget(name)
      return undefined
    }
    if (cached !== undefined && cached.upper === parts.upper) return cached
    const child = this.makeChild(name, parts)
    this.children.set(name, child)
    return child
  }

  override readdir(): DirectoryEntry[] {
    const names = new Map<string, DirectoryEntry>()
    const hidden = new Set([OPAQUE])
    for (const layer of this.layers()) {
      for (const entry of layer.readdir()) {
        if (names.has(entry.name) || hidden.has(entry.name)) continue
        const whiteout = entry.mode === S_IFCHR && isHidden(layer, entry.name)
        if (whiteout) hidden.add(entry.name)
        else names.set(entry.name, entry)
      }
    }
    return [...names.values()]
  }

  override create(name: string, init: NewInode): Inode {
    const upper = this.copyUp()
    const whiteout = upper.lookup(name)
    if (whiteout !== undefined) upper.unlink(name)
    const made = upper.create(name, init)
    // What the lower layers have by this name was deleted, and must not come to light in the new directory.
    if (made.isDirectory && this.lowersOf(name).length > 0) markOpaque(made)
    return this.present(name)
  }

  override link(name: string, inode: Inode): void {
    if (!(inode instanceof OverlayInode) || inode.fs !== this.fs) throw EXDEV
    const upper = this.copyUp()
    const source = inode.copyUp()
    if (upper.lookup(name) !== undefined) upper.unlink(name)
    upper.link(name, source)
    this.children.set(name, inode)
  }

  override unlink(name: string): void {
    const child = this.present(name)
    const upper = this.copyUp()
    if (child.upper !== undefined && upper.lookup(name) === child.upper) upper.unlink(name)
    this.hideLower(upper, name)
    this.forget(name)
  }

  override rmdir(name: string): void {
    const child = this.present(name)
    if (child.readdir().length > 0) throw ENOTEMPTY
    const upper = this.copyUp()
    if (child.upper !== undefined) {
      for (const { name: marker } of child.upper.readdir()) child.upper.unlink(marker)
      upper.rmdir(name)
    }
    this.hideLower(upper, name)
    this.forget(name)
  }

  override rename(name: string, newDirectory: Inode, newName: string): void {
    if (!(newDirectory instanceof OverlayInode) || newDirectory.fs !== this.fs) throw EXDEV
    const child = this.present(name)
    if (child.isDirectory && child.lowers.length > 0) throw EXDEV
    child.copyUp()
    const upper = this.copyUp()
    const replaced = newDirectory.lookup(newName)
    if (replaced?.isDirectory === true) newDirectory.rmdir(newName)
    else if (replaced !== undefined) newDirectory.unlink(newName)
    const newUpper = newDirectory.copyUp()
    if (newUpper.lookup(newName) !== undefined) newUpper.unlink(newName)
    upper.rename(name, newUpper, newName)
    this.hideLower(upper, name)
    if (child.isDirectory && newDirectory.lowersOf(newName).length > 0 && child.upper) markOpaque(child.upper)
    this.children.delete(name)
    newDirectory.children.set(newName, child)
    child.parent = newDirectory
    child.name = newName
  }

  // layers ------------------------------------------------------------------------------------------------------------
  private layers(): readonly Inode[] {
    return this.upper === undefined ? this.lowers : [this.upper, ...this.lowers]
  }

  private partsOf(name: string): Parts | undefined {
    if (name === OPAQUE) return undefined
    const upper = this.upper?.lookup(name)
    if (upper === undefined) {
      const lowers = this.lowersOf(name)
      return lowers.length === 0 ? undefined : { upper: undefined, lowers }
    }
    if (isWhiteout(upper)) return undefined
    if (!upper.isDirectory || isOpaque(upper)) return { upper, lowers: [] }
    const lowers = this.lowersOf(name)
    return { upper, lowers: lowers[0]?.isDirectory === true ? lowers : [] }
  }

  /** What the lower layers alone show by a name: one file, or the directories to be merged. */
  private lowersOf(name: string): readonly Inode[] {
    const known = this.lowerCache.get(name)
    if (known !== undefined) return known
    const found = findInLayers(this.lowers, name)
    this.lowerCache.set(name, found)
    return found
  }

  private makeChild(name: string, parts: Parts): OverlayInode {
    const make = (): OverlayInode => new OverlayInode(this.fs, parts, this, name)
    return parts.upper === undefined || parts.upper.isDirectory ? make() : this.fs.uppersInode(parts.upper, make)
  }

  /** @throws ENOENT */
  private present(name: string): OverlayInode {
    const child = this.lookup(name)
    if (child === undefined) throw ENOENT
    return child
  }

  private forget(name: string): void {
    const child = this.children.get(name)
    if (child === undefined) return
    this.children.delete(name)
    if (child.parent === this && child.name === name) child.detached = true
  }

  private hideLower(upper: Inode, name: string): void {
    if (this.lowersOf(name).length > 0) upper.create(name, { mode: S_IFCHR, uid: 0, gid: 0, rdev: 0 })
  }

  /**
   * The upper inode; makes it, and the directories above, when there is none yet.
   * @param content false when the caller throws the content away anyhow
   */
  private copyUp(content = true): Inode {
    if (this.upper !== undefined) return this.upper
    this.fs.requireUpper()
    const { real } = this
    const upper = this.detached ? this.makeNameless(real) : this.makeNamed(real)
    if (content && isRegular(real.mode)) upper.copyContent(real)
    for (const [name, value] of xattrsOf(real)) upper.setXattr(name, value)
    upper.setattr(attributesOf(real))
    this.upper = upper
    if (!this.isDirectory) {
      this.lowers = []
      this.fs.rememberUpper(upper, this)
    }
    return upper
  }

  private makeNamed(real: Inode): Inode {
    if (this.parent === undefined) throw ENOENT
    const parent = this.parent.copyUp()
    const times = attributesOf(parent)
    const made = parent.create(this.name, initOf(real))
    // The directory above gets an entry it had all the time: its time does not show that.
    parent.setattr(times)
    return made
  }

  private makeNameless(real: Inode): Inode {
    const work = this.fs.workDirectory
    const made = work.create(`#${this.ino}`, initOf(real))
    work.unlink(`#${this.ino}`)
    return made
  }
}

const isHidden = (layer: Inode, name: string): boolean => {
  const inode = layer.lookup(name)
  return inode !== undefined && isWhiteout(inode)
}

/** Merges directories of one name from the top down, up to a file, a whiteout or an opaque directory. */
function findInLayers(layers: readonly Inode[], name: string): readonly Inode[] {
  const found: Inode[] = []
  for (const layer of layers) {
    const inode = layer.lookup(name)
    if (inode === undefined) continue
    if (isWhiteout(inode) || (found.length > 0 && !inode.isDirectory)) break
    found.push(inode)
    if (!inode.isDirectory || isOpaque(inode)) break
  }
  return found
}

/** A lower layer may keep none. */
function xattrsOf(real: Inode): ReadonlyMap<string, Uint8Array> {
  try {
    return real.xattrs ?? new Map()
  } catch (error) {
    if (error === EOPNOTSUPP) return new Map()
    throw error
  }
}

function markOpaque(directory: Inode): void {
  if (!isOpaque(directory)) directory.create(OPAQUE, { mode: S_IFCHR, uid: 0, gid: 0, rdev: 0 })
}

function initOf(real: Inode): NewInode {
  const { mode, uid, gid, rdev } = real
  return { mode, uid, gid, rdev, ...(isSymlink(mode) && { target: real.readlink() }) }
}

function attributesOf(real: Inode): AttributeChange {
  const { mode, uid, gid, atimeMs, mtimeMs } = real
  return { mode: mode & 0o7777, uid, gid, atimeMs, mtimeMs }
}
