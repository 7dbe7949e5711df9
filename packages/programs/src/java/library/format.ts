import { formatFloat, formatInteger, pad } from '@drydock/libc'
import { coerced, JChar, JDouble, numberOf, type Value } from '../values.ts'

const CONVERSION = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g

const grouped = (text: string): string => text.replace(/\d+/, (digits) => digits.replaceAll(/\B(?=(?:\d{3})+$)/g, ','))

/** A format string and what it speaks of. java.util.Formatter */
export async function formatted(
  format: string,
  args: readonly Value[],
  textOf: (value: Value) => Promise<string>,
  fail: (name: string, message: string) => Promise<never>,
): Promise<string> {
  let [out, last, next] = ['', 0, 0]
  for (const found of format.matchAll(CONVERSION)) {
    const [whole, position, flags = '', width, precision, type = ''] = found
    out += format.slice(last, found.index)
    last = found.index + whole.length
    if (type === '%' || type === 'n') {
      out += type === 'n' ? '\n' : pad('%', { flags, width: Number(width ?? 0), precision: undefined, type: 's' })
      continue
    }
    const at = position === undefined ? next++ : Number(position) - 1
    if (at >= args.length) return fail('IllegalArgumentException', `Format specifier '${whole}'`)
    const conversion = {
      flags: flags.replace(',', ''),
      width: Number(width ?? 0),
      precision: precision === undefined ? undefined : Number(precision),
      type,
    }
    const text = await converted(args[at], conversion, flags, textOf)
    if (text === undefined) return fail('IllegalArgumentException', `${type} != ${kindOf(args[at])}`)
    out += text
  }
  return out + format.slice(last)
}

const kindOf = (value: Value): string =>
  value instanceof JDouble ? 'java.lang.Double' : typeof value === 'string' ? 'java.lang.String' : 'java.lang.Object'

type Conversion = Parameters<typeof formatFloat>[1]

async function converted(
  value: Value,
  conversion: Conversion,
  flags: string,
  textOf: (value: Value) => Promise<string>,
): Promise<string | undefined> {
  const { type, precision } = conversion
  if (/[fe]/i.test(type)) {
    if (!(value instanceof JDouble)) return value === null ? pad('null', conversion) : undefined
    return commas(formatFloat(value.value, { ...conversion, precision: precision ?? 6 }), flags)
  }
  if (/[dxXo]/.test(type)) {
    if (value === null) return pad('null', conversion)
    if (typeof value !== 'number' && typeof value !== 'bigint') return undefined
    const wide = typeof value === 'bigint' ? BigInt.asUintN(64, value) : BigInt.asUintN(32, BigInt(value))
    return commas(formatInteger(type === 'd' ? BigInt(value) : wide, conversion), flags)
  }
  if (type === 'c' && (value instanceof JChar || typeof value === 'number'))
    return pad((coerced('char', numberOf(value) | 0) as JChar).text, conversion)
  const text =
    type.toLowerCase() === 'b' ? String(value === true || (value !== null && value !== false)) : await textOf(value)
  const cut = precision === undefined ? text : text.slice(0, precision)
  return pad(type === type.toUpperCase() ? cut.toUpperCase() : cut, conversion)
}

const commas = (text: string, flags: string): string => (flags.includes(',') ? grouped(text) : text)
