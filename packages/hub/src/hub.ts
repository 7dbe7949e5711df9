import type { ByteStream, Clock, Entropy } from '@drydock/abi'
import { type ServerRequest, type ServerResponse, serveConnection } from '@drydock/http'
import { DistributionApi } from '@drydock/registry'
import { CATALOGUE } from './catalogue/index.ts'
import { AlpineMirror } from './mirrors/alpine-mirror.ts'
import { HubApi, TokenApi } from './registry/accounts-api.ts'
import { Accounts } from './registry/accounts.ts'
import { hubPath, OTHER_REGISTRIES } from './registry/elsewhere.ts'
import { Repositories } from './registry/repositories.ts'
import { type HubStore, memoryStore } from './registry/store.ts'
import { TokenAccess } from './registry/token-access.ts'
import { ImageBuilder } from './rootfs/build-image.ts'
import type { Packages } from './rootfs/image-spec.ts'
import { type ProgramRow, ProgramRows } from './rootfs/program-rows.ts'

export interface HubOptions {
  /** The table of programs whose stubs images hold. */
  readonly programs: readonly ProgramRow[]
  readonly clock: Clock
  readonly entropy: Entropy
  /** Keeps what is pushed; without it that lasts as long as the Hub. */
  readonly store?: HubStore
}

export interface Hub {
  /** Answers a connection to one of Docker Hub's names until it ends. HTTP in clear, whatever the port. */
  serve(stream: ByteStream, host: string, port: number): Promise<void>
}

type Service = { handle(request: ServerRequest): Promise<ServerResponse> }

const loadPackages = async (): Promise<Packages> => (await import('./mirrors/package-shelf.ts')).PackageShelf.load()

/** Docker Hub: its registry, its tokens, its search. */
export function createHub({ programs, clock, entropy, store = memoryStore() }: HubOptions): Hub {
  const builder = new ImageBuilder(new ProgramRows(programs))
  const repositories = new Repositories(CATALOGUE, builder, store, entropy)
  const accounts = new Accounts(store, entropy)
  const distribution = new DistributionApi({ store: repositories, access: new TokenAccess(), relativeUrls: true })
  const registry: Service = {
    async handle(request) {
      const name = /^\/v2\/(.+)\/(?:manifests|blobs|tags)\//.exec(request.path)?.[1]
      if (name !== undefined && repositories.needsPackages(name)) builder.use(await loadPackages())
      return distribution.handle(request)
    },
  }
  const hubApi = new HubApi(repositories, accounts, clock)
  const services: ReadonlyMap<string, Service> = new Map<string, Service>([
    ['registry-1.docker.io', registry],
    ['auth.docker.io', new TokenApi(repositories, accounts, clock)],
    [
      'index.docker.io',
      {
        handle: (request) =>
          (request.path.startsWith('/v2/') && !request.path.startsWith('/v2/users') ? registry : hubApi).handle(
            request,
          ),
      },
    ],
    ['hub.docker.com', hubApi],
    ['dl-cdn.alpinelinux.org', new AlpineMirror(builder)],
    ...OTHER_REGISTRIES.map((host): [string, Service] => [
      host,
      { handle: (request) => registry.handle({ ...request, path: hubPath(host, request.path) }) },
    ]),
    ['docker.io', { handle: async () => ({ status: 301, headers: [['Location', 'https://www.docker.com/']] }) }],
  ])
  const now = (): number => clock.now()
  return {
    serve(stream, host) {
      const service = services.get(host) ?? registry
      return serveConnection(stream, (request) => service.handle(request), { now, server: 'nginx' })
    },
  }
}
