import type { ServerRequest, ServerResponse } from '@drydock/http'
import { errorAnswer, type Fields } from './answers.ts'

export interface Page {
  readonly entries: readonly string[]
  /** The Link field, where more follows. RFC 8288. */
  readonly headers: Fields
}

/**
 * The part of a sorted list that `n` and `last` ask for. distribution, docs/spec/api.md, "Pagination".
 * @param most  entries of a page when the request names no number
 * @returns a refusal when `n` is no number
 */
export function pageOf(request: ServerRequest, all: readonly string[], most: number): Page | ServerResponse {
  const asked = request.query.get('n')
  const count = asked === null || asked === '' ? most : Number(asked)
  if (!Number.isInteger(count) || count < 0 || (asked !== null && count > 1000))
    return errorAnswer('PAGINATION_NUMBER_INVALID', { detail: { n: Number.isInteger(count) ? count : 0 } })
  const last = request.query.get('last') ?? ''
  const left = all.filter((entry) => entry > last)
  const entries = left.slice(0, count)
  const end = entries.at(-1)
  if (end === undefined || entries.length === left.length) return { entries, headers: [] }
  const query = new URLSearchParams([
    ['last', end],
    ['n', String(count)],
  ])
  return { entries, headers: [['Link', `<${request.path}?${query.toString()}>; rel="next"`]] }
}

export const isRefusal = (page: Page | ServerResponse): page is ServerResponse => 'status' in page
