import type { Sys } from '@drydock/abi'
import { type FdStream } from '@drydock/libc'

/** States that go over the control connection, one byte each. esnet/iperf, iperf_api.h */
export const TEST_START = 1
export const TEST_RUNNING = 2
export const TEST_END = 4
export const PARAM_EXCHANGE = 9
export const CREATE_STREAMS = 10
export const CLIENT_TERMINATE = 12
export const EXCHANGE_RESULTS = 13
export const DISPLAY_RESULTS = 14
export const IPERF_DONE = 16
export const ACCESS_DENIED = -1

/** The name of a test, with a zero behind it, which its data connections begin with. */
export const COOKIE_BYTES = 37

/** What the client asks for. */
export interface Parameters {
  readonly tcp: true
  readonly time?: number
  readonly num?: number
  readonly parallel: number
  readonly reverse?: true
  readonly len: number
  readonly client_version: string
}
export interface StreamResult {
  readonly id: number
  readonly bytes: number
  readonly retransmits: number
  readonly jitter: number
  readonly errors: number
  readonly packets: number
}
/** What each side tells the other at the end. */
export interface Results {
  readonly cpu_util_total: number
  readonly cpu_util_user: number
  readonly cpu_util_system: number
  readonly sender_has_retransmits: number
  readonly streams: readonly StreamResult[]
}

/** The connection on which the two sides agree. */
export class Control {
  readonly stream: FdStream
  readonly sys: Sys
  private kept: Uint8Array = new Uint8Array(0)

  constructor(sys: Sys, stream: FdStream) {
    this.sys = sys
    this.stream = stream
  }

  /** @returns undefined where the other side has gone */
  async bytes(count: number): Promise<Uint8Array | undefined> {
    while (this.kept.length < count) {
      const more = await this.stream.read(4096)
      if (more.length === 0) return undefined
      const whole = new Uint8Array(this.kept.length + more.length)
      whole.set(this.kept)
      whole.set(more, this.kept.length)
      this.kept = whole
    }
    const taken = this.kept.slice(0, count)
    this.kept = this.kept.slice(count)
    return taken
  }

  async state(): Promise<number | undefined> {
    const [byte] = (await this.bytes(1)) ?? []
    return byte === undefined ? undefined : (byte << 24) >> 24
  }

  async say(state: number): Promise<void> {
    await this.stream.write(Uint8Array.of(state & 255))
  }

  /** A length of four bytes, then JSON. */
  async tell(value: object): Promise<void> {
    const text = new TextEncoder().encode(JSON.stringify(value))
    const whole = new Uint8Array(text.length + 4)
    new DataView(whole.buffer).setUint32(0, text.length)
    whole.set(text, 4)
    await this.stream.write(whole)
  }

  async hear<T>(): Promise<T | undefined> {
    const size = await this.bytes(4)
    if (!size) return undefined
    const text = await this.bytes(new DataView(size.buffer).getUint32(0))
    return text && (JSON.parse(new TextDecoder().decode(text)) as T)
  }
}
