import type { ServerRequest, ServerResponse } from '@drydock/http'
import { isDigest } from '@drydock/oci'
import { type UploadStore, WrongDigest } from '../storage/registry-store.ts'
import { errorAnswer } from './answers.ts'
import { baseOf, type Call, type DistributionOptions } from './call.ts'

/** Uploads: in one piece, in pieces, or none where another repository has the blob. distribution-spec, "Push". */
export class UploadApi {
  private readonly options: DistributionOptions
  private readonly uploads: UploadStore

  constructor(options: DistributionOptions) {
    this.options = options
    this.uploads = options.store.uploads
  }

  async start(call: Call): Promise<ServerResponse> {
    const { request, name } = call
    const [mount, from, digest] = ['mount', 'from', 'digest'].map((key) => request.query.get(key))
    if (mount && from && isDigest(mount) && (await this.options.store.mount(name, from, mount)))
      return this.created(call, mount)
    const id = await this.uploads.start(name)
    if (!digest) return this.accepted({ ...call, reference: id }, 0, 202)
    return this.finish({ ...call, reference: id })
  }

  async state(call: Call): Promise<ServerResponse> {
    const size = await this.uploads.size(call.name, call.reference)
    return size === undefined ? unknown() : this.accepted(call, size, 204)
  }

  async append(call: Call): Promise<ServerResponse> {
    const { request, name, reference } = call
    const size = await this.uploads.size(name, reference)
    if (size === undefined) return unknown()
    if (!startsAt(request, size)) return { ...errorAnswer('RANGE_INVALID'), ...this.place(call, size, 416) }
    return this.accepted(call, size + (await this.take(call)), 202)
  }

  async finish(call: Call): Promise<ServerResponse> {
    const { request, name, reference } = call
    if ((await this.uploads.size(name, reference)) === undefined) return unknown()
    const digest = request.query.get('digest') ?? ''
    if (digest === '') return errorAnswer('DIGEST_INVALID', { detail: 'digest missing' })
    if (!isDigest(digest)) return errorAnswer('DIGEST_INVALID', { detail: 'digest parsing failed' })
    await this.take(call)
    try {
      await this.uploads.commit(name, reference, digest)
      return this.created(call, digest)
    } catch (error) {
      if (error instanceof WrongDigest) return errorAnswer('DIGEST_INVALID', { detail: { digest } })
      throw error
    }
  }

  async cancel({ name, reference }: Call): Promise<ServerResponse> {
    return (await this.uploads.cancel(name, reference)) ? { status: 204 } : unknown()
  }

  /** @returns bytes that came */
  private async take({ request, name, reference }: Call): Promise<number> {
    let size = 0
    for await (const bytes of request.body) {
      await this.uploads.append(name, reference, bytes)
      size += bytes.length
    }
    return size
  }

  private created({ request, name }: Call, digest: string): ServerResponse {
    return {
      status: 201,
      headers: [
        ['Location', `${baseOf(request, this.options)}/v2/${name}/blobs/${digest}`],
        ['Docker-Content-Digest', digest],
      ],
    }
  }

  private accepted(call: Call, size: number, status: number): ServerResponse {
    return this.place(call, size, status)
  }

  private place({ request, name, reference }: Call, size: number, status: number): ServerResponse {
    return {
      status,
      headers: [
        ['Location', `${baseOf(request, this.options)}/v2/${name}/blobs/uploads/${reference}`],
        ['Docker-Upload-Uuid', reference],
        ['Range', `0-${Math.max(size - 1, 0)}`],
      ],
    }
  }
}

/** Whether a piece goes on where the upload stands; one without Content-Range does. */
function startsAt({ headers }: ServerRequest, size: number): boolean {
  const match = /^(?:bytes )?(\d+)-(\d+)/.exec(headers.get('content-range') ?? '')
  return !match || Number(match[1]) === size
}

const unknown = (): ServerResponse => errorAnswer('BLOB_UPLOAD_UNKNOWN')
