import type { Sys } from '@drydock/abi'
import type { BuildCache } from './builder/buildkit/build-cache.ts'
import type { DaemonConfig } from './config/daemon-config.ts'
import type { ContainerStore } from './containers/container-store.ts'
import type { EventLog } from './events/event-log.ts'
import type { ExecStore } from './exec/exec-store.ts'
import type { ImageStore } from './images/image-store.ts'
import type { NetworkController } from './networks/network-controller.ts'
import type { Places } from './state/places.ts'
import type { SwarmNode } from './swarm/swarm-node.ts'
import type { VolumeStore } from './volumes/volume-store.ts'

/** Everything the operations of the daemon work on. */
export interface DaemonParts {
  readonly sys: Sys
  readonly places: Places
  readonly events: EventLog
  readonly containers: ContainerStore
  readonly images: ImageStore
  readonly networks: NetworkController
  readonly volumes: VolumeStore
  readonly execs: ExecStore
  readonly buildCache: BuildCache
  readonly config: DaemonConfig
  readonly swarm: SwarmNode
  /** Random, kept in <root>/engine-id. */
  readonly engineId: string
}
