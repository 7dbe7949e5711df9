import { concatBytes } from '@drydock/codec'
import type { ServerResponse } from '@drydock/http'

/** All of an answer's body. */
export async function wholeOf(body: ServerResponse['body']): Promise<Uint8Array> {
  if (body === undefined) return new Uint8Array(0)
  if (typeof body === 'string') return new TextEncoder().encode(body)
  if (body instanceof Uint8Array) return body
  const parts: Uint8Array[] = []
  const write = async (data: Uint8Array | string): Promise<void> =>
    void parts.push(typeof data === 'string' ? new TextEncoder().encode(data) : data.slice())
  if (typeof body === 'function') await body({ write })
  else for await (const bytes of body) await write(bytes)
  return concatBytes(parts)
}
