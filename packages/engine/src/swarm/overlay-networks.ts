import type { NetworkCreateBody } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { NetworkRecord } from '../networks/network-record.ts'
import { conflict } from '../problem.ts'
import { settled } from './settled.ts'

/** A network of the swarm. @returns its id @throws Problem */
export async function createOverlay(parts: DaemonParts, wish: NetworkCreateBody): Promise<string> {
  const { swarm, networks, sys } = parts
  swarm.requireManager()
  if (networks.store.byName(wish.Name)) throw conflict(`network with name ${wish.Name} already exists`)
  const config = wish.IPAM?.Config?.find(({ Subnet: subnet }) => !subnet?.includes(':'))
  const id = await swarm.control('addNetwork', {
    spec: {
      Name: wish.Name,
      Labels: wish.Labels ?? {},
      Driver: 'overlay',
      Options: wish.Options ?? {},
      Internal: wish.Internal ?? false,
      Attachable: wish.Attachable ?? false,
      Ingress: wish.Ingress ?? false,
      Ipv6: wish.EnableIPv6 ?? false,
    },
    wish: {
      ...(config?.Subnet ? { subnet: config.Subnet } : {}),
      ...(config?.Gateway ? { gateway: config.Gateway } : {}),
    },
  })
  await settled(sys.clock, () => networks.store.byName(wish.Name) !== undefined)
  return id
}

/** @throws Problem */
export async function removeOverlay(parts: DaemonParts, network: NetworkRecord): Promise<void> {
  const { swarm, networks, sys } = parts
  await swarm.control('removeNetwork', { id: network.id })
  await settled(sys.clock, () => networks.store.byName(network.name)?.id !== network.id)
}
