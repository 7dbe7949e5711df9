import type { Answer } from './answer.ts'
import type { Exchange } from './exchange.ts'

/** What a client already has, or wants to be so: 304, 412 or nothing. ngx_http_not_modified_filter_module. */
export function conditionalStatus({ request: { headers }, scope }: Exchange, answer: Answer): 304 | 412 | undefined {
  const { validators } = answer
  if (!validators || answer.status !== 200) return undefined
  const { modified, tag } = validators
  const unmodified = headers.get('if-unmodified-since')
  if (unmodified !== undefined && modified !== undefined && Date.parse(unmodified) / 1000 < modified) return 412
  const match = headers.get('if-match')
  if (match !== undefined && !named(match, tag, false)) return 412
  const since = headers.get('if-modified-since')
  const none = headers.get('if-none-match')
  if (since === undefined && none === undefined) return undefined
  if (since !== undefined && !unchanged(scope.word('if_modified_since', 'exact'), since, modified)) return undefined
  if (none !== undefined && !named(none, tag, true)) return undefined
  return 304
}

function unchanged(how: string, since: string, modified: number | undefined): boolean {
  const at = Date.parse(since) / 1000
  if (how === 'off' || modified === undefined || Number.isNaN(at)) return false
  return how === 'before' ? at >= modified : at === modified
}

/** @param weak whether `W/` in front is looked over */
function named(list: string, tag: string | undefined, weak: boolean): boolean {
  if (list.trim() === '*') return true
  const bare = (each: string): string => (weak ? each.trim().replace(/^W\//, '') : each.trim())
  return tag !== undefined && list.split(',').some((each) => bare(each) === bare(tag))
}
