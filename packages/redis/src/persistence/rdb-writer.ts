import { concat } from '@drydock/libc'
import { bytesOf } from '../resp/binary.ts'
import type { Entry, Keyspace } from '../store/keyspace.ts'
import { streamText } from '../store/stream-text.ts'

/** Opcodes and value types of the format; the plain, old types are what every version reads. */
export const RDB = {
  /** A library of functions, by its text. */
  functions: 0xf5,
  aux: 0xfa,
  resizeDb: 0xfb,
  expireMs: 0xfc,
  expireSeconds: 0xfd,
  selectDb: 0xfe,
  end: 0xff,
} as const
/** Streams are kept in a form of our own, which other readers of dump files don't know: redis packs them in listpacks. */
export const OWN_STREAM = 101
export const RDB_TYPE: Readonly<Record<Entry['kind'], number>> = {
  string: 0,
  list: 1,
  set: 2,
  hash: 4,
  zset: 5,
  stream: OWN_STREAM,
}
export const RDB_VERSION = 10

/** Writes dump files. https://github.com/sripathikrishnan/redis-rdb-tools/wiki/Redis-RDB-Dump-File-Format */
export class RdbWriter {
  private readonly parts: Uint8Array[] = []

  byte(value: number): void {
    this.parts.push(Uint8Array.of(value))
  }

  raw(binary: string): void {
    this.parts.push(bytesOf(binary))
  }

  length(value: number): void {
    if (value < 64) this.byte(value)
    else if (value < 16384) this.parts.push(Uint8Array.of(0x40 | (value >> 8), value & 255))
    else {
      const bytes = new Uint8Array(5)
      bytes[0] = 0x80
      new DataView(bytes.buffer).setUint32(1, value)
      this.parts.push(bytes)
    }
  }

  text(binary: string): void {
    this.length(binary.length)
    this.raw(binary)
  }

  double(value: number): void {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setFloat64(0, value, true)
    this.parts.push(bytes)
  }

  milliseconds(value: number): void {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true)
    this.parts.push(bytes)
  }

  value(entry: Entry): void {
    if (entry.kind === 'string') return this.text(entry.value)
    if (entry.kind === 'list') return this.texts(entry.items.toArray(), entry.items.length)
    if (entry.kind === 'set') return this.texts(entry.members, entry.members.size)
    if (entry.kind === 'hash') {
      this.length(entry.fields.size)
      for (const [name, value] of entry.fields) {
        this.text(name)
        this.text(value)
      }
      return
    }
    if (entry.kind === 'stream') return this.text(streamText(entry.stream))
    this.length(entry.sorted.size)
    for (const { member, score } of entry.sorted.items) {
      this.text(member)
      this.double(score)
    }
  }

  private texts(items: Iterable<string>, count: number): void {
    this.length(count)
    for (const item of items) this.text(item)
  }

  done(): Uint8Array {
    return concat(this.parts)
  }
}

export interface Aux {
  readonly version: string
  /** Seconds since the epoch. */
  readonly time: number
  readonly usedBytes: number
  readonly aofBase: boolean
}

/** A whole dump; its checksum is left out (zero), as `rdbchecksum no` does. */
export function writeRdb(databases: readonly Keyspace[], aux: Aux, functions: readonly string[]): Uint8Array {
  const out = new RdbWriter()
  out.raw(`REDIS${String(RDB_VERSION).padStart(4, '0')}`)
  const facts: readonly [string, string][] = [
    ['redis-ver', aux.version],
    ['redis-bits', '64'],
    ['ctime', String(aux.time)],
    ['used-mem', String(aux.usedBytes)],
    ['aof-base', aux.aofBase ? '1' : '0'],
  ]
  for (const [name, value] of facts) {
    out.byte(RDB.aux)
    out.text(name)
    out.text(value)
  }
  for (const code of functions) {
    out.byte(RDB.functions)
    out.text(code)
  }
  for (const db of databases) if (db.size > 0) writeDatabase(out, db)
  out.byte(RDB.end)
  out.raw('\0'.repeat(8))
  return out.done()
}

function writeDatabase(out: RdbWriter, db: Keyspace): void {
  out.byte(RDB.selectDb)
  out.length(db.index)
  out.byte(RDB.resizeDb)
  out.length(db.size)
  out.length(db.deadlines.size)
  for (const [key, entry] of db.entries) {
    const deadline = db.deadline(key)
    if (deadline !== undefined) {
      out.byte(RDB.expireMs)
      out.milliseconds(deadline)
    }
    out.byte(RDB_TYPE[entry.kind])
    out.text(key)
    out.value(entry)
  }
}
