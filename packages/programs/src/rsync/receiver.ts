import { isDirectory, isErrno, isRegular, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { readFile, writeFile } from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'
import { join } from '../paths.ts'
import type { Item } from './file-list.ts'

export interface Keeping {
  readonly links: boolean
  readonly perms: boolean
  readonly times: boolean
  readonly owner: boolean
  readonly group: boolean
  readonly special: boolean
  readonly checksum: boolean
  readonly ignoreTimes: boolean
  readonly sizeOnly: boolean
  readonly update: boolean
  readonly existing: boolean
  readonly ignoreExisting: boolean
  readonly dryRun: boolean
  readonly omitFolderTimes: boolean
}

/** What became of an item: `%i` of rsync's output format, and whether its data went over. */
export interface Change {
  readonly flags: string
  readonly sent: boolean
  readonly created: boolean
}

const sameTime = (a: Stat, b: Stat): boolean => a.mtimeMs === b.mtimeMs

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, at) => byte === b[at])

/** The side that makes things alike; folders get their times when what is in them is there. */
export class Receiver {
  private readonly sys: Sys
  private readonly keeping: Keeping
  /** Folders as they were before anything was taken out of them. */
  private readonly before = new Map<string, Stat>()
  private readonly folders: { readonly path: string; readonly stat: Stat }[] = []

  constructor(sys: Sys, keeping: Keeping) {
    this.sys = sys
    this.keeping = keeping
  }

  /** @returns undefined where nothing had to be done */
  async take(item: Item, path: string): Promise<Change | undefined> {
    const { keeping, sys } = this
    const old = this.before.get(path) ?? statOr(sys, path, false)
    if (old ? keeping.ignoreExisting && !isDirectory(old.mode) : keeping.existing) return undefined
    if (isDirectory(item.stat.mode)) return this.folder(item, path, old)
    if (isSymlink(item.stat.mode)) return this.link(item, path, old)
    if (isRegular(item.stat.mode)) return this.file(item, path, old)
    return this.node(item, path, old)
  }

  private folder({ stat }: Item, path: string, old: Stat | undefined): Change | undefined {
    const { keeping, sys } = this
    const there = old !== undefined && isDirectory(sys.stat(path).mode)
    if (!there && !keeping.dryRun) {
      if (old) sys.unlink(path)
      sys.mkdir(path, keeping.perms ? stat.mode & 0o7777 : 0o777)
    }
    const flags = there ? this.differences('d', stat, old, !keeping.omitFolderTimes) : 'cd+++++++++'
    if (!keeping.dryRun) this.folders.push({ path, stat })
    return flags === undefined ? undefined : { flags, sent: false, created: !there }
  }

  private link(item: Item, path: string, old: Stat | undefined): Change | undefined {
    const { sys, keeping } = this
    const target = sys.readlink(item.path)
    if (old && isSymlink(old.mode) && sys.readlink(path) === target) {
      const flags = this.differences('L', item.stat, old, true)
      if (flags !== undefined) this.attributes(path, item.stat)
      return flags === undefined ? undefined : { flags, sent: false, created: false }
    }
    if (!keeping.dryRun) {
      if (old) sys.unlink(path)
      sys.symlink(target, path)
      this.attributes(path, item.stat)
    }
    return { flags: old ? 'cLc.t......' : 'cL+++++++++', sent: false, created: !old }
  }

  private async file(item: Item, path: string, old: Stat | undefined): Promise<Change | undefined> {
    const { keeping, sys } = this
    if (old && keeping.update && old.mtimeMs > item.stat.mtimeMs) return undefined
    if (old && (await this.isSame(item, path, old))) {
      const flags = this.differences('f', item.stat, old, keeping.times)
      if (flags !== undefined) this.attributes(path, item.stat)
      return flags === undefined ? undefined : { flags, sent: false, created: false }
    }
    const flags = this.transferFlags(item.stat, old)
    if (!keeping.dryRun) {
      const bytes = await readFile(sys, item.path)
      if (old && !isRegular(old.mode)) sys.unlink(path)
      await writeFile(sys, path, bytes, item.stat.mode & 0o777)
      this.attributes(path, item.stat)
    }
    return { flags, sent: true, created: !old }
  }

  private node(item: Item, path: string, old: Stat | undefined): Change | undefined {
    const { sys, keeping } = this
    if (!keeping.special) return undefined
    if (old && old.mode === item.stat.mode && old.rdev === item.stat.rdev) return undefined
    if (!keeping.dryRun) {
      if (old) sys.unlink(path)
      sys.mknod(path, item.stat.mode, item.stat.rdev)
      this.attributes(path, item.stat)
    }
    return { flags: old ? 'cD.t.......' : 'cD+++++++++', sent: false, created: !old }
  }

  /** The quick check, or one of all bytes. */
  private async isSame(item: Item, path: string, old: Stat): Promise<boolean> {
    const { keeping, sys } = this
    if (!isRegular(old.mode) || old.size !== item.stat.size) return false
    if (keeping.checksum) return sameBytes(await readFile(sys, item.path), await readFile(sys, path))
    return keeping.sizeOnly || (!keeping.ignoreTimes && sameTime(old, item.stat))
  }

  private transferFlags(stat: Stat, old: Stat | undefined): string {
    if (!old) return '>f+++++++++'
    const { keeping } = this
    const time = keeping.times ? (sameTime(stat, old) ? '.' : 't') : 'T'
    const sum = keeping.checksum ? 'c' : '.'
    return `>f${sum}${stat.size === old.size ? '.' : 's'}${time}${this.rights(stat, old)}...`
  }

  private rights(stat: Stat, old: Stat): string {
    const { keeping } = this
    const perms = keeping.perms && (stat.mode & 0o7777) !== (old.mode & 0o7777) ? 'p' : '.'
    const owner = keeping.owner && stat.uid !== old.uid ? 'o' : '.'
    return `${perms}${owner}${keeping.group && stat.gid !== old.gid ? 'g' : '.'}`
  }

  /** What differs where the data does not; undefined for nothing. */
  private differences(kind: 'd' | 'f' | 'L', stat: Stat, old: Stat, times: boolean): string | undefined {
    const time = times && this.keeping.times && !sameTime(stat, old) ? 't' : '.'
    const rights = kind === 'L' ? '...' : this.rights(stat, old)
    return time === '.' && rights === '...' ? undefined : `.${kind}..${time}${rights}...`
  }

  private attributes(path: string, stat: Stat): void {
    const { sys, keeping } = this
    if (keeping.dryRun) return
    const follow = !isSymlink(stat.mode)
    const root = sys.geteuid() === 0
    if (root && (keeping.owner || keeping.group)) {
      const now = sys.lstat(path)
      sys.chown(path, keeping.owner ? stat.uid : now.uid, keeping.group ? stat.gid : now.gid, { follow })
    }
    if (follow && keeping.perms) sys.chmod(path, stat.mode & 0o7777)
    if (keeping.times) sys.utimes(path, stat.atimeMs, stat.mtimeMs, { follow })
  }

  finish(): void {
    for (const { path, stat } of this.folders.reverse()) {
      const times = this.keeping.times && !this.keeping.omitFolderTimes
      this.attributes(path, times ? stat : { ...stat, mtimeMs: this.sys.stat(path).mtimeMs })
    }
  }

  /** Takes away what is not in `kept`. @param told  called for each, those inside of a folder before it */
  async removeOthers(
    path: string,
    name: string,
    kept: ReadonlySet<string>,
    isProtected: (name: string, folder: boolean) => boolean,
    told: (name: string) => Promise<void>,
  ): Promise<void> {
    const stat = statOr(this.sys, path, true)
    if (!stat || !isDirectory(stat.mode)) return
    this.before.set(path, stat)
    const entries = this.sys.readdir(path)
    for (const each of entries
      .map((entry) => entry.name)
      .sort()
      .reverse()) {
      const below = name === '.' ? each : `${name}/${each}`
      const folder = isDirectory(statOr(this.sys, join(path, each), false)?.mode ?? 0)
      if (!kept.has(below) && !isProtected(below, folder))
        await this.remove(join(path, each), below, folder, isProtected, told)
    }
  }

  private async remove(
    path: string,
    name: string,
    folder: boolean,
    isProtected: (name: string, folder: boolean) => boolean,
    told: (name: string) => Promise<void>,
  ): Promise<void> {
    if (folder) await this.removeOthers(path, name, new Set(), isProtected, told)
    try {
      if (!this.keeping.dryRun && folder) this.sys.rmdir(path)
      else if (!this.keeping.dryRun) this.sys.unlink(path)
      await told(folder ? `${name}/` : name)
    } catch (error) {
      // What a rule protects keeps the folder.
      if (!isErrno(error)) throw error
    }
  }
}
