import type { MaybePromise } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { digestOf, InvalidManifest, isDigest } from '@drydock/oci'
import { MissingBlob } from '../storage/registry-store.ts'
import { insteadOfList, refusedType } from './accepted.ts'
import type { Access, Action } from './access.ts'
import { errorAnswer, type Fields, jsonAnswer } from './answers.ts'
import { BlobApi } from './blobs.ts'
import { baseOf, type Call, type DistributionOptions } from './call.ts'
import { isRefusal, pageOf } from './pagination.ts'
import { UploadApi } from './uploads.ts'

const API_VERSION: readonly [string, string] = ['Docker-Distribution-Api-Version', 'registry/2.0']
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const NAME = `${COMPONENT}(?:/${COMPONENT})*`
/** A manifest may be so long. */
const MANIFEST_BYTES = 4 << 20
const PAGE_ENTRIES = 100

export type Run = (call: Call) => MaybePromise<ServerResponse>
export interface Route {
  readonly methods: readonly string[]
  readonly pattern: RegExp
  readonly actions: readonly Action[]
  readonly run: Run
}

const route = (methods: string, path: string, actions: readonly Action[], run: Run): Route => ({
  methods: methods.split(' '),
  pattern: new RegExp(`^/v2/(${NAME})/${path}$`),
  actions,
  run,
})

/** The registry's API. OCI distribution-spec v1.1 and distribution's docs/spec/api.md. */
export class DistributionApi {
  private readonly options: DistributionOptions
  private readonly routes: readonly Route[]

  constructor(options: DistributionOptions) {
    this.options = options
    const blobs = new BlobApi(options.store, options.deletes ?? false)
    const uploads = new UploadApi(options)
    this.routes = [
      route('GET HEAD', 'manifests/([^/]+)', ['pull'], (call) => this.getManifest(call)),
      route('PUT', 'manifests/([^/]+)', ['pull', 'push'], (call) => this.putManifest(call)),
      route('DELETE', 'manifests/([^/]+)', ['delete'], (call) => this.deleteManifest(call)),
      route('POST', 'blobs/uploads/?()', ['pull', 'push'], (call) => uploads.start(call)),
      route('GET HEAD', 'blobs/uploads/([^/]+)', ['pull', 'push'], (call) => uploads.state(call)),
      route('PATCH', 'blobs/uploads/([^/]+)', ['pull', 'push'], (call) => uploads.append(call)),
      route('PUT', 'blobs/uploads/([^/]+)', ['pull', 'push'], (call) => uploads.finish(call)),
      route('DELETE', 'blobs/uploads/([^/]+)', ['pull', 'push'], (call) => uploads.cancel(call)),
      route('GET HEAD', 'blobs/([^/]+)', ['pull'], (call) => blobs.get(call)),
      route('DELETE', 'blobs/([^/]+)', ['delete'], (call) => blobs.remove(call)),
      route('GET', 'tags/list()', ['pull'], (call) => this.listTags(call)),
    ]
  }

  async handle(request: ServerRequest): Promise<ServerResponse> {
    const answer = await this.dispatch(request)
    const own = (answer.headers ?? []) as Iterable<readonly [string, string]>
    return { ...answer, headers: [API_VERSION, ...(this.options.headers ?? []), ...own] }
  }

  private async dispatch(request: ServerRequest): Promise<ServerResponse> {
    const { method, path } = request
    if (path === '/v2') return { status: 301, headers: [['Location', '/v2/']] }
    if (path === '/v2/') return (await this.refusal(request, [])) ?? jsonAnswer(200, {})
    if (path === '/v2/_catalog') return this.catalog(request)
    const matching = this.routes.filter(({ pattern }) => pattern.test(path))
    const found = matching.find(({ methods }) => methods.includes(method))
    if (!found) return matching.length > 0 ? errorAnswer('UNSUPPORTED') : notFound()
    const [, name = '', reference = ''] = found.pattern.exec(path) ?? []
    const refused = await this.refusal(request, wishesOf(request, name, found.actions))
    return refused ?? found.run({ request, name, reference: decodeURIComponent(reference) })
  }

  private refusal(request: ServerRequest, wishes: readonly Access[]): MaybePromise<ServerResponse | undefined> {
    return this.options.access.check(request, wishes)
  }

  private async catalog(request: ServerRequest): Promise<ServerResponse> {
    const refused = await this.refusal(request, [{ type: 'registry', name: 'catalog', actions: ['*'] }])
    if (refused) return refused
    const page = pageOf(request, await this.options.store.names(), PAGE_ENTRIES)
    return isRefusal(page) ? page : jsonAnswer(200, { repositories: page.entries }, page.headers)
  }

  private async getManifest({ request, name, reference }: Call): Promise<ServerResponse> {
    const { store, negotiates } = this.options
    let found = await store.manifest(name, reference)
    if (!found) return this.unknownManifest(name, reference)
    if (negotiates) {
      const refused = refusedType(request.headers, found)
      if (refused !== undefined) return errorAnswer('MANIFEST_UNKNOWN', { message: refused })
      const other = reference.includes(':') ? undefined : insteadOfList(request.headers, found)
      found = (other === undefined ? undefined : await store.manifest(name, other)) ?? found
    }
    const etag = `"${found.digest}"`
    const headers: Fields = [
      ['Content-Type', found.mediaType],
      ['Docker-Content-Digest', found.digest],
      ['Etag', etag],
    ]
    const known = request.headers.get('if-none-match')
    if (known === etag || known === found.digest) return { status: 304, headers: headers.slice(1) }
    const length: Fields = [['Content-Length', String(found.bytes.length)]]
    return { status: 200, headers: [...headers, ...length], ...(request.method === 'GET' && { body: found.bytes }) }
  }

  private unknownManifest(name: string, reference: string): ServerResponse {
    if (reference.startsWith('sha') && !isDigest(reference)) return errorAnswer('DIGEST_INVALID')
    const byDigest = reference.includes(':')
    // Version 3 tells in words what version 2 has as an object.
    const detail = this.options.untags
      ? byDigest
        ? `unknown manifest name=${name} revision=${reference}`
        : `unknown tag=${reference}`
      : byDigest
        ? { Name: name, Revision: reference }
        : { Tag: reference }
    return errorAnswer('MANIFEST_UNKNOWN', { detail })
  }

  private async putManifest({ request, name, reference }: Call): Promise<ServerResponse> {
    const bytes = await request.body.readAll(MANIFEST_BYTES)
    if (reference.includes(':') && digestOf(bytes) !== reference) return errorAnswer('DIGEST_INVALID')
    try {
      const type = request.headers.get('content-type') ?? ''
      const digest = await this.options.store.putManifest(name, reference, type, bytes)
      return {
        status: 201,
        headers: [
          ['Location', `${this.base(request)}/v2/${name}/manifests/${digest}`],
          ['Docker-Content-Digest', digest],
        ],
      }
    } catch (error) {
      if (error instanceof InvalidManifest) return errorAnswer('MANIFEST_INVALID', { detail: error.message })
      if (error instanceof MissingBlob)
        return errorAnswer('MANIFEST_BLOB_UNKNOWN', { detail: { digest: error.digest }, status: 400 })
      throw error
    }
  }

  private async deleteManifest({ name, reference }: Call): Promise<ServerResponse> {
    const { store, deletes, untags } = this.options
    if (!deletes) return errorAnswer('UNSUPPORTED')
    if (!reference.includes(':')) {
      if (!untags) return errorAnswer('DIGEST_INVALID')
      return (await store.untag(name, reference)) ? { status: 202 } : errorAnswer('MANIFEST_UNKNOWN')
    }
    return (await store.deleteManifest(name, reference))
      ? { status: 202 }
      : errorAnswer('MANIFEST_UNKNOWN', { detail: null })
  }

  private async listTags({ request, name }: Call): Promise<ServerResponse> {
    const { store } = this.options
    if (!(await store.exists(name))) return errorAnswer('NAME_UNKNOWN', { detail: { name } })
    const all = await store.tags(name)
    const page = pageOf(request, all, Math.max(all.length, 1))
    if (isRefusal(page)) return page
    return jsonAnswer(200, { name, tags: all.length === 0 ? null : page.entries }, page.headers)
  }

  private base(request: ServerRequest): string {
    return baseOf(request, this.options)
  }
}

/** A mount reads from the other repository too. */
function wishesOf(request: ServerRequest, name: string, actions: readonly Action[]): readonly Access[] {
  const from = request.method === 'POST' ? request.query.get('from') : null
  const own: Access = { type: 'repository', name, actions }
  return from === null ? [own] : [own, { type: 'repository', name: from, actions: ['pull'] }]
}

const notFound = (): ServerResponse => ({
  status: 404,
  headers: [['Content-Type', 'text/plain; charset=utf-8']],
  body: '404 page not found\n',
})
