import { MessageChannel, MessagePort } from './message-ports.ts'
import { loop } from './loop.ts'
import { Event_, EventTarget_ } from './web-events.ts'
import { structuredClone } from './web.ts'

/** All channels of this process by their names. */
const channels = new Map<string, Set<BroadcastChannel>>()

/** Says something to all others of its name. https://html.spec.whatwg.org/#broadcasting-to-other-browsing-contexts */
export class BroadcastChannel extends EventTarget_ {
  readonly name: string
  onmessage: ((event: object) => void) | null = null
  onmessageerror: ((event: object) => void) | null = null
  #open = true
  constructor(name: string) {
    super()
    this.name = String(name)
    channels.set(this.name, (channels.get(this.name) ?? new Set()).add(this))
    loop.handles.add(this)
  }
  postMessage(value: unknown): void {
    if (!this.#open) throw new Error('BroadcastChannel is closed.')
    for (const other of channels.get(this.name) ?? []) {
      if (other === this) continue
      const data = structuredClone(value)
      loop.immediate(() => other.#hear(data), [])
    }
  }
  #hear(data: unknown): void {
    if (!this.#open) return
    const event = Object.assign(new Event_('message'), { data })
    this.dispatchEvent(event as never)
  }
  close(): void {
    this.#open = false
    channels.get(this.name)?.delete(this)
    loop.handles.delete(this)
  }
  ref(): this {
    if (this.#open) loop.handles.add(this)
    return this
  }
  unref(): this {
    loop.handles.delete(this)
    return this
  }
}

export const workerGlobals = { BroadcastChannel, MessageChannel, MessagePort }
