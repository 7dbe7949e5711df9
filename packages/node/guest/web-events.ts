import { nodeError } from './errors.ts'
import { customInspect, inspect, type InspectOptions } from './inspect.ts'

type Listener = ((event: object) => void) | { handleEvent(event: object): void }

const NAMES = [
  ...['IndexSizeError', '', 'HierarchyRequestError', 'WrongDocumentError', 'InvalidCharacterError', ''],
  ...['NoModificationAllowedError', 'NotFoundError', 'NotSupportedError', 'InUseAttributeError', 'InvalidStateError'],
  ...['SyntaxError', 'InvalidModificationError', 'NamespaceError', 'InvalidAccessError', '', 'TypeMismatchError'],
  ...['SecurityError', 'NetworkError', 'AbortError', 'URLMismatchError', 'QuotaExceededError', 'TimeoutError'],
  ...['InvalidNodeTypeError', 'DataCloneError'],
]

/** https://webidl.spec.whatwg.org/#idl-DOMException */
export class DOMException_ extends Error {
  readonly #name: string
  constructor(message = '', options: string | { name?: string; cause?: unknown } = 'Error') {
    super(message)
    this.#name = typeof options === 'string' ? options : (options.name ?? 'Error')
    if (typeof options === 'object' && 'cause' in options)
      Object.defineProperty(this, 'cause', { value: options.cause, configurable: true, writable: true })
  }
  override get name(): string {
    return this.#name
  }
  get code(): number {
    return NAMES.indexOf(this.#name) + 1
  }
}
Object.defineProperty(DOMException_, 'name', { value: 'DOMException', configurable: true })
Object.defineProperty(DOMException_.prototype, Symbol.toStringTag, { value: 'DOMException', configurable: true })
NAMES.forEach((name, at) => {
  const constant = `${name
    .replace(/Error$/, '')
    .replaceAll(/(?<=[a-z])(?=[A-Z])|(?<=URL)(?=M)/g, '_')
    .toUpperCase()}_ERR`
  if (name !== '') Object.defineProperty(DOMException_, constant, { value: at + 1, enumerable: true })
})

const stopped = new WeakSet<Event_>()
interface Given {
  readonly bubbles?: boolean
  readonly cancelable?: boolean
  readonly composed?: boolean
}

/** As much of the DOM's events as node has. */
export class Event_ {
  readonly #type: string
  readonly #given: Given
  readonly #timeStamp: number
  #prevented = false
  #target: unknown = null
  constructor(type: string, init: Given = {}) {
    if (arguments.length === 0) throw nodeError(TypeError, 'ERR_MISSING_ARGS', 'The "type" argument must be specified')
    this.#type = String(type)
    this.#given = init ?? {}
    this.#timeStamp = (globalThis as unknown as { performance: { now(): number } }).performance.now()
  }
  /** @internal */
  static aim(event: Event_, target: unknown): void {
    event.#target = target
  }
  get type(): string {
    return this.#type
  }
  get bubbles(): boolean {
    return this.#given.bubbles ?? false
  }
  get cancelable(): boolean {
    return this.#given.cancelable ?? false
  }
  get composed(): boolean {
    return this.#given.composed ?? false
  }
  get timeStamp(): number {
    return this.#timeStamp
  }
  get defaultPrevented(): boolean {
    return this.cancelable && this.#prevented
  }
  get returnValue(): boolean {
    return !this.defaultPrevented
  }
  get target(): unknown {
    return this.#target
  }
  get currentTarget(): unknown {
    return this.#target
  }
  get srcElement(): unknown {
    return this.#target
  }
  get eventPhase(): number {
    return this.#target === null ? 0 : 2
  }
  composedPath(): unknown[] {
    return this.#target === null ? [] : [this.#target]
  }
  preventDefault(): void {
    this.#prevented = true
  }
  stopPropagation(): void {}
  stopImmediatePropagation(): void {
    stopped.add(this)
  }
  get [Symbol.toStringTag](): string {
    return 'Event'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const { type, defaultPrevented, cancelable, timeStamp } = this
    return `${this.constructor.name} ${inspect({ type, defaultPrevented, cancelable, timeStamp }, options)}`
  }
}
export class CustomEvent_ extends Event_ {
  readonly detail: unknown
  constructor(type: string, init: Given & { detail?: unknown } = {}) {
    super(type, init)
    this.detail = init.detail ?? null
  }
}
export class MessageEvent_ extends Event_ {
  readonly data: unknown
  readonly origin = ''
  readonly ports: unknown[] = []
  constructor(type: string, init: Given & { data?: unknown } = {}) {
    super(type, init)
    this.data = init.data ?? null
  }
}

interface Heard {
  readonly listener: Listener
  readonly once: boolean
}
export class EventTarget_ {
  readonly #heard = new Map<string, Heard[]>()

  addEventListener(
    type: string,
    listener: Listener | null,
    options?: { once?: boolean; signal?: AbortSignal_ } | boolean,
  ): void {
    if (listener === null || listener === undefined) return
    const list = this.#heard.get(type) ?? []
    this.#heard.set(type, list)
    if (list.some((each) => each.listener === listener)) return
    const given = typeof options === 'object' ? (options ?? {}) : {}
    if (given.signal?.aborted) return
    list.push({ listener, once: given.once === true })
    given.signal?.addEventListener('abort', () => this.removeEventListener(type, listener))
  }
  removeEventListener(type: string, listener: Listener): void {
    this.#heard.set(
      type,
      (this.#heard.get(type) ?? []).filter((each) => each.listener !== listener),
    )
  }
  dispatchEvent(event: Event_): boolean {
    if (!(event instanceof Event_))
      throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', 'The "event" argument must be an instance of Event.')
    Event_.aim(event, this)
    for (const { listener, once } of [...(this.#heard.get(event.type) ?? [])]) {
      if (stopped.has(event)) break
      if (once) this.removeEventListener(event.type, listener)
      call(this, listener, event)
    }
    const handler = (this as unknown as Record<string, unknown>)[`on${event.type}`]
    if (typeof handler === 'function' && !stopped.has(event)) call(this, handler as never, event)
    return !event.defaultPrevented
  }
  /** @internal */
  listenersOf(type: string): Listener[] {
    return (this.#heard.get(type) ?? []).map(({ listener }) => listener)
  }
  get [Symbol.toStringTag](): string {
    return 'EventTarget'
  }
  [customInspect](_depth: number, _options: InspectOptions): string {
    return `${this.constructor.name} {}`
  }
}
Object.defineProperty(EventTarget_.prototype, 'listenersOf', { enumerable: false })

/** An error of a listener is nobody's who dispatches. */
function call(target: object, listener: Listener, event: object): void {
  try {
    if (typeof listener === 'function') listener.call(target, event)
    else listener.handleEvent(event)
  } catch (error) {
    const { process } = globalThis as unknown as { process: { nextTick(call: () => void): void } }
    process.nextTick(() => {
      throw error
    })
  }
}

const abortion = (): Error => new DOMException_('This operation was aborted', 'AbortError')
type SetTimeout = (call: () => void, ms: number) => { unref?(): void }
let making = false

export class AbortSignal_ extends EventTarget_ {
  #aborted = false
  #reason: unknown
  constructor() {
    super()
    if (!making) throw nodeError(TypeError, 'ERR_ILLEGAL_CONSTRUCTOR', 'Illegal constructor')
  }
  /** @internal */
  static make(): AbortSignal_ {
    making = true
    try {
      return new AbortSignal_()
    } finally {
      making = false
    }
  }
  get aborted(): boolean {
    return this.#aborted
  }
  get reason(): unknown {
    return this.#reason
  }
  /** @internal */
  static fire(signal: AbortSignal_, reason: unknown): void {
    if (signal.#aborted) return
    signal.#aborted = true
    signal.#reason = reason
    signal.dispatchEvent(new Event_('abort'))
  }
  throwIfAborted(): void {
    if (this.#aborted) throw this.#reason
  }
  static abort(reason: unknown = abortion()): AbortSignal_ {
    const signal = AbortSignal_.make()
    AbortSignal_.fire(signal, reason)
    return signal
  }
  static timeout(ms: number): AbortSignal_ {
    const signal = AbortSignal_.make()
    const { setTimeout } = globalThis as unknown as { setTimeout: SetTimeout }
    const late = (): Error => new DOMException_('The operation was aborted due to timeout', 'TimeoutError')
    setTimeout(() => AbortSignal_.fire(signal, late()), ms).unref?.()
    return signal
  }
  static any(signals: readonly AbortSignal_[]): AbortSignal_ {
    const any = AbortSignal_.make()
    for (const signal of signals) {
      if (signal.aborted) AbortSignal_.fire(any, signal.reason)
      else signal.addEventListener('abort', () => AbortSignal_.fire(any, signal.reason), { once: true })
    }
    return any
  }
  override get [Symbol.toStringTag](): string {
    return 'AbortSignal'
  }
  override [customInspect](): string {
    return `AbortSignal { aborted: ${this.aborted} }`
  }
}
export class AbortController_ {
  readonly #signal = AbortSignal_.make()
  get signal(): AbortSignal_ {
    return this.#signal
  }
  abort(reason: unknown = abortion()): void {
    AbortSignal_.fire(this.#signal, reason)
  }
  get [Symbol.toStringTag](): string {
    return 'AbortController'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    return `AbortController ${inspect({ signal: this.signal }, options)}`
  }
}
for (const [Class, name] of [
  [Event_, 'Event'],
  [CustomEvent_, 'CustomEvent'],
  [MessageEvent_, 'MessageEvent'],
  [EventTarget_, 'EventTarget'],
  [AbortSignal_, 'AbortSignal'],
  [AbortController_, 'AbortController'],
] as const)
  Object.defineProperty(Class, 'name', { value: name, configurable: true })
