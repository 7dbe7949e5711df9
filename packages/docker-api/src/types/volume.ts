/** A mount as a container shows it. */
export interface MountPoint {
  Type: string
  Name?: string
  Source: string
  Destination: string
  Driver?: string
  Mode: string
  RW: boolean
  Propagation: string
}
/** GET /volumes/{name}. */
export interface Volume {
  Name: string
  Driver: string
  Mountpoint: string
  CreatedAt?: string
  Status?: Record<string, unknown>
  Labels: Record<string, string> | null
  Scope: string
  Options: Record<string, string> | null
  UsageData?: { Size: number; RefCount: number } | null
}
export interface VolumeCreateBody {
  Name?: string
  Driver?: string
  DriverOpts?: Record<string, string>
  Labels?: Record<string, string>
}
export interface VolumeList {
  Volumes: Volume[] | null
  Warnings: string[] | null
}
export interface VolumesPruneReport {
  VolumesDeleted: string[] | null
  SpaceReclaimed: number
}
