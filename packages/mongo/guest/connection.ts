import { readSync, writeSync } from 'node:fs'
import { deserialize, type Document, serialize } from 'bson'
import { MongoNetworkError, MongoServerError } from './errors.ts'

const OP_MSG = 2013
const HEADER_BYTES = 16
const PREAMBLE_BYTES = HEADER_BYTES + 5

/** A socket that the program around this one has connected: asked and answered in turn, without a promise. */
export class Connection {
  private readonly fd: number
  readonly address: string
  private requests = 0

  constructor(fd: number, address: string) {
    this.fd = fd
    this.address = address
  }

  /** @throws MongoServerError for an answer that is not ok; MongoNetworkError when nobody answers */
  command(database: string, body: Document): Document {
    this.send(serialize({ ...body, $db: database }, { ignoreUndefined: true }))
    const answer = deserialize(this.receive(), { promoteLongs: true })
    if (answer.ok !== 1) throw new MongoServerError(answer)
    return answer
  }

  private send(document: Uint8Array): void {
    const message = Buffer.alloc(PREAMBLE_BYTES + document.length)
    message.writeInt32LE(message.length, 0)
    message.writeInt32LE(++this.requests, 4)
    message.writeInt32LE(OP_MSG, 12)
    message.set(document, PREAMBLE_BYTES)
    for (let at = 0; at < message.length; ) at += writeSync(this.fd, message, at)
  }

  private receive(): Buffer {
    const length = this.exactly(4).readInt32LE(0)
    return this.exactly(length - 4).subarray(PREAMBLE_BYTES - 4)
  }

  private exactly(length: number): Buffer {
    const bytes = Buffer.alloc(length)
    for (let at = 0; at < length; ) {
      const read = readSync(this.fd, bytes, at, length - at, null)
      if (read === 0) throw new MongoNetworkError(`connection to ${this.address} closed`)
      at += read
    }
    return bytes
  }
}
