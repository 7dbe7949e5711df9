import { newId } from '../identity.ts'
import type { Powers } from '../powers.ts'
import { invalidArgument, SwarmError } from '../problem.ts'
import { hasEnded, type NetworkObject, type NetworkSpec } from '../store/objects.ts'
import type { ClusterStore } from '../store/store.ts'
import { bare, overlaps, parsePrefix, type Prefix, printAddress, printPrefix, sizeOf } from './address.ts'

export interface SubnetWish {
  readonly subnet?: string
  readonly gateway?: string
}

/** Adds a network to the store, with a subnet of the swarm's pool where none is wished for. @throws SwarmError */
export function createNetwork({ store, entropy }: Powers, spec: NetworkSpec, wish: SubnetWish): NetworkObject {
  if (store.all('network').some(({ Spec }) => Spec.Name === spec.Name))
    throw new SwarmError('AlreadyExists', `network with name ${spec.Name} already exists`)
  const subnet = wish.subnet ? wishedSubnet(store, wish.subnet) : freeSubnet(store)
  const { cluster } = store
  const vni = cluster.internal.nextVni
  store.update('cluster', cluster.ID, { internal: { ...cluster.internal, nextVni: vni + 1 } })
  return store.create('network', {
    ID: newId(entropy),
    Spec: spec,
    vni,
    subnet: printPrefix(subnet),
    gateway: wish.gateway ?? printAddress(subnet.base + 1),
    chosenSubnet: wish.subnet !== undefined,
    balancers: {},
  })
}

const usedSubnets = (store: ClusterStore): Prefix[] =>
  store.all('network').flatMap(({ subnet }) => parsePrefix(subnet) ?? [])

function wishedSubnet(store: ClusterStore, text: string): Prefix {
  const wished = parsePrefix(text)
  if (!wished) throw invalidArgument(`invalid CIDR address: ${text}`)
  if (usedSubnets(store).some((other) => overlaps(other, wished)))
    throw new SwarmError('Unknown', `Pool overlaps with other one on this address space`)
  return wished
}

function freeSubnet(store: ClusterStore): Prefix {
  const { DefaultAddrPool, SubnetSize } = store.cluster
  const used = usedSubnets(store)
  for (const text of DefaultAddrPool) {
    const pool = parsePrefix(text)
    if (!pool) continue
    for (let base = pool.base; base < pool.base + sizeOf(pool); base += 2 ** (32 - SubnetSize))
      if (!used.some((other) => overlaps(other, { base, bits: SubnetSize }))) return { base, bits: SubnetSize }
  }
  throw new SwarmError('Unknown', 'could not find an available, non-overlapping IPv4 address pool among the defaults')
}

/** Addresses of a network that somebody has. */
function takenAddresses(store: ClusterStore, network: NetworkObject): Set<string> {
  const ofTasks = store
    .all('task')
    .filter((task) => !hasEnded(task))
    .flatMap(({ NetworksAttachments }) =>
      (NetworksAttachments ?? []).flatMap(({ Network, Addresses }) =>
        Network && 'ID' in Network && Network.ID === network.ID ? (Addresses ?? []) : [],
      ),
    )
  const virtual = store
    .all('service')
    .flatMap(({ Endpoint }) => (Endpoint?.VirtualIPs ?? []).filter(({ NetworkID }) => NetworkID === network.ID))
    .map(({ Addr = '' }) => Addr)
  const attached = store
    .all('attachment')
    .filter(({ NetworkID }) => NetworkID === network.ID)
    .map(({ address }) => address)
  return new Set([...ofTasks, ...virtual, ...attached, ...Object.values(network.balancers), network.gateway].map(bare))
}

/** The lowest address that nobody has, with its prefix length; a wish is granted when it is free. */
export function takeAddress(store: ClusterStore, networkId: string, wish?: string): string | undefined {
  const network = store.get('network', networkId)
  const subnet = network ? parsePrefix(network.subnet) : undefined
  if (!network || !subnet) return undefined
  const taken = takenAddresses(store, network)
  if (wish && !taken.has(wish)) return `${wish}/${subnet.bits}`
  for (let address = subnet.base + 2; address < subnet.base + sizeOf(subnet) - 1; address++)
    if (!taken.has(printAddress(address))) return `${printAddress(address)}/${subnet.bits}`
  return undefined
}

export const ingressOf = (store: ClusterStore): NetworkObject | undefined =>
  store.all('network').find(({ Spec }) => Spec.Ingress)
