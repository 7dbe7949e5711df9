/**
 * How ssh and sshd talk here: after the version lines of RFC 4253, frames of a length, a number and a payload. The
 * numbers are those of RFC 4252 and 4254; there is no encryption, as nothing leaves the playground.
 */
import type { Sys } from '@drydock/abi'
import { concat, writeAll } from '@drydock/libc'

export const MSG = {
  disconnect: 1,
  hostKey: 31,
  userauthRequest: 50,
  userauthFailure: 51,
  userauthSuccess: 52,
  banner: 53,
  keyAccepted: 60,
  open: 90,
  openConfirmed: 91,
  data: 94,
  extendedData: 95,
  eof: 96,
  close: 97,
  windowChange: 98,
  exitStatus: 99,
  forward: 100,
  /** A port of the server's whose connections come back here; then channels by number. */
  remoteForward: 101,
  channelOpen: 102,
  channelData: 103,
  channelClose: 104,
} as const

export const SERVER_VERSION = 'SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3'
/** A frame beyond this is no frame: somebody else is talking. */
const LARGEST = 1 << 20

export interface Frame {
  readonly type: number
  readonly payload: Uint8Array
}

export interface SessionRequest {
  readonly command?: string
  readonly subsystem?: string
  readonly pty?: { readonly term: string; readonly rows: number; readonly cols: number }
  readonly env: readonly (readonly [string, string])[]
}
export interface AuthRequest {
  readonly user: string
  readonly method: 'none' | 'password' | 'publickey'
  readonly password?: string
  /** Of a public key: its line, and a signature over the session's identifier. */
  readonly key?: string
  readonly signature?: string
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

export const toJson = (value: unknown): Uint8Array => encoder.encode(JSON.stringify(value))
/** What a peer sent may be anything. */
export function fromJson(payload: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(decoder.decode(payload))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}

export class Wire {
  private buffered = new Uint8Array(0)
  private writing: Promise<void> = Promise.resolve()
  private readonly sys: Sys
  readonly fd: number

  constructor(sys: Sys, fd: number) {
    this.sys = sys
    this.fd = fd
  }

  /** Frames go out whole and in order, whoever sends them. */
  send(type: number, payload: Uint8Array = new Uint8Array(0)): Promise<void> {
    const head = new Uint8Array(5)
    new DataView(head.buffer).setUint32(0, payload.length + 1)
    head[4] = type
    this.writing = this.writing.then(() => writeAll(this.sys, this.fd, concat([head, payload])))
    return this.writing
  }

  sendLine(line: string): Promise<void> {
    this.writing = this.writing.then(() => writeAll(this.sys, this.fd, encoder.encode(`${line}\r\n`)))
    return this.writing
  }

  /** @returns undefined at the end of the stream */
  async line(): Promise<string | undefined> {
    for (;;) {
      const end = this.buffered.indexOf(10)
      if (end >= 0) return decoder.decode(this.take(end + 1)).trimEnd()
      if (this.buffered.length > 512 || !(await this.fill())) return undefined
    }
  }

  /** The next frame; undefined at the end of the stream, or where what comes is none. */
  async next(): Promise<Frame | undefined> {
    while (this.buffered.length < 4) if (!(await this.fill())) return undefined
    const length = new DataView(this.buffered.buffer, this.buffered.byteOffset).getUint32(0)
    if (length < 1 || length > LARGEST) return undefined
    while (this.buffered.length < 4 + length) if (!(await this.fill())) return undefined
    const frame = this.take(4 + length)
    return { type: frame[4] ?? 0, payload: frame.subarray(5) }
  }

  private take(count: number): Uint8Array {
    const head = this.buffered.slice(0, count)
    this.buffered = this.buffered.subarray(count)
    return head
  }

  private async fill(): Promise<boolean> {
    const bytes = await this.sys.read(this.fd, 65536)
    if (bytes.length === 0) return false
    this.buffered =
      this.buffered.length === 0 ? Uint8Array.from(bytes) : Uint8Array.from(concat([this.buffered, bytes]))
    return true
  }
}
