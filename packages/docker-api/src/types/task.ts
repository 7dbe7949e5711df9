import type { HealthConfig, Mount, Ulimit } from './container.ts'
import type { Network } from './network.ts'
import type { Platform } from './node.ts'
import type { PortConfig } from './service.ts'
import type { Driver, ObjectVersion, SwarmObject } from './swarm.ts'

/** Shapes of tasks in the Engine API v1.50. Memory in bytes, durations in nanoseconds, processors in 1e-9. */
export interface GenericResource {
  NamedResourceSpec?: { Kind: string; Value: string }
  DiscreteResourceSpec?: { Kind: string; Value: number }
}
export interface ResourceObject {
  NanoCPUs?: number
  MemoryBytes?: number
  GenericResources?: GenericResource[] | null
}
export interface ResourceLimit {
  NanoCPUs?: number
  MemoryBytes?: number
  Pids?: number
}
export interface ResourceRequirements {
  Limits?: ResourceLimit
  Reservations?: ResourceObject
}
export type RestartCondition = 'none' | 'on-failure' | 'any'
export interface TaskRestartPolicy {
  Condition?: RestartCondition
  Delay?: number
  MaxAttempts?: number
  Window?: number
}
export interface Placement {
  Constraints?: string[] | null
  Preferences?: { Spread?: { SpreadDescriptor: string } }[] | null
  MaxReplicas?: number
  Platforms?: Platform[] | null
}
export interface NetworkAttachmentConfig {
  Target?: string
  Aliases?: string[] | null
  DriverOpts?: Record<string, string> | null
}
/** Where a secret or config lies in the container. */
export interface FileTarget {
  Name: string
  UID: string
  GID: string
  /** Permission bits, as Go's os.FileMode. */
  Mode: number
}
export interface SecretReference {
  File?: FileTarget | null
  SecretID: string
  SecretName: string
}
export interface ConfigReference {
  File?: FileTarget | null
  /** Not mounted; used by the credential spec. */
  Runtime?: object | null
  ConfigID: string
  ConfigName: string
}
export interface CredentialSpec {
  Config?: string
  File?: string
  Registry?: string
}
export interface Privileges {
  CredentialSpec?: CredentialSpec | null
  SELinuxContext?: { Disable?: boolean; User?: string; Role?: string; Type?: string; Level?: string } | null
  Seccomp?: { Mode?: string; Profile?: string } | null
  AppArmor?: { Mode?: string } | null
  NoNewPrivileges?: boolean
}
export interface DNSConfig {
  Nameservers?: string[] | null
  Search?: string[] | null
  Options?: string[] | null
}
/** What a task's container is made from. */
export interface ContainerSpec {
  Image?: string
  Labels?: Record<string, string> | null
  Command?: string[] | null
  Args?: string[] | null
  Hostname?: string
  Env?: string[] | null
  Dir?: string
  User?: string
  Groups?: string[] | null
  Privileges?: Privileges | null
  Init?: boolean | null
  StopSignal?: string
  TTY?: boolean
  OpenStdin?: boolean
  ReadOnly?: boolean
  Mounts?: Mount[] | null
  StopGracePeriod?: number | null
  Healthcheck?: HealthConfig | null
  /** `address name…`, as in hosts(5). */
  Hosts?: string[] | null
  DNSConfig?: DNSConfig | null
  Secrets?: SecretReference[] | null
  Configs?: ConfigReference[] | null
  Isolation?: string
  Sysctls?: Record<string, string> | null
  CapabilityAdd?: string[] | null
  CapabilityDrop?: string[] | null
  Ulimits?: Ulimit[] | null
  OomScoreAdj?: number
}
export interface PluginPrivilege {
  Name: string
  Description: string
  Value: string[] | null
}
export interface TaskSpec {
  ContainerSpec?: ContainerSpec
  PluginSpec?: { Name?: string; Remote?: string; Disabled?: boolean; PluginPrivilege?: PluginPrivilege[] | null }
  NetworkAttachmentSpec?: { ContainerID: string }
  Resources?: ResourceRequirements | null
  RestartPolicy?: TaskRestartPolicy | null
  Placement?: Placement | null
  Networks?: NetworkAttachmentConfig[] | null
  LogDriver?: Driver | null
  ForceUpdate?: number
  Runtime?: string
}
/** In the order a task goes through them; from `complete` on it has ended. */
export type TaskState =
  | 'new'
  | 'allocated'
  | 'pending'
  | 'assigned'
  | 'accepted'
  | 'preparing'
  | 'ready'
  | 'starting'
  | 'running'
  | 'complete'
  | 'shutdown'
  | 'failed'
  | 'rejected'
  | 'remove'
  | 'orphaned'
export interface TaskStatus {
  Timestamp?: string
  State: TaskState
  Message?: string
  Err?: string
  ContainerStatus?: { ContainerID: string; PID: number; ExitCode: number }
  PortStatus?: { Ports?: PortConfig[] | null }
}
/** A network of the cluster's store as a task shows it. */
export interface TaskNetwork extends SwarmObject {
  Spec: Record<string, unknown>
  DriverState?: Driver
  IPAMOptions?: { Driver?: Driver; Configs?: { Subnet?: string; Range?: string; Gateway?: string }[] | null }
}
export interface NetworkAttachment {
  Network?: TaskNetwork | Partial<Network>
  Addresses?: string[] | null
}
/** GET /tasks/{id}. */
export interface Task extends SwarmObject {
  Name?: string
  Labels: Record<string, string> | null
  Spec: TaskSpec
  ServiceID: string
  /** 0 for tasks of a global service. */
  Slot?: number
  NodeID?: string
  AssignedGenericResources?: GenericResource[] | null
  Status: TaskStatus
  DesiredState: TaskState
  /** Of jobs. */
  JobIteration?: ObjectVersion | null
  NetworksAttachments?: NetworkAttachment[] | null
  Volumes?: { ID: string; Source: string; Target: string }[] | null
}
