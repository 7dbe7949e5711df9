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
  private rest = ''

  /** @param counted whether the script lives on because of it, to begin with */
  constructor(input: number, output: number, counted: boolean) {
    super()
    this.input = input
    this.output = output
    if (counted) this.ref()
    void this.listen()
  }

  send(value: unknown): boolean {
    if (!this.connected) return false
    callSync('write', [this.output], Buffer.from(`${pack(value)}\n`))
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
      for (const line of lines) loop.guard(() => this.emit('message', unpack(line)), [])
    }
    pending.tell('close', [this.input])
    loop.guard(() => this.disconnect(), [])
  }
}
