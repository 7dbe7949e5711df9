import { humanDuration } from '@drydock/cli-plugin'
import type { ClusterInfo, SwarmInfo } from '@drydock/docker-api'

/** What `docker info` tells of the swarm, below the line that says whether there is one. */
export function swarmLines(swarm: SwarmInfo | undefined): string[] {
  if (!swarm || ['inactive', 'locked'].includes(swarm.LocalNodeState)) return []
  const { Cluster: cluster, Error: problem } = swarm
  const knows = cluster && swarm.ControlAvailable && !problem && swarm.LocalNodeState !== 'error'
  const managers = (swarm.RemoteManagers ?? []).map(({ Addr }) => `   ${Addr}`).toSorted()
  return [
    `  NodeID: ${swarm.NodeID}`,
    ...(problem ? [`  Error: ${problem}`] : []),
    `  Is Manager: ${swarm.ControlAvailable}`,
    ...(knows ? clusterLines(cluster, swarm) : []),
    `  Node Address: ${swarm.NodeAddr}`,
    ...(managers.length > 0 ? ['  Manager Addresses:', ...managers] : []),
  ]
}

function clusterLines(cluster: ClusterInfo, { Managers = 0, Nodes = 0 }: SwarmInfo): string[] {
  const { Spec, DefaultAddrPool: pool } = cluster
  const raft = Spec.Raft ?? {}
  return [
    `  ClusterID: ${cluster.ID}`,
    `  Managers: ${Managers}`,
    `  Nodes: ${Nodes}`,
    ...(pool ? [`  Default Address Pool: ${pool.map((each) => `${each}  `).join('')}`] : []),
    ...(pool ? [`  SubnetSize: ${cluster.SubnetSize}`] : []),
    ...(cluster.DataPathPort > 0 ? [`  Data Path Port: ${cluster.DataPathPort}`] : []),
    '  Orchestration:',
    `   Task History Retention Limit: ${Spec.Orchestration?.TaskHistoryRetentionLimit ?? 0}`,
    '  Raft:',
    `   Snapshot Interval: ${raft.SnapshotInterval ?? 0}`,
    ...(raft.KeepOldSnapshots === undefined ? [] : [`   Number of Old Snapshots to Retain: ${raft.KeepOldSnapshots}`]),
    `   Heartbeat Tick: ${raft.HeartbeatTick ?? 0}`,
    `   Election Tick: ${raft.ElectionTick ?? 0}`,
    '  Dispatcher:',
    `   Heartbeat Period: ${span(Spec.Dispatcher?.HeartbeatPeriod)}`,
    ...caLines(Spec.CAConfig ?? {}),
    `  Autolock Managers: ${Spec.EncryptionConfig?.AutoLockManagers ?? false}`,
    `  Root Rotation In Progress: ${cluster.RootRotationInProgress}`,
  ]
}

function caLines(ca: NonNullable<ClusterInfo['Spec']['CAConfig']>): string[] {
  const certificate = (ca.SigningCACert ?? '').trim()
  const others = ca.ExternalCAs ?? []
  return [
    '  CA Configuration:',
    `   Expiry Duration: ${span(ca.NodeCertExpiry)}`,
    `   Force Rotate: ${ca.ForceRotate ?? 0}`,
    ...(certificate === '' ? [] : ['   Signing CA Certificate: ', certificate, '']),
    ...(others.length > 0
      ? ['   External CAs:', ...others.map(({ Protocol, URL }) => `     ${Protocol}: ${URL}`)]
      : []),
  ]
}

/** @param nanoseconds in words */
const span = (nanoseconds = 0): string => humanDuration(nanoseconds / 1e9)
