import type { ContainerConfig, HealthConfig } from './container.ts'

/** One row of GET /images/json. */
export interface ImageSummary {
  Id: string
  ParentId: string
  RepoTags: string[] | null
  RepoDigests: string[] | null
  /** Seconds since the epoch. */
  Created: number
  Size: number
  /** Before 1.44. */
  VirtualSize?: number
  SharedSize: number
  Labels: Record<string, string> | null
  Containers: number
}

/** The part of an image's configuration that containers start from. */
export interface ImageConfig {
  User?: string
  ExposedPorts?: Record<string, object>
  Env?: string[] | null
  Entrypoint?: string[] | null
  Cmd?: string[] | null
  Volumes?: Record<string, object> | null
  WorkingDir?: string
  Labels?: Record<string, string> | null
  StopSignal?: string
  ArgsEscaped?: boolean
  Healthcheck?: HealthConfig
  OnBuild?: string[] | null
  Shell?: string[] | null
}

/** GET /images/{name}/json. */
export interface ImageInspect {
  Id: string
  RepoTags: string[]
  RepoDigests: string[]
  Parent: string
  Comment: string
  Created?: string
  DockerVersion: string
  Author: string
  Config: ImageConfig | null
  Architecture: string
  Variant?: string
  Os: string
  OsVersion?: string
  Size: number
  VirtualSize?: number
  GraphDriver: { Name: string; Data: Record<string, string> | null }
  RootFS: { Type: string; Layers?: string[] }
  Metadata: { LastTagTime: string }
  Container?: string
  ContainerConfig?: ContainerConfig
  Descriptor?: { mediaType: string; digest: string; size: number }
}

/** One row of GET /images/{name}/history. */
export interface HistoryItem {
  Id: string
  /** Seconds since the epoch. */
  Created: number
  CreatedBy: string
  Tags: string[] | null
  Size: number
  Comment: string
}

/** One row of what DELETE /images/{name} did. */
export interface ImageDeleteItem {
  Untagged?: string
  Deleted?: string
}
export interface ImagesPruneReport {
  ImagesDeleted: ImageDeleteItem[] | null
  SpaceReclaimed: number
}

/** One row of GET /images/search. */
export interface SearchResult {
  name: string
  description: string
  star_count: number
  is_official: boolean
  is_automated: boolean
}

/** One line of the streams of pull, push, load, import and build. */
export interface JsonMessage {
  stream?: string
  status?: string
  id?: string
  progress?: string
  progressDetail?: { current?: number; total?: number; start?: number; hidecounts?: boolean; units?: string }
  error?: string
  errorDetail?: { code?: number; message: string }
  aux?: unknown
  time?: number
  from?: string
}
/** GET /distribution/{name}/json. */
export interface DistributionInspect {
  Descriptor: { mediaType: string; digest: string; size: number }
  Platforms: { architecture: string; os: string; variant?: string }[] | null
}
