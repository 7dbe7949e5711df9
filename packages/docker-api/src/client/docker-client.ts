import { ContainersClient } from './containers.ts'
import { ExecClient } from './exec.ts'
import { ImagesClient } from './images.ts'
import { NetworksClient } from './networks.ts'
import { SystemClient } from './system.ts'
import { Transport, type TransportOptions } from './transport.ts'
import { VolumesClient } from './volumes.ts'

/** The Engine API, a method a call, by noun. Nothing is dialled before the first call. */
export class DockerClient {
  readonly transport: Transport
  readonly containers: ContainersClient
  readonly exec: ExecClient
  readonly images: ImagesClient
  readonly networks: NetworksClient
  readonly system: SystemClient
  readonly volumes: VolumesClient

  constructor(options: TransportOptions) {
    this.transport = new Transport(options)
    this.containers = new ContainersClient(this.transport)
    this.exec = new ExecClient(this.transport)
    this.images = new ImagesClient(this.transport)
    this.networks = new NetworksClient(this.transport)
    this.system = new SystemClient(this.transport)
    this.volumes = new VolumesClient(this.transport)
  }
}
