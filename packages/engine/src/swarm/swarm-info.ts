import type { SwarmInfo } from '@drydock/docker-api'
import type { SwarmNode } from './swarm-node.ts'

export const LOCKED =
  'Swarm is encrypted and needs to be unlocked before it can be used. Please use "docker swarm unlock" to unlock it.'

/** What GET /info says of the node's swarm: managers tell of the whole cluster, others of themselves. */
export function swarmInfo({
  record,
  manager,
  isLocked,
  localState,
}: Pick<SwarmNode, 'record' | 'manager' | 'isLocked' | 'localState'>): SwarmInfo {
  const base = {
    NodeID: '',
    NodeAddr: '',
    LocalNodeState: localState,
    ControlAvailable: false,
    Error: '',
    RemoteManagers: null,
  }
  if (!record) return base
  if (isLocked) return { ...base, Error: LOCKED }
  const known = { ...base, NodeID: record.nodeId, NodeAddr: record.address, RemoteManagers: [...record.managers] }
  // A manager that has only come learns first of the swarm that it manages.
  if (!manager?.store.isKnown) return known
  const nodes = manager.store.all('node')
  const { JoinTokens: _tokens, internal: _internal, ...cluster } = manager.store.cluster
  return {
    ...known,
    ControlAvailable: true,
    Nodes: nodes.length,
    Managers: nodes.filter(({ Spec }) => Spec.Role === 'manager').length,
    Cluster: cluster,
  }
}
