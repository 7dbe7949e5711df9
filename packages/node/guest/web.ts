import { Blob_, File_, FormData_ } from './blobs.ts'
import { fetch, Headers_, Request_, Response_ } from './fetch.ts'
import { Decoder, Encoder } from './text-codecs.ts'
import { Address, Params } from './url.ts'
import {
  AbortController_,
  AbortSignal_,
  CustomEvent_,
  DOMException_,
  Event_,
  EventTarget_,
  MessageEvent_,
} from './web-events.ts'
import { webStreams } from './web-streams.ts'

const unclonable = (value: unknown): never => {
  const shown = typeof value === 'symbol' || typeof value === 'function' ? String(value) : '#<Object>'
  throw new DOMException_(`${shown} could not be cloned.`, 'DataCloneError')
}
interface CloneOptions {
  readonly transfer?: readonly unknown[]
}
const ERRORS = new Map<string, ErrorConstructor>(
  [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Class) => [
    Class.name,
    Class as ErrorConstructor,
  ]),
)

/** https://html.spec.whatwg.org/#structuredserializeinternal, and back */
export function structuredClone<T>(value: T, { transfer = [] }: CloneOptions = {}): T {
  const seen = new Map<unknown, unknown>()
  const copy = clone(value, seen)
  for (const each of transfer) (each as { transfer?(): void }).transfer?.()
  return copy as T
}

function clone(value: unknown, seen: Map<unknown, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') unclonable(value)
  if (typeof value !== 'object' || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const keep = <C>(copy: C): C => (seen.set(value, copy), copy)
  for (const Boxed of [Number, String, Boolean])
    if (value instanceof Boxed) return keep(Object(value.valueOf()) as object)
  if (value instanceof Date) return keep(new Date(value))
  if (value instanceof RegExp) return keep(new RegExp(value.source, value.flags))
  if (value instanceof Blob_) return value
  if (value instanceof WeakMap || value instanceof WeakSet || value instanceof Promise) unclonable(value)
  if (value instanceof ArrayBuffer) return keep(value.slice(0))
  if (ArrayBuffer.isView(value)) return cloneView(value, seen, keep)
  if (value instanceof Error) return cloneError(value, seen, keep)
  if (value instanceof Map) {
    const copy = keep(new Map())
    for (const [key, each] of [...value]) copy.set(clone(key, seen), clone(each, seen))
    return copy
  }
  if (value instanceof Set) {
    const copy = keep(new Set())
    for (const each of [...value]) copy.add(clone(each, seen))
    return copy
  }
  const copy = keep(Array.isArray(value) ? new Array(value.length) : {}) as Record<string, unknown>
  for (const key of Object.keys(value)) copy[key] = clone((value as Record<string, unknown>)[key], seen)
  return copy
}

function cloneView(value: ArrayBufferView, seen: Map<unknown, unknown>, keep: <C>(copy: C) => C): unknown {
  const buffer = clone(value.buffer, seen) as ArrayBuffer
  const kind = Object.prototype.toString.call(value).slice(8, -1)
  const View = (
    globalThis as unknown as Record<string, new (buffer: ArrayBuffer, at: number, length: number) => object>
  )[kind]
  const length = value instanceof DataView ? value.byteLength : (value as Uint8Array).length
  return View ? keep(new View(buffer, value.byteOffset, length)) : unclonable(value)
}

function cloneError(value: Error, seen: Map<unknown, unknown>, keep: <C>(copy: C) => C): Error {
  const Class = ERRORS.get(value.name) ?? Error
  const copy = keep(new Class(value.message))
  Object.defineProperty(copy, 'stack', { value: value.stack, configurable: true, writable: true })
  if (Object.hasOwn(value, 'cause'))
    Object.defineProperty(copy, 'cause', { value: clone(value.cause, seen), configurable: true, writable: true })
  return copy
}

/** Globals of the web that the machine does not bring. */
export const webGlobals = {
  TextEncoder: Encoder,
  TextDecoder: Decoder,
  URL: Address,
  URLSearchParams: Params,
  Headers: Headers_,
  Request: Request_,
  Response: Response_,
  FormData: FormData_,
  Blob: Blob_,
  File: File_,
  DOMException: DOMException_,
  AbortController: AbortController_,
  AbortSignal: AbortSignal_,
  Event: Event_,
  EventTarget: EventTarget_,
  CustomEvent: CustomEvent_,
  MessageEvent: MessageEvent_,
  ...webStreams,
}
/** Those that a script sees when it lists what is global. */
export const listedGlobals = { structuredClone, fetch }
