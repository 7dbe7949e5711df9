import type { Entropy } from '@drydock/abi'
import type { ServerRequest, ServerResponse } from '@drydock/http'
import { digestOf, InvalidManifest, isDigest } from '@drydock/oci'
import { type ErrorCode, errorAnswer, jsonAnswer } from './answers.ts'
import { MissingBlob, type Repositories } from './repositories.ts'
import { may, readToken } from './token.ts'
import { Uploads } from './uploads.ts'

const API_VERSION: readonly [string, string] = ['Docker-Distribution-Api-Version', 'registry/2.0']
const NAME = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*'

interface Call {
  readonly request: ServerRequest
  readonly name: string
  /** Tag, digest or upload id, as the path has it. */
  readonly reference: string
}

type Action = 'pull' | 'push'
interface Route {
  readonly methods: readonly string[]
  readonly pattern: RegExp
  readonly action: Action
  readonly run: (call: Call) => ServerResponse | Promise<ServerResponse>
}

const route = (methods: string, path: string, action: Action, run: Route['run']): Route => ({
  methods: methods.split(' '),
  pattern: new RegExp(`^/v2/(${NAME})/${path}$`),
  action,
  run,
})

/**
 * The registry's API: pulls and pushes by manifests and blobs. OCI distribution-spec v1.1 and distribution's
 * docs/spec/api.md; the answers to those who lack access are Docker Hub's.
 */
export class DistributionApi {
  private readonly repositories: Repositories
  private readonly uploads: Uploads
  private readonly routes: readonly Route[]

  constructor(repositories: Repositories, entropy: Entropy) {
    this.repositories = repositories
    this.uploads = new Uploads(entropy)
    this.routes = [
      route('GET HEAD', 'manifests/([^/]+)', 'pull', (call) => this.getManifest(call)),
      route('PUT', 'manifests/([^/]+)', 'push', (call) => this.putManifest(call)),
      route('GET HEAD', 'blobs/([^/]+)', 'pull', (call) => this.getBlob(call)),
      route('POST', 'blobs/uploads/()', 'push', (call) => this.startUpload(call)),
      route('GET', 'blobs/uploads/([^/]+)', 'push', (call) => this.uploadState(call)),
      route('PATCH', 'blobs/uploads/([^/]+)', 'push', (call) => this.appendUpload(call)),
      route('PUT', 'blobs/uploads/([^/]+)', 'push', (call) => this.finishUpload(call)),
      route('DELETE', 'blobs/uploads/([^/]+)', 'push', (call) => this.cancelUpload(call)),
      route('GET', 'tags/list()', 'pull', (call) => this.listTags(call)),
      route('DELETE', '(?:manifests|blobs)/([^/]+)', 'push', () => errorAnswer('UNSUPPORTED')),
    ]
  }

  async handle(request: ServerRequest): Promise<ServerResponse> {
    const answer = await this.dispatch(request)
    return { ...answer, headers: [API_VERSION, ...((answer.headers ?? []) as Iterable<readonly [string, string]>)] }
  }

  private dispatch(request: ServerRequest): ServerResponse | Promise<ServerResponse> {
    const { method, path } = request
    const access = readToken(request.headers)
    if (path === '/v2/' || path === '/v2') return access ? jsonAnswer(200, {}) : challenge(undefined, 'UNAUTHORIZED')
    if (path === '/v2/_catalog')
      return access
        ? jsonAnswer(200, { repositories: this.repositories.names() })
        : challenge('registry:catalog:*', 'UNAUTHORIZED')
    const matching = this.routes.filter(({ pattern }) => pattern.test(path))
    const found = matching.find(({ methods }) => methods.includes(method))
    if (!found) return matching.length > 0 ? errorAnswer('UNSUPPORTED') : { status: 404, body: '404 page not found\n' }
    const [, name = '', reference = ''] = found.pattern.exec(path) ?? []
    const scope = `repository:${name}:${found.action === 'push' ? 'pull,push' : 'pull'}`
    if (!access) return challenge(scope, 'UNAUTHORIZED')
    if (!may(access, name, found.action)) return challenge(scope, 'DENIED', 'insufficient_scope')
    return found.run({ request, name, reference: decodeURIComponent(reference) })
  }

  private getManifest({ request, name, reference }: Call): ServerResponse {
    const found = this.repositories.manifest(name, reference)
    if (!found)
      return errorAnswer('MANIFEST_UNKNOWN', `unknown ${reference.includes(':') ? 'manifest' : 'tag'}=${reference}`)
    const headers: [string, string][] = [
      ['Content-Type', found.mediaType],
      ['Docker-Content-Digest', found.digest],
      ['Etag', `"${found.digest}"`],
      ['Content-Length', String(found.bytes.length)],
    ]
    return { status: 200, headers, ...(request.method === 'GET' && { body: found.bytes }) }
  }

  private async putManifest({ request, name, reference }: Call): Promise<ServerResponse> {
    const bytes = await request.body.readAll(4 << 20)
    if (reference.includes(':') && digestOf(bytes) !== reference) return errorAnswer('DIGEST_INVALID')
    try {
      const digest = this.repositories.putManifest(name, reference, request.headers.get('content-type') ?? '', bytes)
      return {
        status: 201,
        headers: [
          ['Location', `/v2/${name}/manifests/${digest}`],
          ['Docker-Content-Digest', digest],
        ],
      }
    } catch (error) {
      if (error instanceof InvalidManifest) return errorAnswer('MANIFEST_INVALID', error.message)
      if (error instanceof MissingBlob) return errorAnswer('MANIFEST_BLOB_UNKNOWN', { digest: error.digest })
      throw error
    }
  }

  private getBlob({ request, name, reference }: Call): ServerResponse {
    const bytes = isDigest(reference) ? this.repositories.blob(name, reference) : undefined
    if (!bytes) return errorAnswer('BLOB_UNKNOWN', { digest: reference })
    const headers: [string, string][] = [
      ['Content-Type', 'application/octet-stream'],
      ['Docker-Content-Digest', reference],
      ['Content-Length', String(bytes.length)],
    ]
    return { status: 200, headers, ...(request.method === 'GET' && { body: bytes }) }
  }

  private async startUpload({ request, name }: Call): Promise<ServerResponse> {
    const [mount, from, digest] = ['mount', 'from', 'digest'].map((key) => request.query.get(key))
    if (mount && from && this.repositories.mount(name, from, mount)) return created(name, mount)
    if (digest) return this.keep(name, await request.body.readAll(), digest)
    return accepted(name, this.uploads.start(), 0)
  }

  private uploadState({ name, reference }: Call): ServerResponse {
    const size = this.uploads.size(reference)
    return size === undefined ? errorAnswer('BLOB_UPLOAD_UNKNOWN') : { ...accepted(name, reference, size), status: 204 }
  }

  private async appendUpload({ request, name, reference }: Call): Promise<ServerResponse> {
    for await (const bytes of request.body) this.uploads.append(reference, bytes)
    const size = this.uploads.size(reference)
    return size === undefined ? errorAnswer('BLOB_UPLOAD_UNKNOWN') : accepted(name, reference, size)
  }

  private async finishUpload({ request, name, reference }: Call): Promise<ServerResponse> {
    for await (const bytes of request.body) this.uploads.append(reference, bytes)
    const bytes = this.uploads.finish(reference)
    return bytes ? this.keep(name, bytes, request.query.get('digest') ?? '') : errorAnswer('BLOB_UPLOAD_UNKNOWN')
  }

  private cancelUpload({ reference }: Call): ServerResponse {
    return this.uploads.finish(reference) ? { status: 204 } : errorAnswer('BLOB_UPLOAD_UNKNOWN')
  }

  private keep(name: string, bytes: Uint8Array, digest: string): ServerResponse {
    if (digestOf(bytes) !== digest) return errorAnswer('DIGEST_INVALID', { digest })
    return created(name, this.repositories.putBlob(name, bytes))
  }

  private listTags({ request, name }: Call): ServerResponse {
    const all = this.repositories.tags(name)
    const last = request.query.get('last') ?? ''
    const count = Number(request.query.get('n') ?? all.length)
    return jsonAnswer(200, { name, tags: all.filter((tag) => tag > last).slice(0, count) })
  }
}

/** 401 as Docker Hub says it: where to get a token, and for what. RFC 6750 section 3. */
function challenge(scope: string | undefined, code: ErrorCode, error?: string): ServerResponse {
  const parts = ['realm="https://auth.docker.io/token"', 'service="registry.docker.io"']
  if (scope !== undefined) parts.push(`scope="${scope}"`)
  if (error !== undefined) parts.push(`error="${error}"`)
  const [, name, actions = ''] = scope?.split(':') ?? []
  const detail = scope?.startsWith('repository:')
    ? actions.split(',').map((Action) => ({ Type: 'repository', Class: '', Name: name, Action }))
    : null
  return errorAnswer(code, detail, [['Www-Authenticate', `Bearer ${parts.join(',')}`]])
}

const created = (name: string, digest: string): ServerResponse => ({
  status: 201,
  headers: [
    ['Location', `/v2/${name}/blobs/${digest}`],
    ['Docker-Content-Digest', digest],
  ],
})

const accepted = (name: string, id: string, size: number): ServerResponse => ({
  status: 202,
  headers: [
    ['Location', `/v2/${name}/blobs/uploads/${id}`],
    ['Docker-Upload-Uuid', id],
    ['Range', `0-${Math.max(size - 1, 0)}`],
  ],
})
