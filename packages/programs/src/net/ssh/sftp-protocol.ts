/** The SSH File Transfer Protocol, version 3: draft-ietf-secsh-filexfer-02. */
import { type Stat, type Sys } from '@drydock/abi'
import { concat, writeAll } from '@drydock/libc'
import { LengthFramed } from '../length-framed.ts'

export const FXP = {
  init: 1,
  version: 2,
  open: 3,
  close: 4,
  read: 5,
  write: 6,
  lstat: 7,
  fstat: 8,
  setstat: 9,
  fsetstat: 10,
  opendir: 11,
  readdir: 12,
  remove: 13,
  mkdir: 14,
  rmdir: 15,
  realpath: 16,
  stat: 17,
  rename: 18,
  readlink: 19,
  symlink: 20,
  status: 101,
  handle: 102,
  data: 103,
  name: 104,
  attrs: 105,
  extended: 200,
  extendedReply: 201,
} as const

/** SSH_FX_: what became of a request. */
export const STATUS = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const
export const STATUS_WORDS: Readonly<Record<number, string>> = {
  0: 'Success',
  1: 'End of file',
  2: 'No such file or directory',
  3: 'Permission denied',
  4: 'Failure',
  5: 'Bad message',
  6: 'No connection',
  7: 'Connection lost',
  8: 'Operation unsupported',
}
export const OPEN = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const

export interface Attributes {
  readonly size?: number | undefined
  readonly uid?: number | undefined
  readonly gid?: number | undefined
  readonly mode?: number | undefined
  /** Seconds. */
  readonly atime?: number | undefined
  readonly mtime?: number | undefined
}
export const attributesOf = (stat: Stat): Attributes => ({
  size: stat.size,
  uid: stat.uid,
  gid: stat.gid,
  mode: stat.mode,
  atime: Math.floor(stat.atimeMs / 1000),
  mtime: Math.floor(stat.mtimeMs / 1000),
})

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export class Packet {
  private readonly parts: Uint8Array[] = []
  constructor(type: number, id?: number) {
    this.parts.push(Uint8Array.of(type))
    if (id !== undefined) this.uint32(id)
  }
  uint32(value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setUint32(0, value)
    this.parts.push(bytes)
    return this
  }
  uint64(value: number): this {
    return this.uint32(Math.floor(value / 2 ** 32)).uint32(value % 2 ** 32)
  }
  string(value: string | Uint8Array): this {
    const bytes = typeof value === 'string' ? encoder.encode(value) : value
    this.uint32(bytes.length)
    this.parts.push(bytes)
    return this
  }
  attributes({ size, uid, gid, mode, atime, mtime }: Attributes): this {
    const flags =
      (size === undefined ? 0 : 1) |
      (uid === undefined ? 0 : 2) |
      (mode === undefined ? 0 : 4) |
      (mtime === undefined ? 0 : 8)
    this.uint32(flags)
    if (size !== undefined) this.uint64(size)
    if (uid !== undefined) this.uint32(uid).uint32(gid ?? 0)
    if (mode !== undefined) this.uint32(mode)
    if (mtime !== undefined) this.uint32(atime ?? mtime).uint32(mtime)
    return this
  }
  bytes(): Uint8Array {
    const body = concat(this.parts)
    const head = new Uint8Array(4)
    new DataView(head.buffer).setUint32(0, body.length)
    return concat([head, body])
  }
}

/** What came, field by field. */
export class Fields {
  private at = 0
  private readonly view: DataView
  private readonly content: Uint8Array
  constructor(content: Uint8Array) {
    this.content = content
    this.view = new DataView(content.buffer, content.byteOffset, content.byteLength)
  }
  byte(): number {
    return this.content[this.at++] ?? 0
  }
  uint32(): number {
    if (this.at + 4 > this.content.length) return 0
    this.at += 4
    return this.view.getUint32(this.at - 4)
  }
  uint64(): number {
    return this.uint32() * 2 ** 32 + this.uint32()
  }
  data(): Uint8Array {
    const length = this.uint32()
    this.at += length
    return this.content.subarray(this.at - length, this.at)
  }
  string(): string {
    return decoder.decode(this.data())
  }
  attributes(): Attributes {
    const flags = this.uint32()
    const size = flags & 1 ? this.uint64() : undefined
    const [uid, gid] = flags & 2 ? [this.uint32(), this.uint32()] : []
    const mode = flags & 4 ? this.uint32() : undefined
    const [atime, mtime] = flags & 8 ? [this.uint32(), this.uint32()] : []
    return { size, uid, gid, mode, atime, mtime }
  }
}

const LARGEST = 1 << 20

/** Packets over two descriptors. */
export class SftpStream {
  private readonly sys: Sys
  private readonly bodies: LengthFramed
  private readonly output: number
  constructor(sys: Sys, input: number, output: number) {
    this.sys = sys
    this.bodies = new LengthFramed(sys, input, LARGEST)
    this.output = output
  }
  async send(packet: Packet): Promise<void> {
    await writeAll(this.sys, this.output, packet.bytes())
  }
  /** @returns undefined at the end, and for what is no packet */
  async next(): Promise<Fields | undefined> {
    const body = await this.bodies.next()
    return body && new Fields(body)
  }
}
