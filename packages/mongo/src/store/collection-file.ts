import { deserialize, serialize } from 'bson'
import { O_APPEND, O_CREAT, O_RDWR, type Sys } from '@drydock/abi'
import { concat, readFile, writeAll } from '@drydock/libc'
import { type Document, int32 } from '../wire/message.ts'

const PUT = 1
const DELETE = 2
/** So much of a file may be of documents that are no more before it is written anew. */
const MOST_GARBAGE = 0.5
const LEAST_BYTES = 65536

/** What a file says, in its order: a document that is there from here on, or the end of one. */
export interface FileRecord {
  readonly document: Document
  readonly raw: Uint8Array
  readonly ended: boolean
}

/**
 * The documents of one collection: records of one byte (1 put, 2 end) and a document of BSON, appended. A put takes the
 * place of what had the same _id; an end names its _id. What a crash cut off at the end is left out.
 */
export class CollectionFile {
  private readonly sys: Sys
  private readonly path: string
  private fd: number
  private size = 0
  private garbage = 0
  private waiting: Uint8Array[] = []

  constructor(sys: Sys, path: string) {
    this.sys = sys
    this.path = path
    this.fd = sys.open(path, O_RDWR | O_CREAT | O_APPEND, 0o600)
  }

  async *records(): AsyncGenerator<FileRecord> {
    const bytes = await readFile(this.sys, this.path)
    let at = 0
    while (at + 5 < bytes.length) {
      const length = int32(bytes, at + 1)
      if (length < 5 || at + 1 + length > bytes.length) break
      const raw = bytes.slice(at + 1, at + 1 + length)
      yield { document: deserialize(raw), raw, ended: bytes[at] === DELETE }
      at += 1 + length
    }
    this.size = at
  }

  /** Something has changed that is not put down yet. */
  get waits(): boolean {
    return this.waiting.length > 0
  }

  put(raw: Uint8Array, replaces: number): void {
    this.append(PUT, raw)
    this.garbage += replaces
  }

  end(id: unknown, replaces: number): void {
    const raw = serialize({ _id: id })
    this.append(DELETE, raw)
    this.garbage += replaces + raw.length
  }

  private append(kind: number, raw: Uint8Array): void {
    this.waiting.push(Uint8Array.of(kind), raw)
    this.size += 1 + raw.length
  }

  /** Puts down what has changed; with too much garbage, everything anew. @param live every document that is there */
  async flush(live: () => Iterable<Uint8Array>): Promise<void> {
    if (!this.waits) return
    const bytes = concat(this.waiting)
    this.waiting = []
    if (this.size > LEAST_BYTES && this.garbage > this.size * MOST_GARBAGE) return this.rewrite(live())
    await writeAll(this.sys, this.fd, bytes)
  }

  /** A new file in place of the old, so that a crash leaves one of them whole. */
  private async rewrite(live: Iterable<Uint8Array>): Promise<void> {
    const beside = `${this.path}.new`
    const fd = this.sys.open(beside, O_RDWR | O_CREAT | O_APPEND, 0o600)
    const parts = [...live].flatMap((raw) => [Uint8Array.of(PUT), raw])
    await writeAll(this.sys, fd, concat(parts))
    this.sys.rename(beside, this.path)
    this.sys.close(this.fd)
    this.fd = fd
    this.size = parts.reduce((sum, { length }) => sum + length, 0)
    this.garbage = 0
  }

  remove(): void {
    this.sys.close(this.fd)
    this.sys.unlink(this.path)
  }
}
