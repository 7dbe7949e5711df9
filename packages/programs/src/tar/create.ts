import {
  isCharDevice,
  isBlockDevice,
  isDirectory,
  isErrno,
  isFifo,
  isRegular,
  isSocket,
  isSymlink,
  O_RDONLY,
  type Stat,
} from '@drydock/abi'
import { type TarHeader, tarHeader, TarWriter } from '@drydock/codec'
import { readTextFile } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { parseMode } from '../coreutils/mode-change.ts'
import { parseDate } from '../format/parse-date.ts'
import { timeZone } from '../format/strftime.ts'
import { globSource } from '../text/glob.ts'
import type { TarContext } from './tar.ts'
import { transformer } from './transform.ts'
import { VerboseLines } from './verbose-line.ts'

const TYPES: readonly [(mode: number) => boolean, TarHeader['type']][] = [
  [isDirectory, 'directory'],
  [isSymlink, 'symlink'],
  [isFifo, 'fifo'],
  [isCharDevice, 'character'],
  [isBlockDevice, 'block'],
  [isRegular, 'file'],
]

/** Patterns of --exclude: a whole name, or from any slash on, and all below. */
export function excluder(patterns: readonly string[]): (name: string) => boolean {
  const compiled = patterns.map((pattern) => new RegExp(`(^|/)${globSource(pattern.replace(/\/+$/, ''))}(/|$)`))
  return (name) => compiled.some((pattern) => pattern.test(name))
}

const VCS: readonly string[] = [
  '.git',
  '.gitignore',
  '.gitattributes',
  '.gitmodules',
  '.hg',
  '.hgignore',
  '.svn',
  '.bzr',
  'CVS',
  'RCS',
]

export async function excludePatterns({ options: o, sys }: TarContext): Promise<string[]> {
  const file = o.excludeFrom === undefined ? [] : (await readTextFile(sys, o.excludeFrom)).split('\n').filter(Boolean)
  return [...o.exclude, ...file, ...(o.excludeVcs ? VCS : [])]
}

/** Writes members for operands and all below them. */
export class ArchiveMaker {
  failed = false
  private readonly writer = new TarWriter()
  private readonly linked = new Map<string, string>()
  private accounts: Accounts | undefined
  private excluded: ((name: string) => boolean) | undefined
  private warnedRoot = false
  private readonly context: TarContext
  private readonly write: (bytes: Uint8Array) => Promise<void>
  /** The archive itself is never put into itself. */
  private readonly archive: Stat | undefined
  private readonly lines: VerboseLines
  /** What -u leaves where it is not newer: times by name. */
  private readonly known: ReadonlyMap<string, number> | undefined
  private readonly transform: (name: string) => string
  private readonly added: { readonly path: string; readonly folder: boolean }[] = []

  constructor(
    context: TarContext,
    write: (bytes: Uint8Array) => Promise<void>,
    archive: Stat | undefined,
    known?: ReadonlyMap<string, number>,
  ) {
    this.known = known
    this.transform = transformer([...context.options.transform, ...context.options.xform])
    this.context = context
    this.write = write
    this.archive = archive
    this.lines = new VerboseLines(
      timeZone(context.env),
      context.options.numericOwner > 0,
      context.flavour === 'busybox',
    )
  }

  async end(): Promise<void> {
    await this.write(this.writer.end())
  }

  private async problem(message: string): Promise<void> {
    this.failed = true
    await this.context.fail(message)
  }

  async add(path: string): Promise<void> {
    const { sys, options: o } = this.context
    this.accounts ??= await Accounts.read(sys)
    this.excluded ??= excluder(await excludePatterns(this.context))
    if (this.excluded(path)) return
    let stat: Stat
    try {
      stat = o.dereference ? sys.stat(path) : sys.lstat(path)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.problem(`${path}: Cannot stat: ${error.message}`)
    }
    if (this.archive && stat.ino === this.archive.ino && stat.dev === this.archive.dev)
      return this.context.fail(`${path}: file is the archive; not dumped`)
    if (isSocket(stat.mode)) return this.context.fail(`${path}: socket ignored`)
    if (!this.isKnown(path, stat)) await this.member(path, stat, this.accounts)
    this.added.push({ path, folder: isDirectory(stat.mode) })
    if (!isDirectory(stat.mode) || o.noRecursion) return
    const names = sys.readdir(path).map((entry) => entry.name)
    if (o.sort === 'name') names.sort()
    for (const name of names) await this.add(`${path.replace(/\/+$/, '')}/${name}`)
  }

  private isKnown(path: string, { mtimeMs }: Stat): boolean {
    const time = this.known?.get(path.replace(/\/+$/, '').replace(/^\/+/, ''))
    return time !== undefined && Math.floor(mtimeMs / 1000) <= Math.floor(time / 1000)
  }

  /** --remove-files */
  removeAdded(): void {
    const { sys } = this.context
    for (const { path, folder } of this.added.reverse()) {
      if (folder) sys.rmdir(path)
      else sys.unlink(path)
    }
  }

  /** Leading slashes are taken off, with one warning. */
  private async stored(path: string): Promise<string> {
    if (this.context.options.absoluteNames || !path.startsWith('/')) return path
    if (!this.warnedRoot) await this.context.fail("Removing leading `/' from member names")
    this.warnedRoot = true
    return path.replace(/^\/+/, '') || './'
  }

  private async header(path: string, stat: Stat, accounts: Accounts): Promise<TarHeader> {
    const { sys, options: o, env } = this.context
    const type = TYPES.find(([is]) => is(stat.mode))?.[1] ?? 'file'
    const name = this.transform(await this.stored(path))
    const key = `${stat.dev}:${stat.ino}`
    const first = stat.nlink > 1 && type === 'file' ? this.linked.get(key) : undefined
    if (stat.nlink > 1 && type === 'file' && first === undefined) this.linked.set(key, name)
    const [user, userId] = o.owner?.split(':') ?? []
    const [group, groupId] = o.group?.split(':') ?? []
    const uid = userId === undefined ? (accounts.uid(user ?? '') ?? stat.uid) : Number(userId)
    const gid = groupId === undefined ? (accounts.gid(group ?? '') ?? stat.gid) : Number(groupId)
    const mtime =
      o.mtime === undefined ? stat.mtimeMs : (parseDate(o.mtime, sys.clock.now(), timeZone(env)) ?? stat.mtimeMs)
    const mode = (o.mode === undefined ? undefined : parseMode(o.mode, sys.umask()))?.(stat.mode) ?? stat.mode
    return tarHeader(type === 'directory' && !name.endsWith('/') ? `${name}/` : name, {
      type: first === undefined ? type : 'hardlink',
      mode: mode & 0o7777,
      uid,
      gid,
      uname: o.numericOwner ? '' : userId === undefined ? (accounts.userName(uid) ?? '') : (user ?? ''),
      gname: o.numericOwner ? '' : groupId === undefined ? (accounts.groupName(gid) ?? '') : (group ?? ''),
      size: type === 'file' && first === undefined ? stat.size : 0,
      mtimeMs: Math.floor(mtime / 1000) * 1000,
      linkName: first ?? (type === 'symlink' ? sys.readlink(path) : ''),
      major: type === 'character' || type === 'block' ? (stat.rdev >> 8) & 0xfff : 0,
      minor: type === 'character' || type === 'block' ? stat.rdev & 0xff : 0,
    })
  }

  private async member(path: string, stat: Stat, accounts: Accounts): Promise<void> {
    const { sys, options: o, io } = this.context
    const header = await this.header(path, stat, accounts)
    let fd = -1
    try {
      if (header.type === 'file') fd = sys.open(path, O_RDONLY)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.problem(`${path}: Cannot open: ${error.message}`)
    }
    const own = isDirectory(stat.mode) && !path.endsWith('/') ? `${path}/` : path
    const name = o.showTransformed || o.transform.length + o.xform.length === 0 ? header.name : own
    const shown = o.verbose > 1 ? this.lines.line({ ...header, name }) : `${name}\n`
    if (o.verbose) await (o.file === undefined || o.file === '-' ? io.warn(shown) : io.print(shown))
    await this.write(this.writer.header(header))
    if (fd < 0) return
    try {
      await this.content(fd, header.size)
    } finally {
      sys.close(fd)
    }
  }

  private async content(fd: number, size: number): Promise<void> {
    let left = size
    while (left > 0) {
      const bytes = await this.context.sys.read(fd, Math.min(left, 65536))
      // A file that shrank while it was read is filled up with zeroes.
      const piece = bytes.length ? bytes : new Uint8Array(Math.min(left, 65536))
      left -= piece.length
      await this.write(piece)
    }
    await this.write(this.writer.padding(size))
  }
}
