import { Histogram, LoopDelay } from './histogram.ts'
import { customInspect, inspect, type InspectOptions } from './inspect.ts'
import { loop } from './loop.ts'
import { EventTarget_ } from './web-events.ts'

declare function __now(): number
let origin = 0
export const startClock = (): void => void (origin = __now() - 25)
const now = (): number => __now() - origin

class PerformanceEntry {
  readonly name: string
  readonly entryType: string
  readonly startTime: number
  readonly duration: number
  readonly detail: unknown
  constructor(name: string, entryType: string, startTime: number, duration: number, detail: unknown = null) {
    this.name = name
    this.entryType = entryType
    this.startTime = startTime
    this.duration = duration
    this.detail = detail
  }
  toJSON(): object {
    return { ...this }
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    return `${this.constructor.name} ${inspect({ ...this }, options)}`
  }
}
class PerformanceMark extends PerformanceEntry {
  constructor(name: string, options: { startTime?: number; detail?: unknown } = {}) {
    super(name, 'mark', options.startTime ?? now(), 0, options.detail)
  }
}
class PerformanceMeasure extends PerformanceEntry {}

let entries: PerformanceEntry[] = []
const observers = new Set<PerformanceObserver>()
const byTime = (list: readonly PerformanceEntry[]): PerformanceEntry[] =>
  list.toSorted((a, b) => a.startTime - b.startTime)

function note<T extends PerformanceEntry>(entry: T): T {
  if (entry.entryType !== 'function') entries.push(entry)
  for (const observer of observers) observer.take(entry)
  return entry
}

class PerformanceObserverEntryList {
  readonly #list: readonly PerformanceEntry[]
  constructor(list: readonly PerformanceEntry[]) {
    this.#list = list
  }
  getEntries(): PerformanceEntry[] {
    return [...this.#list]
  }
  getEntriesByName(name: string): PerformanceEntry[] {
    return this.#list.filter((entry) => entry.name === name)
  }
  getEntriesByType(type: string): PerformanceEntry[] {
    return this.#list.filter((entry) => entry.entryType === type)
  }
}

class PerformanceObserver {
  readonly #call: (list: PerformanceObserverEntryList, observer: PerformanceObserver) => void
  #types = new Set<string>()
  #held: PerformanceEntry[] = []
  static readonly supportedEntryTypes = ['function', 'gc', 'mark', 'measure']
  constructor(call: (list: PerformanceObserverEntryList, observer: PerformanceObserver) => void) {
    this.#call = call
  }
  observe({ entryTypes, type }: { entryTypes?: string[]; type?: string }): void {
    this.#types = new Set(entryTypes ?? (type === undefined ? [] : [type]))
    observers.add(this)
  }
  disconnect(): void {
    observers.delete(this)
  }
  takeRecords(): PerformanceEntry[] {
    return this.#held.splice(0)
  }
  /** @internal */
  take(entry: PerformanceEntry): void {
    if (!this.#types.has(entry.entryType)) return
    if (this.#held.length === 0) loop.immediate(() => this.#tell(), [])
    this.#held.push(entry)
  }
  #tell(): void {
    if (this.#held.length > 0) this.#call(new PerformanceObserverEntryList(this.#held.splice(0)), this)
  }
}

interface MeasureOptions {
  start?: string | number
  end?: string | number
  duration?: number
  detail?: unknown
}
function timeOf(mark: string | number | undefined, usual: number): number {
  if (typeof mark !== 'string') return mark ?? usual
  const found = entries.findLast(({ name, entryType }) => name === mark && entryType === 'mark')
  if (found) return found.startTime
  const error = new (
    globalThis as unknown as { DOMException: new (words: string, name: string) => Error }
  ).DOMException(`The "${mark}" performance mark has not been set`, 'SyntaxError')
  throw error
}

class Performance extends EventTarget_ {
  get timeOrigin(): number {
    return origin
  }
  now(): number {
    return now()
  }
  mark(name: string, options?: { startTime?: number; detail?: unknown }): PerformanceMark {
    return note(new PerformanceMark(String(name), options))
  }
  measure(name: string, from?: string | MeasureOptions, to?: string): PerformanceMeasure {
    const options: MeasureOptions =
      typeof from === 'object'
        ? from
        : { ...(from !== undefined && { start: from }), ...(to !== undefined && { end: to }) }
    const start = timeOf(options.start, 0)
    const end = options.duration === undefined ? timeOf(options.end, now()) : start + options.duration
    return note(new PerformanceMeasure(name, 'measure', start, end - start, options.detail))
  }
  clearMarks(name?: string): void {
    entries = entries.filter((entry) => entry.entryType !== 'mark' || (name !== undefined && entry.name !== name))
  }
  clearMeasures(name?: string): void {
    entries = entries.filter((entry) => entry.entryType !== 'measure' || (name !== undefined && entry.name !== name))
  }
  getEntries(): PerformanceEntry[] {
    return byTime(entries)
  }
  getEntriesByName(name: string, type?: string): PerformanceEntry[] {
    return byTime(entries.filter((entry) => entry.name === name && (type === undefined || entry.entryType === type)))
  }
  getEntriesByType(type: string): PerformanceEntry[] {
    return byTime(entries.filter((entry) => entry.entryType === type))
  }
  timerify<T extends (...args: never[]) => unknown>(call: T): T {
    const timed = function (this: unknown, ...args: never[]): unknown {
      const start = now()
      const result = new.target ? Reflect.construct(call, args) : call.apply(this, args)
      note(new PerformanceEntry(call.name, 'function', start, now() - start, args))
      return result
    }
    Object.defineProperty(timed, 'name', { value: `timerified ${call.name}`, configurable: true })
    return timed as unknown as T
  }
  /** When the process came to what; all of it was done when the script began. */
  get nodeTiming(): object {
    const at = {
      nodeStart: 1,
      v8Start: 3,
      environment: 9,
      bootstrapComplete: 20,
      loopStart: -1,
      loopExit: -1,
      idleTime: 0,
    }
    return { name: 'node', entryType: 'node', startTime: 0, duration: now(), ...at }
  }
  clearResourceTimings(): void {}
  setResourceTimingBufferSize(): void {}
  markResourceTiming(): void {}
  eventLoopUtilization(): object {
    return { idle: 0, active: now(), utilization: 1 }
  }
  toJSON(): object {
    return { nodeTiming: this.nodeTiming, timeOrigin: origin, eventLoopUtilization: this.eventLoopUtilization() }
  }
  override get [Symbol.toStringTag](): string {
    return 'Performance'
  }
  override [customInspect](_depth: number, options: InspectOptions): string {
    return `Performance ${inspect({ timeOrigin: origin }, options)}`
  }
}
export const performance = new Performance()
export const performanceGlobals = {
  Performance,
  PerformanceEntry,
  PerformanceMark,
  PerformanceMeasure,
  PerformanceObserver,
  PerformanceObserverEntryList,
}

/** node:perf_hooks */
export const perfHooks = {
  ...performanceGlobals,
  performance,
  monitorEventLoopDelay: (options?: { resolution?: number }) => new LoopDelay(options),
  createHistogram: () => new Histogram(),
  constants: { NODE_PERFORMANCE_GC_MAJOR: 4, NODE_PERFORMANCE_GC_MINOR: 1 },
}
