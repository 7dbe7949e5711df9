import type { Clock, Entropy } from '@drydock/abi'
import type { Hub } from '@drydock/hub'
import type { Forge } from '@drydock/hub/forge'
import type { NpmMirror } from '@drydock/hub/npm-mirror'
import type { PythonIndex } from '@drydock/hub/python-index'
import type { Service } from './internet.ts'
import { SavedValues, type Saver } from './saver.ts'

/** Names under which the Hub and its services are found, and a mirror whose files are made of the Hub's layers. */
const HUB_NAMES: readonly string[] = [
  'registry-1.docker.io',
  'docker.io',
  'auth.docker.io',
  'index.docker.io',
  'hub.docker.com',
  'production.cloudflare.docker.com',
  'dl-cdn.alpinelinux.org',
  ...['docker.elastic.co', 'gcr.io', 'ghcr.io', 'mcr.microsoft.com', 'mirror.gcr.io', 'public.ecr.aws', 'quay.io'],
]

interface HubServiceOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly saver: Saver
  /** Where the saver keeps what is pushed. */
  readonly prefix: string
}

/** What the internet of a session has to offer: the Hub, which keeps what is pushed, and the forge. Loaded when asked for. */
export class HubService {
  readonly services: ReadonlyMap<string, Service>
  private readonly options: HubServiceOptions
  private pushed: SavedValues | undefined
  private hub: Promise<Hub> | undefined
  private forge: Promise<Forge> | undefined
  private npm: Promise<NpmMirror> | undefined
  private python: Promise<PythonIndex> | undefined

  constructor(options: HubServiceOptions) {
    this.options = options
    const serve: Service = async (stream, host, port) => {
      this.hub ??= this.loadHub()
      return (await this.hub).serve(stream, host, port)
    }
    const serveForge: Service = async (stream) => {
      this.forge ??= import('@drydock/hub/forge').then((door) => new door.Forge())
      return (await this.forge).serve(stream)
    }
    const rows = HUB_NAMES.map((name): [string, Service] => [name, serve])
    const serveNpm: Service = async (stream) => {
      this.npm ??= this.loadNpm()
      return (await this.npm).serve(stream)
    }
    const servePython: Service = async (stream) => {
      this.python ??= import('@drydock/hub/python-index').then((door) => new door.PythonIndex())
      return (await this.python).serve(stream)
    }
    this.services = new Map<string, Service>([
      ...rows,
      ['github.com', serveForge],
      ['www.github.com', serveForge],
      ['pypi.org', servePython],
      ['files.pythonhosted.org', servePython],
      ['registry.npmjs.org', serveNpm],
      ['registry.yarnpkg.com', serveNpm],
    ])
  }

  /** Goes on with what is kept, and nothing else. */
  open(pushed: Iterable<[string, unknown]>): void {
    const { saver, prefix } = this.options
    this.pushed = new SavedValues(pushed, saver.dirty)
    saver.add(prefix, this.pushed)
    this.hub = undefined
  }

  /** Without a network it may not be there yet: then the next who asks tries anew. */
  private async loadNpm(): Promise<NpmMirror> {
    try {
      const { NpmMirror: Mirror } = await import('@drydock/hub/npm-mirror')
      return new Mirror()
    } catch (error) {
      this.npm = undefined
      throw error
    }
  }

  private async loadHub(): Promise<Hub> {
    const { clock, entropy } = this.options
    const values = this.pushed
    const store = {
      get: (key: string) => values?.get(key) as Uint8Array | undefined,
      put: (key: string, bytes: Uint8Array) => values?.set(key, bytes),
      keys: () => values?.keys() ?? [].values(),
    }
    const [{ createHub }, { default: programs }] = await Promise.all([
      import('@drydock/hub'),
      import('virtual:program-rows'),
    ])
    return createHub({ programs, clock, entropy, store })
  }
}
