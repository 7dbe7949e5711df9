import { concatBytes } from '@drydock/codec'
import type { OutgoingBody } from '@drydock/http'
import type { Exchange } from './exchange.ts'
import { requestWords } from './request-words.ts'
import { sizeOf } from './scope.ts'
import { interpolate } from './variables.ts'

/** As much of a body is held before an upstream is asked; what is longer goes on as it comes. Bytes. */
const MOST_HELD = 8 << 20

/** A body read for an upstream: what is held of it, and whether that is all. */
export interface TakenBody {
  readonly bytes: Uint8Array
  readonly whole: boolean
}

export interface SentBody {
  readonly content: OutgoingBody
  /** Bytes; undefined where only the client told it, or nobody. */
  readonly length: number | undefined
}

/** What an upstream gets as the body: proxy_set_body, or the client's own, taken in first. @returns undefined for none */
export async function bodyToSend(exchange: Exchange): Promise<SentBody | undefined> {
  const { main, scope, request } = exchange
  const given = request.headers.has('content-length') || request.headers.has('transfer-encoding')
  if (!main || !given || !scope.on('proxy_pass_request_body', true)) return undefined
  const own = scope.find('proxy_set_body')?.[0]
  if (own !== undefined) {
    const content = new TextEncoder().encode(interpolate(exchange, own))
    return { content, length: content.length }
  }
  if (!scope.on('proxy_request_buffering', true) && exchange.taken === undefined)
    return { content: request.body, length: undefined }
  const { bytes, whole } = await (exchange.taken ??= take(exchange))
  return whole ? { content: bytes, length: bytes.length } : { content: joined(bytes, exchange), length: undefined }
}

/**
 * A chunked body is measured as it is taken in, before any upstream is asked.
 * @returns the status that refuses it. client_max_body_size
 */
export async function refusedBody(exchange: Exchange): Promise<number | undefined> {
  const { context, scope, request, main } = exchange
  const limit = sizeOf(scope.word('client_max_body_size', '1m'))
  if (!main || limit === 0 || limit > MOST_HELD || !request.headers.has('transfer-encoding')) return undefined
  const { bytes } = await (exchange.taken ??= take(exchange))
  if (bytes.length <= limit) return undefined
  await context.logError(
    'error',
    `client intended to send too large chunked body: 0+${bytes.length} bytes${requestWords(exchange)}`,
  )
  return 413
}

async function take({ request }: Exchange): Promise<TakenBody> {
  const parts: Uint8Array[] = []
  for (let size = 0; size < MOST_HELD; ) {
    const bytes = await request.body.read()
    if (bytes.length === 0) return { bytes: concatBytes(parts), whole: true }
    parts.push(bytes.slice())
    size += bytes.length
  }
  return { bytes: concatBytes(parts), whole: request.body.ended }
}

/** What was held, then what still comes: such a body can be sent once. */
async function* joined(held: Uint8Array, exchange: Exchange): AsyncGenerator<Uint8Array> {
  yield held
  exchange.taken = undefined
  yield* exchange.request.body
}
