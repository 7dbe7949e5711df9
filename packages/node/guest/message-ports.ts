import EventEmitter from 'events'
import { LENT } from './message-channel.ts'
import { Event_ } from './web-events.ts'
import { loop } from './loop.ts'
import { structuredClone } from './web.ts'

/** An end of a channel within one process: what is posted at one comes out at the other as a copy. worker_threads, MessagePort */
export class MessagePort extends EventEmitter {
  private other: MessagePort | undefined
  private readonly queue: unknown[] = []
  private started = false
  private closed = false
  private handler: ((event: object) => void) | null = null

  static pair(): [MessagePort, MessagePort] {
    const [one, other] = [new MessagePort(), new MessagePort()]
    one.other = other
    other.other = one
    return [one, other]
  }

  /** Where messages go when the other end is in another process. */
  private away: ((message: { readonly value?: unknown; readonly closed?: boolean }) => void) | undefined

  /** Goes away to another process under a name. @returns the end that stays here */
  lend(id: string, send: (message: object) => void): MessagePort | undefined {
    const { other } = this
    ;(this as unknown as { [LENT]: string })[LENT] = id
    this.closed = true
    loop.handles.delete(this)
    if (!other) return undefined
    other.away = send
    other.other = undefined
    for (const value of this.queue.splice(0)) send({ value })
    return other
  }
  /** Comes from another process. */
  static arrived(): MessagePort {
    return new MessagePort()
  }
  toward(send: (message: object) => void): this {
    this.away = send
    return this
  }
  /** Something came from the other process. */
  hear({ value, closed }: { readonly value?: unknown; readonly closed?: boolean }): void {
    if (closed) return this.over()
    this.queue.push(value)
    if (this.started) loop.immediate(() => this.deliver(), [])
  }

  postMessage(value: unknown, transfer: unknown = []): void {
    if (this.away && !this.closed) return this.away({ value })
    const list = Array.isArray(transfer) ? transfer : ((transfer as { transfer?: unknown[] }).transfer ?? [])
    const copy = structuredClone(value, { transfer: list as never })
    const { other } = this
    if (!other || this.closed) return
    other.queue.push(copy)
    if (other.started) loop.immediate(() => other.deliver(), [])
  }

  /** The next message without waiting for it; nothing where there is none. */
  take(): { message: unknown } | undefined {
    return this.queue.length > 0 ? { message: this.queue.shift() } : undefined
  }

  start(): void {
    if (this.started || this.closed) return
    this.started = true
    this.ref()
    if (this.queue.length > 0) loop.immediate(() => this.deliver(), [])
  }
  close(): void {
    if (!this.closed) this.away?.({ closed: true })
    for (const end of [this, this.other]) end?.over()
  }
  private over(): void {
    if (this.closed) return
    this.closed = true
    loop.immediate(() => {
      loop.handles.delete(this)
      this.emit('close')
    }, [])
  }
  ref(): void {
    if (this.started && !this.closed) loop.handles.add(this)
  }
  unref(): void {
    loop.handles.delete(this)
  }

  private deliver(): void {
    for (let next = this.take(); next; next = this.take()) {
      const { message } = next
      loop.guard(() => this.emit('message', message), [])
      if (this.handler) loop.guard(() => this.handler?.(Object.assign(new Event_('message'), { data: message })), [])
    }
  }

  override on(name: string, listener: never): this {
    super.on(name as never, listener)
    if (name === 'message') this.start()
    return this
  }
  get onmessage(): ((event: object) => void) | null {
    return this.handler
  }
  set onmessage(handler: ((event: object) => void) | null) {
    this.handler = handler
    if (handler) this.start()
  }
  addEventListener(name: string, listener: (event: object) => void): void {
    this.on(name, ((data: unknown) => listener(Object.assign(new Event_(name), { data }))) as never)
  }
  get [Symbol.toStringTag](): string {
    return 'MessagePort'
  }
}

export class MessageChannel {
  readonly port1: MessagePort
  readonly port2: MessagePort
  constructor() {
    ;[this.port1, this.port2] = MessagePort.pair()
  }
}
