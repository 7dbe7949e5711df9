/** Shapes of the swarm itself in the Engine API v1.50. Durations in nanoseconds. */

/** The count of changes in the cluster's store; an update names the one it was made from. */
export interface ObjectVersion {
  Index?: number
}
/** What every object of the cluster's store has. */
export interface SwarmObject {
  ID: string
  Version: ObjectVersion
  /** RFC 3339 with nanoseconds. */
  CreatedAt: string
  UpdatedAt: string
}
/** A driver by name, of logs, secrets or templates. */
export interface Driver {
  Name: string
  Options?: Record<string, string> | null
}
export interface TLSInfo {
  /** PEM. */
  TrustRoot?: string
  /** Base64 of DER. */
  CertIssuerSubject?: string
  CertIssuerPublicKey?: string
}
export interface ExternalCA {
  Protocol: string
  URL: string
  Options?: Record<string, string> | null
  /** PEM. */
  CACert: string
}
export interface SwarmSpec {
  Name?: string
  Labels?: Record<string, string> | null
  Orchestration?: { TaskHistoryRetentionLimit?: number }
  Raft?: {
    SnapshotInterval?: number
    KeepOldSnapshots?: number
    LogEntriesForSlowFollowers?: number
    ElectionTick?: number
    HeartbeatTick?: number
  }
  Dispatcher?: { HeartbeatPeriod?: number }
  CAConfig?: {
    NodeCertExpiry?: number
    ExternalCAs?: ExternalCA[] | null
    SigningCACert?: string
    SigningCAKey?: string
    ForceRotate?: number
  }
  TaskDefaults?: { LogDriver?: Driver }
  EncryptionConfig?: { AutoLockManagers?: boolean }
}
/** The swarm as GET /info shows it. */
export interface ClusterInfo extends SwarmObject {
  Spec: SwarmSpec
  TLSInfo: TLSInfo
  RootRotationInProgress: boolean
  DefaultAddrPool: string[]
  SubnetSize: number
  DataPathPort: number
}
/** GET /swarm. */
export interface Swarm extends ClusterInfo {
  JoinTokens: { Worker: string; Manager: string }
}
/** POST /swarm/init, which answers with the node's id. */
export interface SwarmInitBody {
  ListenAddr?: string
  AdvertiseAddr?: string
  DataPathAddr?: string
  DataPathPort?: number
  ForceNewCluster?: boolean
  Spec?: SwarmSpec
  AutoLockManagers?: boolean
  Availability?: string
  DefaultAddrPool?: string[] | null
  SubnetSize?: number
}
/** POST /swarm/join. */
export interface SwarmJoinBody {
  ListenAddr?: string
  AdvertiseAddr?: string
  DataPathAddr?: string
  RemoteAddrs?: string[] | null
  JoinToken?: string
  Availability?: string
}
export interface SwarmUnlockKey {
  UnlockKey: string
}
export type LocalNodeState = '' | 'inactive' | 'pending' | 'active' | 'error' | 'locked'
/** `Swarm` of GET /info. */
export interface SwarmInfo {
  NodeID: string
  NodeAddr: string
  LocalNodeState: LocalNodeState
  ControlAvailable: boolean
  Error: string
  RemoteManagers: { NodeID: string; Addr: string }[] | null
  Nodes?: number
  Managers?: number
  Cluster?: ClusterInfo
  Warnings?: string[] | null
}
