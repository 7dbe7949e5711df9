import { encodeUtf8 } from '@drydock/codec'
import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'

type Send = Exclude<Answer['send'], undefined>

interface Range {
  readonly from: number
  /** The byte behind the last. */
  readonly to: number
}

/** Parts of an answer, one or several. ngx_http_range_filter_module. @returns undefined where no part can be given */
export function rangeFilter(exchange: Exchange, answer: Answer): Answer | undefined {
  const { slice, length, status, headers = [] } = answer
  const most = Number(exchange.scope.word('max_ranges', 'Infinity'))
  if (!slice || length === undefined || status !== 200 || most === 0) return answer
  const whole: Answer = { ...answer, headers: [...headers, ['Accept-Ranges', 'bytes']] }
  const asked = exchange.request.headers.get('range')
  if (asked === undefined || !/^bytes=/i.test(asked) || !stillFits(exchange, answer)) return whole
  const ranges = readRanges(asked.slice(6), length)
  if (!ranges) return undefined
  // More than the whole, or more pieces than are allowed: the whole is shorter.
  if (ranges.length > most || ranges.reduce((sum, { from, to }) => sum + to - from, 0) > length) return whole
  const [only] = ranges
  return ranges.length === 1 && only ? single(answer, only, length) : multipart(exchange, answer, ranges, length)
}

/** If-Range: by entity tag or by date. */
function stillFits({ request }: Exchange, { validators }: Answer): boolean {
  const asked = request.headers.get('if-range')
  if (asked === undefined) return true
  if (asked.endsWith('"')) return asked === validators?.tag
  return Date.parse(asked) / 1000 === validators?.modified
}

/** @returns undefined when none of them lies within, or one is no range */
function readRanges(text: string, size: number): Range[] | undefined {
  const ranges: Range[] = []
  for (const each of text.split(',')) {
    const [, first = '', last = ''] = /^\s*(\d*)\s*-\s*(\d*)\s*$/.exec(each) ?? []
    if (first === '' && last === '') return undefined
    const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
    const to = first === '' || last === '' ? size : Math.min(size, Number(last) + 1)
    if (first !== '' && last !== '' && Number(last) < Number(first)) return undefined
    if (from < to) ranges.push({ from, to })
  }
  return ranges.length > 0 ? ranges : undefined
}

const place = ({ from, to }: Range, size: number): string => `bytes ${from}-${to - 1}/${size}`

function single(answer: Answer, range: Range, size: number): Answer {
  const { from, to } = range
  const headers: Answer['headers'] = [...(answer.headers ?? []), ['Content-Range', place(range, size)]]
  const send = thenCancel(answer, async (write) => answer.slice?.(from, to)(write))
  return { ...answer, status: 206, reason: 'Partial Content', headers, length: to - from, send }
}

/** What the whole would have used is let go of when the parts are out. */
const thenCancel =
  (answer: Answer, send: Send): Send =>
  (write) =>
    send(write).finally(() => answer.cancel?.())

function multipart(exchange: Exchange, answer: Answer, ranges: readonly Range[], size: number): Answer {
  const boundary = String(++exchange.context.shared.counters.boundaries).padStart(20, '0')
  const type = answer.type === undefined ? '' : `Content-Type: ${answer.type}\r\n`
  const heads = ranges.map((range) =>
    encodeUtf8(`\r\n--${boundary}\r\n${type}Content-Range: ${place(range, size)}\r\n\r\n`),
  )
  const end = encodeUtf8(`\r\n--${boundary}--\r\n`)
  const length = ranges.reduce((sum, { from, to }, at) => sum + to - from + (heads[at]?.length ?? 0), end.length)
  return {
    ...answer,
    ...{ status: 206, reason: 'Partial Content', type: `multipart/byteranges; boundary=${boundary}`, length },
    send: thenCancel(answer, async (write) => {
      for (const [at, { from, to }] of ranges.entries()) {
        await write(heads[at] ?? end)
        await answer.slice?.(from, to)(write)
      }
      await write(end)
    }),
  }
}
