/** How rsync talks to the rsync that ssh started: frames of a length, a kind and a payload. */
import { type Sys } from '@drydock/abi'
import { concat, writeAll } from '@drydock/libc'
import { LengthFramed } from '../net/length-framed.ts'

export const KIND = {
  start: 1,
  items: 2,
  ready: 3,
  read: 4,
  data: 5,
  end: 6,
  say: 7,
  warn: 8,
  done: 9,
  remove: 10,
} as const

export interface Frame {
  readonly kind: number
  readonly payload: Uint8Array
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
/** A frame beyond this is no frame. */
const LARGEST = 1 << 24

export const jsonOf = (frame: Frame): unknown => JSON.parse(decoder.decode(frame.payload))
export const textOf = ({ payload }: Frame): string => decoder.decode(payload)

export class Frames {
  private writing: Promise<void> = Promise.resolve()
  private readonly sys: Sys
  private readonly bodies: LengthFramed
  private readonly output: number
  received = 0
  sent = 0

  constructor(sys: Sys, input: number, output: number) {
    this.sys = sys
    this.bodies = new LengthFramed(sys, input, LARGEST)
    this.output = output
  }

  send(kind: number, content: Uint8Array | string | object = ''): Promise<void> {
    const payload =
      content instanceof Uint8Array
        ? content
        : encoder.encode(typeof content === 'string' ? content : JSON.stringify(content))
    const head = new Uint8Array(5)
    new DataView(head.buffer).setUint32(0, payload.length + 1)
    head[4] = kind
    this.sent += payload.length + 5
    this.writing = this.writing.then(() => writeAll(this.sys, this.output, concat([head, payload])))
    return this.writing
  }

  /** @returns undefined at the end, and where what comes is no frame */
  async next(): Promise<Frame | undefined> {
    const frame = await this.bodies.next()
    if (!frame) return undefined
    this.received += 4 + frame.length
    return { kind: frame[0] ?? 0, payload: frame.subarray(1) }
  }

  /** A file's content in pieces. */
  async sendContent(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; at += 65_536) await this.send(KIND.data, bytes.subarray(at, at + 65_536))
    await this.send(KIND.end)
  }
  async content(): Promise<Uint8Array> {
    const parts: Uint8Array[] = []
    for (let frame = await this.next(); frame?.kind === KIND.data; frame = await this.next()) parts.push(frame.payload)
    return concat(parts)
  }
}
