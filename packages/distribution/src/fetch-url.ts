import { type ByteStream, inet, isErrno, type Sys } from '@drydock/abi'
import { type ClientResponse, type HeaderMap, HttpError, type OutgoingBody, parseUrl, request } from '@drydock/http'
import { dial, readResolvConf, ResolveError, resolveHost } from '@drydock/libc'
import { systemProblem } from './problem.ts'
import { HttpToHttps, tlsFailure, secured, type Trust } from './secured.ts'

/** As dockerd tells of itself, and of who asked it. moby dockerversion/useragent.go */
const userAgent = (sys: Sys): string =>
  `docker/28.2.2 go/go1.24.3 git-commit/45873be kernel/${sys.uname().release} os/linux arch/amd64 UpstreamClient(Docker-Client/28.2.2 \\(linux\\))`

export interface FetchAnswer {
  readonly status: number
  readonly headers: HeaderMap
  readonly bytes: Uint8Array
}

export interface FetchWish {
  readonly method: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: OutgoingBody
  /** The URL that messages name, as Go's http client does; default the one asked for. */
  readonly told?: string
  /** Whose certificates count. */
  readonly trust?: Trust
}

/** One request over a connection of its own. @throws Problem system; HttpToHttps */
export async function fetchUrl(sys: Sys, url: string, wish: FetchWish): Promise<FetchAnswer> {
  const { method, headers, body, told = url, trust } = wish
  const parsed = parseUrl(url)
  if (!parsed) throw systemProblem(`parse "${url}": invalid URL`)
  let address = parsed.host
  try {
    ;[address = ''] = await resolveHost(sys, parsed.host)
    let stream: ByteStream = await dial(sys, inet(address, parsed.port))
    try {
      if (parsed.scheme === 'https') stream = await secured(sys, stream, parsed.host, address, trust)
      const all = {
        Host: parsed.authority,
        'User-Agent': userAgent(sys),
        Connection: 'close',
        ...headers,
      }
      return await collect(await request(stream, { method, target: parsed.target, headers: all, body }))
    } finally {
      stream.close()
    }
  } catch (error) {
    if (error instanceof HttpToHttps) throw new HttpToHttps(`Get "${told}": ${error.message}`)
    throw await unreachable(sys, error, told, address, parsed.port)
  }
}

const collect = async (response: ClientResponse): Promise<FetchAnswer> => ({
  status: response.status,
  headers: response.headers,
  bytes: await response.body.readAll(),
})

async function unreachable(sys: Sys, error: unknown, url: string, host: string, port: number): Promise<unknown> {
  if (error instanceof ResolveError) {
    const [server = ''] = (await readResolvConf(sys)).nameservers
    const reason = error.code === 'EAI_NONAME' ? 'no such host' : 'server misbehaving'
    return systemProblem(`Get "${url}": dial tcp: lookup ${host} on ${server}:53: ${reason}`)
  }
  if (isErrno(error))
    return systemProblem(
      `Get "${url}": dial tcp ${host}:${port}: connect: ${error.message.charAt(0).toLowerCase()}${error.message.slice(1)}`,
    )
  // A server that does not believe the client says so only when it is asked something.
  const failure = error instanceof HttpError ? error : await tlsFailure(error)
  return failure ? systemProblem(`Get "${url}": ${failure.message}`) : error
}
