import { Buffer } from 'buffer'
import { Readable, Writable } from 'readable-stream'
import { encodingOf, type Options, pathOf, settings } from './fs-arguments.ts'
import { outOfRange } from './errors.ts'
import { now } from './fs-requests.ts'
import { callSync } from './host.ts'
import { loop } from './loop.ts'

/** Where a stream is in its file. */
type Opened = { readonly fd: number | null; bytes: number }
const opened = new WeakMap<object, Opened>()

function moveOn(stream: object, bytes: number): void {
  const place = opened.get(stream)
  if (place) place.bytes += bytes
}

/** A turn later: whoever made the stream can still listen. */
function openSoon(stream: Readable | Writable, open: () => number, done: (error?: Error | null) => void): void {
  loop.immediate(() => {
    let fd: number
    try {
      fd = open()
    } catch (error) {
      return done(error as Error)
    }
    opened.set(stream, { fd, bytes: 0 })
    done()
    stream.emit('open', fd)
    stream.emit('ready')
  }, [])
}

export class ReadStream extends Readable {
  readonly path: string
  get bytesRead(): number {
    return opened.get(this)?.bytes ?? 0
  }

  constructor(path: unknown, options: Options) {
    const {
      start = 0,
      end = Number.POSITIVE_INFINITY,
      highWaterMark = 65_536,
      fd: given,
    } = settings(options) as { start?: number; end?: number; highWaterMark?: number; fd?: number }
    if (start > end) throw outOfRange('start', `<= "end" (here: ${end})`, start)
    let fd = given ?? -1
    let at = start
    super({
      highWaterMark,
      construct(this: ReadStream, done: (error?: Error | null) => void) {
        openSoon(this, () => (fd < 0 ? (fd = Number(now('open', path, 'r'))) : fd), done)
      },
      read(this: ReadStream, size: number) {
        try {
          const { bytes } = callSync('pread', [fd, Math.max(0, Math.min(size, end - at + 1)), at])
          at += bytes.length
          moveOn(this, bytes.length)
          this.push(bytes.length === 0 ? null : Buffer.from(bytes))
        } catch (error) {
          this.destroy(error as Error)
        }
      },
      destroy(error, done) {
        if (fd >= 0) callSync('close', [fd])
        fd = -1
        done(error)
      },
    })
    this.path = pathOf(path)
    const encoding = encodingOf(options)
    if (encoding !== undefined) this.setEncoding(encoding)
  }
}

export class WriteStream extends Writable {
  readonly path: string
  get bytesWritten(): number {
    return opened.get(this)?.bytes ?? 0
  }
  close(callback?: () => void): void {
    if (callback) this.once('close', callback as never)
    this.end()
  }

  constructor(path: unknown, options: Options) {
    const given = options as { flags?: string } | undefined
    let fd = -1
    super({
      construct(this: WriteStream, done: (error?: Error | null) => void) {
        openSoon(this, () => (fd = Number(now('open', path, settings(options).flag ?? given?.flags ?? 'w'))), done)
      },
      write(this: WriteStream, chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void) {
        callSync('write', [fd], chunk)
        moveOn(this, chunk.length)
        done()
      },
      final(done) {
        callSync('close', [fd])
        done()
      },
    })
    this.path = pathOf(path)
  }
}
