import type {
  DistributionInspect,
  HistoryItem,
  ImageDeleteItem,
  ImageInspect,
  ImagesPruneReport,
  ImageSummary,
  JsonMessage,
  SearchResult,
} from '../types/image.ts'
import type { AuthConfig, BuildPruneReport, Filters } from '../types/system.ts'
import { encodeAuth, withAuth } from './registry-auth.ts'
import type { Query, Transport } from './transport.ts'

/** Names keep their slashes in the path. */
const at = (name: string, rest = ''): string => `/images/${name.split('/').map(encodeURIComponent).join('/')}${rest}`

/** /images and /build. Every method @throws ApiError, ConnectionError. */
export class ImagesClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { all?: boolean; digests?: boolean; filters?: Filters } = {}): Promise<ImageSummary[]> {
    const words = { ...query, filters: query.filters }
    return this.transport.json({ method: 'GET', path: '/images/json', query: words })
  }
  /** @param query.tag a tag or a digest */
  pull(
    query: { fromImage: string; tag?: string | undefined; platform?: string | undefined },
    auth?: AuthConfig,
  ): AsyncGenerator<JsonMessage, void, void> {
    return this.transport.lines({ method: 'POST', path: '/images/create', query, headers: withAuth(auth) })
  }
  /** A root file system from a URL, or (`fromSrc` `-`) from `tar`. */
  import(
    query: {
      fromSrc: string
      repo?: string
      tag?: string
      message?: string
      changes?: readonly string[]
      platform?: string
    },
    tar?: AsyncIterable<Uint8Array>,
  ): AsyncGenerator<JsonMessage, void, void> {
    const body = tar ? { body: tar, contentType: 'text/plain' } : {}
    return this.transport.lines({ method: 'POST', path: '/images/create', query, ...body })
  }
  inspect(name: string): Promise<ImageInspect> {
    return this.transport.json({ method: 'GET', path: at(name, '/json') })
  }
  history(name: string): Promise<HistoryItem[]> {
    return this.transport.json({ method: 'GET', path: at(name, '/history') })
  }
  push(name: string, query: { tag?: string | undefined }, auth: AuthConfig): AsyncGenerator<JsonMessage, void, void> {
    return this.transport.lines({ method: 'POST', path: at(name, '/push'), query, headers: withAuth(auth) })
  }
  tag(name: string, query: { repo: string; tag?: string | undefined }): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(name, '/tag'), query })
  }
  remove(name: string, query: { force?: boolean; noprune?: boolean } = {}): Promise<ImageDeleteItem[]> {
    return this.transport.json({ method: 'DELETE', path: at(name), query })
  }
  /** What the registry has under a name; the engine asks it. */
  distribution(name: string, auth?: AuthConfig): Promise<DistributionInspect> {
    const path = `/distribution/${name.split('/').map(encodeURIComponent).join('/')}/json`
    return this.transport.json({ method: 'GET', path, headers: withAuth(auth) })
  }
  search(query: { term: string; limit?: number | undefined; filters?: Filters }): Promise<SearchResult[]> {
    const words = { ...query, filters: query.filters }
    return this.transport.json({ method: 'GET', path: '/images/search', query: words })
  }
  save(names: readonly string[]): AsyncGenerator<Uint8Array, void, void> {
    return this.transport.bytes({ method: 'GET', path: '/images/get', query: { names } })
  }
  load(tar: AsyncIterable<Uint8Array>, query: { quiet?: boolean } = {}): AsyncGenerator<JsonMessage, void, void> {
    const words = { quiet: query.quiet ? '1' : '0' }
    return this.transport.lines({
      method: 'POST',
      path: '/images/load',
      query: words,
      body: tar,
      contentType: 'application/x-tar',
    })
  }
  prune(filters: Filters = {}): Promise<ImagesPruneReport> {
    return this.transport.json({ method: 'POST', path: '/images/prune', query: { filters } })
  }
  /** The classic builder. @param context a tar archive */
  build(
    query: Query,
    context: AsyncIterable<Uint8Array>,
    auths: Readonly<Record<string, AuthConfig>> = {},
  ): AsyncGenerator<JsonMessage, void, void> {
    return this.transport.lines({
      method: 'POST',
      path: '/build',
      query,
      headers: { 'X-Registry-Config': encodeAuth(auths) },
      body: context,
      contentType: 'application/x-tar',
    })
  }
  pruneBuildCache(query: { all?: boolean; filters?: Filters } = {}): Promise<BuildPruneReport> {
    const words = { ...query, filters: query.filters }
    return this.transport.json({ method: 'POST', path: '/build/prune', query: words })
  }
}
