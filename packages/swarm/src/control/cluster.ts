import type { Entropy } from '@drydock/abi'
import type { SwarmSpec } from '@drydock/docker-api'
import { createNetwork } from '../allocator/networks.ts'
import { authorityIn, joinToken, newId, unlockKey } from '../identity.ts'
import type { Powers } from '../powers.ts'
import { invalidArgument } from '../problem.ts'
import type { ClusterObject, RootCa } from '../store/objects.ts'
import { requireVersion } from './versions.ts'

export interface ClusterWish {
  readonly spec: SwarmSpec
  readonly addressPools: readonly string[]
  readonly subnetSize: number
  readonly dataPathPort: number
  readonly root: RootCa
}

const FIRST_VNI = 4096

/** What a swarm has without being told. swarmkit api/defaults, in nanoseconds */
export const SPEC_DEFAULTS = {
  Name: 'default',
  Labels: {},
  Orchestration: { TaskHistoryRetentionLimit: 5 },
  Raft: {
    SnapshotInterval: 10000,
    KeepOldSnapshots: 0,
    LogEntriesForSlowFollowers: 500,
    ElectionTick: 10,
    HeartbeatTick: 1,
  },
  Dispatcher: { HeartbeatPeriod: 5_000_000_000 },
  CAConfig: { NodeCertExpiry: 7_776_000_000_000_000 },
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
} satisfies SwarmSpec

const LEAST_EXPIRY = 3_600_000_000_000

/** What swarmkit's controlapi refuses in a cluster. @throws SwarmError */
export function checkSpec({ CAConfig, Dispatcher }: SwarmSpec): void {
  const { NodeCertExpiry = 0 } = CAConfig ?? {}
  if (NodeCertExpiry !== 0 && NodeCertExpiry < LEAST_EXPIRY)
    throw invalidArgument('minimum certificate expiry time is: 1h0m0s')
  if ((Dispatcher?.HeartbeatPeriod ?? 0) < 0)
    throw invalidArgument('heartbeat time period cannot be a negative duration')
}

/** A new swarm, with its ingress network. */
export function createCluster(powers: Powers, wish: ClusterWish): ClusterObject {
  const { store, entropy } = powers
  const { root } = wish
  const cluster = store.create('cluster', {
    ID: newId(entropy),
    Spec: withoutKey(mergeSpec(SPEC_DEFAULTS, wish.spec)),
    TLSInfo: root.info,
    RootRotationInProgress: false,
    DefaultAddrPool: wish.addressPools.length > 0 ? [...wish.addressPools] : ['10.0.0.0/8'],
    SubnetSize: wish.subnetSize || 24,
    DataPathPort: wish.dataPathPort || 4789,
    JoinTokens: newTokens(root, entropy),
    internal: { unlockKey: unlockKey(entropy), nextVni: FIRST_VNI, root },
  })
  const spec = { Name: 'ingress', Labels: {}, Driver: 'overlay', Options: {} }
  createNetwork(powers, { ...spec, Internal: false, Attachable: false, Ingress: true, Ipv6: false }, {})
  return cluster
}

/** Nobody is told the authority's key again. */
function withoutKey(spec: SwarmSpec): SwarmSpec {
  if (!spec.CAConfig) return spec
  const { SigningCAKey: _key, ...rest } = spec.CAConfig
  return { ...spec, CAConfig: rest }
}

const newTokens = ({ digest }: RootCa, entropy: Entropy): ClusterObject['JoinTokens'] => ({
  Worker: joinToken(digest, entropy),
  Manager: joinToken(digest, entropy),
})

export function mergeSpec(base: SwarmSpec, wish: SwarmSpec): SwarmSpec {
  const parts = Object.entries(wish).filter(([, value]) => value !== undefined && value !== null)
  const merged = parts.map(([name, value]) => {
    const before = base[name as keyof SwarmSpec]
    return [
      name,
      typeof value === 'object' && typeof before === 'object' ? { ...before, ...dropZero(value as object) } : value,
    ]
  })
  return { ...base, ...Object.fromEntries(merged), Name: 'default' }
}

/** Numbers that a client leaves at zero are not told. */
const dropZero = (part: object): object =>
  Object.fromEntries(Object.entries(part).filter(([, value]) => value !== 0 && value !== null))

export interface ClusterUpdate {
  readonly version: number
  readonly spec: SwarmSpec
  readonly rotateWorker: boolean
  readonly rotateManager: boolean
  readonly rotateUnlockKey: boolean
  /** Another authority: every node gets a certificate of it. */
  readonly root?: RootCa
}

/** @throws SwarmError */
export function updateCluster({ store, entropy }: Powers, update: ClusterUpdate): void {
  const { cluster } = store
  requireVersion(cluster, update.version)
  if (update.spec.Name !== undefined && update.spec.Name !== '' && update.spec.Name !== 'default')
    throw invalidArgument('cluster name can only be "default"')
  checkSpec(update.spec)
  const { root } = update
  const tokens = root ? newTokens(root, entropy) : cluster.JoinTokens
  const authority = authorityIn(tokens.Worker)
  store.update('cluster', cluster.ID, {
    Spec: withoutKey({ ...cluster.Spec, ...update.spec, Name: 'default' }),
    JoinTokens: {
      Worker: update.rotateWorker ? joinToken(authority, entropy) : tokens.Worker,
      Manager: update.rotateManager ? joinToken(authority, entropy) : tokens.Manager,
    },
    ...(root ? { TLSInfo: root.info, RootRotationInProgress: true } : {}),
    internal: {
      ...cluster.internal,
      ...(update.rotateUnlockKey ? { unlockKey: unlockKey(entropy) } : {}),
      ...(root ? { root } : {}),
    },
  })
}
