import type { NetworkCreateBody } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { NetworkRecord } from '../networks/network-record.ts'
import { conflict } from '../problem.ts'

/** A network of the swarm. @returns its id @throws Problem */
export async function createOverlay({ swarm, networks }: DaemonParts, wish: NetworkCreateBody): Promise<string> {
  swarm.requireManager()
  if (networks.store.byName(wish.Name)) throw conflict(`network with name ${wish.Name} already exists`)
  const config = wish.IPAM?.Config?.find(({ Subnet: subnet }) => !subnet?.includes(':'))
  return swarm.control('addNetwork', {
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
}

/** Tasks that are still ending do not keep it. @throws Problem */
export async function removeOverlay({ swarm }: DaemonParts, network: NetworkRecord): Promise<void> {
  await swarm.control('removeNetwork', { id: network.id })
}
