type Listener = ((event: object) => void) | { handleEvent(event: object): void }

/** As much of the DOM's events as node has. */
export class Event_ {
  readonly type: string
  readonly timeStamp = 0
  defaultPrevented = false
  target: unknown = null
  constructor(type: string, init: object = {}) {
    this.type = type
    Object.assign(this, init)
  }
  preventDefault(): void {
    this.defaultPrevented = true
  }
  stopPropagation(): void {}
  stopImmediatePropagation(): void {}
}

export class EventTarget_ {
  private readonly heard = new Map<string, { listener: Listener; once: boolean }[]>()

  addEventListener(
    type: string,
    listener: Listener,
    options?: { once?: boolean; signal?: AbortSignal_ } | boolean,
  ): void {
    const list = this.heard.get(type) ?? []
    this.heard.set(type, list)
    if (list.some((each) => each.listener === listener)) return
    list.push({ listener, once: typeof options === 'object' && options.once === true })
    if (typeof options === 'object')
      options.signal?.addEventListener('abort', () => this.removeEventListener(type, listener))
  }
  removeEventListener(type: string, listener: Listener): void {
    this.heard.set(
      type,
      (this.heard.get(type) ?? []).filter((each) => each.listener !== listener),
    )
  }
  dispatchEvent(event: Event_): boolean {
    event.target = this
    for (const { listener, once } of [...(this.heard.get(event.type) ?? [])]) {
      if (once) this.removeEventListener(event.type, listener)
      if (typeof listener === 'function') listener.call(this, event)
      else listener.handleEvent(event)
    }
    const handler = (this as unknown as Record<string, unknown>)[`on${event.type}`]
    if (typeof handler === 'function') (handler as (event: object) => void).call(this, event)
    return !event.defaultPrevented
  }
}

const named = (name: string, message: string): Error => {
  const error = new Error(message)
  Object.defineProperty(error, 'name', { value: name, configurable: true })
  return Object.assign(error, { code: name === 'AbortError' ? 20 : 23 })
}
type SetTimeout = (call: () => void, ms: number) => { unref?(): void }

export class AbortSignal_ extends EventTarget_ {
  aborted = false
  reason: unknown
  fire(reason: unknown): void {
    if (this.aborted) return
    this.aborted = true
    this.reason = reason
    this.dispatchEvent(new Event_('abort'))
  }
  throwIfAborted(): void {
    if (this.aborted) throw this.reason
  }
  static abort(reason: unknown = named('AbortError', 'This operation was aborted')): AbortSignal_ {
    const signal = new AbortSignal_()
    signal.fire(reason)
    return signal
  }
  static timeout(ms: number): AbortSignal_ {
    const signal = new AbortSignal_()
    const { setTimeout } = globalThis as unknown as { setTimeout: SetTimeout }
    setTimeout(() => signal.fire(named('TimeoutError', 'The operation was aborted due to timeout')), ms).unref?.()
    return signal
  }
  static any(signals: readonly AbortSignal_[]): AbortSignal_ {
    const all = new AbortSignal_()
    for (const each of signals)
      if (each.aborted) all.fire(each.reason)
      else each.addEventListener('abort', () => all.fire(each.reason))
    return all
  }
}
export class AbortController_ {
  readonly signal = new AbortSignal_()
  abort(reason: unknown = named('AbortError', 'This operation was aborted')): void {
    this.signal.fire(reason)
  }
}
