import type { Exchange } from './exchange.ts'

/** Which request it was, behind the words of the error log. @param upstream the URL that was asked there */
export function requestWords({ remote, server, request }: Exchange, upstream?: string): string {
  const host = request.headers.get('host')
  const referer = request.headers.get('referer')
  const line = `${request.method} ${request.target} ${request.protocol}`
  return [
    `, client: ${remote.address}, server: ${server.names[0]?.replace(/^\./, '') ?? ''}, request: "${line}"`,
    upstream === undefined ? '' : `, upstream: "${upstream}"`,
    host === undefined ? '' : `, host: "${host}"`,
    referer === undefined ? '' : `, referrer: "${referer}"`,
  ].join('')
}
