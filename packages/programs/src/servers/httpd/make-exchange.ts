import { HeaderMap, type ServerRequest } from '@drydock/http'
import type { Server } from './config.ts'
import { Settings } from './directive.ts'
import type { Connection, Exchange, ServerContext } from './exchange.ts'

/** A request as it came. @param path decoded */
export function makeExchange(
  context: ServerContext,
  server: Server,
  {
    request,
    connection,
    path,
  }: { readonly request: ServerRequest; readonly connection: Connection; readonly path: string },
): Exchange {
  const [, query = ''] = /\?(.*)$/s.exec(request.target) ?? []
  return {
    ...{ context, connection, request, server, before: undefined, method: request.method },
    startMs: context.sys.clock.monotonic(),
    fields: new HeaderMap([...request.headers]),
    ...blank(path, query),
    env: new Map(),
    notes: new Map(),
    errorFields: [],
    client: connection.client.host,
  }
}

const blank = (uri: string, args: string) => ({
  ...{ uri, args, filename: '', stat: undefined, pathInfo: '' },
  settings: new Settings([]),
  ...{ user: undefined, authType: undefined, handler: undefined, proxied: undefined, forcedType: undefined },
  ...{ status: 0, bytesSent: 0, sent: [] },
})

/** The same for another path: what was known goes by REDIRECT_… names. ap_internal_redirect */
export function sentRound(exchange: Exchange, uri: string, args: string): Exchange {
  const env = new Map([...exchange.env].map(([name, value]): [string, string] => [`REDIRECT_${name}`, value]))
  return {
    ...exchange,
    ...blank(uri, args),
    before: exchange,
    env,
    notes: new Map(exchange.notes),
    errorFields: [...exchange.errorFields],
    client: exchange.client,
  }
}

/** An index in place of its folder, as if it had been asked for. ap_internal_fast_redirect */
export const inPlaceOf = (exchange: Exchange, uri: string): Exchange => ({
  ...exchange,
  ...blank(uri, exchange.args),
  env: exchange.env,
})
