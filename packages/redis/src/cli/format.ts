import { textOfBinary } from '../resp/binary.ts'
import {
  CommandError,
  Double,
  doubleText,
  NIL_ARRAY,
  NO_REPLY,
  Push,
  type Reply,
  ReplyMap,
  ReplySet,
  Status,
  Verbatim,
} from '../resp/reply.ts'

export type Style = 'standard' | 'raw' | 'csv' | 'json'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\x07', '\\a'],
  ['\b', '\\b'],
])

/** In double quotes, with what cannot be printed as \xHH. */
export const quoted = (binary: string): string =>
  `"${binary.replace(/[^ -~]|["\\]/g, (char) => ESCAPES.get(char) ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`

const items = (reply: Reply): readonly Reply[] | undefined =>
  Array.isArray(reply)
    ? (reply as readonly Reply[])
    : reply instanceof ReplySet || reply instanceof Push
      ? reply.items
      : undefined

/** As on a terminal: types told, aggregates numbered and indented. */
export function standard(reply: Reply, prefix = ''): string {
  if (reply === null || reply === NIL_ARRAY || reply === NO_REPLY) return '(nil)\n'
  if (reply instanceof CommandError) return `(error) ${textOfBinary(reply.message)}\n`
  if (reply instanceof Status) return `${textOfBinary(reply.text)}\n`
  if (typeof reply === 'number' || typeof reply === 'bigint') return `(integer) ${reply}\n`
  if (typeof reply === 'string') return `${quoted(reply)}\n`
  if (typeof reply === 'boolean') return `(${reply})\n`
  if (reply instanceof Double) return `(double) ${doubleText(reply.value)}\n`
  if (reply instanceof Verbatim) return textOfBinary(reply.text)
  return reply instanceof ReplyMap ? standardMap(reply, prefix) : standardList(reply, prefix)
}

function standardList(reply: Reply, prefix: string): string {
  const list = items(reply) ?? []
  const mark = reply instanceof ReplySet ? '~' : ')'
  if (list.length === 0) return reply instanceof ReplySet ? '(empty set)\n' : '(empty array)\n'
  const width = String(list.length).length
  const inner = `${prefix}${' '.repeat(width + 2)}`
  return list
    .map((each, i) => `${i === 0 ? '' : prefix}${String(i + 1).padStart(width)}${mark} ${standard(each, inner)}`)
    .join('')
}

function standardMap({ pairs }: ReplyMap, prefix: string): string {
  if (pairs.length === 0) return '(empty hash)\n'
  const width = String(pairs.length).length
  const inner = `${prefix}${' '.repeat(width + 2)}`
  return pairs
    .map(([key, value], i) => {
      const head = `${i === 0 ? '' : prefix}${String(i + 1).padStart(width)}# ${standard(key, inner).trimEnd()} => `
      const nested = (items(value) ?? (value instanceof ReplyMap ? value.pairs : [])).length > 0
      return head + (nested ? `\n${inner}` : '') + standard(value, inner)
    })
    .join('')
}

/** The bare content, an element a line. */
export function raw(reply: Reply): string {
  if (reply === null || reply === NIL_ARRAY || reply === NO_REPLY) return ''
  if (reply instanceof CommandError) return `${reply.message}\n`
  if (reply instanceof Status || reply instanceof Verbatim) return reply.text
  if (reply instanceof Double) return doubleText(reply.value)
  if (reply instanceof ReplyMap) return reply.pairs.map(([key, value]) => `${raw(key)} ${raw(value)}`).join('\n')
  const list = items(reply)
  return list ? list.map(raw).join('\n') : String(reply)
}

export function csv(reply: Reply): string {
  if (reply === null || reply === NIL_ARRAY || reply === NO_REPLY) return 'NULL'
  if (reply instanceof CommandError) return `ERROR,${quoted(reply.message)}`
  if (reply instanceof Status || reply instanceof Verbatim) return quoted(reply.text)
  if (reply instanceof Double) return doubleText(reply.value)
  if (reply instanceof ReplyMap) return reply.pairs.flat().map(csv).join(',')
  const list = items(reply)
  if (list) return list.map(csv).join(',')
  return typeof reply === 'string' ? quoted(reply) : String(reply)
}

function plain(reply: Reply): unknown {
  if (reply === null || reply === NIL_ARRAY || reply === NO_REPLY) return null
  if (reply instanceof CommandError) return { error: textOfBinary(reply.message) }
  if (reply instanceof Status || reply instanceof Verbatim) return textOfBinary(reply.text)
  if (reply instanceof Double) return reply.value
  if (reply instanceof ReplyMap) return Object.fromEntries(reply.pairs.map(([key, value]) => [raw(key), plain(value)]))
  const list = items(reply)
  if (list) return list.map(plain)
  return typeof reply === 'string' ? textOfBinary(reply) : typeof reply === 'bigint' ? Number(reply) : reply
}

/** @returns a binary string for `raw`, text otherwise; with its newline */
export function format(reply: Reply, style: Style): string {
  if (style === 'standard') return standard(reply)
  if (style === 'csv') return `${csv(reply)}\n`
  if (style === 'json') return `${JSON.stringify(plain(reply))}\n`
  const text = raw(reply)
  return reply instanceof CommandError || (reply instanceof Verbatim && text.endsWith('\n')) ? text : `${text}\n`
}
