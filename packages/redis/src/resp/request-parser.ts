import { concat } from '@drydock/libc'
import { binaryOf } from './binary.ts'
import { splitArguments } from './split-arguments.ts'

/** The client's bytes make no sense: it is told why and cut off. */
export class ProtocolError extends Error {}

const LF = 10
const STAR = 42
const DOLLAR = 36
const MAX_BULK = 512 * 1024 * 1024

/** Takes commands out of a stream of bytes: arrays of bulk strings, or lines as people type them. */
export class RequestParser {
  private bytes: Uint8Array = new Uint8Array(0)
  private at = 0

  feed(bytes: Uint8Array): void {
    this.bytes = this.at < this.bytes.length ? concat([this.bytes.subarray(this.at), bytes]) : bytes
    this.at = 0
  }

  /** How many bytes of the stream no command was made of yet. */
  get pending(): number {
    return this.bytes.length - this.at
  }

  /** @returns undefined until a whole command is there; an empty array for an empty line @throws ProtocolError */
  next(): string[] | undefined {
    if (this.at >= this.bytes.length) return undefined
    return this.bytes[this.at] === STAR ? this.array() : this.inline()
  }

  private inline(): string[] | undefined {
    const end = this.bytes.indexOf(LF, this.at)
    if (end < 0) {
      if (this.pending > 65536) throw new ProtocolError('too big inline request')
      return undefined
    }
    const line = binaryOf(this.bytes, this.at, end).replace(/\r$/, '')
    this.at = end + 1
    const words = splitArguments(line)
    if (!words) throw new ProtocolError('unbalanced quotes in request')
    return words
  }

  private array(): string[] | undefined {
    let at = this.at
    const number = (): number | undefined => {
      const end = this.bytes.indexOf(LF, at)
      if (end < 0) return undefined
      let value = 0
      const negative = this.bytes[at + 1] === 45
      for (let i = at + (negative ? 2 : 1); i < end - 1; i++) {
        const digit = (this.bytes[i] ?? 0) - 48
        if (digit < 0 || digit > 9) return Number.NaN
        value = value * 10 + digit
      }
      at = end + 1
      return negative ? -value : value
    }
    const count = number()
    if (count === undefined) return undefined
    if (Number.isNaN(count) || count > 1024 * 1024) throw new ProtocolError('invalid multibulk length')
    const words: string[] = []
    for (let i = 0; i < count; i++) {
      if (at >= this.bytes.length) return undefined
      const mark = this.bytes[at] ?? 0
      if (mark !== DOLLAR) throw new ProtocolError(`expected '$', got '${String.fromCharCode(mark)}'`)
      const length = number()
      if (length === undefined) return undefined
      if (Number.isNaN(length) || length < 0 || length > MAX_BULK) throw new ProtocolError('invalid bulk length')
      if (at + length + 2 > this.bytes.length) return undefined
      words.push(binaryOf(this.bytes, at, at + length))
      at += length + 2
    }
    this.at = at
    return words
  }
}
