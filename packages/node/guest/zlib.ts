import { Buffer } from 'buffer'
import { Transform } from 'readable-stream'
import { invalidType, notHere, outOfRange } from './errors.ts'
import { callSync } from './host.ts'

type Format = 'gzip' | 'gunzip' | 'deflate' | 'inflate' | 'deflateRaw' | 'inflateRaw' | 'unzip'
type Data = string | Uint8Array | ArrayBuffer
type Done = (error: unknown, result?: Buffer) => void
interface Options {
  readonly level?: number
  readonly windowBits?: number
  readonly memLevel?: number
  readonly strategy?: number
  readonly chunkSize?: number
  readonly finishFlush?: number
  readonly maxOutputLength?: number
  readonly dictionary?: Uint8Array
}

const CODES: Readonly<Record<string, number>> = {
  ...{ Z_OK: 0, Z_STREAM_END: 1, Z_NEED_DICT: 2, Z_ERRNO: -1, Z_STREAM_ERROR: -2, Z_DATA_ERROR: -3 },
  ...{ Z_MEM_ERROR: -4, Z_BUF_ERROR: -5, Z_VERSION_ERROR: -6 },
}
/** https://nodejs.org/api/zlib.html#zlib-constants */
const constants = {
  ...{ Z_NO_FLUSH: 0, Z_PARTIAL_FLUSH: 1, Z_SYNC_FLUSH: 2, Z_FULL_FLUSH: 3, Z_FINISH: 4, Z_BLOCK: 5 },
  ...CODES,
  ...{ Z_NO_COMPRESSION: 0, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9, Z_DEFAULT_COMPRESSION: -1 },
  ...{ Z_FILTERED: 1, Z_HUFFMAN_ONLY: 2, Z_RLE: 3, Z_FIXED: 4, Z_DEFAULT_STRATEGY: 0, ZLIB_VERNUM: 4880 },
  ...{ DEFLATE: 1, INFLATE: 2, GZIP: 3, GUNZIP: 4, DEFLATERAW: 5, INFLATERAW: 6, UNZIP: 7 },
  ...{ BROTLI_DECODE: 8, BROTLI_ENCODE: 9, Z_MIN_WINDOWBITS: 8, Z_MAX_WINDOWBITS: 15, Z_DEFAULT_WINDOWBITS: 15 },
  ...{ Z_MIN_CHUNK: 64, Z_MAX_CHUNK: Number.POSITIVE_INFINITY, Z_DEFAULT_CHUNK: 16_384, Z_MIN_MEMLEVEL: 1 },
  ...{ Z_MAX_MEMLEVEL: 9, Z_DEFAULT_MEMLEVEL: 8, Z_MIN_LEVEL: -1, Z_MAX_LEVEL: 9, Z_DEFAULT_LEVEL: -1 },
  ...{ BROTLI_OPERATION_PROCESS: 0, BROTLI_OPERATION_FLUSH: 1, BROTLI_OPERATION_FINISH: 2, BROTLI_PARAM_MODE: 0 },
  ...{ BROTLI_MODE_GENERIC: 0, BROTLI_MODE_TEXT: 1, BROTLI_MODE_FONT: 2, BROTLI_PARAM_QUALITY: 1 },
  ...{ BROTLI_MIN_QUALITY: 0, BROTLI_MAX_QUALITY: 11, BROTLI_DEFAULT_QUALITY: 11, BROTLI_PARAM_LGWIN: 2 },
  ...{ BROTLI_PARAM_SIZE_HINT: 5 },
}
const codes = { ...CODES, ...Object.fromEntries(Object.entries(CODES).map(([name, code]) => [code, name])) }

const RANGES: readonly (readonly [
  name: 'level' | 'windowBits' | 'memLevel' | 'strategy' | 'chunkSize',
  number,
  number,
])[] = [
  ['chunkSize', 64, Number.POSITIVE_INFINITY],
  ['windowBits', 8, 15],
  ['level', -1, 9],
  ['memLevel', 1, 9],
  ['strategy', 0, 4],
]
function checkOptions(options: Options): void {
  for (const [name, least, most] of RANGES) {
    const value = options[name]
    if (value === undefined) continue
    if (typeof value !== 'number') throw invalidType(`options.${name}`, 'of type number', value)
    const unset = name === 'windowBits' && value === 0
    if (!unset && (value < least || value > most))
      throw outOfRange(`options.${name}`, `>= ${least} and <= ${most}`, value)
  }
}

/** What zlib itself says of damaged data. */
function failure(words: string): Error {
  const code =
    words === 'unexpected end of file' ? 'Z_BUF_ERROR' : words === 'Missing dictionary' ? 'Z_NEED_DICT' : 'Z_DATA_ERROR'
  return Object.assign(new Error(words), { errno: CODES[code], code })
}

const bytesIn = (data: unknown): Uint8Array => {
  if (typeof data === 'string') return Buffer.from(data)
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  if (data instanceof ArrayBuffer) return new Uint8Array(data)
  const wanted = 'of type string or an instance of Buffer, TypedArray, DataView, or ArrayBuffer'
  throw invalidType('buffer', wanted, data)
}

function whole(format: Format, data: unknown, options: Options = {}): Buffer {
  checkOptions(options)
  const { level, windowBits, memLevel, strategy, dictionary, finishFlush, maxOutputLength } = options
  const given = {
    ...{ level, windowBits, memLevel, strategy },
    ...(dictionary && { dictionary: Buffer.from(dictionary).toString('base64') }),
    partial: finishFlush === constants.Z_SYNC_FLUSH,
  }
  const { value, bytes } = callSync('zlib', [format, given], bytesIn(data))
  if (typeof value === 'string') throw failure(value)
  if (maxOutputLength !== undefined && bytes.length > maxOutputLength) {
    const error = new RangeError(`Cannot create a Buffer larger than ${maxOutputLength} bytes`)
    throw Object.assign(error, { code: 'ERR_BUFFER_TOO_LARGE' })
  }
  return Buffer.from(bytes)
}

/** Gathers what comes and gives all of it at the end: what is packed here is small. */
class Zlib extends Transform {
  bytesWritten = 0
  private readonly parts: Uint8Array[]
  protected constructor(format: Format, options: Options = {}) {
    const parts: Uint8Array[] = []
    super({
      transform: (chunk, _encoding, done) => {
        this.bytesWritten += chunk.length
        parts.push(chunk.slice())
        done()
      },
      flush: (done) => {
        try {
          const result = whole(format, Buffer.concat(parts), options)
          if (result.length > 0) this.push(result)
          done()
        } catch (error) {
          done(error as Error)
        }
      },
    })
    checkOptions(options)
    this.parts = parts
  }
  flush(...args: unknown[]): void {
    const done = args.find((arg) => typeof arg === 'function') as (() => void) | undefined
    if (done) queueMicrotask(done)
  }
  params(_level: number, _strategy: number, done: () => void): void {
    queueMicrotask(done)
  }
  reset(): void {
    this.parts.length = 0
  }
  close(done?: () => void): void {
    if (done) this.once('close', done as never)
    this.destroy()
  }
}

const later =
  (format: Format) =>
  (data: Data, ...rest: unknown[]): void => {
    const done = rest.at(-1) as Done
    if (typeof done !== 'function')
      throw invalidType('callback', 'of type function', rest.length > 0 ? done : undefined)
    const options = (rest.length > 1 ? rest[0] : {}) as Options
    bytesIn(data)
    checkOptions(options)
    setTimeout(() => {
      let result: Buffer
      try {
        result = whole(format, data, options)
      } catch (error) {
        return done(error)
      }
      done(null, result)
    })
  }
declare function setTimeout(call: () => void): void

const FORMATS: readonly Format[] = ['gzip', 'gunzip', 'deflate', 'inflate', 'deflateRaw', 'inflateRaw', 'unzip']
const capital = (format: Format): string => `${format.charAt(0).toUpperCase()}${format.slice(1)}`
const CLASSES = FORMATS.map((format) => {
  const Own = class extends Zlib {
    constructor(options?: Options) {
      super(format, options)
    }
  }
  Object.defineProperty(Own, 'name', { value: capital(format) })
  // It may be called without `new`.
  return [format, Own] as const
})

/** CRC-32 of ISO 3309, as gzip has it. */
function crc32(data: Data, start = 0): number {
  let value = ~start
  for (const byte of bytesIn(data)) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0)
  }
  return ~value >>> 0
}
const refused = (name: string) => (): never => {
  throw notHere(`zlib.${name}`)
}

/** zlib: whole buffers, callbacks and streams. Brotli is refused aloud where nobody asks for it by its stream's presence. */
export const zlib: Readonly<Record<string, unknown>> = {
  ...constants,
  ...Object.fromEntries([
    ...FORMATS.map((format) => [`${format}Sync`, (data: Data, options?: Options) => whole(format, data, options)]),
    ...FORMATS.map((format) => [format, later(format)]),
    ...CLASSES.map(([format, Own]) => [capital(format), Own]),
    ...CLASSES.map(([format, Own]) => [`create${capital(format)}`, (options?: Options) => new Own(options)]),
    ...['brotliCompress', 'brotliDecompress', 'brotliCompressSync', 'brotliDecompressSync'].map((name) => [
      name,
      refused(name),
    ]),
  ]),
  constants,
  codes,
  crc32,
}
