import { EACCES, isErrno, SEEK_SET, type Stat } from '@drydock/abi'
import { httpDate } from '@drydock/http'
import { sendFile } from '../files/open-static.ts'
import { note } from './error-log.ts'
import type { Answer, Exchange } from './exchange.ts'
import type { MediaType } from './mime.ts'

/** Size and time in hexadecimal: `"2d-432a5e4a73a80"`; the time in microseconds. ap_make_etag */
function entityTag({ settings }: Exchange, stat: Stat): string | undefined {
  const words = settings.last('fileetag')?.args.map((each) => each.toLowerCase()) ?? ['mtime', 'size']
  if (words.includes('none')) return undefined
  const has = (word: string): boolean => words.includes(word) || words.includes('all') || words.includes(`+${word}`)
  const parts = [
    ...(has('inode') ? [stat.ino.toString(16)] : []),
    ...(has('size') ? [stat.size.toString(16)] : []),
    ...(has('mtime') ? [Math.floor(stat.mtimeMs * 1000).toString(16)] : []),
  ]
  return `"${parts.join('-')}"`
}

/** default_handler: the file itself. @returns a status when it may not be read */
export async function fileAnswer(exchange: Exchange, stat: Stat, media: MediaType): Promise<Answer | number> {
  const { context, filename } = exchange
  const { sys } = context
  try {
    sys.access(filename, 4)
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error === EACCES)
      await note(
        exchange,
        'core:error',
        `(13)Permission denied: AH00132: file permissions deny server access: ${filename}`,
      )
    return 403
  }
  const tag = entityTag(exchange, stat)
  const modifiedMs = Math.floor(stat.mtimeMs / 1000) * 1000
  return {
    status: 200,
    headers: [
      ['Last-Modified', httpDate(modifiedMs)],
      ...(tag === undefined ? [] : [['ETag', tag] as const]),
      ['Accept-Ranges', 'bytes'],
      ['Content-Length', String(stat.size)],
    ],
    type: media.type,
    length: stat.size,
    validators: { tag, modifiedMs },
    send: (write) => sendFile(sys, filename, write),
    slice: (from, to, write) => sendPart(exchange, from, to, write),
  }
}

async function sendPart(
  { context: { sys }, filename }: Exchange,
  from: number,
  to: number,
  write: (bytes: Uint8Array) => unknown,
): Promise<void> {
  const fd = sys.open(filename, 0)
  try {
    sys.lseek(fd, from, SEEK_SET)
    for (let left = to - from; left > 0; ) {
      const bytes = await sys.read(fd, Math.min(left, 65536))
      if (bytes.length === 0) return
      left -= bytes.length
      await write(bytes)
    }
  } finally {
    sys.close(fd)
  }
}

/** ap_meets_conditions. @returns the status that takes the place of 200 */
export function meetsConditions({ fields, method, context }: Exchange, { validators }: Answer): 304 | 412 | undefined {
  if (!validators) return undefined
  const { tag, modifiedMs } = validators
  const match = fields.get('if-match')
  if (match !== undefined && !named(match, tag)) return 412
  const unmodified = fields.get('if-unmodified-since')
  if (match === undefined && unmodified !== undefined && Date.parse(unmodified) < modifiedMs) return 412
  const none = fields.get('if-none-match')
  if (none !== undefined) return named(none, tag) ? (/^(GET|HEAD)$/.test(method) ? 304 : 412) : undefined
  const since = fields.get('if-modified-since')
  const at = since === undefined ? Number.NaN : Date.parse(since)
  // A time to come says nothing.
  return at >= modifiedMs && at <= context.sys.clock.now() ? 304 : undefined
}

const named = (list: string, tag: string | undefined): boolean =>
  list.trim() === '*' || list.split(',').some((each) => each.trim().replace(/^W\//, '') === tag)

interface Range {
  readonly from: number
  /** The byte behind the last. */
  readonly to: number
}

/** The byte-range filter: parts of an answer. @returns 416 where none can be given */
export function inRanges(exchange: Exchange, answer: Answer): Answer | 416 {
  const { slice, length = 0, validators } = answer
  const asked = exchange.fields.get('range')
  const ifRange = exchange.fields.get('if-range')
  const [, list] = /^bytes=(.*)$/i.exec(asked ?? '') ?? []
  if (list === undefined || !slice || answer.status !== 200) return answer
  if (ifRange !== undefined && ifRange !== validators?.tag && Date.parse(ifRange) !== validators?.modifiedMs)
    return answer
  const ranges = readRanges(list, length)
  if (ranges === undefined) return answer
  const [only] = ranges
  if (!only) return 416
  const rest = answer.headers.filter(([name]) => !/^content-length$/i.test(name))
  if (ranges.length > 1) return multipart(exchange, { ...answer, headers: rest }, ranges)
  const size = only.to - only.from
  return {
    ...answer,
    status: 206,
    length: size,
    headers: [
      ...rest,
      ['Content-Length', String(size)],
      ['Content-Range', `bytes ${only.from}-${only.to - 1}/${length}`],
    ],
    send: (write) => slice(only.from, only.to, write),
  }
}

/** @returns undefined for what is no list of ranges, which is passed over */
function readRanges(list: string, size: number): Range[] | undefined {
  const ranges: Range[] = []
  for (const each of list.split(',')) {
    const [whole, first = '', last = ''] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(each) ?? []
    if (whole === undefined || (first === '' && last === '')) return undefined
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
    const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
    if (from < to) ranges.push({ from, to })
  }
  return ranges
}

function multipart(exchange: Exchange, answer: Answer, ranges: readonly Range[]): Answer {
  const { slice, length: size = 0, type } = answer
  const bytes = exchange.context.sys.entropy.bytes(8)
  const boundary = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const field = type === undefined ? '' : `Content-type: ${type}\r\n`
  const heads = ranges.map(({ from, to }) =>
    new TextEncoder().encode(`\r\n--${boundary}\r\n${field}Content-range: bytes ${from}-${to - 1}/${size}\r\n\r\n`),
  )
  const end = new TextEncoder().encode(`\r\n--${boundary}--\r\n`)
  const length = ranges.reduce((sum, { from, to }, at) => sum + to - from + (heads[at]?.length ?? 0), end.length)
  return {
    ...answer,
    ...{ status: 206, length, type: `multipart/byteranges; boundary=${boundary}` },
    headers: [...answer.headers, ['Content-Length', String(length)]],
    send: async (write) => {
      for (const [at, { from, to }] of ranges.entries()) {
        await write(heads[at] ?? end)
        await slice?.(from, to, write)
      }
      await write(end)
    },
  }
}
