import {
  EAGAIN,
  ECONNABORTED,
  ECONNREFUSED,
  ECONNRESET,
  EHOSTUNREACH,
  ENETUNREACH,
  ENOTCONN,
  EPIPE,
  type Errno,
  ETIMEDOUT,
  type TcpFacts,
  type Timer,
} from '@drydock/abi'
import { ByteQueue } from './byte-queue.ts'
import { type Endpoint, type Readiness, SHUTDOWN_READ, SHUTDOWN_WRITE, type Socket } from './endpoint.ts'
import type { IcmpError, TcpSegment } from './packet.ts'
import { Retransmission } from './retransmission.ts'
import type { Tcp } from './tcp.ts'

/** As ss(8) prints them. */
export type TcpState =
  | 'SYN-SENT'
  | 'SYN-RECV'
  | 'ESTAB'
  | 'FIN-WAIT-1'
  | 'FIN-WAIT-2'
  | 'CLOSE-WAIT'
  | 'CLOSING'
  | 'LAST-ACK'
  | 'TIME-WAIT'
  | 'UNCONN'

const BUFFER_BYTES = 256 * 1024
/** As large as segmentation offload makes them: one event for each carries more. */
const SEGMENT_BYTES = 64 * 1024
/** The first question and six more: 127 seconds in all. tcp(7), tcp_syn_retries. */
const SYN_TIMEOUT_MS = 1000
const SYN_ATTEMPTS = 7
/** How long a connection that nobody owns any more waits for the other side. tcp(7), tcp_fin_timeout. */
const ORPHAN_MS = 60_000
/** The first segments are acknowledged one by one, later ones with what is sent back, or after this. tcp(7), TCP_QUICKACK. */
const QUICK_ACKS = 16
const DELAYED_ACK_MS = 40
const NOTHING = new Uint8Array(0)

/** Whether the other side may still send. */
const RECEIVING: readonly TcpState[] = ['ESTAB', 'FIN-WAIT-1', 'FIN-WAIT-2']
/** Whether this side has not yet sent its FIN. */
const SENDING: readonly TcpState[] = ['ESTAB', 'CLOSE-WAIT']

/** This side's FIN is out and nothing more will come from here. */
const FINISHING: readonly TcpState[] = ['FIN-WAIT-1', 'FIN-WAIT-2', 'CLOSING', 'LAST-ACK']

const AFTER_OUR_FIN: Partial<Record<TcpState, TcpState>> = { ESTAB: 'FIN-WAIT-1', 'CLOSE-WAIT': 'LAST-ACK' }
const AFTER_THEIR_FIN: Partial<Record<TcpState, TcpState>> = {
  ESTAB: 'CLOSE-WAIT',
  'FIN-WAIT-1': 'CLOSING',
  'FIN-WAIT-2': 'TIME-WAIT',
}
const AFTER_FIN_ACKED: Partial<Record<TcpState, TcpState>> = {
  'FIN-WAIT-1': 'FIN-WAIT-2',
  CLOSING: 'TIME-WAIT',
  'LAST-ACK': 'UNCONN',
}
const UNREACHABLE: Partial<Record<IcmpError, Errno>> = {
  'net-unreachable': ENETUNREACH,
  'host-unreachable': EHOSTUNREACH,
  'port-unreachable': ECONNREFUSED,
  'time-exceeded': EHOSTUNREACH,
}

/**
 * A TCP connection. RFC 9293. Windows are real and give back-pressure; what netem loses on its way is sent again.
 */
export class TcpConnection implements Socket {
  onChange: () => void = () => {}
  state: TcpState
  readonly local: Endpoint
  readonly remote: Endpoint
  /** Set once the connection failed; the next call takes it. SO_ERROR. */
  private failure: Errno | undefined
  private readonly tcp: Tcp
  private readonly incoming = new ByteQueue()
  private readonly outgoing = new ByteQueue()
  private readonly onEstablished: (() => void) | undefined
  private sendNext = 0
  private sendAcked = 0
  private peerWindow = BUFFER_BYTES
  private receiveNext = 0
  private advertised = BUFFER_BYTES
  private finWanted = false
  private readShut = false
  private ended = false
  private orphan = false
  private timer: Timer | undefined
  private attempts = 0
  private readonly lost: Retransmission
  private quickAcks = QUICK_ACKS
  /** Segments that came since an acknowledgment went out, and who looks after them. */
  private unacknowledged = 0
  private ackTimer: Timer | undefined

  constructor(tcp: Tcp, local: Endpoint, remote: Endpoint, state: 'SYN-SENT' | 'SYN-RECV', onEstablished?: () => void) {
    this.tcp = tcp
    this.local = local
    this.remote = remote
    this.state = state
    this.onEstablished = onEstablished
    this.lost = new Retransmission({
      clock: tcp.clock,
      resend: (segment) => this.tcp.send(this.local, this.remote, { ...segment, acknowledgment: this.receiveNext }),
      giveUp: () => this.fail(ETIMEDOUT),
    })
  }

  /** Bytes that wait to be read, to be acknowledged. */
  get queued(): { receive: number; send: number } {
    return { receive: this.incoming.length, send: this.outgoing.length + this.inFlight }
  }

  /** TCP_INFO. tcp(7) */
  get facts(): TcpFacts {
    return {
      ...this.lost.measured,
      bytesSent: this.sendNext,
      bytesAcked: this.sendAcked,
      bytesReceived: this.receiveNext,
      sendWindow: this.peerWindow,
      receiveWindow: this.advertised,
    }
  }

  get established(): boolean {
    return this.state !== 'SYN-SENT' && this.state !== 'SYN-RECV' && this.state !== 'UNCONN'
  }

  /** The error that ended it, once. */
  takeError(): Errno | undefined {
    const { failure } = this
    this.failure = undefined
    return failure
  }

  // the program's side ------------------------------------------------------------------------------------------------

  /** Sends the SYN, again and again. */
  open(): void {
    if (this.attempts++ === SYN_ATTEMPTS) return this.fail(ETIMEDOUT)
    this.timer = this.tcp.clock.after(SYN_TIMEOUT_MS * 2 ** (this.attempts - 1), () => this.open())
    this.emit({ syn: true, ack: false, sequence: 0 })
    this.sendNext = 1
  }

  /** Answers a SYN that offered `window`. */
  welcome(window: number): void {
    this.receiveNext = 1
    this.peerWindow = window
    this.emit({ syn: true, sequence: 0 })
    this.sendNext = 1
  }

  /** @throws EAGAIN, ENOTCONN, ECONNRESET… */
  read(max: number): Uint8Array {
    if (this.incoming.length > 0) {
      const bytes = this.incoming.take(max)
      this.offerWindow()
      return bytes
    }
    const failure = this.takeError()
    if (failure) throw failure
    if (this.ended || this.readShut || this.state === 'UNCONN') return NOTHING
    if (!this.established) throw this.state === 'SYN-SENT' ? EAGAIN : ENOTCONN
    throw EAGAIN
  }

  /** @returns bytes taken, copied @throws EAGAIN, EPIPE, ECONNRESET */
  write(bytes: Uint8Array): number {
    const failure = this.takeError()
    if (failure) throw failure
    if (this.state === 'SYN-SENT') throw EAGAIN
    if (this.finWanted || !SENDING.includes(this.state)) throw EPIPE
    const room = BUFFER_BYTES - this.outgoing.length
    if (room <= 0) throw EAGAIN
    const taken = bytes.slice(0, room)
    this.outgoing.push(taken)
    this.pump()
    return taken.length
  }

  /** @param how SHUTDOWN_READ, SHUTDOWN_WRITE or both */
  shutdown(how: number): void {
    if (!this.established) throw ENOTCONN
    if (how & SHUTDOWN_READ) this.readShut = true
    if (how & SHUTDOWN_WRITE) {
      this.finWanted = true
      this.pump()
    }
    this.onChange()
  }

  /** The program is done with it: what was written still goes out; what was not read resets. RFC 2525 2.17. */
  close(): void {
    this.onChange = () => {}
    if (this.orphan || this.state === 'UNCONN') return
    this.orphan = true
    if (!this.established) return this.abort()
    if (this.incoming.length > 0) return this.abort()
    this.finWanted = true
    this.pump()
    this.limitOrphan()
  }

  /** The host goes away: who has not heard the end hears a reset. */
  leave(): void {
    if (FINISHING.includes(this.state)) this.end('UNCONN')
    else this.abort()
    this.dispose()
  }

  /** Ends it with a reset. */
  abort(): void {
    if (this.state === 'UNCONN') return
    if (this.state !== 'SYN-SENT' && this.state !== 'TIME-WAIT') this.emit({ rst: true })
    this.failure ??= ECONNABORTED
    this.end('UNCONN')
  }

  readiness(): Readiness {
    const gone = this.state === 'UNCONN'
    const writeOpen = SENDING.includes(this.state) && !this.finWanted
    return {
      readable: this.incoming.length > 0 || this.ended || this.readShut || gone,
      writable: gone || (writeOpen ? this.outgoing.length < BUFFER_BYTES / 2 : this.established),
      hangup: gone || (this.ended && !writeOpen),
      error: this.failure !== undefined,
    }
  }

  // the network's side ------------------------------------------------------------------------------------------------

  receive(segment: TcpSegment): void {
    if (segment.rst) return this.reset(segment)
    if (this.state === 'SYN-SENT') return this.opened(segment)
    if (segment.syn) return this.state === 'SYN-RECV' ? this.emit({ syn: true, sequence: 0 }) : this.acknowledge()
    if (this.state === 'SYN-RECV') this.establish()
    this.takeAcknowledgment(segment)
    if (segment.data.length > 0 || segment.fin) this.takeData(segment)
    this.pump()
  }

  /** A router or the peer says that packets do not arrive: only news to one that does not stand yet. RFC 5461. */
  unreachable(kind: IcmpError): void {
    const errno = UNREACHABLE[kind]
    if (this.state === 'SYN-SENT' && errno) this.fail(errno)
  }

  fail(errno: Errno): void {
    this.failure = errno
    this.end('UNCONN')
    this.onChange()
  }

  /** Stops its timers; the host is gone. */
  dispose(): void {
    this.timer?.cancel()
    this.ackTimer?.cancel()
    this.lost.stop()
    this.onChange = () => {}
  }

  private reset(segment: TcpSegment): void {
    if (this.state === 'SYN-SENT' && !segment.ack) return
    this.fail(this.state === 'SYN-SENT' ? ECONNREFUSED : this.ended ? EPIPE : ECONNRESET)
  }

  private opened(segment: TcpSegment): void {
    if (!segment.syn || !segment.ack) return
    this.receiveNext = 1
    this.peerWindow = segment.window
    this.sendAcked = 1
    this.establish()
    this.acknowledge()
    this.pump()
  }

  private establish(): void {
    this.timer?.cancel()
    this.timer = undefined
    this.state = 'ESTAB'
    this.onEstablished?.()
    this.onChange()
  }

  private takeAcknowledgment(segment: TcpSegment): void {
    const before = this.outgoing.length
    const same = segment.window === this.peerWindow && segment.data.length === 0 && !segment.fin
    this.peerWindow = segment.window
    if (segment.acknowledgment > this.sendAcked) {
      this.sendAcked = segment.acknowledgment
      this.lost.acknowledged(this.sendAcked)
    } else if (same && segment.acknowledgment === this.sendAcked) this.lost.repeated()
    const finSent = this.finWanted && !SENDING.includes(this.state) && before === 0
    if (finSent && this.sendAcked === this.sendNext) this.enter(AFTER_FIN_ACKED[this.state])
  }

  private takeData(segment: TcpSegment): void {
    if (segment.sequence !== this.receiveNext) return this.acknowledge()
    if (!RECEIVING.includes(this.state)) return this.acknowledge()
    if (segment.data.length > 0 && this.orphan) return this.abort()
    this.receiveNext += segment.data.length
    if (!this.readShut) this.incoming.push(segment.data)
    if (segment.fin) {
      this.receiveNext++
      this.ended = true
      this.enter(AFTER_THEIR_FIN[this.state])
    }
    if (segment.fin || this.quickAcks-- > 0 || segment.data.length >= SEGMENT_BYTES) this.acknowledge()
    else this.acknowledgeSoon()
    this.onChange()
  }

  /** Most answers carry it along; every second segment is acknowledged at once. RFC 9293 section 3.8.6.3. */
  private acknowledgeSoon(): void {
    if (++this.unacknowledged >= 2) return this.acknowledge()
    this.ackTimer ??= this.tcp.clock.after(DELAYED_ACK_MS, () => {
      this.ackTimer = undefined
      if (this.unacknowledged > 0 && this.state !== 'UNCONN') this.acknowledge()
    })
  }

  private enter(state: TcpState | undefined): void {
    if (!state) return
    if (state === 'TIME-WAIT' || state === 'UNCONN') this.end(state)
    else this.state = state
    this.limitOrphan()
    this.onChange()
  }

  private limitOrphan(): void {
    if (!this.orphan || this.timer || this.state === 'FIN-WAIT-1' || !FINISHING.includes(this.state)) return
    this.timer = this.tcp.clock.after(ORPHAN_MS, () => this.end('UNCONN'))
  }

  private end(state: 'TIME-WAIT' | 'UNCONN'): void {
    this.state = state
    this.timer?.cancel()
    this.timer = undefined
    this.ackTimer?.cancel()
    this.outgoing.clear()
    this.lost.stop()
    this.tcp.ended(this)
  }

  private get inFlight(): number {
    return this.sendNext - this.sendAcked
  }

  /** Sends what the peer's window lets pass, then the FIN if it is wanted. */
  private pump(): void {
    if (!SENDING.includes(this.state)) return
    const before = this.outgoing.length
    while (this.outgoing.length > 0) {
      const room = this.peerWindow - this.inFlight
      if (room <= 0) break
      this.emit({ data: this.outgoing.take(Math.min(room, SEGMENT_BYTES)) })
    }
    if (this.finWanted && this.outgoing.length === 0) {
      const after = AFTER_OUR_FIN[this.state]
      if (after) this.state = after
      this.emit({ fin: true })
    }
    if (before > this.outgoing.length && before >= BUFFER_BYTES / 2) this.onChange()
  }

  private acknowledge(): void {
    this.emit({})
  }

  /** Says that there is room again, once it is worth a packet. RFC 9293 section 3.8.6.2.2. */
  private offerWindow(): void {
    const window = BUFFER_BYTES - this.incoming.length
    if (RECEIVING.includes(this.state) && window - this.advertised >= BUFFER_BYTES / 4) this.acknowledge()
  }

  private emit(part: Partial<TcpSegment>): void {
    const data = part.data ?? NOTHING
    const window = BUFFER_BYTES - this.incoming.length
    this.advertised = window
    this.unacknowledged = 0
    const sequence = part.sequence ?? this.sendNext
    this.sendNext = Math.max(this.sendNext, sequence + data.length + (part.fin ? 1 : 0))
    const segment: TcpSegment = {
      proto: 'tcp',
      sourcePort: this.local.port,
      destinationPort: this.remote.port,
      sequence,
      acknowledgment: this.receiveNext,
      syn: part.syn ?? false,
      ack: part.ack ?? true,
      fin: part.fin ?? false,
      rst: part.rst ?? false,
      window,
      data,
    }
    if (data.length > 0 || segment.fin || (segment.syn && segment.ack)) this.lost.sent(segment, this.sendNext)
    this.tcp.send(this.local, this.remote, segment)
  }
}
