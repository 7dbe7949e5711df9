import { concat } from '@drydock/libc'
import { binaryOf } from './binary.ts'
import { CommandError, Double, Push, type Reply, ReplyMap, ReplySet, Status, Verbatim } from './reply.ts'

const LF = 10
/** Not all of it is there yet. */
class Incomplete extends Error {}

/** Takes replies out of a stream of bytes, RESP2 and RESP3. */
export class ReplyParser {
  private bytes: Uint8Array = new Uint8Array(0)
  private at = 0

  feed(bytes: Uint8Array): void {
    this.bytes = this.at < this.bytes.length ? concat([this.bytes.subarray(this.at), bytes]) : bytes
    this.at = 0
  }

  /** @returns undefined until a whole reply is there @throws Error for bytes that are no reply */
  next(): Reply | undefined {
    const start = this.at
    try {
      return this.reply()
    } catch (error) {
      if (!(error instanceof Incomplete)) throw error
      this.at = start
      return undefined
    }
  }

  private line(): string {
    const end = this.bytes.indexOf(LF, this.at)
    if (end < 0) throw new Incomplete()
    const line = binaryOf(this.bytes, this.at, end - 1)
    this.at = end + 1
    return line
  }

  private bulk(length: number): string {
    if (this.at + length + 2 > this.bytes.length) throw new Incomplete()
    const text = binaryOf(this.bytes, this.at, this.at + length)
    this.at += length + 2
    return text
  }

  private many(count: number): Reply[] {
    return Array.from({ length: count }, () => this.reply())
  }

  private reply(): Reply {
    const line = this.line()
    const rest = line.slice(1)
    const read = READERS.get(line[0] ?? '')
    if (!read) throw new Error(`Protocol error, got ${JSON.stringify(line[0] ?? '')} as reply type byte`)
    return read(rest, {
      bulk: (length) => this.bulk(length),
      many: (count) => this.many(count),
    })
  }
}

interface Source {
  bulk(length: number): string
  many(count: number): Reply[]
}

const integer = (text: string): Reply => {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : BigInt(text)
}

const pairsOf = (items: readonly Reply[]): [Reply, Reply][] =>
  Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i] ?? null, items[2 * i + 1] ?? null])

const READERS: ReadonlyMap<string, (rest: string, source: Source) => Reply> = new Map<
  string,
  (rest: string, source: Source) => Reply
>([
  ['+', (rest) => new Status(rest)],
  ['-', (rest) => new CommandError(rest)],
  [':', (rest) => integer(rest)],
  ['(', (rest) => BigInt(rest)],
  ['_', () => null],
  ['#', (rest) => rest === 't'],
  [',', (rest) => new Double(rest === 'inf' ? Infinity : rest === '-inf' ? -Infinity : Number(rest))],
  ['$', (rest, source) => (Number(rest) < 0 ? null : source.bulk(Number(rest)))],
  ['=', (rest, source) => new Verbatim(source.bulk(Number(rest)).slice(4))],
  ['*', (rest, source) => (Number(rest) < 0 ? null : source.many(Number(rest)))],
  ['~', (rest, source) => new ReplySet(source.many(Number(rest)))],
  ['>', (rest, source) => new Push(source.many(Number(rest)))],
  ['%', (rest, source) => new ReplyMap(pairsOf(source.many(2 * Number(rest))))],
])
