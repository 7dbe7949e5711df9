import { Buffer } from 'buffer'
import { Blob_ } from './blobs.ts'

type Source = AsyncIterable<unknown>
async function bytes(source: Source): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of source) parts.push(typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Uint8Array))
  return Buffer.concat(parts)
}

/** node:stream/consumers */
export const consumers = {
  buffer: bytes,
  arrayBuffer: async (source: Source) => new Uint8Array(await bytes(source)).slice().buffer,
  blob: async (source: Source) => new Blob_([await bytes(source)]),
  text: async (source: Source) => (await bytes(source)).toString('utf8'),
  json: async (source: Source) => JSON.parse((await bytes(source)).toString('utf8')) as unknown,
}
