import type { MaybePromise } from '@drydock/abi'
import type { Exchange } from './exchange.ts'
import { sizeOf } from './scope.ts'
import { interpolate } from './variables.ts'

type Write = (bytes: Uint8Array) => MaybePromise<void>

/** `limit_rate` and `limit_rate_after`: so many bytes a second, those of the first second at once. @returns undefined for no limit */
export function paced(exchange: Exchange): ((bytes: Uint8Array, write: Write) => Promise<void>) | undefined {
  const { scope, context } = exchange
  const rate = sizeOf(interpolate(exchange, scope.word('limit_rate', '0')))
  if (!(rate > 0)) return undefined
  const { sys } = context
  const free = sizeOf(scope.word('limit_rate_after', '0'))
  const startMs = sys.clock.monotonic()
  let sent = 0
  return async (bytes, write) => {
    for (let at = 0; at < bytes.length; ) {
      const seconds = Math.floor((sys.clock.monotonic() - startMs) / 1000) + 1
      const allowed = rate * seconds + free - sent
      if (allowed <= 0) await sys.sleep(Math.ceil((-allowed / rate) * 1000) + 1000)
      else {
        const piece = bytes.subarray(at, at + allowed)
        await write(piece)
        at += piece.length
        sent += piece.length
      }
    }
  }
}
