import type { SwarmObject, TLSInfo } from './swarm.ts'
import type { ResourceObject } from './task.ts'

/** Shapes of the swarm's nodes in the Engine API v1.50. */
export type NodeRole = 'worker' | 'manager'
export type NodeAvailability = 'active' | 'pause' | 'drain'
export type NodeState = 'unknown' | 'down' | 'ready' | 'disconnected'
export type Reachability = 'unknown' | 'unreachable' | 'reachable'

export interface NodeSpec {
  Name?: string
  Labels?: Record<string, string> | null
  Role?: NodeRole
  Availability?: NodeAvailability
}
export interface Platform {
  Architecture?: string
  OS?: string
}
export interface NodeDescription {
  Hostname?: string
  Platform?: Platform
  Resources?: ResourceObject
  Engine?: {
    EngineVersion?: string
    Labels?: Record<string, string> | null
    Plugins?: { Type: string; Name: string }[] | null
  }
  TLSInfo?: TLSInfo
}
/** GET /nodes/{id}. */
export interface Node extends SwarmObject {
  Spec: NodeSpec
  Description: NodeDescription
  Status: { State: NodeState; Message?: string; Addr?: string }
  /** Of managers. */
  ManagerStatus?: { Leader?: boolean; Reachability: Reachability; Addr: string }
}
