type Listener = (message: unknown, name: string | symbol) => void

/** node:diagnostics_channel */
class Channel {
  readonly name: string | symbol
  #listeners: Listener[] = []
  constructor(name: string | symbol) {
    this.name = name
  }
  get hasSubscribers(): boolean {
    return this.#listeners.length > 0
  }
  subscribe(listener: Listener): void {
    this.#listeners = [...this.#listeners, listener]
  }
  unsubscribe(listener: Listener): boolean {
    const before = this.#listeners.length
    this.#listeners = this.#listeners.filter((each) => each !== listener)
    return this.#listeners.length < before
  }
  publish(message: unknown): void {
    for (const listener of this.#listeners) listener(message, this.name)
  }
  runStores<T>(message: unknown, call: (...args: unknown[]) => T, self?: unknown, ...args: unknown[]): T {
    this.publish(message)
    return call.apply(self, args)
  }
}

const channels = new Map<string | symbol, Channel>()
function channel(name: string | symbol): Channel {
  const known = channels.get(name) ?? new Channel(name)
  channels.set(name, known)
  return known
}

const TRACED = ['start', 'end', 'asyncStart', 'asyncEnd', 'error'] as const
/** Channels for the steps of one operation. */
function tracingChannel(name: string): object {
  const parts = Object.fromEntries(TRACED.map((step) => [step, channel(`tracing:${name}:${step}`)])) as Record<
    (typeof TRACED)[number],
    Channel
  >
  return {
    ...parts,
    get hasSubscribers() {
      return TRACED.some((step) => parts[step].hasSubscribers)
    },
    subscribe: (listeners: Record<string, Listener>) =>
      TRACED.forEach((step) => listeners[step] && parts[step].subscribe(listeners[step])),
    unsubscribe: (listeners: Record<string, Listener>) =>
      TRACED.forEach((step) => listeners[step] && parts[step].unsubscribe(listeners[step])),
    traceSync<T>(call: (...args: unknown[]) => T, context: object = {}, self?: unknown, ...args: unknown[]): T {
      parts.start.publish(context)
      try {
        return call.apply(self, args)
      } catch (error) {
        parts.error.publish(Object.assign(context, { error }))
        throw error
      } finally {
        parts.end.publish(context)
      }
    },
    tracePromise: (
      call: (...args: unknown[]) => Promise<unknown>,
      _context: object = {},
      self?: unknown,
      ...args: unknown[]
    ) => call.apply(self, args),
    traceCallback: (
      call: (...args: unknown[]) => unknown,
      _position: number,
      _context: object = {},
      self?: unknown,
      ...args: unknown[]
    ) => call.apply(self, args),
  }
}

export const diagnosticsChannel = {
  channel,
  hasSubscribers: (name: string | symbol) => channels.get(name)?.hasSubscribers ?? false,
  subscribe: (name: string | symbol, listener: Listener) => channel(name).subscribe(listener),
  unsubscribe: (name: string | symbol, listener: Listener) => channel(name).unsubscribe(listener),
  tracingChannel,
  Channel,
}
