import type { NetworkCreateBody } from '@drydock/docker-api'

/** network/files/<id>.json. */
export interface NetworkRecord {
  readonly id: string
  readonly name: string
  readonly driver: string
  readonly created: string
  readonly internal: boolean
  readonly attachable: boolean
  readonly options: Record<string, string>
  readonly labels: Record<string, string>
  readonly subnet: string
  readonly gateway: string
  /** Whether the user chose the subnet: only there may containers choose addresses. */
  readonly chosenSubnet?: boolean
  readonly ipRange: string
  /** Of networks with IPv6. */
  readonly ipv6?: Ipv6Record
  readonly auxiliary: Record<string, string>
  /** Beside the first one: networks on another's wire may have several. */
  readonly further?: readonly Pool[]
  /** The host's link: docker0, br-<id>. */
  readonly bridge: string
  /** Of macvlan and ipvlan: the host's link whose wire is shared. */
  readonly parent?: string
  /** Of the swarm's networks, which its managers keep. */
  readonly swarm?: SwarmPart
}

/** A subnet of IPv4 and who has what in it. */
export type Pool = Pick<NetworkRecord, 'subnet' | 'gateway' | 'ipRange' | 'auxiliary'>

export interface Ipv6Record {
  readonly subnet: string
  readonly gateway: string
  readonly ipRange: string
  /** Whether the user chose the subnet. */
  readonly chosen?: boolean
}

export interface SwarmPart {
  readonly ingress: boolean
  /** This node's own address there; empty where nobody of it is on the network. */
  readonly balancer: string
  readonly peers: readonly { readonly Name: string; readonly IP: string }[]
}

export type NetworkWish = NetworkCreateBody

/** One container on one network. */
export interface Endpoint {
  readonly containerId: string
  readonly containerName: string
  readonly endpointId: string
  readonly address: string
  readonly prefix: number
  /** Of networks with IPv6, with prefix length. */
  readonly address6?: string
  readonly mac: string
  /** What the embedded DNS server answers for. */
  readonly dnsNames: readonly string[]
}
