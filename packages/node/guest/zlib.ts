import { Buffer } from 'buffer'
import { Transform } from 'readable-stream'
import { callSync } from './host.ts'

type Format = 'gzip' | 'gunzip' | 'deflate' | 'inflate' | 'deflateRaw' | 'inflateRaw' | 'unzip'
type Done = (error: unknown, result?: Buffer) => void

const whole = (format: Format, data: string | Uint8Array): Buffer =>
  Buffer.from(callSync('zlib', [format], typeof data === 'string' ? Buffer.from(data) : data).bytes)

/** Gathers what comes and gives all of it at the end: what is packed here is small. */
function streamOf(format: Format): Transform {
  const parts: Uint8Array[] = []
  return new Transform({
    transform(chunk, _encoding, done) {
      parts.push(chunk)
      done()
    },
    flush(done) {
      try {
        this.push(whole(format, Buffer.concat(parts)))
        done()
      } catch (error) {
        done(error as Error)
      }
    },
  })
}

const later =
  (format: Format) =>
  (data: string | Uint8Array, ...rest: unknown[]): void => {
    const done = rest.at(-1) as Done
    try {
      const result = whole(format, data)
      queueMicrotask(() => done(null, result))
    } catch (error) {
      queueMicrotask(() => done(error))
    }
  }

const FORMATS: readonly Format[] = ['gzip', 'gunzip', 'deflate', 'inflate', 'deflateRaw', 'inflateRaw', 'unzip']
const named = (prefix: string, format: Format, suffix: string): string =>
  prefix === '' ? `${format}${suffix}` : `${prefix}${format.charAt(0).toUpperCase()}${format.slice(1)}${suffix}`

/** zlib: whole buffers, callbacks and streams. */
export const zlib: Readonly<Record<string, unknown>> = Object.fromEntries([
  ...FORMATS.map((format) => [named('', format, 'Sync'), (data: string | Uint8Array) => whole(format, data)]),
  ...FORMATS.map((format) => [format, later(format)]),
  ...FORMATS.map((format) => [named('create', format, ''), () => streamOf(format)]),
  ['constants', { Z_NO_FLUSH: 0, Z_SYNC_FLUSH: 2, Z_FINISH: 4, Z_BEST_SPEED: 1, Z_BEST_COMPRESSION: 9 }],
])
