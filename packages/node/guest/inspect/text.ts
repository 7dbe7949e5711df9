import type { Context } from './options.ts'

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
}
const STRANGE = /[\x00-\x1f\x27\x5c\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g

/** A string between the quotation marks that need the least escapes. */
export function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : /`|\$\{/.test(text) ? "'" : '`'
  const escaped = text.replaceAll(STRANGE, (char) => {
    if (char === "'") return mark === "'" ? "\\'" : char
    const code = char.charCodeAt(0)
    return (
      ESCAPES[char] ??
      (code < 256 ? `\\x${code.toString(16).toUpperCase().padStart(2, '0')}` : `\\u${code.toString(16)}`)
    )
  })
  return mark + escaped + mark
}

/** A long text of several lines goes on several lines. */
export function showString(context: Context, whole: string): string {
  const over = whole.length - context.maxStringLength
  const text = over > 0 ? whole.slice(0, context.maxStringLength) : whole
  const trailer = over > 0 ? `... ${over} more character${over > 1 ? 's' : ''}` : ''
  if (context.compact !== true && text.length > 16 && text.length > context.breakLength - context.indentation - 4) {
    const lines = text.split(/(?<=\n)/).map((line) => context.paint(quote(line), 'string'))
    return lines.join(` +\n${' '.repeat(context.indentation + 2)}`) + trailer
  }
  return context.paint(quote(text), 'string') + trailer
}

const separated = (digits: string): string => digits.replaceAll(/\B(?=(\d{3})+$)/g, '_')
export function numberText(value: number, separator: boolean): string {
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  if (!separator || !/^-?\d+(\.\d+)?$/.test(text)) return text
  const [whole = '', fraction] = text.split('.')
  const sign = whole.startsWith('-') ? '-' : ''
  const grouped = sign + separated(whole.slice(sign.length))
  return fraction === undefined ? grouped : `${grouped}.${fraction.replaceAll(/(\d{3})(?=\d)/g, '$1_')}`
}
export const bigintText = (value: bigint, separator: boolean): string =>
  separator ? `${value < 0n ? '-' : ''}${separated(String(value).replace('-', ''))}n` : `${value}n`

export function showPrimitive(context: Context, value: unknown): string {
  if (typeof value === 'string') return showString(context, value)
  if (typeof value === 'number') return context.paint(numberText(value, context.numericSeparator), 'number')
  if (typeof value === 'bigint') return context.paint(bigintText(value, context.numericSeparator), 'bigint')
  if (typeof value === 'boolean') return context.paint(String(value), 'boolean')
  if (value === undefined) return context.paint('undefined', 'undefined')
  if (value === null) return context.paint('null', 'null')
  return context.paint(symbolText(value as symbol), 'symbol')
}
export const symbolText = (value: symbol): string => Symbol.prototype.toString.call(value)

export const plain = (text: string): string => text.replaceAll(/\x1b\[\d+m/g, '')
