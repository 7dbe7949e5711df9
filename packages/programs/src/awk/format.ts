import { type Conversion, formatFloat, formatInteger, pad } from '../format/c-printf.ts'
import { toNumber, toText, type Value } from './values.ts'

const SPEC = /%([-+ #0]*)(\*|\d*)(?:\.(\*|-?\d*))?(?:hh|h|ll|l|L|q|j|z|t)?([a-zA-Z%])/g

function integer(value: Value, conversion: Conversion): string {
  const number = toNumber(value)
  if (!Number.isFinite(number)) return formatFloat(number, { ...conversion, precision: undefined, type: 'f' })
  return formatInteger(BigInt(Math.trunc(number)), conversion)
}

/** A number is the code of a character, of text the first one is taken. */
function character(value: Value, convfmt: string): string {
  if (typeof value === 'number') return String.fromCodePoint(Math.trunc(Math.abs(value)) % 0x110000)
  return [...toText(value, convfmt)][0] ?? ''
}

function convert(value: Value, conversion: Conversion, convfmt: string): string | undefined {
  const { type, precision } = conversion
  if ('diouxX'.includes(type)) return integer(value, type === 'i' ? { ...conversion, type: 'd' } : conversion)
  if ('eEfFgGaA'.includes(type)) return formatFloat(toNumber(value), conversion)
  if (type === 'c') return pad(character(value, convfmt), conversion)
  if (type !== 's') return undefined
  const text = toText(value, convfmt)
  return pad(precision === undefined ? text : [...text].slice(0, precision).join(''), conversion)
}

/** sprintf of awk: missing arguments are empty. printf(3) without %n and %p. */
export function sprintf(format: string, args: readonly Value[], convfmt: string): string {
  let next = 0
  return format.replace(
    SPEC,
    (whole, flagText: string, widthText: string, precisionText: string | undefined, type: string) => {
      if (type === '%') return '%'
      const asked = widthText === '*' ? Math.trunc(toNumber(args[next++])) : Number(widthText)
      const precision =
        precisionText === '*'
          ? Math.trunc(toNumber(args[next++]))
          : precisionText === undefined
            ? undefined
            : Number(precisionText)
      const flags = asked < 0 ? `${flagText}-` : flagText
      const conversion: Conversion = {
        flags,
        width: Math.abs(asked),
        precision: precision !== undefined && precision < 0 ? undefined : precision,
        type,
      }
      return convert(args[next++], conversion, convfmt) ?? whole
    },
  )
}
