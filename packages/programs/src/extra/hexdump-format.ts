/** One unit of a format string of hexdump -e: `iterations/bytes "format"`. hexdump(1), "FORMATS". */
interface Unit {
  readonly times: number
  readonly bytes: number
  readonly format: string
}

const UNIT = /\s*(?:(\d+)?\/(\d+)?|(\d+))?\s*"((?:\\.|[^"\\])*)"/gy
const CONVERSION = /%(?:([-+ #0]*)(\d*)(?:\.\d+)?(_[acpu][dox]?|[diouxXcsfeEgG%]))/g
const ESCAPES = new Map([
  ['n', '\n'],
  ['t', '\t'],
  ['\\', '\\'],
  ['"', '"'],
  ['a', '\x07'],
  ['r', '\r'],
  ['0', '\0'],
])
const NAMES =
  'nul soh stx etx eot enq ack bel bs ht lf vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us'.split(
    ' ',
  )
const SHORT = new Map([
  [0, '\\0'],
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
])

/** @returns undefined when the text is no format */
function parseUnits(text: string): Unit[] | undefined {
  const units: Unit[] = []
  UNIT.lastIndex = 0
  while (UNIT.lastIndex < text.trimEnd().length) {
    const match = UNIT.exec(text)
    if (!match) return undefined
    const [, times, bytes, only, quoted = ''] = match
    const format = quoted.replace(/\\(.)/g, (_, char: string) => ESCAPES.get(char) ?? char)
    const conversions = [...format.matchAll(CONVERSION)].filter(([, , , type = '']) => consumes(type))
    const size =
      bytes === undefined ? conversions.reduce((sum, [, , , type = '']) => sum + defaultBytes(type), 0) : Number(bytes)
    units.push({ times: Number(times ?? only ?? 1), bytes: size, format })
  }
  return units
}

const consumes = (type: string): boolean => type !== '%' && !type.startsWith('_a')
const defaultBytes = (type: string): number => (type === 'c' || type.startsWith('_') ? 1 : /[feEgG]/.test(type) ? 8 : 4)

/** Formats of all -e options: each block of bytes is shown by each of them in turn. */
export class HexdumpFormats {
  readonly blockBytes: number
  private readonly formats: readonly (readonly Unit[])[]

  private constructor(formats: readonly (readonly Unit[])[]) {
    this.formats = formats
    this.blockBytes = Math.max(
      1,
      ...formats.map((units) => units.reduce((sum, { times, bytes }) => sum + times * bytes, 0)),
    )
  }

  /** @returns the text that is no format when one is not */
  static parse(texts: readonly string[]): HexdumpFormats | string {
    const formats: Unit[][] = []
    for (const text of texts) {
      const units = parseUnits(text)
      if (!units) return text
      formats.push(units)
    }
    return new HexdumpFormats(formats)
  }

  /** @param offset of the block in the input */
  block(bytes: Uint8Array, offset: number): string {
    return this.formats.map((units) => showUnits(units, bytes, offset)).join('')
  }
}

function showUnits(units: readonly Unit[], block: Uint8Array, offset: number): string {
  let out = ''
  let at = 0
  for (const { times, bytes, format } of units)
    for (let turn = 0; turn < times; turn++) {
      if (bytes > 0 && at >= block.length) {
        out += blankOf(format)
        continue
      }
      const shown = convert(format, block.subarray(at, at + bytes), offset + at)
      out += times > 1 && turn === times - 1 ? shown.replace(/[ \t]+$/, '') : shown
      at += bytes
    }
  return out
}

/** Input that is not there leaves blanks as wide as it would be. */
const blankOf = (format: string): string =>
  format.replace(CONVERSION, (_, __, width: string) => ' '.repeat(Number(width || 1))).replace(/[^\s]/g, '')

function convert(format: string, bytes: Uint8Array, offset: number): string {
  let used = 0
  return format.replace(CONVERSION, (_, flags: string, width: string, type: string) => {
    if (type === '%') return '%'
    if (type.startsWith('_a')) return pad(radix(offset, type.at(-1) ?? 'x'), flags, width)
    const rest = bytes.subarray(used)
    const size = type === 'c' || type.startsWith('_') ? 1 : rest.length
    used += size
    return pad(valueText(type, rest.subarray(0, size)), flags, width)
  })
}

const radix = (value: number, letter: string): string => value.toString(letter === 'd' ? 10 : letter === 'o' ? 8 : 16)

function pad(text: string, flags: string, width: string): string {
  if (flags.includes('-')) return text.padEnd(Number(width))
  return text.padStart(Number(width), flags.includes('0') ? '0' : ' ')
}

function valueText(type: string, bytes: Uint8Array): string {
  const [first = 0] = bytes
  const printable = first >= 32 && first < 127
  const char = String.fromCharCode(first)
  if (type === 'c') return char
  if (type === 's') return String.fromCharCode(...bytes)
  if (type === '_p') return printable ? char : '.'
  if (type === '_c') return SHORT.get(first) ?? (printable ? char : first.toString(8).padStart(3, '0'))
  if (type === '_u') return first === 127 ? 'del' : (NAMES[first] ?? (printable ? char : first.toString(16)))
  let value = 0n
  for (const byte of [...bytes].reverse()) value = value * 256n + BigInt(byte)
  if (type === 'd' || type === 'i') return String(BigInt.asIntN(bytes.length * 8, value))
  const text = value.toString(type === 'o' ? 8 : type === 'u' ? 10 : 16)
  return type === 'X' ? text.toUpperCase() : text
}
