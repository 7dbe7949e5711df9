import type { Value } from '../protocol.ts'
import type { PacketReader } from '../wire.ts'

const decoder = new TextDecoder()
const two = (value: number): string => String(value).padStart(2, '0')

function date(reader: PacketReader): string {
  const length = reader.int(1)
  if (length === 0) return '0000-00-00 00:00:00'
  const day = `${String(reader.int(2)).padStart(4, '0')}-${two(reader.int(1))}-${two(reader.int(1))}`
  if (length < 7) return day
  const time = `${two(reader.int(1))}:${two(reader.int(1))}:${two(reader.int(1))}`
  if (length > 7) reader.int(4)
  return `${day} ${time}`
}
function time(reader: PacketReader): string {
  if (reader.int(1) === 0) return '00:00:00'
  const sign = reader.int(1) === 1 ? '-' : ''
  const hours = reader.int(4) * 24 + reader.int(1)
  return `${sign}${two(hours)}:${two(reader.int(1))}:${two(reader.int(1))}`
}
const signed = (value: number, bytes: number, unsigned: boolean): number =>
  !unsigned && value >= 2 ** (8 * bytes - 1) ? value - 2 ** (8 * bytes) : value
const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

function big(reader: PacketReader, unsigned: boolean): Value {
  const bytes = view(reader.bytes(8))
  const value = unsigned ? bytes.getBigUint64(0, true) : bytes.getBigInt64(0, true)
  return value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
}

const READERS: ReadonlyMap<number, (reader: PacketReader, unsigned: boolean) => Value> = new Map([
  [1, (reader, unsigned) => signed(reader.int(1), 1, unsigned)],
  [2, (reader, unsigned) => signed(reader.int(2), 2, unsigned)],
  [3, (reader, unsigned) => signed(reader.int(4), 4, unsigned)],
  [8, big],
  [4, (reader) => view(reader.bytes(4)).getFloat32(0, true)],
  [5, (reader) => view(reader.bytes(8)).getFloat64(0, true)],
  [6, () => null],
  [7, date],
  [10, date],
  [11, time],
  [12, date],
])
const BLOBS: ReadonlySet<number> = new Set([249, 250, 251, 252])

export interface Prepared {
  readonly sql: string
  readonly count: number
  /** Of the parameters, as the client told last. */
  types: readonly (readonly [type: number, unsigned: boolean])[]
}

/** Parameters of COM_STMT_EXECUTE, behind its head. */
export function parametersOf(reader: PacketReader, statement: Prepared): Value[] {
  if (statement.count === 0) return []
  const nulls = reader.bytes(Math.floor((statement.count + 7) / 8))
  if (reader.int(1) === 1)
    statement.types = Array.from({ length: statement.count }, () => [reader.int(1), reader.int(1) === 0x80] as const)
  return Array.from({ length: statement.count }, (_, i) => {
    if (((nulls[i >> 3] ?? 0) >> (i & 7)) & 1) return null
    const [type = 253, unsigned = false] = statement.types[i] ?? []
    const read = READERS.get(type)
    if (read) return read(reader, unsigned)
    const bytes = reader.value() ?? new Uint8Array(0)
    // Whether it is text or not only its bytes can tell: clients send both as such.
    return BLOBS.has(type) && !isText(bytes) ? bytes.slice() : decoder.decode(bytes)
  })
}

function isText(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}
