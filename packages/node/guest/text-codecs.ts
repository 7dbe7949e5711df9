import { Buffer } from 'buffer'
import { askWeb } from './ask-web.ts'
import { nodeError } from './errors.ts'

type Bytes = ArrayBuffer | ArrayBufferView
const view = (bytes: Bytes): Uint8Array =>
  ArrayBuffer.isView(bytes) ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : new Uint8Array(bytes)

/** https://encoding.spec.whatwg.org/#interface-textencoder */
export class Encoder {
  get encoding(): string {
    return 'utf-8'
  }
  encode(text = ''): Uint8Array {
    return new Uint8Array(Buffer.from(String(text)))
  }
  encodeInto(text: string, into: Uint8Array): { read: number; written: number } {
    let [read, written] = [0, 0]
    for (const char of text) {
      const bytes = Buffer.from(char)
      if (written + bytes.length > into.length) break
      into.set(bytes, written)
      written += bytes.length
      read += char.length
    }
    return { read, written }
  }
}

const UTF8 = new Set(['utf-8', 'utf8', 'unicode-1-1-utf-8'])
/** Where the last character of UTF-8 that is not complete begins. */
function cut(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return length > back ? bytes.length - back : bytes.length
  }
  return bytes.length
}

/** https://encoding.spec.whatwg.org/#interface-textdecoder; all encodings but UTF-8 are the surroundings'. */
export class Decoder {
  readonly encoding: string
  readonly fatal: boolean
  readonly ignoreBOM: boolean
  #rest = new Uint8Array(0)
  constructor(label = 'utf-8', { fatal = false, ignoreBOM = false } = {}) {
    this.fatal = fatal
    this.ignoreBOM = ignoreBOM
    try {
      this.encoding = UTF8.has(label.toLowerCase()) ? 'utf-8' : askWeb<string>('encodingName', label)
    } catch {
      throw nodeError(RangeError, 'ERR_ENCODING_NOT_SUPPORTED', `The "${label}" encoding is not supported`)
    }
  }
  decode(given?: Bytes, { stream = false } = {}): string {
    const added = given === undefined ? new Uint8Array(0) : view(given)
    const all = this.#rest.length > 0 ? Uint8Array.from([...this.#rest, ...added]) : added
    const end = stream && this.encoding === 'utf-8' ? cut(all) : all.length
    this.#rest = all.slice(end)
    return this.#text(all.subarray(0, end))
  }
  #text(bytes: Uint8Array): string {
    if (this.encoding === 'utf-8' && !this.fatal) {
      const text = Buffer.from(bytes).toString('utf8')
      return !this.ignoreBOM && text.startsWith('\ufeff') ? text.slice(1) : text
    }
    try {
      return askWeb<string>('decode', this.encoding, this.fatal, this.ignoreBOM, [...bytes])
    } catch {
      throw nodeError(
        TypeError,
        'ERR_ENCODING_INVALID_ENCODED_DATA',
        `The encoded data was not valid for encoding ${this.encoding}`,
      )
    }
  }
}
for (const [Class, name] of [
  [Encoder, 'TextEncoder'],
  [Decoder, 'TextDecoder'],
] as const)
  Object.defineProperty(Class, 'name', { value: name, configurable: true })
