import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { notHere } from './errors.ts'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'

/** Values on their way between two scripts, a line each; dates, maps, sets and bytes arrive as what they were. */
/** A port that is on its way to another process goes by this. */
export const LENT = Symbol('lent')
/** Makes the end of such a port that is here; set by who has ports. */
export const ports: { made: (id: string) => unknown } = { made: () => undefined }
function packed(this: Record<string, unknown>, key: string, value: unknown): unknown {
  // What has words of its own for JSON is taken before it says them.
  const own = this[key]
  const lent = (own as { [LENT]?: string } | null | undefined)?.[LENT]
  if (lent !== undefined) return { $: 'port', v: lent }
  if (own instanceof SharedArrayBuffer) throw notHere('SharedArrayBuffer between workers')
  if (own instanceof Date) return { $: 'date', v: own.getTime() }
  if (own instanceof RegExp) return { $: 'regexp', v: [own.source, own.flags] }
  if (own instanceof ArrayBuffer) return { $: 'buffer', v: Buffer.from(own).toString('base64') }
  if (ArrayBuffer.isView(own)) {
    const kind = Buffer.isBuffer(own) ? 'Uint8Array' : (own.constructor as { name: string }).name
    return {
      $: 'view',
      v: [kind, Buffer.from(new Uint8Array(own.buffer, own.byteOffset, own.byteLength)).toString('base64')],
    }
  }
  if (value instanceof Map) return { $: 'map', v: [...value] }
  if (value instanceof Set) return { $: 'set', v: [...value] }
  if (value instanceof Error) return { $: 'error', v: [value.name, value.message, value.stack] }
  if (typeof value === 'bigint') return { $: 'bigint', v: String(value) }
  if (value === undefined) return { $: 'undefined' }
  return value
}
const UNPACKED: Readonly<Record<string, (value: never) => unknown>> = {
  map: (value: [unknown, unknown][]) => new Map(value),
  set: (value: unknown[]) => new Set(value),
  error: ([name, message, stack]: [string, string, string]) => {
    const Own = (globalThis as unknown as Record<string, ErrorConstructor | undefined>)[name] ?? Error
    const error = Object.defineProperty(new Own(message), 'stack', { value: stack, configurable: true, writable: true })
    return error.name === name ? error : Object.assign(error, { name })
  },
  date: (ms: number) => new Date(ms),
  regexp: ([source, flags]: [string, string]) => new RegExp(source, flags),
  buffer: (text: string) => new Uint8Array(Buffer.from(text, 'base64')).buffer,
  view: ([kind, text]: [string, string]) => {
    const View = (globalThis as unknown as Record<string, new (bytes: ArrayBuffer) => unknown>)[kind] ?? Uint8Array
    return new View(new Uint8Array(Buffer.from(text, 'base64')).buffer)
  },
  bigint: (value: string) => BigInt(value),
  undefined: () => undefined,
  port: (id: string) => ports.made(id),
}
function unpacked(_key: string, value: unknown): unknown {
  const kind = (value as { $?: string; v?: never } | null)?.$
  return kind !== undefined && UNPACKED[kind] ? UNPACKED[kind]((value as { v: never }).v) : value
}
export const pack = (value: unknown): string => JSON.stringify(value, packed)
export const unpack = (text: string): unknown => JSON.parse(text, unpacked)

/** A message that has an open descriptor beside it is wrapped, as node does it. lib/internal/child_process.js */
interface Handed {
  readonly cmd: 'NODE_HANDLE'
  readonly type: 'socket' | 'server'
  readonly msg: unknown
}
const isHanded = (value: unknown): value is Handed => (value as Handed | null)?.cmd === 'NODE_HANDLE'
/** What goes along with a message. */
export interface Handle {
  readonly fd: number
  readonly type: 'socket' | 'server'
}

/** What starts with NODE_ is said between node's own parts. */
export function messageKind(value: unknown): 'message' | 'internalMessage' {
  const cmd = (value as { cmd?: unknown } | null)?.cmd
  return typeof cmd === 'string' && cmd.startsWith('NODE_') ? 'internalMessage' : 'message'
}

/** Messages over a socket, a line each: `message` for each that comes with what came along, `disconnect` at the end. */
export class MessageChannel extends EventEmitter {
  connected = true
  /** More may come. */
  listening = true
  private readonly fd: number
  private readonly whole: boolean
  private rest = ''
  private readonly handles: number[] = []

  /**
   * @param counted whether the script lives on because of it, to begin with
   * @param whole   whether values arrive as what they were, and not as JSON has them
   */
  constructor(fd: number, { counted, whole }: { counted: boolean; whole: boolean }) {
    super()
    this.fd = fd
    this.whole = whole
    if (counted) this.ref()
    void this.listen()
  }

  send(value: unknown, handle?: Handle): boolean {
    if (!this.connected) return false
    const told = handle ? { cmd: 'NODE_HANDLE', type: handle.type, msg: value } : value
    const line = Buffer.from(`${this.whole ? pack(told) : JSON.stringify(told)}\n`)
    if (handle) callSync('sendRights', [this.fd, [handle.fd]], line)
    else callSync('write', [this.fd], line)
    return true
  }

  disconnect(): void {
    if (!this.connected) return
    this.connected = false
    this.unref()
    pending.tell('shutdown', [this.fd])
    this.emit('disconnect')
  }

  ref(): void {
    loop.handles.add(this)
  }
  unref(): void {
    loop.handles.delete(this)
  }

  private async listen(): Promise<void> {
    while (this.connected) {
      const { bytes, value } = await pending
        .submit('receiveRights', [this.fd, 65536], undefined, false)
        .catch(() => ({ bytes: new Uint8Array(0), value: [] }))
      if (bytes.length === 0) break
      this.handles.push(...(value as number[]))
      const lines = (this.rest + Buffer.from(bytes).toString('utf8')).split('\n')
      this.rest = lines.pop() ?? ''
      for (const line of lines) loop.guard(() => this.hear(this.whole ? unpack(line) : JSON.parse(line)), [])
    }
    pending.tell('close', [this.fd])
    this.listening = false
    loop.guard(() => this.disconnect(), [])
    this.emit('over')
  }

  private hear(value: unknown): void {
    if (!isHanded(value)) return void this.emit('message', value)
    const fd = this.handles.shift()
    this.emit('message', value.msg, fd === undefined ? undefined : { fd, type: value.type })
  }
}
