import { ALERT, protocolError } from './tls-error.ts'

/** Reads numbers and vectors one after the other. @throws TlsError when there are fewer bytes */
export class ByteReader {
  private at = 0
  private readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get done(): boolean {
    return this.at >= this.bytes.length
  }

  take(length: number): Uint8Array {
    if (this.at + length > this.bytes.length) throw protocolError(ALERT.decodeError, 'error decoding message')
    this.at += length
    return this.bytes.subarray(this.at - length, this.at)
  }

  number(length: number): number {
    return this.take(length).reduce((sum, byte) => sum * 256 + byte, 0)
  }

  vector(lengthBytes: number): ByteReader {
    return new ByteReader(this.take(this.number(lengthBytes)))
  }

  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at)
  }
}
