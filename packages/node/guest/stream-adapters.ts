import { Buffer } from 'buffer'
import stream from 'readable-stream'
import { invalidType } from './errors.ts'
import { webStreams } from './web-streams.ts'

/** Between node's streams and those of the web. lib/internal/webstreams/adapters.js */
interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>
  cancel(reason?: unknown): Promise<void>
}
interface Writer {
  write(chunk: unknown): Promise<void>
  close(): Promise<void>
  abort(reason?: unknown): Promise<void>
  readonly ready: Promise<void>
}
interface WebReadable {
  getReader(): Reader
}
interface WebWritable {
  getWriter(): Writer
}
interface Stream {
  on(event: string, listener: (value: never) => void): this
  once(event: string, listener: (value: never) => void): this
  push(chunk: unknown): boolean
  pause(): void
  resume(): void
  write(chunk: unknown): boolean
  end(): void
  destroy(error?: unknown): void
  readonly writableNeedDrain?: boolean
}
type Make = new (options: object) => Stream
type Done = (error?: unknown) => void
const { Readable, Writable, Duplex } = stream as unknown as Record<'Readable' | 'Writable' | 'Duplex', Make>
const { ReadableStream, WritableStream } = webStreams as unknown as Record<
  'ReadableStream' | 'WritableStream',
  new (
    source: object,
    strategy?: object,
  ) => object
>

const pulling = (reader: Reader) => ({
  read(this: Stream) {
    reader.read().then(
      ({ done, value }) => this.push(done ? null : plain(value)),
      (error: unknown) => this.destroy(error),
    )
  },
})
/** Bytes of the web are a Buffer here. */
const plain = (value: unknown): unknown =>
  value instanceof Uint8Array && !Buffer.isBuffer(value)
    ? Buffer.from(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength) as ArrayBuffer)
    : value
const pushing = (writer: Writer) => ({
  write: (chunk: unknown, _encoding: string, done: Done) =>
    void settle(
      writer.ready.then(() => writer.write(chunk)),
      done,
    ),
  final: (done: Done) => void settle(writer.close(), done),
})
const settle = (work: Promise<unknown>, done: Done): Promise<void> => work.then(() => done(), done)
const ending = (stop: (error: unknown) => Promise<void>) => ({
  destroy(error: unknown, done: Done) {
    const over = (): void => done(error)
    stop(error).then(over, over)
  },
})

function readableFromWeb(web: WebReadable, options: object = {}): Stream {
  if (!(web instanceof ReadableStream)) throw invalidType('readableStream', 'an instance of ReadableStream', web)
  const reader = web.getReader()
  return new Readable({ ...options, ...pulling(reader), ...ending((error) => reader.cancel(error)) })
}
function writableFromWeb(web: WebWritable, options: object = {}): Stream {
  if (!(web instanceof WritableStream)) throw invalidType('writableStream', 'an instance of WritableStream', web)
  const writer = web.getWriter()
  let over = false
  const { write, final } = pushing(writer)
  const end = (done: Done): void => {
    over = true
    final(done)
  }
  const stop = (error: unknown): Promise<void> => (over ? Promise.resolve() : writer.abort(error))
  return new Writable({ ...options, write, final: end, ...ending(stop) })
}

interface Controller {
  enqueue(chunk: unknown): void
  close(): void
  error(reason: unknown): void
  readonly desiredSize: number | null
}
function readableToWeb(from: Stream): object {
  let over = false
  const source = {
    start(to: Controller) {
      from.on('data', (chunk: unknown) => {
        if (over) return
        to.enqueue(Buffer.isBuffer(chunk) ? new Uint8Array(chunk) : chunk)
        if ((to.desiredSize ?? 1) <= 0) from.pause()
      })
      from.once('end', () => {
        if (!over) to.close()
        over = true
      })
      from.once('error', (error: unknown) => {
        if (!over) to.error(error)
        over = true
      })
      from.pause()
    },
    pull: () => from.resume(),
    cancel(reason: unknown) {
      over = true
      from.destroy(reason)
    },
  }
  return new ReadableStream(source, { highWaterMark: 16 })
}
function writableToWeb(to: Stream): object {
  return new WritableStream({
    start: (controller: { error(reason: unknown): void }) =>
      void to.on('error', (error: unknown) => controller.error(error)),
    write: (chunk: unknown) =>
      to.write(chunk) ? undefined : new Promise<void>((resolve) => to.once('drain', () => resolve())),
    close: () =>
      new Promise<void>((resolve) => {
        to.once('finish', () => resolve())
        to.end()
      }),
    abort: (reason: unknown) => to.destroy(reason),
  })
}
function duplexFromWeb(pair: { readable: WebReadable; writable: WebWritable }, options: object = {}): Stream {
  const [reader, writer] = [pair.readable.getReader(), pair.writable.getWriter()]
  const stop = (error: unknown): Promise<void> => (error ? reader.cancel(error) : Promise.resolve())
  return new Duplex({ ...options, ...pulling(reader), ...pushing(writer), ...ending(stop) })
}

Object.assign(Readable, { fromWeb: readableFromWeb, toWeb: readableToWeb })
Object.assign(Writable, { fromWeb: writableFromWeb, toWeb: writableToWeb })
Object.assign(Duplex, {
  fromWeb: duplexFromWeb,
  toWeb: (both: Stream) => ({ readable: readableToWeb(both), writable: writableToWeb(both) }),
})
