import {
  isDirectory,
  isErrno,
  isFifo,
  isRegular,
  isSymlink,
  O_CREAT,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  type Stat,
  type Sys,
} from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { join } from '../paths.ts'

export interface CopyOptions {
  readonly recursive: boolean
  /** Never, or for the operands only (-H), or always (-L). */
  readonly dereference: 'never' | 'operands' | 'always'
  readonly preserveMode: boolean
  readonly preserveOwner: boolean
  readonly preserveTimes: boolean
  readonly force: boolean
  readonly removeDestination: boolean
  readonly hardLinks: boolean
  readonly link: 'none' | 'hard' | 'symbolic'
  /** Asks before an existing file is replaced; false leaves it. */
  mayReplace(from: string, to: string, old: Stat): Promise<boolean>
  /** Called before an existing file is replaced, to make a backup of it. */
  backup(to: string): string | undefined
  copied(from: string, to: string, backup?: string): Promise<void>
  problem(message: string): Promise<void>
}

export const statOr = (sys: Sys, path: string, follow: boolean): Stat | undefined => {
  try {
    return follow ? sys.stat(path) : sys.lstat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Copies trees as cp and mv (over a border of file systems) do; complains and goes on. */
export class TreeCopier {
  readonly sys: Sys
  readonly options: CopyOptions
  failed = false
  /** Files with several names, by device and inode: where the first was copied to. */
  private readonly linked = new Map<string, string>()
  /** What this run has made: it is not copied into itself for ever. */
  private readonly made = new Set<string>()

  constructor(sys: Sys, options: CopyOptions) {
    this.sys = sys
    this.options = options
  }

  private async problem(message: string): Promise<void> {
    this.failed = true
    await this.options.problem(message)
  }

  async copy(from: string, to: string, operand = true): Promise<void> {
    const { dereference } = this.options
    const follow = dereference === 'always' || (dereference === 'operands' && operand)
    let stat: Stat
    try {
      stat = follow ? this.sys.stat(from) : this.sys.lstat(from)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.problem(`cannot stat '${from}': ${error.message}`)
    }
    if (isDirectory(stat.mode)) return this.directory(from, to, stat)
    await this.leaf(from, to, stat)
  }

  private async directory(from: string, to: string, stat: Stat): Promise<void> {
    if (!this.options.recursive) return this.problem(`-r not specified; omitting directory '${from}'`)
    const old = statOr(this.sys, to, false)
    if (old && !isDirectory(statOr(this.sys, to, true)?.mode ?? old.mode))
      return this.problem(`cannot overwrite non-directory '${to}' with directory '${from}'`)
    if (this.inside(from, to)) return this.problem(`cannot copy a directory, '${from}', into itself, '${to}'`)
    try {
      if (!old) {
        this.sys.mkdir(to, (stat.mode & 0o7777) | 0o700)
        await this.options.copied(from, to)
      }
      const made = this.sys.stat(to)
      this.made.add(`${made.dev}:${made.ino}`)
      for (const { name } of this.sys.readdir(from)) await this.copy(join(from, name), join(to, name), false)
      if (!old || this.options.preserveMode) this.keepMode(to, stat, !old)
      this.keep(to, stat)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.problem(`cannot create directory '${to}': ${error.message}`)
    }
  }

  private inside(from: string, to: string): boolean {
    const source = this.sys.realpath(from)
    const parent = to.includes('/') ? to.slice(0, to.lastIndexOf('/')) || '/' : '.'
    const target = statOr(this.sys, parent, true) ? this.sys.realpath(parent) : ''
    return target === source || target.startsWith(source === '/' ? '/' : `${source}/`)
  }

  private async leaf(from: string, to: string, stat: Stat): Promise<void> {
    const old = statOr(this.sys, to, false)
    const through = statOr(this.sys, to, true)
    if (old && isDirectory((through ?? old).mode) && !isSymlink(old.mode))
      return this.problem(`cannot overwrite directory '${to}' with non-directory '${from}'`)
    if (
      through &&
      through.ino === stat.ino &&
      through.dev === stat.dev &&
      this.options.link === 'none' &&
      !isSymlink(stat.mode)
    )
      return this.problem(`'${from}' and '${to}' are the same file`)
    if (old && !(await this.options.mayReplace(from, to, old))) return
    const backup = old ? this.options.backup(to) : undefined
    try {
      await this.make(from, to, stat, backup === undefined ? old : undefined)
      await this.options.copied(from, to, backup)
    } catch (error) {
      if (!isErrno(error)) throw error
      await this.problem(this.wording(from, to, stat, error.message))
    }
  }

  private wording(from: string, to: string, stat: Stat, reason: string): string {
    if (this.options.link === 'hard') return `cannot create hard link '${to}' to '${from}': ${reason}`
    if (isSymlink(stat.mode)) return `cannot create symbolic link '${to}': ${reason}`
    if (statOr(this.sys, from, true) && this.unreadable(from)) return `cannot open '${from}' for reading: ${reason}`
    return `cannot create regular file '${to}': ${reason}`
  }

  private unreadable(path: string): boolean {
    try {
      this.sys.access(path, 4)
      return false
    } catch (error) {
      if (isErrno(error)) return true
      throw error
    }
  }

  private async make(from: string, to: string, stat: Stat, old: Stat | undefined): Promise<void> {
    const { sys, options } = this
    const key = `${stat.dev}:${stat.ino}`
    const first = options.hardLinks && stat.nlink > 1 ? this.linked.get(key) : undefined
    const replaces = options.link !== 'none' || options.removeDestination || isSymlink(stat.mode) || first !== undefined
    if (old && (replaces || !isRegular(stat.mode))) sys.unlink(to)
    if (first !== undefined) return sys.link(first, to)
    if (options.link === 'hard') return sys.link(from, to)
    if (options.link === 'symbolic') return sys.symlink(from, to)
    if (isSymlink(stat.mode)) sys.symlink(sys.readlink(from), to)
    else if (isRegular(stat.mode) || !options.recursive) await this.file(from, to, stat, old)
    else sys.mknod(to, stat.mode, isFifo(stat.mode) ? 0 : stat.rdev)
    if (options.hardLinks && stat.nlink > 1) this.linked.set(key, to)
    this.keep(to, stat)
    if (!isSymlink(stat.mode)) this.keepMode(to, stat, false)
  }

  private async file(from: string, to: string, stat: Stat, old: Stat | undefined): Promise<void> {
    const { sys, options } = this
    const source = sys.open(from, O_RDONLY)
    try {
      let target: number
      try {
        target = sys.open(to, O_WRONLY | O_TRUNC | O_CREAT, stat.mode & 0o777)
      } catch (error) {
        if (!isErrno(error) || !options.force || !old) throw error
        sys.unlink(to)
        target = sys.open(to, O_WRONLY | O_TRUNC | O_CREAT, stat.mode & 0o777)
      }
      try {
        const lazy = isRegular(stat.mode) ? sys.getLazyContent(from) : undefined
        if (lazy) sys.setLazyContent(to, lazy)
        else await pump(sys, source, target)
      } finally {
        sys.close(target)
      }
    } finally {
      sys.close(source)
    }
  }

  private keep(to: string, stat: Stat): void {
    const follow = { follow: !isSymlink(stat.mode) }
    if (this.options.preserveTimes) this.sys.utimes(to, stat.atimeMs, stat.mtimeMs, follow)
    if (!this.options.preserveOwner) return
    try {
      this.sys.chown(to, stat.uid, stat.gid, follow)
    } catch (error) {
      // Only root may give files away: cp -p keeps what it can, as the real one does in silence.
      if (!isErrno(error)) throw error
    }
  }

  private keepMode(to: string, stat: Stat, fresh: boolean): void {
    if (this.options.preserveMode) this.sys.chmod(to, stat.mode & 0o7777)
    else if (fresh) this.sys.chmod(to, stat.mode & 0o777 & ~this.sys.umask())
  }
}

async function pump(sys: Sys, from: number, to: number): Promise<void> {
  for (;;) {
    const bytes = await sys.read(from, 262144)
    if (bytes.length === 0) return
    await writeAll(sys, to, bytes)
  }
}
