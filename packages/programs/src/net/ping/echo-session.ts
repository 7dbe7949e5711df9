import { EINTR, inet, POLLIN, SIGINT, SIGQUIT, SOCK_RAW, type Sys } from '@drydock/abi'

/** What came back for one echo request. */
export type Answer =
  | {
      readonly kind: 'reply'
      readonly from: string
      readonly sequence: number
      readonly ttl: number
      readonly bytes: number
      readonly rttMs: number
      readonly duplicate: boolean
    }
  /** An ICMP error: its type and code. RFC 792. */
  | {
      readonly kind: 'error'
      readonly from: string
      readonly sequence: number
      readonly type: number
      readonly code: number
    }

export interface EchoOptions {
  readonly address: string
  /** Bytes after the ICMP header. */
  readonly size: number
  /** Number of the first request: 1 for iputils, 0 for busybox. */
  readonly firstSequence: number
  readonly count?: number | undefined
  readonly intervalMs: number
  /** How long to wait for answers after the last request. */
  readonly lingerMs: number
  readonly deadlineMs?: number | undefined
  readonly ttl?: number | undefined
  readonly onAnswer: (answer: Answer) => Promise<void>
  /** SIGQUIT asks for a line in between. */
  readonly onQuit?: (session: EchoSession) => Promise<void>
}

/** Types of the messages, and how long the head of a packet is. RFC 792, RFC 4443 */
interface EchoProtocol {
  readonly request: number
  readonly reply: number
  readonly headBytes: number
}
const ICMP: EchoProtocol = { request: 8, reply: 0, headBytes: 20 }
const ICMPV6: EchoProtocol = { request: 128, reply: 129, headBytes: 40 }

/** Sends echo requests at an interval and hears the answers, until the count, the deadline or SIGINT. */
export class EchoSession {
  sent = 0
  received = 0
  errors = 0
  duplicates = 0
  readonly rtts: number[] = []
  /** From the first request to the last event. */
  elapsedMs = 0
  private readonly sys: Sys
  private readonly options: EchoOptions
  private readonly sentAt = new Map<number, number>()
  private readonly answered = new Set<number>()
  private readonly protocol: EchoProtocol
  private startMs = 0
  private interrupted = false
  private quit = false

  constructor(sys: Sys, options: EchoOptions) {
    this.sys = sys
    this.options = options
    this.protocol = options.address.includes(':') ? ICMPV6 : ICMP
  }

  /** @throws ENETUNREACH when there is no way to the address */
  async run(): Promise<void> {
    const { sys } = this
    sys.sigaction(SIGINT, () => {
      this.interrupted = true
    })
    if (this.options.onQuit)
      sys.sigaction(SIGQUIT, () => {
        this.quit = true
      })
    const fd = sys.socket(inet(this.options.address, 0).family, SOCK_RAW)
    try {
      this.startMs = sys.clock.monotonic()
      await this.loop(fd)
    } finally {
      sys.close(fd)
    }
  }

  private async loop(fd: number): Promise<void> {
    const { count = Number.POSITIVE_INFINITY, intervalMs, lingerMs, deadlineMs } = this.options
    let dueMs = this.startMs
    const lastMs = deadlineMs === undefined ? Number.POSITIVE_INFINITY : this.startMs + deadlineMs
    while (!this.interrupted) {
      const now = this.sys.clock.monotonic()
      if (this.sent < count && now >= dueMs) {
        await this.ask(fd)
        dueMs = Math.max(dueMs + intervalMs, now)
        if (this.sent === count) dueMs = now + lingerMs
      } else if (this.sent >= count && now >= dueMs) break
      if (now >= lastMs || this.complete(count)) break
      await this.hear(fd, Math.min(dueMs, lastMs) - this.sys.clock.monotonic())
      if (this.complete(count)) break
    }
  }

  private complete(count: number): boolean {
    return this.sent >= count && this.answered.size >= count
  }

  private async ask(fd: number): Promise<void> {
    const sequence = (this.sent + this.options.firstSequence) & 0xffff
    const message = new Uint8Array(8 + this.options.size)
    message.set([this.protocol.request, 0, 0, 0, 0, 0, sequence >> 8, sequence & 255])
    for (let at = 8; at < message.length; at++) message[at] = at
    this.sentAt.set(sequence, this.sys.clock.monotonic())
    const { address, ttl } = this.options
    await this.sys.sendto(fd, message, { ...inet(address, 0), ...(ttl === undefined ? {} : { ttl }) })
    this.sent++
  }

  private async hear(fd: number, waitMs: number): Promise<void> {
    try {
      const [found = 0] = await this.sys.poll([{ fd, events: POLLIN }], Math.max(0, Math.ceil(waitMs)))
      if (found === 0) return
      await this.take(await this.sys.recvfrom(fd))
    } catch (error) {
      if (error !== EINTR) throw error
    }
    if (this.quit) {
      this.quit = false
      await this.options.onQuit?.(this)
    }
  }

  private async take(datagram: { data: Uint8Array; from: { family: number }; ttl?: number }): Promise<void> {
    const { data, ttl = 0 } = datagram
    const from = 'address' in datagram.from ? String(datagram.from.address) : ''
    const now = this.sys.clock.monotonic()
    this.elapsedMs = now - this.startMs
    if (data[0] === this.protocol.reply) return this.reply(data, from, ttl, now)
    this.errors++
    const sequence = word(data, 8 + this.protocol.headBytes + 6)
    this.answered.add(sequence)
    await this.options.onAnswer({ kind: 'error', from, sequence, type: data[0] ?? 0, code: data[1] ?? 0 })
  }

  private async reply(data: Uint8Array, from: string, ttl: number, now: number): Promise<void> {
    const sequence = word(data, 6)
    const rttMs = now - (this.sentAt.get(sequence) ?? now)
    const duplicate = this.answered.has(sequence)
    this.answered.add(sequence)
    if (duplicate) this.duplicates++
    else this.received++
    this.rtts.push(rttMs)
    await this.options.onAnswer({ kind: 'reply', from, sequence, ttl, bytes: data.length, rttMs, duplicate })
  }
}

const word = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
