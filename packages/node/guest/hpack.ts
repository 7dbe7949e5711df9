import { Buffer } from 'buffer'

/** Fields of HTTP/2, compressed. RFC 7541 */
export type Field = readonly [name: string, value: string]

/** Appendix A. */
const STATIC: readonly Field[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  ...['200', '204', '206', '304', '400', '404', '500'].map((status): Field => [':status', status]),
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ...(
    'accept-language accept-ranges accept access-control-allow-origin age allow authorization cache-control ' +
    'content-disposition content-encoding content-language content-length content-location content-range content-type ' +
    'cookie date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since ' +
    'last-modified link location max-forwards proxy-authenticate proxy-authorization range referer refresh retry-after ' +
    'server set-cookie strict-transport-security transfer-encoding user-agent vary via www-authenticate'
  )
    .split(' ')
    .map((name): Field => [name, '']),
]

/** Bits of the code of each byte and of the end, appendix B: codes go up by length, then by byte. */
const LENGTHS = (
  '13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28 6 10 10 12 13 6 8 11 10 10 8 ' +
  '11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10 13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6 15 5 6 5 6 ' +
  '5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28 20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 ' +
  '23 23 21 22 23 22 23 23 24 22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23 26 ' +
  '26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27 20 24 20 21 22 21 21 23 22 22 25 ' +
  '25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26 30'
)
  .split(' ')
  .map(Number)
function codes(): Map<string, number> {
  const found = new Map<string, number>()
  let [code, length] = [0, 0]
  const order = LENGTHS.map((bits, symbol) => ({ bits, symbol })).sort((a, b) => a.bits - b.bits || a.symbol - b.symbol)
  for (const { bits, symbol } of order) {
    code *= 2 ** (bits - length)
    length = bits
    found.set(code.toString(2).padStart(bits, '0'), symbol)
    code++
  }
  return found
}
let known: Map<string, number> | undefined
function unpacked(bytes: Uint8Array): string {
  known ??= codes()
  const out: number[] = []
  let held = ''
  for (const byte of bytes)
    for (let bit = 7; bit >= 0; bit--) {
      held += (byte >> bit) & 1
      const symbol = held.length < 5 ? undefined : known.get(held)
      if (symbol === undefined) continue
      out.push(symbol)
      held = ''
    }
  return Buffer.from(out).toString('latin1')
}

function number(value: number, bits: number, first: number): number[] {
  const most = 2 ** bits - 1
  if (value < most) return [first | value]
  const bytes = [first | most]
  let rest = value - most
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128)
  return [...bytes, rest]
}
const text = (value: string): number[] => {
  const bytes = Buffer.from(value, 'latin1')
  return [...number(bytes.length, 7, 0), ...bytes]
}
/** Each field as it is, without a table of its own: whoever reads needs to keep nothing. */
export function encodeFields(fields: readonly Field[]): Uint8Array {
  return Uint8Array.from(
    fields.flatMap(([name, value]) => {
      const whole = STATIC.findIndex(([n, v]) => n === name && v === value && v !== '')
      if (whole >= 0) return number(whole + 1, 7, 0x80)
      const named = STATIC.findIndex(([n]) => n === name)
      return [...(named >= 0 ? number(named + 1, 4, 0) : [0, ...text(name)]), ...text(value)]
    }),
  )
}

/** Reads blocks of fields one after the other, and keeps the table that the other side has built. */
export class FieldReader {
  private readonly table: Field[] = []
  private limit = 4096
  private bytes: Uint8Array = new Uint8Array(0)
  private at = 0

  read(block: Uint8Array): Field[] {
    this.bytes = block
    this.at = 0
    const fields: Field[] = []
    while (this.at < block.length) {
      const first = block[this.at] ?? 0
      if (first & 0x80) fields.push(this.field(this.number(7)))
      else if ((first & 0xe0) === 0x20) this.shrink(this.number(5))
      else fields.push(this.literal(first & 0x40 ? 6 : 4, (first & 0x40) > 0))
    }
    return fields
  }
  private literal(bits: number, kept: boolean): Field {
    const index = this.number(bits)
    const name = index === 0 ? this.text() : this.field(index)[0]
    const field: Field = [name, this.text()]
    if (kept) this.table.unshift(field)
    this.shrink(this.limit)
    return field
  }
  /** @throws RangeError for a number that stands for nothing */
  private field(index: number): Field {
    const found = STATIC[index - 1] ?? this.table[index - 1 - STATIC.length]
    if (!found) throw new RangeError('no such field')
    return found
  }
  private shrink(limit: number): void {
    this.limit = limit
    let size = this.table.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0)
    for (; size > limit; ) {
      const [name = '', value = ''] = this.table.pop() ?? []
      size -= name.length + value.length + 32
    }
  }
  private number(bits: number): number {
    const most = 2 ** bits - 1
    let value = (this.bytes[this.at++] ?? 0) & most
    if (value < most) return value
    for (let unit = 1; ; unit *= 128) {
      const byte = this.bytes[this.at++] ?? 0
      value += (byte & 127) * unit
      if (!(byte & 128)) return value
    }
  }
  private text(): string {
    const packed = ((this.bytes[this.at] ?? 0) & 0x80) > 0
    const length = this.number(7)
    const bytes = this.bytes.subarray(this.at, (this.at += length))
    return packed ? unpacked(bytes) : Buffer.from(bytes).toString('latin1')
  }
}
