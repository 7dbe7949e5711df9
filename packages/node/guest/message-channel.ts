import EventEmitter from 'events'
import { Buffer } from 'buffer'
import { callSync, pending } from './host.ts'
import { loop } from './loop.ts'

/** Values on their way between two scripts, a line each; dates, maps, sets and bytes arrive as what they were. */
function packed(_key: string, value: unknown): unknown {
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
  error: ([name, message, stack]: [string, string, string]) => Object.assign(new Error(message), { name, stack }),
  bigint: (value: string) => BigInt(value),
  undefined: () => undefined,
}
function unpacked(_key: string, value: unknown): unknown {
  const kind = (value as { $?: string; v?: never } | null)?.$
  return kind !== undefined && UNPACKED[kind] ? UNPACKED[kind]((value as { v: never }).v) : value
}
export const pack = (value: unknown): string => JSON.stringify(value, packed)
export const unpack = (text: string): unknown => JSON.parse(text, unpacked)

/** Messages over two pipes, one each way: `message` for each that comes, `disconnect` at the end. */
export class MessageChannelOverPipes extends EventEmitter {
  connected = true
  private readonly input: number
  private readonly output: number
  /** More may come. */
  listening = true
  private readonly whole: boolean
  private rest = ''

  /**
   * @param counted whether the script lives on because of it, to begin with
   * @param whole   whether values arrive as what they were, and not as JSON has them
   */
  constructor(input: number, output: number, { counted, whole }: { counted: boolean; whole: boolean }) {
    super()
    this.input = input
    this.output = output
    this.whole = whole
    if (counted) this.ref()
    void this.listen()
  }

  send(value: unknown): boolean {
    if (!this.connected) return false
    callSync('write', [this.output], Buffer.from(`${this.whole ? pack(value) : JSON.stringify(value)}\n`))
    return true
  }

  disconnect(): void {
    if (!this.connected) return
    this.connected = false
    this.unref()
    pending.tell('close', [this.output])
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
      const bytes = await pending.submit('read', [this.input, 65536], undefined, false).then(
        (result) => result.bytes,
        () => new Uint8Array(0),
      )
      if (bytes.length === 0) break
      const lines = (this.rest + Buffer.from(bytes).toString('utf8')).split('\n')
      this.rest = lines.pop() ?? ''
      for (const line of lines) loop.guard(() => this.emit('message', this.whole ? unpack(line) : JSON.parse(line)), [])
    }
    pending.tell('close', [this.input])
    this.listening = false
    loop.guard(() => this.disconnect(), [])
    this.emit('over')
  }
}
