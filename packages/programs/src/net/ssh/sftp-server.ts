/** sftp-server(8): files for whoever is logged in, on standard input and output. */
import {
  type Errno,
  isErrno,
  O_APPEND,
  O_CREAT,
  O_EXCL,
  O_RDONLY,
  O_RDWR,
  O_TRUNC,
  O_WRONLY,
  type Process,
  type Sys,
} from '@drydock/abi'
import { modeString } from '../../format/mode-string.ts'
import {
  attributesOf,
  type Attributes,
  Fields,
  FXP,
  OPEN,
  Packet,
  SftpStream,
  STATUS,
  STATUS_WORDS,
} from './sftp-protocol.ts'

type Handle = { readonly fd: number } | { readonly path: string; names: string[] }

const CODES: Readonly<Record<string, number>> = {
  ENOENT: STATUS.noSuchFile,
  ENOTDIR: STATUS.noSuchFile,
  EBADF: STATUS.noSuchFile,
  ELOOP: STATUS.noSuchFile,
  EACCES: STATUS.permissionDenied,
  EPERM: STATUS.permissionDenied,
  EFAULT: STATUS.permissionDenied,
}
const statusOf = (error: Errno): number => CODES[error.code] ?? STATUS.failure

function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

const PAGE = 100

export class SftpServer {
  private readonly handles = new Map<string, Handle>()
  private count = 0
  private readonly sys: Sys
  private readonly stream: SftpStream

  constructor(sys: Sys, stream: SftpStream) {
    this.sys = sys
    this.stream = stream
  }

  async run(): Promise<number> {
    for (let fields = await this.stream.next(); fields; fields = await this.stream.next()) {
      const type = fields.byte()
      if (type === FXP.init) {
        await this.stream.send(new Packet(FXP.version).uint32(3))
        continue
      }
      const id = fields.uint32()
      try {
        await this.stream.send((await this.answer(type, id, fields)) ?? this.status(id, STATUS.ok))
      } catch (error) {
        if (!isErrno(error)) throw error
        await this.stream.send(this.status(id, statusOf(error)))
      }
    }
    return 0
  }

  private status(id: number, code: number): Packet {
    return new Packet(FXP.status, id)
      .uint32(code)
      .string(STATUS_WORDS[code] ?? 'Failure')
      .string('')
  }

  private async answer(type: number, id: number, fields: Fields): Promise<Packet | undefined> {
    const act = ACTS.get(type)
    return act ? act(this, id, fields) : this.status(id, STATUS.unsupported)
  }

  private fresh(id: number, handle: Handle): Packet {
    const name = String(this.count++)
    this.handles.set(name, handle)
    return new Packet(FXP.handle, id).string(name)
  }
  private named(fields: Fields): Handle | undefined {
    return this.handles.get(fields.string())
  }

  open(id: number, fields: Fields): Packet {
    const path = fields.string()
    const flags = fields.uint32()
    const { mode } = fields.attributes()
    const access = flags & OPEN.read && flags & OPEN.write ? O_RDWR : flags & OPEN.write ? O_WRONLY : O_RDONLY
    const more =
      (flags & OPEN.create ? O_CREAT : 0) |
      (flags & OPEN.truncate ? O_TRUNC : 0) |
      (flags & OPEN.exclusive ? O_EXCL : 0) |
      (flags & OPEN.append ? O_APPEND : 0)
    return this.fresh(id, { fd: this.sys.open(path, access | more, mode === undefined ? 0o666 : mode & 0o7777) })
  }
  close(id: number, fields: Fields): Packet {
    const name = fields.string()
    const handle = this.handles.get(name)
    if (handle && 'fd' in handle) this.sys.close(handle.fd)
    this.handles.delete(name)
    return this.status(id, handle ? STATUS.ok : STATUS.failure)
  }
  async read(id: number, fields: Fields): Promise<Packet> {
    const handle = this.named(fields)
    const [offset, length] = [fields.uint64(), fields.uint32()]
    if (!handle || !('fd' in handle)) return this.status(id, STATUS.failure)
    const bytes = await this.sys.pread(handle.fd, Math.min(length, 65_536), offset)
    return bytes.length === 0 ? this.status(id, STATUS.eof) : new Packet(FXP.data, id).string(bytes)
  }
  async write(id: number, fields: Fields): Promise<Packet> {
    const handle = this.named(fields)
    const offset = fields.uint64()
    const bytes = fields.data()
    if (!handle || !('fd' in handle)) return this.status(id, STATUS.failure)
    for (let at = 0; at < bytes.length; ) at += await this.sys.pwrite(handle.fd, bytes.subarray(at), offset + at)
    return this.status(id, STATUS.ok)
  }
  openFolder(id: number, fields: Fields): Packet {
    const path = fields.string()
    return this.fresh(id, { path, names: ['.', '..', ...this.sys.readdir(path).map(({ name }) => name)] })
  }
  readFolder(id: number, fields: Fields): Packet {
    const handle = this.named(fields)
    if (!handle || !('names' in handle)) return this.status(id, STATUS.failure)
    const page = handle.names.splice(0, PAGE)
    if (page.length === 0) return this.status(id, STATUS.eof)
    const packet = new Packet(FXP.name, id).uint32(page.length)
    for (const name of page) {
      const stat = this.sys.lstat(`${handle.path}/${name}`)
      packet
        .string(name)
        .string(`${modeString(stat.mode)} ? ${stat.uid} ${stat.gid} ${stat.size} ${name}`)
        .attributes(attributesOf(stat))
    }
    return packet
  }
  attributes(id: number, path: string, follow: boolean): Packet {
    return new Packet(FXP.attrs, id).attributes(attributesOf(follow ? this.sys.stat(path) : this.sys.lstat(path)))
  }
  fileAttributes(id: number, fields: Fields): Packet {
    const handle = this.named(fields)
    if (!handle || !('fd' in handle)) return this.status(id, STATUS.failure)
    return new Packet(FXP.attrs, id).attributes(attributesOf(this.sys.fstat(handle.fd)))
  }
  change(path: string, { size, uid, gid, mode, atime, mtime }: Attributes): undefined {
    if (size !== undefined) this.sys.truncate(path, size)
    if (mode !== undefined) this.sys.chmod(path, mode & 0o7777)
    if (mtime !== undefined) this.sys.utimes(path, (atime ?? mtime) * 1000, mtime * 1000)
    if (uid !== undefined) this.sys.chown(path, uid, gid ?? 0)
    return undefined
  }
  changeFile(id: number, fields: Fields): Packet {
    const handle = this.named(fields)
    if (!handle || !('fd' in handle)) return this.status(id, STATUS.failure)
    this.change(`/proc/self/fd/${handle.fd}`, fields.attributes())
    return this.status(id, STATUS.ok)
  }
  oneName(id: number, name: string): Packet {
    return new Packet(FXP.name, id).uint32(1).string(name).string(name).attributes({})
  }
  realPath(id: number, path: string): Packet {
    const full = path.startsWith('/') ? path : `${this.sys.getcwd()}/${path}`
    return this.oneName(id, normal(full))
  }
  rename(id: number, from: string, to: string): Packet {
    try {
      this.sys.lstat(to)
      return this.status(id, STATUS.failure)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    this.sys.rename(from, to)
    return this.status(id, STATUS.ok)
  }
  extended(id: number, fields: Fields): Packet {
    const name = fields.string()
    const [a, b] = [fields.string(), fields.string()]
    if (name === 'posix-rename@openssh.com') this.sys.rename(a, b)
    else if (name === 'hardlink@openssh.com') this.sys.link(a, b)
    else if (name === 'statvfs@openssh.com') {
      const { blockSize, blocks, freeBlocks, availableBlocks, files, freeFiles } = this.space(a)
      const packet = new Packet(FXP.extendedReply, id)
      for (const value of [
        blockSize,
        blockSize,
        blocks,
        freeBlocks,
        availableBlocks,
        files,
        freeFiles,
        freeFiles,
        0,
        0,
        255,
      ])
        packet.uint64(value)
      return packet
    } else return this.status(id, STATUS.unsupported)
    return this.status(id, STATUS.ok)
  }
  private space(path: string): {
    blockSize: number
    blocks: number
    freeBlocks: number
    availableBlocks: number
    files: number
    freeFiles: number
  } {
    const {
      totalBytes,
      freeBytes,
      availableBytes = freeBytes,
      blockBytes = 4096,
      files,
      freeFiles,
    } = this.sys.statfs(path)
    const [blocks, freeBlocks, availableBlocks] = [totalBytes, freeBytes, availableBytes].map((each) =>
      Math.floor(each / blockBytes),
    )
    return {
      blockSize: blockBytes,
      blocks: blocks ?? 0,
      freeBlocks: freeBlocks ?? 0,
      availableBlocks: availableBlocks ?? 0,
      files,
      freeFiles,
    }
  }
  get system(): Sys {
    return this.sys
  }
}

type Act = (server: SftpServer, id: number, fields: Fields) => Promise<Packet> | Packet | undefined
const plain =
  (act: (sys: Sys, path: string, fields: Fields) => void): Act =>
  (server, _, fields) => {
    act(server.system, fields.string(), fields)
    return undefined
  }

const ACTS: ReadonlyMap<number, Act> = new Map<number, Act>([
  [FXP.open, (server, id, fields) => server.open(id, fields)],
  [FXP.close, (server, id, fields) => server.close(id, fields)],
  [FXP.read, (server, id, fields) => server.read(id, fields)],
  [FXP.write, (server, id, fields) => server.write(id, fields)],
  [FXP.lstat, (server, id, fields) => server.attributes(id, fields.string(), false)],
  [FXP.stat, (server, id, fields) => server.attributes(id, fields.string(), true)],
  [FXP.fstat, (server, id, fields) => server.fileAttributes(id, fields)],
  [FXP.setstat, (server, _, fields) => server.change(fields.string(), fields.attributes())],
  [FXP.fsetstat, (server, id, fields) => server.changeFile(id, fields)],
  [FXP.opendir, (server, id, fields) => server.openFolder(id, fields)],
  [FXP.readdir, (server, id, fields) => server.readFolder(id, fields)],
  [FXP.remove, plain((sys, path) => sys.unlink(path))],
  [FXP.mkdir, plain((sys, path, fields) => sys.mkdir(path, (fields.attributes().mode ?? 0o777) & 0o7777))],
  [FXP.rmdir, plain((sys, path) => sys.rmdir(path))],
  [FXP.realpath, (server, id, fields) => server.realPath(id, fields.string())],
  [FXP.rename, (server, id, fields) => server.rename(id, fields.string(), fields.string())],
  [FXP.readlink, (server, id, fields) => server.oneName(id, server.system.readlink(fields.string()))],
  [FXP.symlink, plain((sys, target, fields) => sys.symlink(target, fields.string()))],
  [FXP.extended, (server, id, fields) => server.extended(id, fields)],
])

/** @param argv  `-d` names where it starts */
export async function serveSftp(sys: Sys, argv: readonly string[]): Promise<number> {
  const at = argv.indexOf('-d')
  const folder = at < 0 ? undefined : argv[at + 1]
  if (folder !== undefined) sys.chdir(folder)
  return new SftpServer(sys, new SftpStream(sys, 0, 1)).run()
}

export const sftpServerMain = ({ sys, argv }: Process): Promise<number> => serveSftp(sys, argv.slice(1))
