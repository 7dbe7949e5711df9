import { ConfigsClient } from './configs.ts'
import { ContainersClient } from './containers.ts'
import { ExecClient } from './exec.ts'
import { ImagesClient } from './images.ts'
import { NetworksClient } from './networks.ts'
import { NodesClient } from './nodes.ts'
import { SecretsClient } from './secrets.ts'
import { ServicesClient } from './services.ts'
import { SwarmClient } from './swarm.ts'
import { SystemClient } from './system.ts'
import { TasksClient } from './tasks.ts'
import { Transport, type TransportOptions } from './transport.ts'
import { VolumesClient } from './volumes.ts'

/** The Engine API, a method a call, by noun. Nothing is dialled before the first call. */
export class DockerClient {
  readonly transport: Transport
  readonly configs: ConfigsClient
  readonly containers: ContainersClient
  readonly exec: ExecClient
  readonly images: ImagesClient
  readonly networks: NetworksClient
  readonly nodes: NodesClient
  readonly secrets: SecretsClient
  readonly services: ServicesClient
  readonly swarm: SwarmClient
  readonly system: SystemClient
  readonly tasks: TasksClient
  readonly volumes: VolumesClient

  /** @param by how to reach the engine, or what carries calls to it */
  constructor(by: TransportOptions | Transport) {
    this.transport = by instanceof Transport ? by : new Transport(by)
    this.configs = new ConfigsClient(this.transport)
    this.containers = new ContainersClient(this.transport)
    this.exec = new ExecClient(this.transport)
    this.images = new ImagesClient(this.transport)
    this.networks = new NetworksClient(this.transport)
    this.nodes = new NodesClient(this.transport)
    this.secrets = new SecretsClient(this.transport)
    this.services = new ServicesClient(this.transport)
    this.swarm = new SwarmClient(this.transport)
    this.system = new SystemClient(this.transport)
    this.tasks = new TasksClient(this.transport)
    this.volumes = new VolumesClient(this.transport)
  }
}
