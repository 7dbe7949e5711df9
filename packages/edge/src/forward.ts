import { type ByteStream, ETIMEDOUT, inet, isErrno, POLLIN, type Sys } from '@drydock/abi'
import { HttpError, request as ask, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, FdStream } from '@drydock/libc'
import { overTls, type TlsWish } from './secure-stream.ts'

/** RFC 9110 section 7.6.1. */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  ...[
    'connection',
    'keep-alive',
    'proxy-connection',
    'te',
    'trailer',
    'transfer-encoding',
    'upgrade',
    'content-length',
  ],
])

export interface Forwarding {
  /** `address:port`. */
  readonly to: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  /** In place of what came in. */
  readonly method?: string
  readonly body?: Uint8Array
  /** Spoken in TLS. */
  readonly tls?: TlsWish | undefined
  /** Milliseconds to connect in, and to wait for each piece of the answer. */
  readonly connectMs?: number | undefined
  readonly readMs?: number | undefined
  /** Sent before the request: the PROXY protocol's line. */
  readonly preamble?: string | undefined
  /** Called when the answer is through, or there is none. */
  readonly done?: () => void
}

/** The fields of a request that a proxy passes on. */
export const passedFields = ({ headers }: ServerRequest): [string, string][] =>
  [...headers].filter(([name]) => !HOP_BY_HOP.has(name.toLowerCase()))

/** Bytes both ways until both sides have ended; closes both. */
export async function splice(ours: ByteStream, theirs: ByteStream): Promise<void> {
  const pump = async (from: ByteStream, to: ByteStream): Promise<void> => {
    try {
      for (let bytes = await from.read(); bytes.length > 0; bytes = await from.read()) await to.write(bytes)
      to.shutdown()
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  await Promise.all([pump(ours, theirs), pump(theirs, ours)])
  ours.close()
  theirs.close()
}

/**
 * Passes a request on and gives its answer back as it comes; an upgrade joins the two connections.
 * @returns undefined when the connection was taken over
 * @throws an Errno when nobody answers there, HttpError when it isn't HTTP
 */
export async function forward(sys: Sys, incoming: ServerRequest, way: Forwarding): Promise<ServerResponse | undefined> {
  const done = way.done ?? ((): void => undefined)
  let stream: ByteStream | undefined
  try {
    stream = await opened(sys, way)
    return await answered(incoming, way, stream, done)
  } catch (error) {
    stream?.close()
    done()
    throw error
  }
}

/** @throws an Errno; ETIMEDOUT where nothing is heard in time */
async function opened(sys: Sys, { to, tls, connectMs, readMs, preamble }: Forwarding): Promise<ByteStream> {
  const colon = to.lastIndexOf(':')
  const { fd } = await dial(sys, inet(to.slice(0, colon), Number(to.slice(colon + 1))), connectMs)
  const plain = readMs === undefined ? new FdStream(sys, fd) : new ImpatientStream(sys, fd, readMs)
  if (preamble !== undefined) await plain.write(new TextEncoder().encode(preamble))
  return tls ? overTls(sys, plain, tls) : plain
}

/** A connection on which nothing may be awaited for longer than a limit. */
class ImpatientStream extends FdStream {
  private readonly wait: () => Promise<number>

  constructor(sys: Sys, fd: number, timeoutMs: number) {
    super(sys, fd)
    this.wait = async () => (await sys.poll([{ fd, events: POLLIN }], timeoutMs))[0] ?? 0
  }

  /** @throws ETIMEDOUT */
  override async read(max?: number): Promise<Uint8Array> {
    if ((await this.wait()) === 0) throw ETIMEDOUT
    return super.read(max)
  }
}

async function answered(
  incoming: ServerRequest,
  { headers, target, method, body }: Forwarding,
  stream: ByteStream,
  done: () => void,
): Promise<ServerResponse | undefined> {
  const length = body ? String(body.length) : incoming.headers.get('content-length')
  const hasBody = length !== undefined || incoming.headers.has('transfer-encoding')
  const upgrade = incoming.headers.get('upgrade')
  const response = await ask(stream, {
    method: method ?? incoming.method,
    target,
    headers: [
      ...headers,
      ...(length === undefined ? [] : [['Content-Length', length] as const]),
      ...(upgrade === undefined
        ? []
        : ([
            ['Connection', 'Upgrade'],
            ['Upgrade', upgrade],
          ] as const)),
    ],
    ...(hasBody ? { body: body ?? incoming.body } : {}),
  })
  if (response.status === 101) {
    const ours = incoming.hijack()
    const fields = [...response.headers].map(([name, value]) => `${name}: ${value}\r\n`).join('')
    await ours.write(new TextEncoder().encode(`HTTP/1.1 101 Switching Protocols\r\n${fields}\r\n`))
    await splice(ours, response.hijack()).finally(done)
    return undefined
  }
  const kept = [...response.headers].filter(
    ([name]) => !HOP_BY_HOP.has(name.toLowerCase()) || name.toLowerCase() === 'content-length',
  )
  return {
    status: response.status,
    reason: response.reason,
    headers: kept,
    body: async ({ write }) => {
      try {
        for await (const bytes of response.body) await write(bytes)
      } finally {
        stream.close()
        done()
      }
    },
  }
}

/** Whether an error only means that the other side could not be had. */
export const isUnreachable = (error: unknown): boolean => isErrno(error) || error instanceof HttpError
