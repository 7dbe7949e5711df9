import type {
  Config,
  EndpointSpec,
  Node,
  ObjectVersion,
  Secret,
  Service,
  Swarm,
  SwarmObject,
  TLSInfo,
  Task,
  TaskState,
} from '@drydock/docker-api'

/** What the cluster's store keeps: the objects of the API, with what only managers know under `internal`. */
/** The authority that certifies a swarm's nodes. */
export interface RootCa {
  /** PEM, as the key. */
  readonly certificate: string
  readonly key: string
  readonly info: TLSInfo
  /** As join tokens name it. */
  readonly digest: string
}

export interface ClusterObject extends Swarm {
  internal: {
    readonly unlockKey: string
    /** Counts up: the next network's number. */
    nextVni: number
    readonly root?: RootCa
  }
}

export interface NodeObject extends Node {
  internal: {
    /** What a node shows to be let in again. */
    readonly secret: string
    /** Where its manager listens for others; empty for workers. */
    readonly managerAddr: string
    /** Where frames of overlay networks are sent. */
    readonly dataPathAddr: string
  }
}

export interface ServiceObject extends Service {
  /** Of the last change that makes tasks anew. */
  SpecVersion: ObjectVersion
  PreviousSpecVersion?: ObjectVersion
  /** X-Registry-Auth for the image of this spec, and of the one before. */
  registryAuth?: string
  previousRegistryAuth?: string
}

export interface TaskObject extends Task {
  SpecVersion: ObjectVersion
  internal: TaskInternals
}

export interface TaskInternals {
  readonly serviceName: string
  readonly serviceLabels?: Record<string, string>
  /** X-Registry-Auth for its image. */
  readonly registryAuth?: string
  /** Of the service when the task was made. */
  readonly endpointSpec: EndpointSpec | undefined
  /** When earlier tasks of its slot were started again, in milliseconds since the epoch. */
  readonly restarts: readonly number[]
  /** A restart waits so long. */
  readonly startAtMs?: number
  /** The state it is to have once the task before it has ended, or its time has come. */
  readonly goal?: TaskState
  readonly after?: string
}

export interface NetworkSpec {
  readonly Name: string
  readonly Labels: Record<string, string>
  readonly Driver: string
  readonly Options: Record<string, string>
  readonly Internal: boolean
  readonly Attachable: boolean
  readonly Ingress: boolean
  readonly Ipv6: boolean
}

export interface NetworkObject extends SwarmObject {
  Spec: NetworkSpec
  /** VXLAN network identifier. */
  readonly vni: number
  readonly subnet: string
  readonly gateway: string
  readonly chosenSubnet: boolean
  /** The address that each node's load balancer has, by node. */
  balancers: Record<string, string>
}

/** A container of `docker run` on an attachable network. */
export interface AttachmentObject extends SwarmObject {
  readonly NodeID: string
  readonly NetworkID: string
  readonly ContainerID: string
  readonly names: readonly string[]
  readonly containerName: string
  readonly address: string
}

export interface Tables {
  cluster: ClusterObject
  node: NodeObject
  service: ServiceObject
  task: TaskObject
  network: NetworkObject
  secret: Secret
  config: Config
  attachment: AttachmentObject
}
export type TableName = keyof Tables
export const TABLES: readonly TableName[] = [
  'cluster',
  'node',
  'service',
  'task',
  'network',
  'secret',
  'config',
  'attachment',
]

/** The order a task goes through its states; it only goes forward. */
const ORDER: readonly TaskState[] = [
  'new',
  'allocated',
  'pending',
  'assigned',
  'accepted',
  'preparing',
  'ready',
  'starting',
  'running',
  'complete',
  'shutdown',
  'failed',
  'rejected',
  'remove',
  'orphaned',
]
export const rank = (state: TaskState): number => ORDER.indexOf(state)
export const hasEnded = ({ Status }: Pick<Task, 'Status'>): boolean => rank(Status.State) > rank('running')
/** Wanted up, whether it is yet. */
export const isWanted = ({ DesiredState }: Pick<Task, 'DesiredState'>): boolean =>
  rank(DesiredState) <= rank('complete')
export const isActive = (task: Task): boolean => isWanted(task) && !hasEnded(task)
