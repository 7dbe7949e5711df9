import { Buffer } from 'buffer'
import { customInspect, inspect, type InspectOptions } from './inspect.ts'

type Part = string | ArrayBuffer | ArrayBufferView | Blob_

export const viewOf = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data)

/** https://w3c.github.io/FileAPI/#blob-section */
export class Blob_ {
  readonly #bytes: Uint8Array
  readonly #type: string
  constructor(parts: Iterable<Part> = [], { type = '' }: { type?: string } = {}) {
    const pieces = Array.from(parts, (part) =>
      part instanceof Blob_ ? part.#bytes : typeof part === 'object' ? viewOf(part) : Buffer.from(String(part)),
    )
    this.#bytes = new Uint8Array(Buffer.concat(pieces))
    this.#type = /[^\x20-\x7e]/.test(type) ? '' : type.toLowerCase()
  }
  /** @internal */
  static bytesOf(blob: Blob_): Uint8Array {
    return blob.#bytes
  }
  get size(): number {
    return this.#bytes.length
  }
  get type(): string {
    return this.#type
  }
  slice(start?: number, end?: number, type = ''): Blob_ {
    return new Blob_([this.#bytes.slice(start, end)], { type })
  }
  text(): Promise<string> {
    return Promise.resolve(Buffer.from(this.#bytes).toString('utf8'))
  }
  arrayBuffer(): Promise<ArrayBuffer> {
    return Promise.resolve(this.#bytes.slice().buffer as ArrayBuffer)
  }
  bytes(): Promise<Uint8Array> {
    return Promise.resolve(this.#bytes.slice())
  }
  stream(): unknown {
    const bytes = this.#bytes
    const { ReadableStream } = globalThis as unknown as { ReadableStream: new (source: object) => unknown }
    return new ReadableStream({
      start(controller: { enqueue(chunk: Uint8Array): void; close(): void }) {
        if (bytes.length > 0) controller.enqueue(bytes.slice())
        controller.close()
      },
    })
  }
  get [Symbol.toStringTag](): string {
    return 'Blob'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    return `Blob ${inspect({ size: this.size, type: this.type }, options)}`
  }
}

export class File_ extends Blob_ {
  readonly #name: string
  readonly #lastModified: number
  constructor(parts: Iterable<Part>, name: string, options: { type?: string; lastModified?: number } = {}) {
    super(parts, options)
    this.#name = String(name)
    this.#lastModified = options.lastModified ?? Date.now()
  }
  get name(): string {
    return this.#name
  }
  get lastModified(): number {
    return this.#lastModified
  }
  override get [Symbol.toStringTag](): string {
    return 'File'
  }
  override [customInspect](_depth: number, options: InspectOptions): string {
    const { size, type, name, lastModified } = this
    return `File ${inspect({ size, type, name, lastModified }, options)}`
  }
}

type Value = string | File_
/** https://xhr.spec.whatwg.org/#interface-formdata */
export class FormData_ {
  #entries: [string, Value][] = []
  append(name: string, value: unknown, filename?: string): void {
    this.#entries.push([String(name), valueOf(value, filename)])
  }
  set(name: string, value: unknown, filename?: string): void {
    const at = this.#entries.findIndex(([key]) => key === name)
    if (at < 0) return this.append(name, value, filename)
    this.#entries = this.#entries.filter(([key], i) => key !== name || i === at)
    this.#entries[at] = [name, valueOf(value, filename)]
  }
  get(name: string): Value | null {
    return this.#entries.find(([key]) => key === name)?.[1] ?? null
  }
  getAll(name: string): Value[] {
    return this.#entries.filter(([key]) => key === name).map(([, value]) => value)
  }
  has(name: string): boolean {
    return this.#entries.some(([key]) => key === name)
  }
  delete(name: string): void {
    this.#entries = this.#entries.filter(([key]) => key !== name)
  }
  forEach(call: (value: Value, name: string, data: FormData_) => void): void {
    for (const [name, value] of this.#entries) call(value, name, this)
  }
  keys(): IterableIterator<string> {
    return this.#entries.map(([name]) => name).values()
  }
  values(): IterableIterator<Value> {
    return this.#entries.map(([, value]) => value).values()
  }
  entries(): IterableIterator<[string, Value]> {
    return this.#entries.values()
  }
  [Symbol.iterator](): IterableIterator<[string, Value]> {
    return this.entries()
  }
  get [Symbol.toStringTag](): string {
    return 'FormData'
  }
  [customInspect](_depth: number, options: InspectOptions): string {
    const shown: Record<string, unknown> = {}
    for (const name of new Set(this.keys())) {
      const all = this.getAll(name)
      shown[name] = all.length > 1 ? all : all[0]
    }
    return `FormData ${inspect(shown, options)}`
  }
}

function valueOf(value: unknown, filename: string | undefined): Value {
  if (!(value instanceof Blob_)) return String(value)
  if (value instanceof File_ && filename === undefined) return value
  return new File_([value], filename ?? 'blob', { type: value.type })
}

/** multipart/form-data, RFC 7578. */
export function multipart(data: FormData_, boundary: string): Uint8Array {
  const quoted = (text: string): string => text.replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const parts: Uint8Array[] = []
  for (const [name, value] of data) {
    const field = `Content-Disposition: form-data; name="${quoted(name)}"`
    const file =
      typeof value === 'string'
        ? ''
        : `; filename="${quoted(value.name)}"\r\nContent-Type: ${value.type || 'application/octet-stream'}`
    parts.push(Buffer.from(`--${boundary}\r\n${field}${file}\r\n\r\n`))
    parts.push(typeof value === 'string' ? Buffer.from(value) : Blob_.bytesOf(value), Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)])
}

export function parseMultipart(bytes: Uint8Array, boundary: string): FormData_ {
  const data = new FormData_()
  const text = Buffer.from(bytes).toString('latin1')
  for (const piece of text.split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = piece.replace(/^\r\n/, '').split('\r\n\r\n')
    const body = Buffer.from(rest.join('\r\n\r\n').replace(/\r\n$/, ''), 'latin1')
    const name = /[; ]name="([^"]*)"/i.exec(head)?.[1] ?? ''
    const filename = /filename="([^"]*)"/i.exec(head)?.[1]
    const type = /content-type:\s*(\S+)/i.exec(head)?.[1] ?? ''
    data.append(name, filename === undefined ? body.toString('utf8') : new File_([body], filename, { type }))
  }
  return data
}
for (const [Class, name] of [
  [Blob_, 'Blob'],
  [File_, 'File'],
  [FormData_, 'FormData'],
] as const)
  Object.defineProperty(Class, 'name', { value: name, configurable: true })
