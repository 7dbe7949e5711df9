import type { ByteStream } from '@drydock/abi'
import type {
  ContainerCreateBody,
  ContainerCreateResponse,
  ContainerInspect,
  ContainersPruneReport,
  ContainerSummary,
  ContainerTop,
  ContainerUpdateBody,
  ContainerWaitResponse,
  FilesystemChange,
  PathStat,
  WarningsResponse,
} from '../types/container.ts'
import type { Stats } from '../types/stats.ts'
import type { Filters } from '../types/system.ts'
import type { Transport } from './transport.ts'

export interface ListContainers {
  readonly all?: boolean
  readonly limit?: number
  readonly size?: boolean
  readonly filters?: Filters
}
export interface LogsQuery {
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly follow?: boolean
  readonly timestamps?: boolean
  readonly details?: boolean
  /** Seconds since the epoch, with a fraction. */
  readonly since?: string
  readonly until?: string
  /** A number of lines or `all`. */
  readonly tail?: string
}
export interface AttachQuery {
  readonly stream?: boolean
  readonly logs?: boolean
  readonly stdin?: boolean
  readonly stdout?: boolean
  readonly stderr?: boolean
  readonly detachKeys?: string
}
export interface CommitQuery {
  readonly container: string
  readonly repo?: string
  readonly tag?: string
  readonly comment?: string
  readonly author?: string
  readonly changes?: readonly string[]
  readonly pause?: boolean
}

const at = (id: string, rest = ''): string => `/containers/${encodeURIComponent(id)}${rest}`

/** /containers. Every method @throws ApiError, ConnectionError. */
export class ContainersClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(options: ListContainers = {}): Promise<ContainerSummary[]> {
    const query = { ...options, filters: options.filters }
    return this.transport.json({ method: 'GET', path: '/containers/json', query })
  }
  create(
    body: ContainerCreateBody,
    query: { name?: string; platform?: string } = {},
  ): Promise<ContainerCreateResponse> {
    const named = { name: query.name || undefined, platform: query.platform || undefined }
    return this.transport.json({ method: 'POST', path: '/containers/create', query: named, json: body })
  }
  inspect(id: string, query: { size?: boolean } = {}): Promise<ContainerInspect> {
    return this.transport.json({ method: 'GET', path: at(id, '/json'), query })
  }
  start(id: string, query: { detachKeys?: string } = {}): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/start'), query })
  }
  /** @param query.t seconds before SIGKILL */
  stop(id: string, query: { t?: number | undefined; signal?: string | undefined } = {}): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/stop'), query })
  }
  restart(id: string, query: { t?: number | undefined; signal?: string | undefined } = {}): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/restart'), query })
  }
  kill(id: string, signal: string): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/kill'), query: { signal: signal || undefined } })
  }
  pause(id: string): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/pause') })
  }
  unpause(id: string): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/unpause') })
  }
  rename(id: string, name: string): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/rename'), query: { name } })
  }
  update(id: string, body: ContainerUpdateBody): Promise<WarningsResponse> {
    return this.transport.json({ method: 'POST', path: at(id, '/update'), json: body })
  }
  remove(id: string, query: { force?: boolean; v?: boolean; link?: boolean } = {}): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(id), query })
  }
  /**
   * Waits for the container.
   * @returns once the engine is waiting: `result` resolves when the condition comes true
   */
  async wait(
    id: string,
    condition?: 'not-running' | 'next-exit' | 'removed',
  ): Promise<{ result: Promise<ContainerWaitResponse>; cancel: () => void }> {
    const answer = await this.transport.send({ method: 'POST', path: at(id, '/wait'), query: { condition } })
    const read = async (): Promise<ContainerWaitResponse> => {
      let text = ''
      const decoder = new TextDecoder()
      for await (const bytes of answer.body) text += decoder.decode(bytes, { stream: true })
      answer.close()
      return JSON.parse(text) as ContainerWaitResponse
    }
    return { result: read(), cancel: () => answer.close() }
  }
  resize(id: string, size: { h: number; w: number }): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/resize'), query: size })
  }
  /** Frames (see StdDemultiplexer) unless the container has a terminal. */
  logs(id: string, query: LogsQuery): AsyncGenerator<Uint8Array, void, void> {
    return this.transport.bytes({ method: 'GET', path: at(id, '/logs'), query: { ...query } })
  }
  attach(id: string, query: AttachQuery): Promise<{ stream: ByteStream; contentType: string }> {
    return this.transport.hijack({ method: 'POST', path: at(id, '/attach'), query: { ...query } })
  }
  top(id: string, psArgs?: string): Promise<ContainerTop> {
    return this.transport.json({ method: 'GET', path: at(id, '/top'), query: { ps_args: psArgs } })
  }
  /** One object a second, or one in all with `stream` false. */
  stats(id: string, query: { stream: boolean; oneShot?: boolean }): AsyncGenerator<Stats, void, void> {
    const words = { stream: query.stream ? '1' : '0', 'one-shot': query.oneShot ? '1' : undefined }
    return this.transport.lines({ method: 'GET', path: at(id, '/stats'), query: words })
  }
  async changes(id: string): Promise<FilesystemChange[]> {
    return (await this.transport.json<FilesystemChange[] | null>({ method: 'GET', path: at(id, '/changes') })) ?? []
  }
  export(id: string): AsyncGenerator<Uint8Array, void, void> {
    return this.transport.bytes({ method: 'GET', path: at(id, '/export') })
  }
  async statPath(id: string, path: string): Promise<PathStat> {
    const answer = await this.transport.send({ method: 'HEAD', path: at(id, '/archive'), query: { path } })
    answer.close()
    return decodePathStat(answer.headers.get('x-docker-container-path-stat') ?? '')
  }
  /** A tar archive of `path`, and what `path` is. */
  async getArchive(
    id: string,
    path: string,
  ): Promise<{ stat: PathStat; tar: AsyncIterable<Uint8Array>; close(): void }> {
    const answer = await this.transport.send({ method: 'GET', path: at(id, '/archive'), query: { path } })
    const stat = decodePathStat(answer.headers.get('x-docker-container-path-stat') ?? '')
    return { stat, tar: answer.body, close: () => answer.close() }
  }
  putArchive(
    id: string,
    path: string,
    tar: Uint8Array | AsyncIterable<Uint8Array>,
    query: { noOverwriteDirNonDir?: boolean; copyUIDGID?: boolean } = {},
  ): Promise<void> {
    const words = {
      path,
      noOverwriteDirNonDir: query.noOverwriteDirNonDir ? 'true' : undefined,
      copyUIDGID: query.copyUIDGID ? 'true' : undefined,
    }
    return this.transport.done({
      method: 'PUT',
      path: at(id, '/archive'),
      query: words,
      body: tar,
      contentType: 'application/x-tar',
    })
  }
  commit(query: CommitQuery): Promise<{ Id: string }> {
    const { pause, ...rest } = query
    const words = { ...rest, pause: pause === false ? '0' : undefined }
    return this.transport.json({ method: 'POST', path: '/commit', query: words })
  }
  prune(filters: Filters = {}): Promise<ContainersPruneReport> {
    return this.transport.json({ method: 'POST', path: '/containers/prune', query: { filters } })
  }
}

/** The header is base64 (either alphabet) of JSON. */
function decodePathStat(header: string): PathStat {
  const binary = atob(header.replaceAll('-', '+').replaceAll('_', '/'))
  const text = new TextDecoder().decode(Uint8Array.from(binary, (c) => c.charCodeAt(0)))
  return JSON.parse(text) as PathStat
}
