import { decodeUtf8, encodeUtf8 } from '@drydock/codec'

const INT = 4
const OFFSET = 8

/** Integers and strings as archives have them. src/bin/pg_dump/pg_backup_archiver.c, WriteInt and WriteStr */
export class ArchiveWriter {
  readonly parts: Uint8Array[] = []

  bytes(bytes: Uint8Array): void {
    this.parts.push(bytes)
  }
  byte(value: number): void {
    this.parts.push(Uint8Array.of(value))
  }
  /** A sign, and four bytes from the lowest. */
  int(value: number): void {
    const bytes = new Uint8Array(1 + INT)
    bytes[0] = value < 0 ? 1 : 0
    new DataView(bytes.buffer).setUint32(1, Math.abs(value), true)
    this.parts.push(bytes)
  }
  /** Undefined is NULL. */
  text(text: string | undefined): void {
    if (text === undefined) return this.int(-1)
    const bytes = encodeUtf8(text)
    this.int(bytes.length)
    this.parts.push(bytes)
  }
  /** Where data begins is not told, as into a pipe. */
  offset(hasData: boolean): void {
    this.byte(hasData ? 1 : 3)
    this.parts.push(new Uint8Array(OFFSET))
  }
}

/** The archive ends too early, or is none. */
export class ArchiveError extends Error {}

export class ArchiveReader {
  private at = 0
  private intSize = INT
  private offsetSize = OFFSET
  private readonly source: Uint8Array

  constructor(source: Uint8Array) {
    this.source = source
  }

  get isOver(): boolean {
    return this.at >= this.source.length
  }
  sizes(intSize: number, offsetSize: number): void {
    this.intSize = intSize
    this.offsetSize = offsetSize
  }
  bytes(length: number): Uint8Array {
    if (this.at + length > this.source.length) throw new ArchiveError('could not read from input file: end of file')
    this.at += length
    return this.source.subarray(this.at - length, this.at)
  }
  byte(): number {
    return this.bytes(1)[0] ?? 0
  }
  int(): number {
    const sign = this.byte()
    const value = this.bytes(this.intSize).reduce((sum, byte, i) => sum + byte * 256 ** i, 0)
    return sign === 0 ? value : -value
  }
  text(): string | undefined {
    const length = this.int()
    return length < 0 ? undefined : decodeUtf8(this.bytes(length))
  }
  offset(): void {
    this.bytes(1 + this.offsetSize)
  }
}
