import { createNetwork, ingressOf, type SubnetWish, takeAddress } from '../allocator/networks.ts'
import { isOn, networksOf } from '../allocator/allocator.ts'
import { newId } from '../identity.ts'
import type { Powers } from '../powers.ts'
import { failedPrecondition, invalidArgument, SwarmError } from '../problem.ts'
import { isActive, type NetworkSpec } from '../store/objects.ts'
import { isDnsName } from './check-service.ts'

/** @returns its id @throws SwarmError */
export function addNetwork(powers: Powers, { spec, wish }: { spec: NetworkSpec; wish: SubnetWish }): string {
  if (!isDnsName(spec.Name)) throw invalidArgument('name must be valid as a DNS name component')
  if (spec.Ingress && ingressOf(powers.store))
    throw new SwarmError('AlreadyExists', `ingress network (${ingressOf(powers.store)?.ID}) is already present`)
  return createNetwork(powers, spec, wish).ID
}

/** Tasks that are to end do not keep it. @throws SwarmError while a service or a container is on it */
export function removeNetwork({ store }: Powers, { id }: { id: string }): void {
  const network = store.get('network', id)
  if (!network) throw new SwarmError('NotFound', `network ${id} not found`)
  const service = store.all('service').find((each) => networksOf(each).some(({ Target }) => Target === id))
  if (service) throw failedPrecondition(`network ${id} is in use by service ${service.ID}`)
  const task = store
    .all('task')
    .find((each) => isActive(each) && store.get('service', each.ServiceID) && isOn(each, id))
  if (task) throw failedPrecondition(`network ${id} is in use by task ${task.ID}`)
  const attachment = store.all('attachment').find(({ NetworkID }) => NetworkID === id)
  if (attachment) throw failedPrecondition(`network ${id} is in use by task ${attachment.ID}`)
  store.remove('network', id)
}

export interface AttachWish {
  readonly nodeId: string
  readonly networkId: string
  readonly containerId: string
  readonly containerName: string
  readonly names: readonly string[]
  readonly address?: string
}

/** A container of a node gets an address on an attachable network. @returns it with its prefix length @throws SwarmError */
export function attachContainer({ store, entropy }: Powers, wish: AttachWish): string {
  const known = store
    .all('attachment')
    .find(({ ContainerID, NetworkID }) => ContainerID === wish.containerId && NetworkID === wish.networkId)
  if (known) return known.address
  const address = takeAddress(store, wish.networkId, wish.address)
  if (!address) throw new SwarmError('Unknown', `could not find an available IP on network ${wish.networkId}`)
  const { nodeId, networkId, containerId, containerName, names } = wish
  store.create('attachment', {
    ...{ ID: newId(entropy), NodeID: nodeId, NetworkID: networkId, ContainerID: containerId },
    ...{ containerName, names, address },
  })
  return address
}

export function detachContainer(
  { store }: Powers,
  { containerId, networkId }: { containerId: string; networkId: string },
): void {
  for (const { ID, ContainerID, NetworkID } of store.all('attachment'))
    if (ContainerID === containerId && NetworkID === networkId) store.remove('attachment', ID)
}
