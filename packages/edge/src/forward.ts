import { type ByteStream, inet, isErrno, type Sys } from '@drydock/abi'
import { HttpError, request as ask, type ServerRequest, type ServerResponse } from '@drydock/http'
import { dial, type FdStream } from '@drydock/libc'

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
  const colon = way.to.lastIndexOf(':')
  const done = way.done ?? ((): void => undefined)
  let stream: FdStream | undefined
  try {
    stream = await dial(sys, inet(way.to.slice(0, colon), Number(way.to.slice(colon + 1))))
    return await answered(incoming, way, stream, done)
  } catch (error) {
    stream?.close()
    done()
    throw error
  }
}

async function answered(
  incoming: ServerRequest,
  { headers, target }: Forwarding,
  stream: FdStream,
  done: () => void,
): Promise<ServerResponse | undefined> {
  const length = incoming.headers.get('content-length')
  const hasBody = length !== undefined || incoming.headers.has('transfer-encoding')
  const upgrade = incoming.headers.get('upgrade')
  const response = await ask(stream, {
    method: incoming.method,
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
    ...(hasBody ? { body: incoming.body } : {}),
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
