import { type AssignedNetwork, type Assignments, bare } from '@drydock/swarm'
import type { DaemonParts } from '../daemon-parts.ts'
import { guideIngress, removeIngress } from '../networks/ingress-rules.ts'
import type { NetworkRecord } from '../networks/network-record.ts'
import { parseSubnet, parseAddress, printAddress } from '../networks/subnet.ts'

export const GATEWAY_NETWORK = 'docker_gwbridge'
/** What has the ingress network's way out, in place of a container. */
const INGRESS_SANDBOX = 'ingress-sbox'

const GATEWAY_OPTIONS = {
  'com.docker.network.bridge.enable_icc': 'false',
  'com.docker.network.bridge.enable_ip_masquerade': 'true',
  'com.docker.network.bridge.name': GATEWAY_NETWORK,
}

/** The way out for containers of overlay networks, which is a bridge of the host's own. */
export function requireGatewayNetwork({ networks }: DaemonParts): NetworkRecord {
  return (
    networks.store.byName(GATEWAY_NETWORK) ??
    networks.create({ Name: GATEWAY_NETWORK, Driver: 'bridge', Options: GATEWAY_OPTIONS })
  )
}

/** Builds what this node has of the swarm's networks, and shows them beside its own. @param all also those nobody here is on */
export function configureNetworks(parts: DaemonParts, { networks }: Assignments, own: string, all: boolean): void {
  const gateway = requireGatewayNetwork(parts)
  const subnet = parseSubnet(gateway.subnet)
  const address = printAddress((parseAddress(gateway.gateway) ?? 0) + 1)
  const uplink = { bridge: gateway.bridge, address: `${address}/${subnet?.bits ?? 16}`, gateway: gateway.gateway }
  parts.networks.reserve(gateway, INGRESS_SANDBOX, `gateway_${INGRESS_SANDBOX}`, uplink.address)
  parts.networks.overlays.configure(networks, own, uplink)
  const shown = networks.filter(({ balancer, network }) => all || balancer || network.Spec.Attachable)
  parts.networks.showSwarm(shown.map(recordOf), networks)
  const ingress = networks.find(({ network }) => network.Spec.Ingress)
  guideIngress(parts.sys, ingress?.ports ?? [], gateway.bridge, address)
  parts.networks.ingress.hold(
    (ingress?.ports ?? []).map(({ port }) => port),
    address,
  )
}

export function removeNetworks({ networks, sys, events }: DaemonParts): void {
  const ingress = networks.store.all().find(({ swarm }) => swarm?.ingress)
  if (ingress)
    events.publish('network', 'disconnect', ingress.id, {
      ...{ container: INGRESS_SANDBOX, name: ingress.name, type: ingress.driver },
    })
  networks.showSwarm([], [])
  networks.overlays.dispose()
  const gateway = networks.store.byName(GATEWAY_NETWORK)
  if (gateway) networks.unreserve(gateway, INGRESS_SANDBOX)
  removeIngress(sys)
  networks.ingress.releaseAll()
}

const recordOf = ({ network, balancer, peers }: AssignedNetwork): NetworkRecord => ({
  id: network.ID,
  name: network.Spec.Name,
  driver: 'overlay',
  created: network.CreatedAt,
  internal: network.Spec.Internal,
  attachable: network.Spec.Attachable,
  options: { 'com.docker.network.driver.overlay.vxlanid_list': String(network.vni), ...network.Spec.Options },
  labels: network.Spec.Labels,
  subnet: network.subnet,
  gateway: network.gateway,
  chosenSubnet: network.chosenSubnet,
  ipRange: '',
  auxiliary: {},
  bridge: '',
  swarm: {
    ingress: network.Spec.Ingress,
    balancer: balancer ? bare(balancer) : '',
    peers: peers.map(({ name, address }) => ({ Name: name, IP: address })),
  },
})
