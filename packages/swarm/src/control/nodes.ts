import type { NodeDescription, NodeSpec, NodeState } from '@drydock/docker-api'
import { newId } from '../identity.ts'
import type { Powers } from '../powers.ts'
import { failedPrecondition, invalidArgument, SwarmError } from '../problem.ts'
import type { NodeObject } from '../store/objects.ts'
import type { ClusterStore } from '../store/store.ts'
import { requireVersion } from './versions.ts'

export interface NodeWish {
  readonly role: 'manager' | 'worker'
  readonly description: NodeDescription
  /** As others reach it, without a port. */
  readonly address: string
  readonly managerAddr: string
  readonly dataPathAddr: string
  readonly availability: string
}

const AVAILABILITIES = ['active', 'pause', 'drain'] as const

export function addNode({ store, entropy }: Powers, wish: NodeWish): NodeObject {
  const Availability = AVAILABILITIES.find((each) => each === wish.availability) ?? 'active'
  return store.create('node', {
    ID: newId(entropy),
    Spec: { Labels: {}, Role: wish.role, Availability },
    Description: wish.description,
    Status: { State: 'ready', Addr: wish.address },
    ...(wish.role === 'manager'
      ? { ManagerStatus: { Reachability: 'reachable' as const, Addr: wish.managerAddr } }
      : {}),
    internal: { secret: newId(entropy), managerAddr: wish.managerAddr, dataPathAddr: wish.dataPathAddr },
  })
}

/** A node joins with the token of its role. @throws SwarmError */
export function joinNode(powers: Powers, wish: Omit<NodeWish, 'role'> & { token: string }): NodeObject {
  const { Worker, Manager } = powers.store.cluster.JoinTokens
  const role = wish.token === Manager ? 'manager' : wish.token === Worker ? 'worker' : undefined
  if (!role) throw new SwarmError('InvalidArgument', 'A valid join token is necessary to join this cluster')
  return addNode(powers, { ...wish, role })
}

/** Wanted as a manager, and counted as one: a node that was promoted counts when it is there to be asked. */
const isManager = ({ Spec, ManagerStatus }: NodeObject): boolean =>
  Spec.Role === 'manager' && ManagerStatus !== undefined
export const managersOf = (store: ClusterStore): NodeObject[] => store.all('node').filter(isManager)

/** @throws SwarmError */
export function updateNode(
  { store }: Powers,
  { id, version, spec }: { id: string; version: number; spec: NodeSpec },
): void {
  const node = store.get('node', id)
  if (!node) throw new SwarmError('NotFound', `node ${id} not found`)
  const { Role, Availability } = spec
  if (Role !== 'manager' && Role !== 'worker') throw invalidArgument(`Role: "${Role ?? ''}"`)
  if (!AVAILABILITIES.some((each) => each === Availability))
    throw invalidArgument(`Availability: "${Availability ?? ''}"`)
  const demoted = isManager(node) && Role === 'worker'
  if (demoted && managersOf(store).length === 1)
    throw failedPrecondition('attempting to demote the last manager of the swarm')
  if (demoted) checkQuorum(store, node, "can't demote")
  requireVersion(node, version)
  store.update('node', id, {
    Spec: { ...spec, Labels: spec.Labels ?? {} },
    ...(Role === 'worker' ? { ManagerStatus: undefined } : {}),
  })
}

/** A node that was promoted is there, and counts for the majority. */
export function joinManagers({ store }: Powers, { id }: { id: string }): void {
  const node = store.get('node', id)
  if (!node || node.ManagerStatus) return
  const Addr = node.internal.managerAddr || `${node.Status.Addr ?? ''}:2377`
  store.update('node', id, {
    ManagerStatus: { Reachability: 'reachable', Addr },
    internal: { ...node.internal, managerAddr: Addr },
  })
}

/** A node has a certificate of the authority there is. With the last of them a change of authorities is over. */
export function noteCertified({ store }: Powers, { id }: { id: string }): void {
  const { cluster } = store
  const node = store.get('node', id)
  if (!node) return
  store.update('node', id, { Description: { ...node.Description, TLSInfo: cluster.TLSInfo } })
  const { TrustRoot } = cluster.TLSInfo
  if (!cluster.RootRotationInProgress) return
  if (store.all('node').every(({ Description }) => Description.TLSInfo?.TrustRoot === TrustRoot))
    store.update('cluster', cluster.ID, { RootRotationInProgress: false })
}

function checkQuorum(store: ClusterStore, node: NodeObject, action: string): void {
  const others = managersOf(store).filter(({ ID }) => ID !== node.ID)
  const reachable = others.filter(({ ManagerStatus }) => ManagerStatus?.Reachability === 'reachable')
  if (reachable.length > others.length / 2) return
  throw failedPrecondition(`${action} member from the raft: this would result in a loss of quorum`)
}

/** @throws SwarmError */
export function removeNode({ store }: Powers, { id, force }: { id: string; force: boolean }): void {
  const node = store.get('node', id)
  if (!node) throw new SwarmError('NotFound', `node ${id} not found`)
  if (isManager(node))
    throw failedPrecondition(
      `node ${id} is a cluster manager and is a member of the raft cluster. It must be demoted to worker before removal`,
    )
  if (!force && node.Status.State === 'ready') throw failedPrecondition(`node ${id} is not down and can't be removed`)
  store.remove('node', id)
}

export function setNodeState({ store }: Powers, id: string, State: NodeState, Message?: string): void {
  const node = store.get('node', id)
  if (!node || node.Status.State === State) return
  const { Addr = '' } = node.Status
  store.update('node', id, { Status: { State, ...(Message ? { Message } : {}), Addr } })
}
