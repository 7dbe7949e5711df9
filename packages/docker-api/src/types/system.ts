import type { ContainerSummary } from './container.ts'
import type { ImageSummary } from './image.ts'
import type { SwarmInfo } from './swarm.ts'
import type { Volume } from './volume.ts'

/** GET /version. */
export interface Version {
  Platform: { Name: string }
  Components: { Name: string; Version: string; Details?: Record<string, string> }[]
  Version: string
  ApiVersion: string
  MinAPIVersion: string
  GitCommit: string
  GoVersion: string
  Os: string
  Arch: string
  KernelVersion?: string
  Experimental?: boolean
  BuildTime?: string
}

/** A version of a part of the engine. */
export interface Commit {
  ID: string
  /** Before 1.49. */
  Expected?: string
}

/** GET /info. */
export interface SystemInfo {
  ID: string
  Containers: number
  ContainersRunning: number
  ContainersPaused: number
  ContainersStopped: number
  Images: number
  Driver: string
  DriverStatus: [string, string][] | null
  Plugins: {
    Volume: string[] | null
    Network: string[] | null
    Authorization: string[] | null
    Log: string[] | null
  }
  MemoryLimit: boolean
  SwapLimit: boolean
  CpuCfsPeriod: boolean
  CpuCfsQuota: boolean
  CPUShares: boolean
  CPUSet: boolean
  PidsLimit: boolean
  IPv4Forwarding: boolean
  Debug: boolean
  NFd: number
  OomKillDisable: boolean
  NGoroutines: number
  SystemTime: string
  LoggingDriver: string
  CgroupDriver: string
  CgroupVersion?: string
  NEventsListener: number
  KernelVersion: string
  OperatingSystem: string
  OSVersion: string
  OSType: string
  Architecture: string
  IndexServerAddress: string
  RegistryConfig: {
    InsecureRegistryCIDRs: string[] | null
    IndexConfigs: Record<string, { Name: string; Mirrors: string[] | null; Secure: boolean; Official: boolean }>
    Mirrors: string[] | null
    /** Before 1.47. */
    AllowNondistributableArtifactsCIDRs?: string[] | null
    AllowNondistributableArtifactsHostnames?: string[] | null
  } | null
  NCPU: number
  MemTotal: number
  GenericResources: unknown[] | null
  DockerRootDir: string
  HttpProxy: string
  HttpsProxy: string
  NoProxy: string
  Name: string
  Labels: string[] | null
  ExperimentalBuild: boolean
  ServerVersion: string
  Runtimes: Record<string, { path?: string; runtimeArgs?: string[]; status?: Record<string, string> }>
  DefaultRuntime: string
  Swarm: SwarmInfo
  LiveRestoreEnabled: boolean
  Isolation: string
  InitBinary: string
  ContainerdCommit: Commit
  RuncCommit: Commit
  InitCommit: Commit
  SecurityOptions: string[] | null
  ProductLicense?: string
  DefaultAddressPools?: { Base: string; Size: number }[]
  CDISpecDirs?: string[] | null
  FirewallBackend?: { Driver: string }
  /** Before 1.50. */
  BridgeNfIptables?: boolean
  BridgeNfIp6tables?: boolean
  Containerd?: { Address: string; Namespaces: { Containers: string; Plugins: string } }
  Warnings: string[] | null
}

export interface BuildCacheItem {
  ID: string
  Parent?: string
  Parents?: string[]
  Type: string
  Description: string
  InUse: boolean
  Shared: boolean
  Size: number
  CreatedAt: string
  LastUsedAt: string | null
  UsageCount: number
}
/** GET /system/df. */
export interface DiskUsage {
  LayersSize: number
  Images: ImageSummary[] | null
  Containers: ContainerSummary[] | null
  Volumes: Volume[] | null
  BuildCache: BuildCacheItem[] | null
}
export interface BuildPruneReport {
  CachesDeleted: string[] | null
  SpaceReclaimed: number
}

/** One line of GET /events. */
export interface EventMessage {
  status?: string
  id?: string
  from?: string
  Type: string
  Action: string
  Actor: { ID: string; Attributes: Record<string, string> }
  scope: string
  /** Seconds since the epoch. */
  time: number
  timeNano: number
}

/** POST /auth. */
export interface AuthConfig {
  username?: string
  password?: string
  auth?: string
  email?: string
  serveraddress?: string
  identitytoken?: string
  registrytoken?: string
}
export interface AuthResponse {
  Status: string
  IdentityToken?: string
}
/** What GET /_ping tells in its headers. */
export interface Ping {
  apiVersion: string
  osType: string
  experimental: boolean
  builderVersion: string
}
/** `{"label": ["a=b"], "dangling": ["true"]}`. */
export type Filters = Record<string, string[]>
/** The body of every failed request. */
export interface ErrorResponse {
  message: string
}
