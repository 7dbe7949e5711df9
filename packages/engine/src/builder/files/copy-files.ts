import { isBlockDevice, isCharDevice, isDirectory, isRegular, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { IgnoreRules } from '@drydock/dockerfile'
import { isGzip, TarError, TarReader, gunzip, GzipError } from '@drydock/codec'
import { LayerUnpacker } from '../../content/layer-store.ts'
import { resolveInRoot } from '../../runtime/scoped-path.ts'
import { ifExists, listNames, makeDirectories, quietly, readBytes, removeTree, writeBytes } from '../../state/files.ts'
import { changeMode } from './mode.ts'
import type { Owner } from './owner.ts'

export interface CopyOptions {
  /** Undefined: as the source has it. */
  readonly owner: Owner | undefined
  /** Of --chmod; empty: as the source has it. */
  readonly mode: string
  readonly exclude: readonly string[]
  /** Archives are unpacked, as ADD does. */
  readonly unpack: boolean
  /** Of what is in an archive; undefined: as the archive has it. */
  readonly unpackedOwner?: Owner | undefined
  /** Folders above a folder that is made are its owner's too. */
  readonly ownParents: boolean
}

export interface CopyJob extends CopyOptions {
  /** Root of the source's files. */
  readonly from: string
  /** Relative to it, without wildcards. */
  readonly path: string
  /** Root of the target's files. */
  readonly to: string
  /** Absolute there; with a slash at the end it is a folder. */
  readonly destination: string
}

/** A file where a folder has to be, or the other way round; `path` as the image has it. */
export class CopyConflict extends Error {}

/** Copies a file, or what is in a folder, as COPY and ADD do. */
export class Copier {
  private readonly sys: Sys
  private readonly job: CopyJob
  private readonly rules: IgnoreRules

  constructor(sys: Sys, job: CopyJob) {
    this.sys = sys
    this.job = job
    this.rules = new IgnoreRules(job.exclude.join('\n'))
  }

  /** @throws CopyConflict, an Errno */
  async copy(): Promise<void> {
    const { sys, job } = this
    const source = resolveInRoot(sys, job.from, job.path)
    const stat = sys.lstat(source)
    if (isDirectory(stat.mode)) {
      await this.folder(source, this.makeFolder(job.destination, job.ownParents), '')
      return
    }
    const name = job.path.split('/').at(-1) ?? ''
    if (this.rules.ignores(name)) return
    if (job.unpack && (await this.unpack(source, stat))) return
    await this.file(source, stat, this.fileTarget(name))
  }

  /** A source with its folders below the destination: COPY --parents. @param pivot folders that are left out */
  async copyWithParents(pivot: string): Promise<void> {
    const { sys, job } = this
    const inside = pivot === '' ? job.path : job.path.slice(pivot.length + 1)
    if (this.rules.ignores(inside)) return
    const base = this.makeFolder(job.destination)
    const parts = inside.split('/')
    let [from, to] = [pivot === '' ? job.from : `${job.from}/${pivot}`, base]
    for (const part of parts.slice(0, -1)) {
      from = `${from}/${part}`
      to = `${to}/${part}`
      if (!ifExists(() => sys.lstat(to))) {
        sys.mkdir(to, 0o755)
        this.attributes(sys.stat(from), to)
      }
    }
    const name = parts.at(-1) ?? ''
    await this.node(`${from}/${name}`, `${to}/${name}`, inside)
  }

  private fileTarget(name: string): string {
    const { sys, job } = this
    const { to, destination } = job
    const plain = destination.replace(/\/+$/, '')
    const existing = ifExists(() => sys.stat(resolveInRoot(sys, to, plain)))
    const intoFolder = destination.endsWith('/') || (existing !== undefined && isDirectory(existing.mode))
    if (intoFolder) return `${this.makeFolder(destination)}/${name}`
    this.makeFolder(plain.slice(0, plain.lastIndexOf('/')))
    return resolveInRoot(sys, to, plain)
  }

  /** mkdir -p inside the target, for the owner asked for; links on the way are followed. */
  private makeFolder(path: string, ownParents = true): string {
    const { sys, job } = this
    let at = job.to
    let inside = ''
    const parts = path.split('/').filter((each) => each !== '')
    for (const [i, part] of parts.entries()) {
      inside += `/${part}`
      at = resolveInRoot(sys, job.to, inside)
      const stat = ifExists(() => sys.lstat(at))
      if (stat && !isDirectory(stat.mode)) throw new CopyConflict(`cannot copy to non-directory: ${inside}`)
      if (stat) continue
      sys.mkdir(at, 0o755)
      sys.chmod(at, 0o755)
      if (job.owner && (ownParents || i === parts.length - 1)) sys.chown(at, job.owner.uid, job.owner.gid)
    }
    return at
  }

  private async folder(from: string, to: string, name: string): Promise<void> {
    for (const child of listNames(this.sys, from))
      await this.node(`${from}/${child}`, `${to}/${child}`, name === '' ? child : `${name}/${child}`)
  }

  private async node(from: string, to: string, name: string): Promise<void> {
    const { sys } = this
    const ignored = this.rules.ignores(name)
    const stat = sys.lstat(from)
    if (isDirectory(stat.mode)) {
      if (ignored && !this.rules.hasExceptions) return
      const known = ifExists(() => sys.stat(to))
      if (known && !isDirectory(known.mode)) throw new CopyConflict(`cannot copy to non-directory: ${this.shown(to)}`)
      if (!known && !ignored) {
        if (ifExists(() => sys.lstat(to))) sys.unlink(to)
        sys.mkdir(to, 0o755)
      }
      await this.folder(from, to, name)
      if (!ignored) this.attributes(stat, to)
      return
    }
    if (!ignored) await this.file(from, stat, to)
  }

  private async file(from: string, stat: Stat, to: string): Promise<void> {
    const { sys } = this
    const pause = sys.tick()
    if (pause) await pause
    const known = ifExists(() => sys.lstat(to))
    if (known && isDirectory(known.mode))
      throw new CopyConflict(`cannot replace to directory ${this.shown(to)} with file`)
    if (known) sys.unlink(to)
    makeDirectories(sys, to.slice(0, to.lastIndexOf('/')))
    if (isSymlink(stat.mode)) sys.symlink(sys.readlink(from), to)
    else if (isRegular(stat.mode)) copyContent(sys, from, to)
    else if (isCharDevice(stat.mode) || isBlockDevice(stat.mode)) sys.mknod(to, stat.mode, stat.rdev)
    else sys.mknod(to, stat.mode)
    this.attributes(stat, to)
  }

  private attributes(stat: Stat, to: string): void {
    const { sys, job } = this
    const { uid, gid } = job.owner ?? stat
    sys.chown(to, uid, gid, { follow: false })
    if (!isSymlink(stat.mode)) {
      const mode = stat.mode & 0o7777
      sys.chmod(to, job.mode === '' ? mode : changeMode(mode, job.mode, isDirectory(stat.mode)))
    }
    quietly(() => sys.utimes(to, stat.mtimeMs, stat.mtimeMs, { follow: false }))
  }

  private shown(path: string): string {
    return path.slice(this.job.to.length)
  }

  /** @returns false for what is no archive */
  private async unpack(source: string, stat: Stat): Promise<boolean> {
    const { sys, job } = this
    if (!isRegular(stat.mode) || sys.getLazyContent(source)) return false
    const tar = tarBytes(readBytes(sys, source))
    if (!tar) return false
    const target = this.makeFolder(job.destination)
    const unpacker = new LayerUnpacker(sys, target)
    const reader = new TarReader()
    await unpacker.take(reader.push(tar), (header) => ({ ...header, ...job.unpackedOwner }))
    unpacker.finish()
    return true
  }
}

/** The archive inside, gzip taken off; undefined for other files. */
function tarBytes(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const plain = isGzip(bytes) ? gunzip(bytes) : bytes
    const magic = String.fromCharCode(...plain.subarray(257, 262))
    if (magic !== 'ustar') return undefined
    new TarReader().push(plain.subarray(0, 512))
    return plain
  } catch (error) {
    if (error instanceof TarError || error instanceof GzipError) return undefined
    throw error
  }
}

/** Lazy content stays lazy. */
function copyContent(sys: Sys, from: string, to: string): void {
  const lazy = sys.getLazyContent(from)
  writeBytes(sys, to, lazy ? '' : readBytes(sys, from))
  if (lazy) sys.setLazyContent(to, lazy)
}

/** Empties a folder. */
export function emptyFolder(sys: Sys, path: string): void {
  for (const name of listNames(sys, path)) removeTree(sys, `${path}/${name}`)
}
