import { binaryOf } from '../resp/binary.ts'
import { Deque } from '../store/deque.ts'
import type { Entry, Keyspace } from '../store/keyspace.ts'
import { SortedSet } from '../store/sorted-set.ts'
import { RDB, OWN_STREAM } from './rdb-writer.ts'
import { streamOfText } from '../store/stream-text.ts'
import { lzfDecompress, readIntset, readListpack } from './packed.ts'

/** The file is no dump, or is cut short. */
export class RdbError extends Error {}

const INT_BYTES = [1, 2, 4]
const LZF = 3

class Source {
  private readonly bytes: Uint8Array
  private readonly view: DataView
  at = 0

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  private take(count: number): number {
    const at = this.at
    if (at + count > this.bytes.length)
      throw new RdbError('Short read or OOM loading DB. Unrecoverable error, aborting now.')
    this.at += count
    return at
  }

  byte(): number {
    return this.bytes[this.take(1)] ?? 0
  }

  raw(count: number): Uint8Array {
    const at = this.take(count)
    return this.bytes.subarray(at, at + count)
  }

  uint32(little: boolean): number {
    return this.view.getUint32(this.take(4), little)
  }

  uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true))
  }

  double(): number {
    return this.view.getFloat64(this.take(8), true)
  }

  /** A length, or the number of a special encoding of a string. */
  length(): { readonly value: number; readonly encoded: boolean } {
    const first = this.byte()
    const low = first & 0x3f
    if (first >> 6 === 0) return { value: low, encoded: false }
    if (first >> 6 === 1) return { value: (low << 8) | this.byte(), encoded: false }
    if (first >> 6 === 3) return { value: low, encoded: true }
    if (low === 0) return { value: this.uint32(false), encoded: false }
    return { value: Number(this.view.getBigUint64(this.take(8))), encoded: false }
  }

  count(): number {
    return this.length().value
  }

  bytesText(): Uint8Array {
    const { value, encoded } = this.length()
    if (!encoded) return this.raw(value)
    if (value === LZF) {
      const [packed, plain] = [this.count(), this.count()]
      return lzfDecompress(this.raw(packed), plain)
    }
    const size = INT_BYTES[value]
    if (size === undefined) throw new RdbError(`Unknown RDB string encoding type ${value}`)
    const at = this.take(size)
    const number =
      size === 1 ? this.view.getInt8(at) : size === 2 ? this.view.getInt16(at, true) : this.view.getInt32(at, true)
    return Uint8Array.from(String(number), (char) => char.charCodeAt(0))
  }

  text(): string {
    return binaryOf(this.bytesText())
  }
}

const many = <T>(count: number, read: () => T): T[] => Array.from({ length: count }, read)
const pairsOf = (items: readonly string[]): [string, string][] =>
  many(items.length / 2, () => undefined).map((_, i) => [items[2 * i] ?? '', items[2 * i + 1] ?? ''])

const list = (items: readonly string[]): Entry => ({ kind: 'list', items: new Deque(items) })
const set = (items: readonly string[]): Entry => ({ kind: 'set', members: new Set(items) })
const hash = (pairs: readonly [string, string][]): Entry => ({ kind: 'hash', fields: new Map(pairs) })
function zset(pairs: readonly (readonly [string, number])[]): Entry {
  const sorted = new SortedSet()
  for (const [member, score] of pairs) sorted.set(member, score)
  return { kind: 'zset', sorted }
}

function oldDouble(source: Source): number {
  const length = source.byte()
  if (length === 253) return Number.NaN
  if (length === 254) return Infinity
  if (length === 255) return -Infinity
  return Number(binaryOf(source.raw(length)))
}

/** Nodes of a quicklist: a plain item or a listpack of many. */
function quicklist(source: Source): Entry {
  const items = many(source.count(), () => {
    const plain = source.count() === 1
    const bytes = source.bytesText()
    return plain ? [binaryOf(bytes)] : readListpack(bytes)
  })
  return list(items.flat())
}

/** Value types that redis 7 and 8 write, and those written here. */
const READERS: ReadonlyMap<number, (source: Source) => Entry> = new Map<number, (source: Source) => Entry>([
  [0, (source) => ({ kind: 'string', value: source.text() })],
  [1, (source) => list(many(source.count(), () => source.text()))],
  [2, (source) => set(many(source.count(), () => source.text()))],
  [3, (source) => zset(many(source.count(), () => [source.text(), oldDouble(source)] as const))],
  [4, (source) => hash(many(source.count(), () => [source.text(), source.text()]))],
  [5, (source) => zset(many(source.count(), () => [source.text(), source.double()] as const))],
  [11, (source) => set(readIntset(source.bytesText()))],
  [16, (source) => hash(pairsOf(readListpack(source.bytesText())))],
  [17, (source) => zset(pairsOf(readListpack(source.bytesText())).map(([m, s]) => [m, Number(s)] as const))],
  [18, quicklist],
  [20, (source) => set(readListpack(source.bytesText()))],
  [OWN_STREAM, (source) => ({ kind: 'stream', stream: streamOfText(source.text()) })],
])

/** One value behind its type. @throws RdbError */
export function readValue(bytes: Uint8Array): Entry {
  const source = new Source(bytes)
  return valueOf(source, source.byte())
}

function valueOf(source: Source, type: number): Entry {
  const read = READERS.get(type)
  if (!read) throw new RdbError(`Unknown RDB encoding type ${type}`)
  return read(source)
}

/**
 * Fills the databases; keys whose time is over are left out.
 * @param functions gets the texts of libraries
 * @returns how many keys were read
 * @throws RdbError
 */
export function readRdb(
  bytes: Uint8Array,
  database: (index: number) => Keyspace,
  now: number,
  functions: string[] = [],
): number {
  const source = new Source(bytes)
  if (binaryOf(source.raw(5)) !== 'REDIS') throw new RdbError('Wrong signature trying to load DB from file')
  source.raw(4)
  let db = database(0)
  let deadline: number | undefined
  let keys = 0
  for (;;) {
    const opcode = source.byte()
    if (opcode === RDB.end) return keys
    if (opcode === RDB.functions) functions.push(source.text())
    else if (opcode === RDB.aux) void [source.text(), source.text()]
    else if (opcode === RDB.resizeDb) void [source.count(), source.count()]
    else if (opcode === RDB.selectDb) db = database(source.count())
    else if (opcode === RDB.expireMs) deadline = source.uint64()
    else if (opcode === RDB.expireSeconds) deadline = source.uint32(true) * 1000
    else if (opcode === 0xf8 || opcode === 0xf9) void (opcode === 0xf8 ? source.count() : source.byte())
    else {
      const key = source.text()
      const entry = valueOf(source, opcode)
      if (deadline === undefined || deadline > now) {
        db.put(key, entry)
        db.setDeadline(key, deadline)
        keys++
      }
      deadline = undefined
    }
  }
}
