import { isDirectory, isErrno, isRegular, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { makeDirectories, readFile, writeFile } from '@drydock/libc'
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
  /** What is replaced or deleted is kept under another name, or in another folder below the destination. */
  readonly backup: { readonly suffix: string; readonly folder: string | undefined } | undefined
  /** Folders whose equal files are linked to. */
  readonly linkDest: readonly string[]
  /** `F600`, `D700`, `a+x` */
  readonly chmod: readonly string[]
}

/** What became of an item: `%i` of rsync's output format, and whether its data went over. */
export interface Change {
  readonly flags: string
  readonly sent: boolean
  readonly created: boolean
}

const contentOf = (sys: Sys, { read, path }: Item): Promise<Uint8Array> => (read ? read() : readFile(sys, path))

/** --chmod: octal or as chmod(1) writes it, D and F for folders and files alone. */
function changedMode(mode: number, changes: readonly string[]): number {
  let bits = mode & 0o7777
  for (const change of changes) {
    const [, kind, octal, who = '', sign, letters = ''] =
      /^([DF]?)(?:([0-7]{3,4})|([ugoa]*)([-+=])([rwxX]*))$/.exec(change) ?? []
    if (kind === 'D' ? !isDirectory(mode) : kind === 'F' && isDirectory(mode)) continue
    if (octal !== undefined) bits = Number.parseInt(octal, 8)
    else if (sign !== undefined) bits = symbolic(bits, isDirectory(mode), who, sign, letters)
  }
  return bits
}

function symbolic(bits: number, folder: boolean, who: string, sign: string, letters: string): number {
  const one =
    (letters.includes('r') ? 4 : 0) |
    (letters.includes('w') ? 2 : 0) |
    (letters.includes('x') || (letters.includes('X') && (folder || (bits & 0o111) !== 0)) ? 1 : 0)
  const shifts = [...(who === '' || who.includes('a') ? 'ugo' : who)].map((each) => 6 - 'ugo'.indexOf(each) * 3)
  const mask = shifts.reduce((sum, shift) => sum | (one << shift), 0)
  const whole = shifts.reduce((sum, shift) => sum | (7 << shift), 0)
  return sign === '+' ? bits | mask : sign === '-' ? bits & ~mask : (bits & ~whole) | mask
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
    const target = item.link ?? sys.readlink(item.path)
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
      const twin = old ? undefined : await this.linked(item)
      if (twin !== undefined) {
        sys.link(twin, path)
        return undefined
      }
      const bytes = await contentOf(sys, item)
      if (old) this.keepOld(path, item.name)
      if (old && !isRegular(old.mode) && statOr(sys, path, false)) sys.unlink(path)
      await writeFile(sys, path, bytes, item.stat.mode & 0o777)
      this.attributes(path, item.stat)
    }
    return { flags, sent: true, created: !old }
  }

  /** The root of the transfer, which --backup-dir and --link-dest are below. */
  root = '.'

  private inRoot(folder: string, name: string): string {
    return folder.startsWith('/') ? join(folder, name) : join(join(this.root, folder), name)
  }

  private async linked(item: Item): Promise<string | undefined> {
    for (const folder of this.keeping.linkDest) {
      const path = this.inRoot(folder, item.name)
      const there = statOr(this.sys, path, false)
      if (there && isRegular(there.mode) && there.mode === item.stat.mode && (await this.isSame(item, path, there)))
        return path
    }
    return undefined
  }

  private keepOld(path: string, name: string): void {
    const { backup } = this.keeping
    if (!backup) return
    const to =
      backup.folder === undefined ? `${path}${backup.suffix}` : `${this.inRoot(backup.folder, name)}${backup.suffix}`
    makeDirectories(this.sys, to.slice(0, to.lastIndexOf('/')) || '.')
    this.sys.rename(path, to)
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
    if (keeping.checksum) return sameBytes(await contentOf(sys, item), await readFile(sys, path))
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
    // Who is not root keeps no owners, and groups only where the user is in them.
    const root = this.sys.geteuid() === 0
    const owner = root && keeping.owner && stat.uid !== old.uid ? 'o' : '.'
    return `${perms}${owner}${(root || this.sys.getgroups().includes(stat.gid)) && keeping.group && stat.gid !== old.gid ? 'g' : '.'}`
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
    if (follow && (keeping.perms || keeping.chmod.length > 0)) sys.chmod(path, changedMode(stat.mode, keeping.chmod))
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
