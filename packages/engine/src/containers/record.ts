import type {
  ContainerConfig,
  ContainerStatus,
  EndpointSettings,
  Health,
  HostConfig,
  PortMap,
} from '@drydock/docker-api'
import type { TaskFileMount } from '../swarm/task-files.ts'
import { NEVER } from '../timestamps.ts'

/** A mount of a container, as config.v2.json keeps it. */
export interface MountRecord {
  readonly type: 'bind' | 'volume' | 'tmpfs'
  /** Of a volume. */
  readonly name?: string
  /** Host path; empty for tmpfs. */
  readonly source: string
  readonly destination: string
  readonly driver?: string
  readonly mode: string
  readonly rw: boolean
  /** An anonymous volume, which docker rm -v deletes. */
  readonly anonymous?: boolean
  /** What the image has there is not copied into the volume. */
  readonly noCopy?: boolean
  readonly tmpfsOptions?: string
  /** MS_… flags of a tmpfs. */
  readonly tmpfsFlags?: number
  /** Of a bind. */
  readonly propagation?: string
  /** A directory of the volume in the volume's place. */
  readonly subpath?: string
}

/** The state that outlives the daemon. */
export interface StateRecord {
  Running: boolean
  Paused: boolean
  Restarting: boolean
  OOMKilled: boolean
  Dead: boolean
  RemovalInProgress: boolean
  Pid: number
  ExitCode: number
  Error: string
  StartedAt: string
  FinishedAt: string
  Health?: Health
}

/** An endpoint on a network, with what was wished for and what it got. */
export interface EndpointRecord extends EndpointSettings {
  /** Wished by the user; `DNSNames` has the made-up ones too. */
  Aliases?: string[] | null
}

/** containers/<id>/config.v2.json. */
export interface ContainerRecord {
  ID: string
  Created: string
  Path: string
  Args: string[]
  Config: ContainerConfig
  /** `sha256:…`. */
  Image: string
  /** With a slash in front. */
  Name: string
  RestartCount: number
  HasBeenManuallyStopped: boolean
  HasBeenStartedBefore: boolean
  State: StateRecord
  Mounts: MountRecord[]
  Networks: Record<string, EndpointRecord>
  Ports: PortMap
  LogPath: string
  HostnamePath: string
  HostsPath: string
  ResolvConfPath: string
  SandboxID: string
  /** Of a task: its secrets and configs, which inspect does not show. */
  TaskFiles?: readonly TaskFileMount[]
}

export const newState = (): StateRecord => ({
  Running: false,
  Paused: false,
  Restarting: false,
  OOMKilled: false,
  Dead: false,
  RemovalInProgress: false,
  Pid: 0,
  ExitCode: 0,
  Error: '',
  StartedAt: NEVER,
  FinishedAt: NEVER,
})

/** State flags in the order in which they win, with the status they mean. moby container.State.StateString */
const STATUSES: readonly (readonly [keyof StateRecord, ContainerStatus])[] = [
  ['Paused', 'paused'],
  ['Restarting', 'restarting'],
  ['Running', 'running'],
  ['RemovalInProgress', 'removing'],
  ['Dead', 'dead'],
]

export function statusOf(state: StateRecord): ContainerStatus {
  const found = STATUSES.find(([flag]) => state[flag])
  if (found) return found[1]
  return state.StartedAt === NEVER ? 'created' : 'exited'
}

export type StoredContainer = { readonly record: ContainerRecord; readonly hostConfig: HostConfig }
