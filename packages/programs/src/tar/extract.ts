import {
  EEXIST,
  isDirectory,
  isErrno,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
  S_IFBLK,
  S_IFCHR,
  S_IFIFO,
  type Stat,
} from '@drydock/abi'
import { type TarHeader, TarReader } from '@drydock/codec'
import { writeAll } from '@drydock/libc'
import { Accounts } from '../account/accounts.ts'
import { statOr } from '../coreutils/copy-tree.ts'
import { timeZone } from '../format/strftime.ts'
import { dirname } from '../paths.ts'
import { globMatcher } from '../text/glob.ts'
import { excluder, excludePatterns } from './create.ts'
import type { TarContext } from './tar.ts'
import { transformer } from './transform.ts'
import { VerboseLines } from './verbose-line.ts'

const SPECIAL = new Map<TarHeader['type'], number>([
  ['character', S_IFCHR],
  ['block', S_IFBLK],
  ['fifo', S_IFIFO],
])

/** The name of an archive without what tells how it is packed. */
const archiveBase = (file: string): string =>
  file.replace(/^.*\//, '').replace(/\.(?:tar(?:\.\w+)?|t[bgxz]\w*|taz)$/, '')

/** Lists or unpacks what comes out of an archive. */
export class ArchiveReader {
  failed = false
  private readonly reader = new TarReader()
  private readonly context: TarContext
  private readonly extract: boolean
  private readonly lines: VerboseLines
  private readonly root: boolean
  private readonly strip: number
  private readonly transform: (name: string) => string
  private readonly top: string | undefined
  private accounts: Accounts | undefined
  private excluded: (name: string) => boolean = () => false
  private warnedRoot = false
  private readonly wanted: { readonly name: string; readonly matches: (name: string) => boolean; found: boolean }[]
  /** Folders get their times and modes when all is done: unpacking into them would change them. */
  private readonly folders: { readonly path: string; readonly header: TarHeader }[] = []
  private fd = -1
  private current: { readonly path: string; readonly header: TarHeader } | undefined

  constructor(context: TarContext, extract: boolean) {
    const { options: o, operands } = context
    this.context = context
    this.extract = extract
    this.lines = new VerboseLines(timeZone(context.env), o.numericOwner > 0, context.flavour === 'busybox')
    this.root = context.sys.geteuid() === 0
    this.strip = Number(o.stripComponents ?? 0)
    this.transform = transformer([...o.transform, ...o.xform])
    this.top = o.oneTopLevel === '' ? archiveBase(o.file ?? '') : o.oneTopLevel
    this.wanted = operands.map((name) => {
      const plain = name.replace(/\/+$/, '')
      const glob = o.wildcards ? globMatcher(plain) : undefined
      return {
        name,
        matches: (member) => (glob ? glob(member) : member === plain || member.startsWith(`${plain}/`)),
        found: false,
      }
    })
  }

  async prepare(): Promise<void> {
    this.accounts = await Accounts.read(this.context.sys)
    this.excluded = excluder(await excludePatterns(this.context))
  }

  async push(bytes: Uint8Array): Promise<void> {
    for (const event of this.reader.push(bytes)) {
      if (event.kind === 'entry') await this.entry(event.header)
      else if (event.kind === 'data') await this.data(event.bytes)
      else this.close()
    }
    const pause = this.context.sys.tick()
    if (pause) await pause
  }

  async finish(): Promise<void> {
    this.reader.finish()
    this.close()
    for (const { path, header } of this.folders.reverse()) this.attributes(path, header)
    for (const each of this.wanted)
      if (!each.found) {
        this.failed = true
        await this.context.fail(`${each.name}: Not found in archive`)
      }
  }

  private selected(name: string): boolean {
    const plain = name.replace(/\/+$/, '')
    if (this.excluded(plain)) return false
    if (this.wanted.length === 0) return true
    const hits = this.wanted.filter((each) => each.matches(plain))
    for (const each of hits) each.found = true
    return hits.length > 0
  }

  private async entry(header: TarHeader): Promise<void> {
    const { options: o, io } = this.context
    if (!this.selected(header.name)) return
    const name = o.showTransformed ? this.transform(header.name) : header.name
    if (!this.extract) return void (await io.print(o.verbose ? this.lines.line({ ...header, name }) : `${name}\n`))
    const path = await this.target(header.name)
    if (path === undefined) return
    if (o.verbose) {
      const line = o.verbose > 1 ? this.lines.line({ ...header, name }) : `${name}\n`
      await (o.toStdout ? io.warn(line) : io.print(line))
    }
    if (o.toStdout) {
      if (header.type === 'file') this.fd = 1
      return
    }
    await this.create(path, header)
  }

  /** Where a member goes; undefined when stripping leaves nothing of its name. */
  private async target(name: string): Promise<string | undefined> {
    const { options: o } = this.context
    let path = name
    if (path.startsWith('/') && !o.absoluteNames) {
      if (!this.warnedRoot) await this.context.fail("Removing leading `/' from member names")
      this.warnedRoot = true
      path = path.replace(/^\/+/, '')
    }
    if (path.split('/').includes('..') && !o.absoluteNames) {
      this.failed = true
      await this.context.fail(`${name}: Member name contains '..'`)
      return undefined
    }
    const parts = path.replace(/\/+$/, '').split('/')
    const kept = this.transform(parts.slice(this.strip).join('/')) || (this.strip ? undefined : '.')
    if (kept === undefined || this.top === undefined || kept === this.top || kept.startsWith(`${this.top}/`))
      return kept
    return `${this.top}/${kept}`.replace(/\/\.$/, '')
  }

  private async create(path: string, header: TarHeader): Promise<void> {
    try {
      this.parents(path)
      if (header.type === 'directory') this.folder(path, header)
      else this.leaf(path, header)
    } catch (error) {
      if (!isErrno(error)) throw error
      this.failed = true
      const verb =
        header.type === 'symlink' ? 'create symlink to' : header.type === 'hardlink' ? 'hard link to' : undefined
      await this.context.fail(
        `${path}: Cannot ${verb ? `${verb} '${header.linkName}'` : header.type === 'directory' ? 'mkdir' : header.type === 'file' ? 'open' : 'mknod'}: ${error.message}`,
      )
    }
  }

  private parents(path: string): void {
    const parent = dirname(path)
    if (parent === '.' || parent === '/' || statOr(this.context.sys, parent, true)) return
    this.parents(parent)
    this.context.sys.mkdir(parent, 0o777)
  }

  private folder(path: string, header: TarHeader): void {
    if (!isDirectory(statOr(this.context.sys, path, true)?.mode ?? 0)) this.context.sys.mkdir(path, 0o700)
    this.folders.push({ path, header })
  }

  private leaf(path: string, header: TarHeader): void {
    const { sys, options: o } = this.context
    const old = statOr(sys, path, false)
    if (old && o.keepOld) throw EEXIST
    if (old && (o.skipOld || (o.keepNewer && this.isNewer(old, path, header)))) return
    if (old && !isDirectory(old.mode)) sys.unlink(path)
    const special = SPECIAL.get(header.type)
    if (header.type === 'symlink') sys.symlink(header.linkName, path)
    else if (header.type === 'hardlink')
      return sys.link(
        this.strip ? header.linkName.split('/').slice(this.strip).join('/') : header.linkName.replace(/^\/+/, ''),
        path,
      )
    else if (special !== undefined) sys.mknod(path, special | header.mode, header.major * 256 + header.minor)
    else {
      this.fd = sys.open(path, O_WRONLY | O_CREAT | O_EXCL, 0o600)
      this.current = { path, header }
      return
    }
    this.attributes(path, header)
  }

  private isNewer(old: Stat, path: string, header: TarHeader): boolean {
    const newer = Math.floor(old.mtimeMs / 1000) >= Math.floor(header.mtimeMs / 1000)
    if (newer) void this.context.fail(`Current \u2018${path}\u2019 is newer or same age`)
    return newer
  }

  private async data(bytes: Uint8Array): Promise<void> {
    if (this.fd < 0) return
    if (this.fd === 1) await this.context.io.out.write(bytes)
    else await writeAll(this.context.sys, this.fd, bytes)
  }

  private close(): void {
    if (this.fd > 1) this.context.sys.close(this.fd)
    this.fd = -1
    if (this.current) this.attributes(this.current.path, this.current.header)
    this.current = undefined
  }

  private attributes(path: string, header: TarHeader): void {
    const { sys, options: o } = this.context
    const link = header.type === 'symlink'
    if ((this.root || o.sameOwner) && !o.noSameOwner) {
      const uid = o.numericOwner || !header.uname ? header.uid : (this.accounts?.uid(header.uname) ?? header.uid)
      const gid = o.numericOwner || !header.gname ? header.gid : (this.accounts?.gid(header.gname) ?? header.gid)
      sys.chown(path, uid, gid, { follow: !link })
    }
    const keeps = (this.root || o.preserve > 0) && !o.noSamePermissions
    if (!link) sys.chmod(path, keeps ? header.mode : header.mode & 0o777 & ~sys.umask())
    if (!o.touch) sys.utimes(path, sys.clock.now(), header.mtimeMs, { follow: !link })
  }
}
