declare module 'events' {
  class EventEmitter {
    static defaultMaxListeners: number
    on(event: string | symbol, listener: (...args: never[]) => void): this
    once(event: string | symbol, listener: (...args: never[]) => void): this
    off(event: string | symbol, listener: (...args: never[]) => void): this
    emit(event: string | symbol, ...args: unknown[]): boolean
    listenerCount(event: string | symbol): number
    removeAllListeners(event?: string | symbol): this
    setMaxListeners(count: number): this
  }
  export { EventEmitter }
  export default EventEmitter
}
declare module 'buffer' {
  class Buffer extends Uint8Array {
    static from(value: string | Uint8Array | ArrayBuffer | readonly number[], encoding?: string): Buffer
    static concat(parts: readonly Uint8Array[]): Buffer
    static alloc(size: number): Buffer
    static byteLength(text: string): number
    static isBuffer(value: unknown): value is Buffer
    toString(encoding?: string): string
    equals(other: Uint8Array): boolean
  }
  export { Buffer }
  export const constants: object
}
declare module 'readable-stream' {
  import EventEmitter from 'events'
  interface Options {
    construct?(this: never, done: (error?: Error | null) => void): void
    highWaterMark?: number
    read?(this: Readable, size: number): void
    write?(chunk: Uint8Array, encoding: string, done: (error?: Error | null) => void): void
    final?(done: (error?: Error | null) => void): void
    destroy?(error: Error | null, done: (error?: Error | null) => void): void
    allowHalfOpen?: boolean
    decodeStrings?: boolean
    autoDestroy?: boolean
    emitClose?: boolean
  }
  class Readable extends EventEmitter {
    constructor(options?: Options)
    push(chunk: Uint8Array | string | null): boolean
    read(size?: number): unknown
    pipe<T>(to: T): T
    pause(): this
    resume(): this
    setEncoding(encoding: string): this
    destroy(error?: Error): this
    readonly destroyed: boolean
    readonly readableFlowing: boolean | null
    readonly readable: boolean
    readonly readableEnded: boolean
    static from(source: unknown): Readable
  }
  class Transform extends Duplex {
    constructor(options: {
      transform(this: Transform, chunk: Uint8Array, encoding: string, done: (error?: Error | null) => void): void
      flush(this: Transform, done: (error?: Error | null) => void): void
    })
  }
  class Writable extends EventEmitter {
    constructor(options?: Options)
    write(chunk: Uint8Array | string, encoding?: unknown, done?: unknown): boolean
    end(chunk?: unknown, encoding?: unknown, done?: unknown): this
    cork(): void
    uncork(): void
    destroy(error?: Error): this
    readonly writableEnded: boolean
    readonly writableFinished: boolean
    readonly destroyed: boolean
  }
  class Duplex extends Readable {
    write(chunk: Uint8Array | string, encoding?: unknown, done?: unknown): boolean
    end(chunk?: unknown, encoding?: unknown, done?: unknown): this
    readonly writable: boolean
    readonly writableEnded: boolean
    readonly writableFinished: boolean
  }
  class PassThrough extends Transform {}
  class Stream extends EventEmitter {}
  export { Readable, Writable, Duplex, Transform, PassThrough, Stream }
  export const pipeline: (...streams: unknown[]) => unknown
  export const finished: (...args: unknown[]) => unknown
  const stream: Record<string, unknown>
  export default stream
}
declare module 'path-browserify' {
  interface Path {
    join(...parts: string[]): string
    resolve(...parts: string[]): string
    dirname(path: string): string
    basename(path: string, suffix?: string): string
    extname(path: string): string
    isAbsolute(path: string): boolean
    posix: Path
  }
  const path: Path
  export default path
}
declare module 'querystring-es3' {
  const querystring: Record<string, unknown>
  export default querystring
}
declare module 'url' {
  export const parse: (text: string, query?: boolean) => Record<string, unknown>
  export const format: (parts: unknown) => string
  export const resolve: (from: string, to: string) => string
}
declare module 'string_decoder' {
  export class StringDecoder {
    constructor(encoding?: string)
    write(bytes: Uint8Array): string
    end(): string
  }
}
