import type { Exchange } from './exchange.ts'

/** Asking twice could do twice what they ask for. */
const NOT_REPEATED: readonly string[] = ['POST', 'LOCK', 'PATCH']

/** Whether another server may be asked. proxy_next_upstream and its kin. @param why `error`, `timeout`, `http_502`… */
export function mayTryNext({ scope, request, taken, visits }: Exchange, why: string, tries: number): boolean {
  const when = scope.find('proxy_next_upstream') ?? ['error', 'timeout']
  if (!when.includes(why)) return false
  const most = Number(scope.word('proxy_next_upstream_tries', '0'))
  if (most > 0 && tries >= most) return false
  // A server that never had the request may be passed over whatever it asks for.
  const had = visits.at(-1)?.headers !== undefined
  if (had && NOT_REPEATED.includes(request.method) && !when.includes('non_idempotent')) return false
  return taken !== undefined || request.body.ended
}
