import type { ByteStream } from '@drydock/abi'

/** A connection whose first bytes were looked at: they come again. */
export class PeekedStream implements ByteStream {
  private readonly stream: ByteStream
  private first: Uint8Array | undefined

  constructor(stream: ByteStream, first: Uint8Array) {
    this.stream = stream
    this.first = first.length > 0 ? first : undefined
  }

  /** The first bytes of a connection, and the connection with them still in it. */
  static async of(stream: ByteStream): Promise<readonly [first: Uint8Array, whole: PeekedStream]> {
    const first = await stream.read()
    return [first, new PeekedStream(stream, first)]
  }

  read(max = 65536): ReturnType<ByteStream['read']> {
    const { first } = this
    if (!first) return this.stream.read(max)
    this.first = first.length > max ? first.subarray(max) : undefined
    return first.subarray(0, max)
  }

  write(bytes: Uint8Array): ReturnType<ByteStream['write']> {
    return this.stream.write(bytes)
  }

  shutdown(): void {
    this.stream.shutdown()
  }

  close(): void {
    this.stream.close()
  }
}

/** The content type with which TLS begins. RFC 8446 section 5.1. */
export const TLS_HANDSHAKE = 22
