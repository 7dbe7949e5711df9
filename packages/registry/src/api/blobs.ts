import type { ServerResponse } from '@drydock/http'
import { isDigest } from '@drydock/oci'
import type { RegistryStore } from '../storage/registry-store.ts'
import { errorAnswer, type Fields } from './answers.ts'
import { byteRange } from './byte-range.ts'
import type { Call } from './call.ts'

const YEAR_SECONDS = 31_536_000

/** Blobs as they are handed out, whole or in parts. */
export class BlobApi {
  private readonly store: RegistryStore
  private readonly deletes: boolean

  constructor(store: RegistryStore, deletes: boolean) {
    this.store = store
    this.deletes = deletes
  }

  async get({ request, name, reference }: Call): Promise<ServerResponse> {
    if (!isDigest(reference)) return errorAnswer('DIGEST_INVALID', { detail: 'invalid digest format' })
    const size = await this.store.blobSize(name, reference)
    if (size === undefined) return errorAnswer('BLOB_UNKNOWN', { detail: { digest: reference } })
    const etag = `"${reference}"`
    const headers: Fields = [
      ['Accept-Ranges', 'bytes'],
      ['Cache-Control', `max-age=${YEAR_SECONDS}`],
      ['Content-Type', 'application/octet-stream'],
      ['Docker-Content-Digest', reference],
      ['Etag', etag],
    ]
    if (request.headers.get('if-none-match') === etag) return { status: 304, headers }
    const range = byteRange(request.headers.get('range'), size)
    if (range === 'unsatisfiable') return { status: 416, headers: [...headers, ['Content-Range', `bytes */${size}`]] }
    const { from, to } = range ?? { from: 0, to: size }
    const part: Fields = range ? [['Content-Range', `bytes ${from}-${to - 1}/${size}`]] : []
    const answer = {
      status: range ? 206 : 200,
      headers: [...headers, ...part, ['Content-Length', String(to - from)]] as Fields,
    }
    return request.method === 'HEAD'
      ? answer
      : { ...answer, body: await this.store.readBlob(name, reference, from, to) }
  }

  async remove({ name, reference }: Call): Promise<ServerResponse> {
    if (!this.deletes) return errorAnswer('UNSUPPORTED')
    if (!isDigest(reference)) return errorAnswer('DIGEST_INVALID', { detail: 'invalid digest format' })
    if (!(await this.store.deleteBlob(name, reference))) return errorAnswer('BLOB_UNKNOWN', { detail: null })
    return { status: 202, headers: [['Docker-Content-Digest', reference]] }
  }
}
