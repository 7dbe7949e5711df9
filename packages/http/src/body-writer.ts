import type { ByteStream, MaybePromise } from '@drydock/abi'
import { concatBytes, encodeUtf8 } from '@drydock/codec'

/** Writes pieces of a body; every write goes out at once. */
export interface BodyWriter {
  write(data: Uint8Array | string): MaybePromise<void>
}

/** What a message may carry: all of it, pieces as they come, or a function that writes them. */
export type OutgoingBody =
  | Uint8Array
  | string
  | AsyncIterable<Uint8Array>
  | ((writer: BodyWriter) => MaybePromise<void>)

export const wholeBody = (body: OutgoingBody | undefined): Uint8Array | undefined =>
  body === undefined
    ? new Uint8Array(0)
    : typeof body === 'string'
      ? encodeUtf8(body)
      : body instanceof Uint8Array
        ? body
        : undefined

const CRLF = encodeUtf8('\r\n')
const LAST_CHUNK = encodeUtf8('0\r\n\r\n')

const plainWriter = (stream: ByteStream): BodyWriter => ({
  write: (data) => stream.write(typeof data === 'string' ? encodeUtf8(data) : data),
})

/** An empty piece is no chunk: it would end the body. RFC 9112 section 7.1. */
const chunkedWriter = (stream: ByteStream): BodyWriter => ({
  write(data) {
    const bytes = typeof data === 'string' ? encodeUtf8(data) : data
    if (bytes.length > 0)
      return stream.write(concatBytes([encodeUtf8(`${bytes.length.toString(16)}\r\n`), bytes, CRLF]))
  },
})

/** Sends a body in pieces, chunked or, for HTTP/1.0, plain until the connection closes. */
export async function sendPieces(
  stream: ByteStream,
  body: Exclude<OutgoingBody, Uint8Array | string>,
  chunked: boolean,
): Promise<void> {
  const writer = chunked ? chunkedWriter(stream) : plainWriter(stream)
  if (typeof body === 'function') await body(writer)
  else for await (const bytes of body) await writer.write(bytes)
  if (chunked) await stream.write(LAST_CHUNK)
}
