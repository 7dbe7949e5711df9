import { concat, type FdStream } from '@drydock/libc'

/** MySQL Client/Server Protocol, "Command Phase". */
export const COMMAND = {
  quit: 0x01,
  initDb: 0x02,
  query: 0x03,
  fieldList: 0x04,
  statistics: 0x09,
  ping: 0x0e,
  changeUser: 0x11,
  prepare: 0x16,
  execute: 0x17,
  closeStatement: 0x19,
  resetStatement: 0x1a,
  setOption: 0x1b,
  resetConnection: 0x1f,
} as const

/** Capabilities. */
export const CLIENT = {
  longPassword: 1,
  foundRows: 2,
  longFlag: 4,
  connectWithDb: 8,
  protocol41: 0x200,
  transactions: 0x2000,
  secureConnection: 0x8000,
  multiStatements: 0x10000,
  multiResults: 0x20000,
  psMultiResults: 0x40000,
  pluginAuth: 0x80000,
  connectAttributes: 0x100000,
  lengthEncodedAuth: 0x200000,
} as const
export const STATUS = { inTransaction: 1, autocommit: 2, moreResults: 8 } as const

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** Puts a packet's body together. Integers are little-endian. */
export class PacketWriter {
  private readonly parts: Uint8Array[] = []

  int(value: number, bytes: number): this {
    this.parts.push(Uint8Array.from({ length: bytes }, (_, i) => Math.floor(value / 2 ** (8 * i)) & 0xff))
    return this
  }
  bytes(value: Uint8Array): this {
    this.parts.push(value)
    return this
  }
  text(value: string): this {
    return this.bytes(encoder.encode(value))
  }
  /** Ends with a zero byte. */
  string(value: string): this {
    return this.text(value).int(0, 1)
  }
  /** Length-encoded integer. */
  length(value: number): this {
    if (value < 251) return this.int(value, 1)
    if (value < 65536) return this.int(0xfc, 1).int(value, 2)
    return value < 1 << 24 ? this.int(0xfd, 1).int(value, 3) : this.int(0xfe, 1).int(value, 8)
  }
  /** Length-encoded string; NULL as a row has it. */
  value(value: string | Uint8Array | null): this {
    if (value === null) return this.int(0xfb, 1)
    const bytes = typeof value === 'string' ? encoder.encode(value) : value
    return this.length(bytes.length).bytes(bytes)
  }
  done(): Uint8Array {
    return concat(this.parts)
  }
}

/** Reads a packet's body. */
export class PacketReader {
  readonly data: Uint8Array
  at = 0

  constructor(data: Uint8Array) {
    this.data = data
  }
  get rest(): Uint8Array {
    return this.data.subarray(this.at)
  }
  get left(): number {
    return this.data.length - this.at
  }
  int(bytes: number): number {
    let value = 0
    for (let i = 0; i < bytes; i++) value += (this.data[this.at + i] ?? 0) * 2 ** (8 * i)
    this.at += bytes
    return value
  }
  bytes(count: number): Uint8Array {
    this.at += count
    return this.data.subarray(this.at - count, this.at)
  }
  string(): string {
    const end = this.data.indexOf(0, this.at)
    const text = decoder.decode(this.data.subarray(this.at, end < 0 ? undefined : end))
    this.at = end < 0 ? this.data.length : end + 1
    return text
  }
  /** @returns undefined for NULL */
  length(): number | undefined {
    const first = this.int(1)
    if (first === 0xfb) return undefined
    return first < 0xfb ? first : this.int(first === 0xfc ? 2 : first === 0xfd ? 3 : 8)
  }
  value(): Uint8Array | undefined {
    const length = this.length()
    return length === undefined ? undefined : this.bytes(length)
  }
  text(): string {
    return decoder.decode(this.value() ?? new Uint8Array(0))
  }
}

const LARGEST = 0xffffff

/** Packets over a stream: three bytes of length, one that counts. */
export class PacketStream {
  private readonly stream: FdStream
  private held: Uint8Array = new Uint8Array(0)
  sequence = 0

  constructor(stream: FdStream) {
    this.stream = stream
  }

  /** @returns undefined at the end of the stream */
  async read(): Promise<PacketReader | undefined> {
    const parts: Uint8Array[] = []
    for (;;) {
      const head = await this.take(4)
      if (!head) return undefined
      const length = (head[0] ?? 0) | ((head[1] ?? 0) << 8) | ((head[2] ?? 0) << 16)
      this.sequence = ((head[3] ?? 0) + 1) & 0xff
      const body = await this.take(length)
      if (!body) return undefined
      parts.push(body)
      if (length < LARGEST) return new PacketReader(parts.length === 1 ? body : concat(parts))
    }
  }

  private async take(count: number): Promise<Uint8Array | undefined> {
    const parts = [this.held]
    let size = this.held.length
    while (size < count) {
      const bytes = await this.stream.read(65536)
      if (bytes.length === 0) return undefined
      parts.push(bytes)
      size += bytes.length
    }
    const all = parts.length === 1 ? this.held : concat(parts)
    this.held = all.subarray(count)
    return all.subarray(0, count)
  }

  /** A packet as it goes out, numbered. */
  framed(body: Uint8Array): Uint8Array {
    const pieces: Uint8Array[] = []
    for (let at = 0; ; at += LARGEST) {
      const piece = body.subarray(at, at + LARGEST)
      pieces.push(new PacketWriter().int(piece.length, 3).int(this.sequence, 1).bytes(piece).done())
      this.sequence = (this.sequence + 1) & 0xff
      if (piece.length < LARGEST) return concat(pieces)
    }
  }

  async write(...bodies: readonly Uint8Array[]): Promise<void> {
    await this.stream.write(concat(bodies.map((body) => this.framed(body))))
  }

  close(): void {
    this.stream.close()
  }
}
