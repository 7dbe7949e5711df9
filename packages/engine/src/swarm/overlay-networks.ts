import type { NetworkCreateBody } from '@drydock/docker-api'
import type { DaemonParts } from '../daemon-parts.ts'
import type { NetworkRecord } from '../networks/network-record.ts'
import { conflict } from '../problem.ts'

/** Together a second. */
const TRY_MS = 10
const MOST_TRIES = 100

/** A network of the swarm. @returns its id @throws Problem */
export async function createOverlay(parts: DaemonParts, wish: NetworkCreateBody): Promise<string> {
  const { swarm, networks } = parts
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
  await settled(parts, () => networks.store.byName(wish.Name) !== undefined)
  return id
}

/** @throws Problem */
export async function removeOverlay(parts: DaemonParts, network: NetworkRecord): Promise<void> {
  const { swarm, networks } = parts
  await swarm.control('removeNetwork', { id: network.id })
  await settled(parts, () => networks.store.byName(network.name)?.id !== network.id)
}

/** Whoever asks here next shall see what was done: this node hears of it like all others. */
async function settled({ sys }: DaemonParts, seen: () => boolean): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES && !seen(); tries++) await sys.sleep(TRY_MS)
}
