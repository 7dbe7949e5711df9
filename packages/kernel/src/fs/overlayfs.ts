import type { Clock, StatFs } from '@drydock/abi'
import { EINVAL, ENOTDIR, EROFS, S_IFDIR } from '@drydock/abi'
import { FileSystem } from '../vfs/file-system.ts'
import type { Inode } from '../vfs/inode.ts'
import type { Location } from '../vfs/location.ts'
import { OverlayInode } from './overlay-inode.ts'

export interface OverlayLayers {
  /** Directories, the topmost first. They must not change while they are part of an overlay. */
  readonly lowers: readonly Inode[]
  /** Where changes go; without it the overlay is read-only. */
  readonly upper?: Inode
  /** An empty directory in the file system of `upper`: holds files that are copied up after their name is gone. */
  readonly work?: Inode
}

export interface OverlayOptions extends OverlayLayers {
  readonly clock: Pick<Clock, 'now'>
}

/**
 * Several directories as one; Documentation/filesystems/overlayfs.rst of Linux. Whiteouts are character devices 0:0. A
 * directory is opaque when it has an entry `.wh..wh..opq`: Linux has an extended attribute for that, and this kernel
 * none, so the marker is the one that image layers use. Without redirect_dir and index, as dockerd mounts it: renaming a
 * directory that has a lower part is EXDEV, and copying up breaks hard links of the lower layers.
 */
export class Overlayfs extends FileSystem {
  override readonly type = 'overlay'
  override readonly root: OverlayInode
  private readonly clock: Pick<Clock, 'now'>
  private readonly layers: OverlayLayers
  /** Files of the upper layer, so that hard links there stay one inode here. */
  private readonly uppers = new WeakMap<Inode, OverlayInode>()

  constructor(options: OverlayOptions) {
    super()
    this.clock = options.clock
    this.layers = options
    this.root = new OverlayInode(this, { upper: options.upper, lowers: options.lowers }, undefined, '')
  }

  now(): number {
    return this.clock.now()
  }

  /** The overlay's inode for a file of the upper layer that is no directory. */
  uppersInode(upper: Inode, make: () => OverlayInode): OverlayInode {
    const known = this.uppers.get(upper)
    if (known !== undefined) return known
    const made = make()
    this.uppers.set(upper, made)
    return made
  }
  rememberUpper(upper: Inode, inode: OverlayInode): void {
    this.uppers.set(upper, inode)
  }

  /** @throws EROFS without an upper layer */
  requireUpper(): void {
    if (this.layers.upper === undefined) throw EROFS
  }
  /** A place for an inode without a name. @throws EROFS */
  get workDirectory(): Inode {
    if (this.layers.work === undefined) throw EROFS
    return this.layers.work
  }

  /** Numbers are those of the upper layer's disk: df in a container shows the host's. */
  override statfs(): StatFs {
    const below = this.layers.upper ?? this.layers.lowers[0]
    if (below === undefined) throw EINVAL
    return { ...below.fs.statfs(), type: this.type }
  }
}

/** `lowerdir=a:b,upperdir=c,workdir=d`; `\:` and `\,` stand for themselves. */
function parseOptions(data: string): ReadonlyMap<string, string> {
  const options = data.split(/(?<!\\),/).filter((option) => option !== '')
  return new Map(
    options.map((option): [string, string] => {
      const at = option.indexOf('=')
      return at < 0 ? [option, ''] : [option.slice(0, at), option.slice(at + 1).replaceAll('\\,', ',')]
    }),
  )
}

const KNOWN = new Set([
  'lowerdir',
  'upperdir',
  'workdir',
  'index',
  'xino',
  'userxattr',
  'nouserxattr',
  'metacopy',
  'redirect_dir',
])

/**
 * An overlay for mount(2)'s option string.
 * @throws EINVAL for options it does not know or without lowerdir, ENOENT and ENOTDIR for its directories
 */
export function mountOverlay(clock: Pick<Clock, 'now'>, data: string, resolve: (path: string) => Location): Overlayfs {
  const options = parseOptions(data)
  for (const name of options.keys()) if (!KNOWN.has(name)) throw EINVAL
  const directory = (path: string): Inode => {
    const { inode } = resolve(path)
    if (inode.type !== S_IFDIR) throw ENOTDIR
    return inode
  }
  const lowerdir = options.get('lowerdir')
  const upperdir = options.get('upperdir')
  const workdir = options.get('workdir')
  if (lowerdir === undefined || (upperdir !== undefined && workdir === undefined)) throw EINVAL
  const lowers = lowerdir.split(/(?<!\\):/).map((path) => directory(path.replaceAll('\\:', ':')))
  const overlay = new Overlayfs({
    clock,
    lowers,
    ...(upperdir !== undefined && { upper: directory(upperdir) }),
    ...(workdir !== undefined && upperdir !== undefined && { work: directory(workdir) }),
  })
  overlay.options = data
  return overlay
}
