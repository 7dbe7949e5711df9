import {
  Deflate,
  deflate as zlibAll,
  deflateRaw as rawAll,
  gzip as deflateAll,
  Inflate,
  inflate,
  inflateRaw,
} from 'pako'
import { type ByteSource, concatBytes } from './bytes.ts'

/** The bytes are no gzip file, damaged or cut short. */
export class GzipError extends Error {}

export interface GzipOptions {
  /** 0 stores, 9 is slowest; default 6. */
  readonly level?: 0 | 1 | 6 | 9
}

/**
 * RFC 1952, without a name and time, so that equal bytes give equal bytes: what is hashed must not depend on where it
 * was made.
 */
export const gzip = (bytes: Uint8Array, { level = 6 }: GzipOptions = {}): Uint8Array => deflateAll(bytes, { level })

/** The same piece by piece. */
export class Gzip {
  private readonly deflate: Deflate
  private readonly out: Uint8Array[] = []

  constructor({ level = 6 }: GzipOptions = {}) {
    this.deflate = new Deflate({ level, gzip: true })
    this.deflate.onData = (chunk) => void this.out.push(chunk as Uint8Array)
    this.deflate.onEnd = () => undefined
  }

  push(bytes: Uint8Array): void {
    this.deflate.push(bytes, false)
  }

  finish(): Uint8Array {
    this.deflate.push(NOTHING, true)
    return concatBytes(this.out)
  }
}

/** RFC 1950: zlib's own wrapping, as git keeps its objects. */
export const zlibDeflate = (bytes: Uint8Array): Uint8Array => zlibAll(bytes, { level: 6 })

/** RFC 1951 without any wrapping. */
export const deflateRaw = (bytes: Uint8Array, { level = 6 }: GzipOptions = {}): Uint8Array => rawAll(bytes, { level })

/** What zlib itself can be told, deflateInit2(3). */
export interface DeflateOptions {
  readonly level?: number
  readonly windowBits?: number
  readonly memLevel?: number
  readonly strategy?: number
  readonly dictionary?: Uint8Array
}
const NUMBERS = ['level', 'windowBits', 'memLevel', 'strategy'] as const
/** Without what is not set, which would count as zero. */
const told = (options: DeflateOptions): object => ({
  ...Object.fromEntries(NUMBERS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]]))),
  ...(options.dictionary && { dictionary: options.dictionary as Uint8Array<ArrayBuffer> }),
})

export function deflateWith(
  format: 'gzip' | 'deflate' | 'deflateRaw',
  bytes: Uint8Array,
  options: DeflateOptions,
): Uint8Array {
  const given = told(options)
  return format === 'gzip'
    ? deflateAll(bytes, given)
    : format === 'deflate'
      ? zlibAll(bytes, given)
      : rawAll(bytes, given)
}

/**
 * @param partial  what can be unpacked of a text that is cut short will do
 * @throws GzipError with zlib's own words
 */
export function inflateWith(
  format: 'gunzip' | 'inflate' | 'inflateRaw' | 'unzip',
  bytes: Uint8Array,
  { partial = false, ...options }: DeflateOptions & { readonly partial?: boolean },
): Uint8Array {
  if (format === 'gunzip' && bytes.length > 0 && !isGzip(bytes)) throw new GzipError('incorrect header check')
  if (format === 'inflate' && isGzip(bytes)) throw new GzipError('incorrect header check')
  const stream = new Inflate({ ...told(options), raw: format === 'inflateRaw' } as never)
  const out: Uint8Array[] = []
  stream.onData = (chunk) => void out.push(chunk as Uint8Array)
  stream.onEnd = () => undefined
  // With Z_FINISH it would say that it has ended wherever the bytes do.
  stream.push(bytes as Uint8Array<ArrayBuffer>, SYNC_FLUSH)
  const { err, msg } = stream as unknown as { err: number; msg: string; ended: boolean }
  if (err < 0 && err !== BUFFER_ERROR) throw new GzipError(msg || 'incorrect header check')
  if (!partial && !(stream as unknown as { ended: boolean }).ended) throw new GzipError('unexpected end of file')
  return concatBytes(out)
}
const BUFFER_ERROR = -5
const SYNC_FLUSH = 2

/** Unpacks zlib's or gzip's wrapping, or none. @throws GzipError when it is damaged */
export function inflateAny(bytes: Uint8Array): Uint8Array {
  try {
    return (bytes[0] ?? 0) === 0x78 || isGzip(bytes) ? inflate(bytes) : inflateRaw(bytes)
  } catch (error) {
    throw new GzipError(error instanceof Error ? error.message : String(error))
  }
}

/** Unpacks what begins here in zlib's wrapping; more may follow. @returns how many bytes it took as well @throws GzipError */
export function inflateFirst(bytes: Uint8Array): { readonly bytes: Uint8Array; readonly used: number } {
  const inflater = new Inflate()
  const out: Uint8Array[] = []
  inflater.onData = (chunk) => void out.push(chunk as Uint8Array)
  inflater.onEnd = () => undefined
  inflater.push(bytes, false)
  if (inflater.err) throw new GzipError(inflater.msg || 'invalid zlib data')
  const left = (inflater as unknown as { strm: { avail_in: number } }).strm.avail_in
  return { bytes: concatBytes(out), used: bytes.length - left }
}

/** Whether the bytes begin as a gzip file does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Unpacks a whole file of one or more members. @throws GzipError when it is damaged or cut short */
export function gunzip(bytes: Uint8Array): Uint8Array {
  const unpacker = new Gunzip()
  const parts = unpacker.push(bytes)
  unpacker.finish()
  return concatBytes(parts)
}

/** The source's bytes, unpacked where they are a gzip file. @throws GzipError for damage */
export async function* gunzipIfNeeded(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  let unpacker: Gunzip | undefined
  let head: Uint8Array | undefined = NOTHING
  for await (const bytes of source) {
    const given: Uint8Array = head === undefined ? bytes : concatBytes([head, bytes])
    if (head !== undefined && given.length < 2) {
      head = given
      continue
    }
    if (head !== undefined && isGzip(given)) unpacker = new Gunzip()
    head = undefined
    if (unpacker) yield* unpacker.push(given)
    else yield given
  }
  if (head !== undefined && head.length > 0) yield head
  unpacker?.finish()
}

/** Unpacks members one behind the other, piece by piece. */
export class Gunzip {
  private inflate: Inflate | undefined
  private out: Uint8Array[] = []

  /** @returns what could be unpacked so far @throws GzipError for damage */
  push(bytes: Uint8Array): Uint8Array[] {
    let rest = bytes
    while (rest.length > 0) rest = this.member(rest)
    const out = this.out
    this.out = []
    return out
  }

  /** @throws GzipError when the last member is not complete */
  finish(): void {
    if (this.inflate) throw new GzipError('unexpected EOF')
  }

  /** Feeds one member. @returns the bytes behind its end: a member may end exactly where a piece does */
  private member(bytes: Uint8Array): Uint8Array {
    if (!this.inflate && bytes[0] === 0) return bytes.subarray(1)
    this.inflate ??= this.begin()
    this.inflate.push(bytes, false)
    if (this.inflate.err) throw new GzipError(this.inflate.msg || 'invalid gzip data')
    if (!(this.inflate as unknown as { ended: boolean }).ended) return NOTHING
    const left = (this.inflate as unknown as { strm: { avail_in: number } }).strm.avail_in
    this.inflate = undefined
    return bytes.subarray(bytes.length - left)
  }

  private begin(): Inflate {
    const inflate = new Inflate()
    inflate.onData = (chunk) => void this.out.push(chunk as Uint8Array)
    inflate.onEnd = () => undefined
    return inflate
  }
}

const NOTHING = new Uint8Array(0)
