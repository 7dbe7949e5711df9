import { UsageError } from '@drydock/libc'

/** One -t type of od(1): how a datum of so many bytes is written. */
export interface DumpType {
  readonly size: number
  /** Columns without the blank before. */
  readonly fieldWidth: number
  /** `z`: the printable characters stand at the end of the line. */
  readonly trailer: boolean
  show(view: DataView, at: number): string
}

const SIZES = new Map([
  ['C', 1],
  ['S', 2],
  ['I', 4],
  ['L', 8],
  ['F', 4],
  ['D', 8],
])

function unsigned(view: DataView, at: number, size: number): bigint {
  let value = 0n
  for (let i = size - 1; i >= 0; i--) value = value * 256n + BigInt(view.getUint8(at + i))
  return value
}

const RADIX = new Map([
  ['o', 8],
  ['x', 16],
  ['u', 10],
  ['d', 10],
])
/** Columns by size for each letter. */
const WIDTHS = new Map<string, ReadonlyMap<number, number>>([
  [
    'o',
    new Map([
      [1, 3],
      [2, 6],
      [4, 11],
      [8, 22],
    ]),
  ],
  [
    'x',
    new Map([
      [1, 2],
      [2, 4],
      [4, 8],
      [8, 16],
    ]),
  ],
  [
    'u',
    new Map([
      [1, 3],
      [2, 5],
      [4, 10],
      [8, 20],
    ]),
  ],
  [
    'd',
    new Map([
      [1, 4],
      [2, 6],
      [4, 11],
      [8, 20],
    ]),
  ],
])

function integer(letter: string, size: number, trailer: boolean): DumpType | undefined {
  const fieldWidth = WIDTHS.get(letter)?.get(size)
  if (fieldWidth === undefined) return undefined
  const radix = RADIX.get(letter) ?? 10
  const show = (view: DataView, at: number): string => {
    const value = unsigned(view, at, size)
    if (letter === 'd') return BigInt.asIntN(size * 8, value).toString()
    return letter === 'u' ? value.toString() : value.toString(radix).padStart(fieldWidth, '0')
  }
  return { size, fieldWidth, trailer, show }
}

/** The shortest decimal that reads back as the same number, as %g writes it. */
function shortest(value: number, most: number, same: (text: string) => boolean): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value < 0 ? '-inf' : 'inf'
  if (Object.is(value, -0)) return '-0'
  for (let digits = 1; ; digits++) {
    const text = value.toPrecision(digits)
    if (digits < most && !same(text)) continue
    const [mantissa = '0', exponent = '0'] = value.toExponential(digits - 1).split('e')
    const power = Number(exponent)
    const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa
    if (power < -4 || power >= digits)
      return `${trimmed}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`
    const plain = value.toFixed(Math.max(0, digits - 1 - power))
    return plain.includes('.') ? plain.replace(/\.?0+$/, '') : plain
  }
}

function float(size: number, trailer: boolean): DumpType | undefined {
  if (size === 4)
    return {
      size,
      fieldWidth: 15,
      trailer,
      show: (view, at) => {
        const value = view.getFloat32(at, true)
        return shortest(value, 9, (text) => Math.fround(Number(text)) === value)
      },
    }
  if (size !== 8) return undefined
  const show = (view: DataView, at: number): string => {
    const value = view.getFloat64(at, true)
    return shortest(value, 17, (text) => Number(text) === value)
  }
  return { size, fieldWidth: 24, trailer, show }
}

const ASCII_NAMES =
  'nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp'.split(
    ' ',
  )
const ESCAPES = new Map([
  [0, '\\0'],
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
])

function named(byte: number): string {
  const code = byte & 127
  return code === 127 ? 'del' : (ASCII_NAMES[code] ?? String.fromCharCode(code))
}
const character = (byte: number): string =>
  ESCAPES.get(byte) ?? (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(8).padStart(3, '0'))

/** Reads a word such as `x1z` or `d2c`. @throws UsageError */
export function parseTypes(text: string): DumpType[] {
  const types: DumpType[] = []
  const pattern = /([acdfoux])([CSILFD]|\d+)?(z?)/y
  while (pattern.lastIndex < text.length) {
    const match = pattern.exec(text)
    const type = match && make(match[1] ?? '', match[2], match[3] === 'z')
    if (!type) throw new UsageError(`invalid type string '${text}'`)
    types.push(type)
  }
  return types
}

function make(letter: string, sizeText: string | undefined, trailer: boolean): DumpType | undefined {
  if (letter === 'a' || letter === 'c') {
    const name = letter === 'a' ? named : character
    return { size: 1, fieldWidth: 3, trailer, show: (view, at) => name(view.getUint8(at)) }
  }
  const fallback = letter === 'f' ? 8 : 4
  const size = sizeText === undefined ? fallback : (SIZES.get(sizeText) ?? Number(sizeText))
  return letter === 'f' ? float(size, trailer) : integer(letter, size, trailer)
}
