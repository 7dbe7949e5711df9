import { nodeError } from './errors.ts'
import { inspect } from './inspect.ts'
import { loop } from './loop.ts'

type Name = string | symbol
type Listener = ((...args: unknown[]) => unknown) & { listener?: Listener }
type Events = Record<Name, Listener | Listener[]>

const kCapture = Symbol('kCapture')
const kShapeMode = Symbol('shapeMode')
const captureRejectionSymbol = Symbol.for('nodejs.rejection')
export const errorMonitor = Symbol('events.errorMonitor')
const table = (): Events => Object.create(null) as Events

const received = (value: unknown): string =>
  value === undefined || value === null
    ? `Received ${String(value)}`
    : typeof value === 'function'
      ? `Received function ${value.name}`
      : typeof value === 'object'
        ? `Received an instance of ${value.constructor?.name ?? 'Object'}`
        : `Received type ${typeof value} (${inspect(value)})`

function checkListener(listener: unknown): void {
  if (typeof listener !== 'function')
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "listener" argument must be of type function. ${received(listener)}`,
    )
}
const listOf = (held: Listener | Listener[] | undefined): Listener[] =>
  held === undefined ? [] : typeof held === 'function' ? [held] : [...held]

interface Emitter {
  _events: Events
  _eventsCount: number
  _maxListeners: number | undefined
  domain?: null
  [kCapture]: boolean
  [kShapeMode]: boolean
}

/** https://nodejs.org/api/events.html; a function, since old code calls it with `EventEmitter.call(this)`. */
function EventEmitter(this: Emitter, options?: { captureRejections?: boolean }): void {
  init.call(this, options)
}
function init(this: Emitter, options?: { captureRejections?: boolean }): void {
  if (this._events === undefined || this._events === (Object.getPrototypeOf(this) as Emitter)._events) {
    this[kShapeMode] = false
    this._events = table()
    this._eventsCount = 0
  } else this[kShapeMode] = true
  this._maxListeners ||= undefined
  this[kCapture] = options?.captureRejections ?? statics.captureRejections
}

const maxOf = (emitter: Emitter): number => emitter._maxListeners ?? statics.defaultMaxListeners

function add(emitter: Emitter, name: Name, listener: Listener, first: boolean): void {
  checkListener(listener)
  let events = emitter._events as Events | undefined
  if (events === undefined) {
    events = emitter._events = table()
    emitter._eventsCount = 0
  } else if (events.newListener !== undefined) {
    ;(emitter as unknown as Members).emit('newListener', name, listener.listener ?? listener)
    events = emitter._events
  }
  const held = events[name]
  if (held === undefined) {
    events[name] = listener
    emitter._eventsCount++
    return
  }
  if (typeof held === 'function') events[name] = first ? [listener, held] : [held, listener]
  else if (first) held.unshift(listener)
  else held.push(listener)
  warnOfMany(emitter, name)
}

function warnOfMany(emitter: Emitter, name: Name): void {
  const held = emitter._events[name] as Listener[] & { warned?: boolean }
  const most = maxOf(emitter)
  if (most <= 0 || held.length <= most || held.warned) return
  Object.defineProperty(held, 'warned', { value: true, configurable: true })
  const words = `Possible EventEmitter memory leak detected. ${held.length} ${String(name)} listeners added to ${inspect(emitter, { depth: -1 })}. MaxListeners is ${most}. Use emitter.setMaxListeners() to increase limit`
  const warning = Object.assign(new Error(words), {
    name: 'MaxListenersExceededWarning',
    emitter,
    type: name,
    count: held.length,
  })
  ;(globalThis as unknown as { process: { emitWarning(warning: Error): void } }).process.emitWarning(warning)
}

function wrapOnce(emitter: Emitter, name: Name, listener: Listener): Listener {
  checkListener(listener)
  let fired = false
  const wrapped: Listener = function (this: unknown, ...args: unknown[]) {
    if (fired) return undefined
    fired = true
    ;(emitter as unknown as Members).removeListener(name, wrapped)
    return listener.apply(emitter, args)
  }
  Object.defineProperty(wrapped, 'name', { value: 'bound onceWrapper' })
  wrapped.listener = listener
  return wrapped
}

function unhandled(emitter: Emitter, error: unknown): never {
  if (error instanceof Error) {
    unheard.set(error, emittedAt(emitter))
    throw error
  }
  const shown = typeof error === 'string' ? inspect(error) : inspect(error)
  const wrong = nodeError(Error, 'ERR_UNHANDLED_ERROR', `Unhandled error. (${shown})`)
  unheard.set(wrong, [])
  throw Object.assign(wrong, { context: error })
}
/** Errors that were emitted and that nobody heard, with the lines that tell where that was. lib/events.js, enhanceStackTrace */
export const unheard = new WeakMap<Error, readonly string[]>()
const EMITTED_LATER = [
  '    at emitErrorNT (node:internal/streams/destroy:169:8)',
  '    at emitErrorCloseNT (node:internal/streams/destroy:128:3)',
  '    at process.processTicksAndRejections (node:internal/process/task_queues:82:21)',
]
function emittedAt(emitter: object): readonly string[] {
  const { name } = emitter.constructor
  const frames = (new Error('').stack ?? '').split('\n').filter((line) => line.startsWith('    at '))
  const own = frames.length > 0 ? frames : EMITTED_LATER
  return [`Emitted 'error' event${name === 'EventEmitter' ? '' : ` on ${name} instance`} at:`, ...own]
}

function watchRejection(emitter: Emitter, result: unknown, name: Name, args: unknown[]): void {
  const { then } = (result as { then?: unknown } | null | undefined) ?? {}
  if (typeof then !== 'function') return
  then.call(result, undefined, (error: unknown) => {
    loop.tick(() => {
      const own = (emitter as unknown as Record<symbol, unknown>)[captureRejectionSymbol]
      if (typeof own === 'function')
        return void (own as (...all: unknown[]) => unknown).call(emitter, error, name, ...args)
      const before = emitter[kCapture]
      emitter[kCapture] = false
      try {
        ;(emitter as unknown as Members).emit('error', error)
      } finally {
        emitter[kCapture] = before
      }
    }, [])
  })
}

const members = {
  setMaxListeners(this: Emitter, most: number) {
    if (typeof most !== 'number' || most < 0 || Number.isNaN(most))
      throw nodeError(
        RangeError,
        'ERR_OUT_OF_RANGE',
        `The value of "setMaxListeners" is out of range. It must be >= 0. Received ${inspect(most)}`,
      )
    this._maxListeners = most
    return this
  },
  getMaxListeners(this: Emitter) {
    return maxOf(this)
  },
  emit(this: Emitter, name: Name, ...args: unknown[]): boolean {
    const events = this._events as Events | undefined
    if (name === 'error' && events?.[errorMonitor] !== undefined) members.emit.call(this, errorMonitor, ...args)
    const held = events?.[name]
    if (held === undefined) {
      if (name === 'error') unhandled(this, args[0])
      return false
    }
    const call = (listener: Listener): void => {
      const result = listener.apply(this, args)
      if (result !== undefined && result !== null && this[kCapture]) watchRejection(this, result, name, args)
    }
    if (typeof held === 'function') call(held)
    else for (const listener of [...held]) call(listener)
    return true
  },
  addListener(this: Emitter, name: Name, listener: Listener) {
    add(this, name, listener, false)
    return this
  },
  on(this: Emitter, name: Name, listener: Listener) {
    add(this, name, listener, false)
    return this
  },
  prependListener(this: Emitter, name: Name, listener: Listener) {
    add(this, name, listener, true)
    return this
  },
  once(this: Emitter, name: Name, listener: Listener) {
    add(this, name, wrapOnce(this, name, listener), false)
    return this
  },
  prependOnceListener(this: Emitter, name: Name, listener: Listener) {
    add(this, name, wrapOnce(this, name, listener), true)
    return this
  },
  removeListener(this: Emitter, name: Name, listener: Listener) {
    checkListener(listener)
    const events = this._events as Events | undefined
    const held = listOf(events?.[name])
    const at = held.findLastIndex((each) => each === listener || each.listener === listener)
    if (!events || at < 0) return this
    const [gone] = held.splice(at, 1)
    if (held.length === 0) {
      Reflect.deleteProperty(events, name)
      this._eventsCount--
    } else events[name] = held.length === 1 ? (held[0] as Listener) : held
    if (events.removeListener !== undefined) members.emit.call(this, 'removeListener', name, gone?.listener ?? listener)
    return this
  },
  off(this: Emitter, name: Name, listener: Listener) {
    return (this as unknown as Members).removeListener(name, listener)
  },
  removeAllListeners(this: Emitter, ...names: Name[]) {
    const events = this._events as Events | undefined
    if (!events) return this
    for (const name of names.length > 0 ? names : Reflect.ownKeys(events))
      if (events.removeListener === undefined) {
        if (events[name] !== undefined) this._eventsCount--
        Reflect.deleteProperty(events, name)
      } else for (const listener of listOf(events[name]).reverse()) members.removeListener.call(this, name, listener)
    return this
  },
  listeners(this: Emitter, name: Name) {
    return listOf((this._events as Events | undefined)?.[name]).map((each) => each.listener ?? each)
  },
  rawListeners(this: Emitter, name: Name) {
    return listOf((this._events as Events | undefined)?.[name])
  },
  listenerCount(this: Emitter, name: Name, listener?: Listener) {
    const held = listOf((this._events as Events | undefined)?.[name])
    return listener ? held.filter((each) => each === listener || each.listener === listener).length : held.length
  },
  eventNames(this: Emitter): Name[] {
    return this._eventsCount > 0 ? Reflect.ownKeys(this._events) : []
  },
}
type Members = { [Key in keyof typeof members]: (...args: unknown[]) => unknown }
for (const [name, value] of Object.entries(members))
  Object.defineProperty(EventEmitter.prototype, name, { value, writable: true, configurable: true, enumerable: true })
Object.assign(EventEmitter.prototype, { _events: undefined, _eventsCount: 0, _maxListeners: undefined })
Object.defineProperty(EventEmitter.prototype, kCapture, { value: false, writable: true, enumerable: false })

const statics = { captureRejections: false, defaultMaxListeners: 10 }

// Promises and iterators ------------------------------------------------------------------------------------------------------

interface Signal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(name: 'abort', call: () => void, options: { once: boolean }): void
}
function aborted(signal: Signal): Error {
  const error = Object.assign(new Error('The operation was aborted', { cause: signal.reason }), { code: 'ABORT_ERR' })
  Object.defineProperty(error, 'name', { value: 'AbortError', configurable: true, writable: true })
  return error
}
interface Target {
  addEventListener(name: string, call: never, options?: object): void
  removeEventListener(name: string, call: never): void
}
const isTarget = (emitter: object): boolean => !('on' in emitter) && 'addEventListener' in emitter
function listen(emitter: object, name: Name, call: Listener, one = false): void {
  if (isTarget(emitter)) (emitter as Target).addEventListener(name as string, call as never, { once: one })
  else (emitter as Members)[one ? 'once' : 'on'](name, call)
}
function unlisten(emitter: object, name: Name, call: Listener): void {
  if (isTarget(emitter)) (emitter as Target).removeEventListener(name as string, call as never)
  else (emitter as Members).removeListener(name, call)
}

function once(emitter: object, name: Name, { signal }: { signal?: Signal } = {}): Promise<unknown[]> {
  if (signal?.aborted) return Promise.reject(aborted(signal))
  return new Promise((resolve, reject) => {
    const failed: Listener = (error) => {
      unlisten(emitter, name, happened)
      reject(error as Error)
    }
    const happened: Listener = (...args) => {
      unlisten(emitter, 'error', failed)
      resolve(args)
    }
    listen(emitter, name, happened, true)
    if (name !== 'error' && !isTarget(emitter)) listen(emitter, 'error', failed, true)
    signal?.addEventListener(
      'abort',
      () => {
        unlisten(emitter, name, happened)
        unlisten(emitter, 'error', failed)
        reject(aborted(signal))
      },
      { once: true },
    )
  })
}

function on(emitter: object, name: Name, { signal }: { signal?: Signal } = {}): AsyncIterableIterator<unknown[]> {
  if (signal?.aborted) throw aborted(signal)
  const come: unknown[][] = []
  const waiting: { resolve: (result: IteratorResult<unknown[]>) => void; reject: (error: unknown) => void }[] = []
  let failure: { error: unknown } | undefined
  let over = false
  const happened: Listener = (...args) => {
    const next = waiting.shift()
    if (next) next.resolve({ value: args, done: false })
    else come.push(args)
  }
  const failed: Listener = (error) => {
    const next = waiting.shift()
    if (next) next.reject(error)
    else failure = { error }
    close()
  }
  function close(): IteratorResult<unknown[]> {
    over = true
    unlisten(emitter, name, happened)
    unlisten(emitter, 'error', failed)
    for (const { resolve } of waiting.splice(0)) resolve({ value: undefined, done: true })
    return { value: undefined, done: true }
  }
  listen(emitter, name, happened)
  if (name !== 'error' && !isTarget(emitter)) listen(emitter, 'error', failed)
  signal?.addEventListener('abort', () => failed(aborted(signal)), { once: true })
  return {
    next() {
      const value = come.shift()
      if (value) return Promise.resolve({ value, done: false })
      if (failure) {
        const { error } = failure
        failure = undefined
        return Promise.reject(error as Error)
      }
      if (over) return Promise.resolve({ value: undefined, done: true })
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    },
    return: () => Promise.resolve(close()),
    throw(error: unknown) {
      failed(error)
      return Promise.resolve({ value: undefined, done: true })
    },
    [Symbol.asyncIterator]() {
      return this
    },
  }
}

const getEventListeners = (emitter: object, name: Name): unknown[] =>
  'listeners' in emitter
    ? ((emitter as Members).listeners(name) as unknown[])
    : ((emitter as { listenersOf?: (name: Name) => unknown[] }).listenersOf?.(name) ?? [])

class EventEmitterAsyncResource extends (EventEmitter as unknown as new (options?: object) => Members) {}

Object.assign(EventEmitter, {
  addAbortListener(signal: Signal, call: () => void) {
    if (signal.aborted) queueMicrotask(call)
    else signal.addEventListener('abort', call, { once: true })
    return { [Symbol.for('nodejs.dispose')]: () => undefined }
  },
  once,
  on,
  getEventListeners,
  getMaxListeners: (emitter: Emitter) => maxOf(emitter),
  EventEmitter,
  usingDomains: false,
  captureRejectionSymbol,
})
Object.defineProperties(EventEmitter, {
  captureRejections: {
    get: () => statics.captureRejections,
    set(value: boolean) {
      statics.captureRejections = value
    },
    enumerable: true,
  },
  EventEmitterAsyncResource: { get: () => EventEmitterAsyncResource, enumerable: true, configurable: true },
  errorMonitor: { value: errorMonitor, enumerable: true },
  defaultMaxListeners: {
    get: () => statics.defaultMaxListeners,
    set(value: number) {
      statics.defaultMaxListeners = value
    },
    enumerable: true,
  },
})
Object.assign(EventEmitter, {
  setMaxListeners(most = statics.defaultMaxListeners, ...targets: Emitter[]) {
    if (targets.length === 0) statics.defaultMaxListeners = most
    for (const target of targets)
      if (typeof (target as unknown as Members).setMaxListeners === 'function')
        (target as unknown as Members).setMaxListeners(most)
  },
  listenerCount: (emitter: Members, name: Name) => emitter.listenerCount(name),
  init,
})

export { EventEmitter }
export default EventEmitter
