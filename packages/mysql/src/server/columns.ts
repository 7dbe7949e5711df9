import type { Column, Value } from '../protocol.ts'
import { PacketWriter } from '../wire.ts'

interface WireType {
  readonly code: number
  /** Bytes that a value of a fixed size takes in the binary form. */
  readonly size?: number
  readonly binary?: boolean
}
/** Column types. MySQL Client/Server Protocol, "Column Definition". */
const TYPES: readonly (readonly [RegExp, WireType])[] = [
  [/^tinyint/, { code: 1, size: 1 }],
  [/^(smallint|year)/, { code: 2, size: 2 }],
  [/^(mediumint|int|integer)/, { code: 3, size: 4 }],
  [/^bigint/, { code: 8, size: 8 }],
  [/^float/, { code: 4 }],
  [/^(double|real)/, { code: 5 }],
  [/^decimal/, { code: 246 }],
  [/^datetime/, { code: 12 }],
  [/^timestamp/, { code: 7 }],
  [/^date/, { code: 10 }],
  [/^time/, { code: 11 }],
  [/^json/, { code: 245 }],
  [/^(tiny|medium|long)?blob/, { code: 252, binary: true }],
  [/^(binary|varbinary|bit)/, { code: 253, binary: true }],
  [/^(tiny|medium|long)?text/, { code: 252 }],
  [/^(char|enum|set)/, { code: 254 }],
]
const VARCHAR: WireType = { code: 253 }
const UTF8MB4 = 45
const BINARY = 63

/** What an expression is goes by its values. */
function typeOf(column: Column, rows: readonly (readonly Value[])[], at: number): WireType {
  const type = column.type.toLowerCase()
  const found = TYPES.find(([pattern]) => pattern.test(type))
  if (found) return found[1]
  if (type !== '') return VARCHAR
  const sample = rows.find((row) => row[at] !== null)?.[at]
  if (typeof sample === 'number' || typeof sample === 'bigint')
    return rows.every((row) => row[at] === null || typeof row[at] === 'bigint' || Number.isInteger(row[at]))
      ? { code: 8, size: 8 }
      : { code: 5 }
  return sample instanceof Uint8Array ? { code: 252, binary: true } : VARCHAR
}

/** The columns of an answer, with how their values go out. */
export class Columns {
  readonly types: readonly WireType[]
  private readonly columns: readonly Column[]

  constructor(columns: readonly Column[], rows: readonly (readonly Value[])[]) {
    this.columns = columns
    this.types = columns.map((column, i) => typeOf(column, rows, i))
  }

  definitions(database: string): Uint8Array[] {
    return this.columns.map(({ name, type, notNull }, i) => {
      const wire = this.types[i] ?? VARCHAR
      const numeric = wire.size !== undefined || [4, 5, 246].includes(wire.code)
      const flags =
        (notNull ? 1 : 0) |
        (/unsigned/.test(type) ? 32 : 0) |
        (wire.binary || [7, 10, 11, 12].includes(wire.code) ? 128 : 0) |
        (wire.code === 252 ? 16 : 0)
      return new PacketWriter()
        .value('def')
        .value(database)
        .value('')
        .value('')
        .value(name)
        .value(name)
        .length(12)
        .int(numeric || wire.binary ? BINARY : UTF8MB4, 2)
        .int(numeric ? 21 : 1020, 4)
        .int(wire.code, 1)
        .int(flags, 2)
        .int(decimalsOf(type, wire), 1)
        .int(0, 2)
        .done()
    })
  }

  textRow(row: readonly Value[]): Uint8Array {
    const packet = new PacketWriter()
    row.forEach((value, i) => packet.value(this.text(value, i)))
    return packet.done()
  }

  private text(value: Value, at: number): string | Uint8Array | null {
    if (value === null || value instanceof Uint8Array) return value
    if (typeof value === 'number' && this.types[at]?.code === 246)
      return value.toFixed(decimalsOf(this.columns[at]?.type ?? '', { code: 246 }))
    return String(value)
  }

  /** "Binary Protocol Resultset Row". */
  binaryRow(row: readonly Value[]): Uint8Array {
    const nulls = new Uint8Array(Math.floor((row.length + 9) / 8))
    row.forEach((value, i) => {
      const bit = i + 2
      if (value === null) nulls[bit >> 3] = (nulls[bit >> 3] ?? 0) | (1 << (bit & 7))
    })
    const packet = new PacketWriter().int(0, 1).bytes(nulls)
    row.forEach((value, i) => this.binary(packet, value, i))
    return packet.done()
  }

  private binary(packet: PacketWriter, value: Value, at: number): void {
    if (value === null) return
    const { code, size } = this.types[at] ?? VARCHAR
    if (size !== undefined) return void packet.bytes(integer(BigInt(Math.trunc(Number(value))), size))
    if (code === 4 || code === 5) return void packet.bytes(float(Number(value), code === 4 ? 4 : 8))
    if ([7, 10, 12].includes(code)) return void packet.bytes(dateBytes(String(value)))
    if (code === 11) return void packet.bytes(timeBytes(String(value)))
    packet.value(this.text(value, at))
  }
}

const decimalsOf = (type: string, { code }: WireType): number =>
  code === 246 ? Number(/,(\d+)/.exec(type)?.[1] ?? 0) : code === 5 || code === 4 ? 31 : 0

function integer(value: bigint, size: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigInt64(0, value, true)
  return bytes.subarray(0, size)
}
function float(value: number, size: 4 | 8): Uint8Array {
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  if (size === 4) view.setFloat32(0, value, true)
  else view.setFloat64(0, value, true)
  return bytes
}

function dateBytes(text: string): Uint8Array {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = (text.match(/\d+/g) ?? []).map(Number)
  const packet = new PacketWriter()
    .int(/:/.test(text) ? 7 : 4, 1)
    .int(year, 2)
    .int(month, 1)
    .int(day, 1)
  if (/:/.test(text)) packet.int(hour, 1).int(minute, 1).int(second, 1)
  return packet.done()
}
function timeBytes(text: string): Uint8Array {
  const [hour = 0, minute = 0, second = 0] = (text.match(/\d+/g) ?? []).map(Number)
  return new PacketWriter()
    .int(8, 1)
    .int(text.startsWith('-') ? 1 : 0, 1)
    .int(Math.floor(hour / 24), 4)
    .int(hour % 24, 1)
    .int(minute, 1)
    .int(second, 1)
    .done()
}
