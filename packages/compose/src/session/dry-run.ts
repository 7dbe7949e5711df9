import { canonical, CliError, parseReference } from '@drydock/cli-plugin'
import {
  ApiError,
  type Call,
  type ContainerCreateBody,
  type ContainerSummary,
  type Filters,
  Transport,
} from '@drydock/docker-api'

/** Stands before every line that tells of something that was not done. docker/compose pkg/api/dryrunclient.go */
export const DRY_RUN_PREFIX = ' DRY-RUN MODE - '

/** What containerd's client of registries says. */
const DENIED =
  'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed'

/** What a call would have been answered; undefined is no body. */
type Reply = (call: Call, name: string) => unknown

interface Route {
  readonly method: Call['method']
  readonly path: RegExp
  readonly reply: (self: DryRunTransport) => Reply
}

/** A container that would be there, as an inspection shows it: it runs, and is well. */
const madeUp = (name: string): object => ({
  Id: name,
  Name: name,
  State: { Status: 'running', Running: true, ExitCode: 0, Health: { Status: 'healthy' } },
  Mounts: [],
  Config: { Labels: {} },
  NetworkSettings: { Networks: {} },
})

/** Answers calls that would change something by itself, and passes on those that only ask. */
export class DryRunTransport extends Transport {
  private readonly made: ContainerSummary[] = []
  private readonly removed = new Set<string>()
  private readonly pulled = new Set<string>()

  override async text(call: Call): Promise<string> {
    const route = ROUTES.find(({ method, path }) => method === call.method && path.test(call.path))
    if (!route) return call.method === 'GET' || call.method === 'HEAD' ? super.text(call) : ''
    const name = decodeURIComponent(route.path.exec(call.path)?.[1] ?? '')
    const value = await route.reply(this)(call, name)
    return value === undefined ? '' : JSON.stringify(value)
  }

  override async *lines<T>(call: Call): AsyncGenerator<T, void, void> {
    if (call.method === 'GET') yield* super.lines<T>(call)
    else await this.text(call)
  }

  override hijack(): Promise<never> {
    throw new CliError('interactive run is not supported in dry-run mode')
  }

  create({ query, json }: Call): object {
    const name = String((query as { name?: string } | undefined)?.name)
    const body = json as ContainerCreateBody
    this.made.push({
      ...{ Id: name, Names: [`/${name}`], Image: body.Image ?? '', ImageID: '', Command: '', Created: 0, Ports: [] },
      ...{ Labels: body.Labels ?? {}, State: 'created', Status: 'Created', HostConfig: {}, Mounts: [] },
      NetworkSettings: { Networks: {} },
    })
    return { Id: name, Warnings: [] }
  }

  rename({ query }: Call, id: string): void {
    const at = this.made.findIndex((each) => each.Id === id)
    const old = this.made[at]
    if (old) this.made[at] = { ...old, Names: [`/${String((query as { name?: string }).name)}`] }
  }

  remove(id: string): void {
    this.removed.add(id)
  }

  /** Those that are there, without what would be gone and with what would have come. */
  async list(call: Call): Promise<ContainerSummary[]> {
    const found = await this.passed<ContainerSummary[]>(call)
    const labels = (call.query as { filters?: Filters } | undefined)?.filters?.['label'] ?? []
    const kept = [...found, ...this.made.filter((each) => hasLabels(each, labels))]
    return kept.filter(({ Id }) => !this.removed.has(Id))
  }

  async inspect(call: Call, name: string): Promise<unknown> {
    return this.made.some(({ Id }) => Id === name) ? madeUp(name) : this.passed(call)
  }

  async image(call: Call, name: string): Promise<unknown> {
    try {
      return await this.passed(call)
    } catch (error) {
      if (error instanceof ApiError && this.pulled.has(canonical(parseReference(name))))
        return { Id: 'dryRunId', Config: {} }
      throw error
    }
  }

  /** Only the registry is asked. @throws CliError when it has no such image */
  async pull({ query, headers = {} }: Call): Promise<void> {
    const { fromImage = '', tag = '' } = query as { fromImage?: string; tag?: string }
    const name = `${fromImage}${tag.includes(':') ? '@' : ':'}${tag}`
    await this.registry(name, headers)
    this.pulled.add(canonical(parseReference(name)))
  }

  private async registry(name: string, headers: Readonly<Record<string, string>>): Promise<void> {
    const path = `/distribution/${name.split('/').map(encodeURIComponent).join('/')}/json`
    try {
      await super.text({ method: 'GET', path, headers })
    } catch (error) {
      throw error instanceof ApiError && error.status < 500 ? new CliError(DENIED) : error
    }
  }

  private async passed<T>(call: Call): Promise<T> {
    return JSON.parse(await super.text(call)) as T
  }
}

const hasLabels = ({ Labels }: ContainerSummary, wanted: readonly string[]): boolean =>
  wanted.every((word) => {
    const [key = '', ...value] = word.split('=')
    return value.length === 0 ? Labels?.[key] !== undefined : Labels?.[key] === value.join('=')
  })

const CONTAINER = '^/containers/([^/]+)'
const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/containers\/json$/, reply: (self) => (call) => self.list(call) },
  { method: 'GET', path: new RegExp(`${CONTAINER}/json$`), reply: (self) => (call, name) => self.inspect(call, name) },
  { method: 'GET', path: /^\/images\/(.+)\/json$/, reply: (self) => (call, name) => self.image(call, name) },
  { method: 'POST', path: /^\/containers\/create$/, reply: (self) => (call) => self.create(call) },
  { method: 'POST', path: new RegExp(`${CONTAINER}/rename$`), reply: (self) => (call, id) => self.rename(call, id) },
  { method: 'DELETE', path: new RegExp(`${CONTAINER}$`), reply: (self) => (_call, id) => self.remove(id) },
  { method: 'POST', path: /^\/images\/create$/, reply: (self) => (call) => self.pull(call) },
  {
    method: 'POST',
    path: /^\/networks\/create$/,
    reply:
      () =>
      ({ json }) => ({ Id: (json as { Name: string }).Name }),
  },
  {
    method: 'POST',
    path: /^\/volumes\/create$/,
    reply:
      () =>
      ({ json }) =>
        json,
  },
  { method: 'POST', path: new RegExp(`${CONTAINER}/exec$`), reply: () => (_call, name) => ({ Id: name }) },
  { method: 'GET', path: /^\/exec\/([^/]+)\/json$/, reply: () => () => ({ Running: false, ExitCode: 0 }) },
]
