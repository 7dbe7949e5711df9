/** One conversion of printf(3), the number work of printf(1), awk and seq. */
export interface Conversion {
  readonly flags: string
  readonly width: number
  /** Undefined when not given. */
  readonly precision: number | undefined
  readonly type: string
}

export function pad(text: string, { flags, width }: Conversion, numeric = false): string {
  const missing = width - [...text].length
  if (missing <= 0) return text
  if (flags.includes('-')) return text + ' '.repeat(missing)
  if (!numeric || !flags.includes('0')) return ' '.repeat(missing) + text
  const head = /^([+\- ]?(0[xX])?)/.exec(text)?.[0] ?? ''
  return head + '0'.repeat(missing) + text.slice(head.length)
}

const sign = (negative: boolean, flags: string): string =>
  negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''

const RADIX = new Map([
  ['o', 8],
  ['x', 16],
  ['X', 16],
])

/** d i u o x X; unsigned ones wrap at 64 bits. */
export function formatInteger(value: bigint, conversion: Conversion): string {
  const { flags, precision, type } = conversion
  const signed = type === 'd' || type === 'i'
  const shown = signed ? value : BigInt.asUintN(64, value)
  const magnitude = shown < 0n ? -shown : shown
  let digits = magnitude.toString(RADIX.get(type) ?? 10)
  if (type === 'X') digits = digits.toUpperCase()
  if (precision !== undefined) digits = precision === 0 && magnitude === 0n ? '' : digits.padStart(precision, '0')
  if (flags.includes('#') && type === 'o' && !digits.startsWith('0')) digits = `0${digits}`
  if (flags.includes('#') && type.toLowerCase() === 'x' && magnitude !== 0n) digits = `0${type}${digits}`
  const text = (signed ? sign(shown < 0n, flags) : '') + digits
  return precision === undefined ? pad(text, conversion, true) : pad(text, conversion)
}

function exponential(value: number, precision: number): string {
  const [mantissa = '0', exponent = '+0'] = value.toExponential(Math.min(precision, 100)).split('e')
  return `${mantissa}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`
}

/** More digits than Number.toFixed gives for numbers of 1e21 and above. */
const fixed = (value: number, precision: number): string =>
  value < 1e21
    ? value.toFixed(Math.min(precision, 100))
    : BigInt(value).toString() + (precision > 0 ? `.${'0'.repeat(precision)}` : '')

function general(value: number, precision: number, keepZeros: boolean): string {
  const digits = precision === 0 ? 1 : precision
  const exponent = value === 0 ? 0 : Number(value.toExponential(Math.min(digits - 1, 100)).split('e')[1])
  const text =
    exponent < -4 || exponent >= digits ? exponential(value, digits - 1) : fixed(value, digits - 1 - exponent)
  return keepZeros || !text.includes('.') ? text : text.replace(/\.?0+(e|$)/, '$1')
}

/** a: hexadecimal floating point, normalised to one digit before the point. */
function hexadecimal(value: number, precision: number | undefined): string {
  if (value === 0) return '0x0p+0'
  let exponent = Math.floor(Math.log2(value))
  if (2 ** exponent > value) exponent--
  let mantissa = value / 2 ** exponent
  let digits = ''
  for (let i = 0; i < (precision ?? 13); i++) {
    mantissa = (mantissa - Math.floor(mantissa)) * 16
    digits += Math.floor(mantissa).toString(16)
  }
  if (precision === undefined) digits = digits.replace(/0+$/, '')
  return `0x1${digits ? `.${digits}` : ''}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`
}

/** e f g a and their capitals. */
export function formatFloat(value: number, conversion: Conversion): string {
  const { flags, type } = conversion
  const precision = conversion.precision ?? 6
  const lower = type.toLowerCase()
  const negative = value < 0 || Object.is(value, -0)
  const magnitude = Math.abs(value)
  let digits: string
  if (!Number.isFinite(value)) digits = Number.isNaN(value) ? 'nan' : 'inf'
  else if (lower === 'e') digits = exponential(magnitude, precision)
  else if (lower === 'f') digits = fixed(magnitude, precision)
  else if (lower === 'a') digits = hexadecimal(magnitude, conversion.precision)
  else digits = general(magnitude, precision, flags.includes('#'))
  if (flags.includes('#') && !digits.includes('.') && lower !== 'a') digits = digits.replace(/(e|$)/, '.$1')
  const text = sign(negative, flags) + digits
  const padded = pad(text, Number.isFinite(value) ? conversion : { ...conversion, flags: flags.replace('0', '') }, true)
  return type === lower ? padded : padded.toUpperCase()
}
