import { isErrno, type Sys } from '@drydock/abi'
import { HttpError, request as ask, type ServerRequest } from '@drydock/http'
import { ResolveError, resolveHost } from '@drydock/libc'
import { connect } from '../../net/http/connect.ts'

/** `ProxyPass /from http://host:port/to`; `!` in place of the address leaves a path out. */
export interface ProxyRule {
  readonly from: string
  readonly to: string
}

export interface Proxied {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  /** -1 when it isn't known. */
  readonly length: number
  readonly send: (write: (bytes: Uint8Array) => unknown) => Promise<unknown>
}

const HOP_BY_HOP: readonly string[] = [
  ...[
    'connection',
    'keep-alive',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'proxy-connection',
    'content-length',
  ],
]
const CONNECT_MS = 60_000

/** The first rule for a path, as they stand in the file. @returns undefined when none is, or it is left out */
export function ruleFor(rules: readonly ProxyRule[], path: string): ProxyRule | undefined {
  const rule = rules.find(({ from }) => path.startsWith(from) || `${path}/` === from)
  return rule?.to === '!' ? undefined : rule
}

/**
 * mod_proxy_http: passes a request on.
 * @param reverse  rules of ProxyPassReverse
 * @returns        what was answered; undefined when nobody answers
 */
export async function passOn(
  sys: Sys,
  request: ServerRequest,
  {
    rule,
    reverse,
    client,
  }: { readonly rule: ProxyRule; readonly reverse: readonly ProxyRule[]; readonly client: string },
): Promise<Proxied | undefined> {
  const url = new URL(rule.to)
  try {
    const [address = ''] = await resolveHost(sys, url.hostname)
    const stream = await connect(sys, address, Number(url.port || 80), CONNECT_MS)
    const hasBody = request.headers.has('content-length') || request.headers.has('transfer-encoding')
    const response = await ask(stream, {
      method: request.method,
      target: url.pathname.replace(/\/$/, rule.to.endsWith('/') ? '/' : '') + request.target.slice(rule.from.length),
      headers: fields(request, url.host, client),
      ...(hasBody ? { body: request.body } : {}),
    })
    const length = response.headers.get('content-length')
    return {
      status: response.status,
      headers: [...response.headers]
        .filter(([name]) => !HOP_BY_HOP.includes(name.toLowerCase()) || name.toLowerCase() === 'content-length')
        .map(([name, value]) => [
          name,
          /^(content-)?location$/i.test(name) ? reversed(request, reverse, value) : value,
        ]),
      length: length === undefined ? -1 : Number(length),
      send: async (write) => {
        for await (const bytes of response.body) await write(bytes)
        stream.close()
      },
    }
  } catch (error) {
    if (isErrno(error) || error instanceof HttpError || error instanceof ResolveError) return undefined
    throw error
  }
}

function fields(request: ServerRequest, host: string, client: string): [string, string][] {
  const passed = [...request.headers].filter(
    ([name]) => !HOP_BY_HOP.includes(name.toLowerCase()) && !/^(host|x-forwarded-for)$/i.test(name),
  )
  const length = request.headers.get('content-length')
  return [
    ['Host', host],
    ...passed,
    ['X-Forwarded-For', [...request.headers.getAll('x-forwarded-for'), client].join(', ')],
    ['X-Forwarded-Host', request.headers.get('host') ?? ''],
    ['X-Forwarded-Server', (request.headers.get('host') ?? '').replace(/:\d+$/, '')],
    ...(length === undefined ? [] : [['Content-Length', length] as [string, string]]),
    ['Connection', 'close'],
  ]
}

/** ProxyPassReverse: the address behind becomes the one that was asked. */
function reversed({ headers }: ServerRequest, rules: readonly ProxyRule[], location: string): string {
  const rule = rules.find(({ to }) => location.startsWith(to))
  return rule ? `http://${headers.get('host') ?? ''}${rule.from}${location.slice(rule.to.length)}` : location
}
