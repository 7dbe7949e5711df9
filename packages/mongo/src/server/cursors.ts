import type { Entropy } from '@drydock/abi'
import { Long } from 'bson'
import { Failure } from '../failure.ts'
import type { Document } from '../wire/message.ts'

/** What a first answer gives when nothing was asked for. */
const FIRST_BATCH = 101
/** An answer has no more bytes than this, roughly: 16 MB, less what stands around the documents. */
const MOST_DOCUMENTS = 100_000
/** cursorTimeoutMillis */
const IDLE_MS = 600_000

interface Cursor {
  readonly namespace: string
  rest: readonly Document[]
  usedAt: number
}

/** Answers that have not been fetched to their end. */
export class Cursors {
  private readonly open = new Map<string, Cursor>()
  private readonly entropy: Entropy
  private readonly now: () => number

  constructor(entropy: Entropy, now: () => number) {
    this.entropy = entropy
    this.now = now
  }

  get size(): number {
    return this.open.size
  }

  /** The field `cursor` of an answer. */
  answer(namespace: string, documents: readonly Document[], batchSize = FIRST_BATCH, single = false): Document {
    const most = Math.min(batchSize, MOST_DOCUMENTS)
    const [firstBatch, rest] = [documents.slice(0, most), documents.slice(most)]
    if (single || (rest.length === 0 && (batchSize > 0 || documents.length === 0)))
      return { firstBatch, id: Long.ZERO, ns: namespace }
    const id = this.newId()
    this.open.set(id.toString(), { namespace, rest, usedAt: this.now() })
    return { firstBatch, id, ns: namespace }
  }

  /** @throws Failure */
  more(id: unknown, batchSize: number): Document {
    const key = String(id)
    const cursor = this.open.get(key)
    if (!cursor) throw new Failure('CursorNotFound', `cursor id ${key} not found`)
    const most = Math.min(batchSize || MOST_DOCUMENTS, MOST_DOCUMENTS)
    const nextBatch = cursor.rest.slice(0, most)
    cursor.rest = cursor.rest.slice(most)
    cursor.usedAt = this.now()
    if (cursor.rest.length === 0) this.open.delete(key)
    return { nextBatch, id: cursor.rest.length === 0 ? Long.ZERO : Long.fromString(key), ns: cursor.namespace }
  }

  /** @returns whether there was one */
  kill(id: unknown): boolean {
    return this.open.delete(String(id))
  }

  /** Forgets those that nobody has asked for long. */
  sweep(): void {
    for (const [id, { usedAt }] of this.open) if (this.now() - usedAt > IDLE_MS) this.open.delete(id)
  }

  private newId(): Long {
    const bytes = this.entropy.bytes(8)
    bytes[0] = (bytes[0] ?? 0) & 0x7f
    return Long.fromBytesBE([...bytes])
  }
}
