import {
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  ReadableStream,
  ReadableStreamDefaultReader,
  TransformStream,
  WritableStream,
} from 'web-streams-polyfill'
import { Buffer } from 'buffer'
import { callSync } from './host.ts'
import { Decoder, Encoder } from './text-codecs.ts'

interface Controller {
  enqueue(chunk: unknown): void
}
class Pair {
  readonly readable: unknown
  readonly writable: unknown
  constructor(transform: (chunk: never, to: Controller) => void, flush: (to: Controller) => void = () => undefined) {
    const { readable, writable } = new TransformStream({ transform, flush } as never)
    this.readable = readable
    this.writable = writable
  }
}

/** Streams of https://compression.spec.whatwg.org/: all is packed at the end. */
function packer(ops: Readonly<Record<string, string>>) {
  return class extends Pair {
    constructor(format: string) {
      const op = ops[format]
      if (op === undefined)
        throw new TypeError(
          `The argument 'format' must be one of: 'deflate', 'deflate-raw', 'gzip'. Received '${format}'`,
        )
      const parts: Uint8Array[] = []
      super(
        (chunk: Uint8Array) => void parts.push(new Uint8Array(chunk)),
        (to) => to.enqueue(new Uint8Array(callSync('zlib', [op], Buffer.concat(parts)).bytes)),
      )
    }
  }
}
const CompressionStream = packer({ gzip: 'gzip', deflate: 'deflate', 'deflate-raw': 'deflateRaw' })
const DecompressionStream = packer({ gzip: 'gunzip', deflate: 'inflate', 'deflate-raw': 'inflateRaw' })

class TextDecoderStream extends Pair {
  readonly encoding: string
  constructor(label = 'utf-8', options = {}) {
    const decoder = new Decoder(label, options)
    const tell = (text: string, to: Controller): void => {
      if (text !== '') to.enqueue(text)
    }
    super(
      (chunk: Uint8Array, to) => tell(decoder.decode(chunk, { stream: true }), to),
      (to) => tell(decoder.decode(), to),
    )
    this.encoding = decoder.encoding
  }
}
class TextEncoderStream extends Pair {
  readonly encoding = 'utf-8'
  constructor() {
    const encoder = new Encoder()
    super((chunk: string, to) => to.enqueue(encoder.encode(chunk)))
  }
}
Object.defineProperty(CompressionStream, 'name', { value: 'CompressionStream' })
Object.defineProperty(DecompressionStream, 'name', { value: 'DecompressionStream' })

/** https://streams.spec.whatwg.org/ */
export const webStreams = {
  ReadableStream,
  ReadableStreamDefaultReader,
  WritableStream,
  TransformStream,
  ByteLengthQueuingStrategy,
  CountQueuingStrategy,
  TextDecoderStream,
  TextEncoderStream,
  CompressionStream,
  DecompressionStream,
}
