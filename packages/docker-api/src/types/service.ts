import type { ObjectVersion, SwarmObject } from './swarm.ts'
import type { NetworkAttachmentConfig, TaskSpec } from './task.ts'

/** Shapes of services in the Engine API v1.50. Durations in nanoseconds. */
export interface PortConfig {
  Name?: string
  Protocol?: string
  TargetPort?: number
  PublishedPort?: number
  PublishMode?: string
}
export interface EndpointSpec {
  Mode?: string
  Ports?: PortConfig[] | null
}
/** How many tasks; exactly one field is there. */
export interface ServiceMode {
  Replicated?: { Replicas?: number }
  Global?: object
  ReplicatedJob?: { MaxConcurrent?: number; TotalCompletions?: number }
  GlobalJob?: object
}
/** Of an update, or of a rollback (which knows no `rollback`). */
export interface UpdateConfig {
  /** 0: all at once. */
  Parallelism: number
  Delay?: number
  FailureAction?: string
  Monitor?: number
  MaxFailureRatio: number
  Order: string
}
export interface ServiceSpec {
  Name?: string
  Labels?: Record<string, string> | null
  TaskTemplate: TaskSpec
  Mode?: ServiceMode
  UpdateConfig?: UpdateConfig | null
  RollbackConfig?: UpdateConfig | null
  /** Before 1.25; now in the task's template. */
  Networks?: NetworkAttachmentConfig[] | null
  EndpointSpec?: EndpointSpec | null
}
export interface UpdateStatus {
  State?: string
  StartedAt?: string
  CompletedAt?: string
  Message?: string
}
/** GET /services/{id}. */
export interface Service extends SwarmObject {
  Spec: ServiceSpec
  PreviousSpec?: ServiceSpec | null
  Endpoint?: {
    Spec?: EndpointSpec
    Ports?: PortConfig[] | null
    VirtualIPs?: { NetworkID?: string; Addr?: string }[] | null
  }
  UpdateStatus?: UpdateStatus | null
  /** In lists asked for with `status`. */
  ServiceStatus?: { RunningTasks: number; DesiredTasks: number; CompletedTasks: number } | null
  JobStatus?: { JobIteration: ObjectVersion; LastExecution?: string } | null
}
export interface ServiceCreateResponse {
  ID: string
  Warnings?: string[] | null
}
export interface ServiceUpdateResponse {
  Warnings?: string[] | null
}
