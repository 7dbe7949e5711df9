/** Addresses wanted for an endpoint. */
export interface EndpointIpamConfig {
  IPv4Address?: string
  IPv6Address?: string
  LinkLocalIPs?: string[]
}
/** How a container is attached to a network. */
export interface EndpointSettings {
  IPAMConfig?: EndpointIpamConfig | null
  Links?: string[] | null
  MacAddress?: string
  Aliases?: string[] | null
  DriverOpts?: Record<string, string> | null
  GwPriority?: number
  NetworkID?: string
  EndpointID?: string
  Gateway?: string
  IPAddress?: string
  IPPrefixLen?: number
  IPv6Gateway?: string
  GlobalIPv6Address?: string
  GlobalIPv6PrefixLen?: number
  DNSNames?: string[] | null
}

export interface IpamConfig {
  Subnet?: string
  IPRange?: string
  Gateway?: string
  AuxiliaryAddresses?: Record<string, string>
}
export interface Ipam {
  Driver?: string
  Options?: Record<string, string> | null
  Config?: IpamConfig[] | null
}
export interface NetworkContainer {
  Name: string
  EndpointID: string
  MacAddress: string
  IPv4Address: string
  IPv6Address: string
}
/** GET /networks/{id}. */
export interface Network {
  Name: string
  Id: string
  Created: string
  Scope: string
  Driver: string
  EnableIPv4: boolean
  EnableIPv6: boolean
  IPAM: Ipam
  Internal: boolean
  Attachable: boolean
  Ingress: boolean
  ConfigFrom: { Network: string }
  ConfigOnly: boolean
  Containers?: Record<string, NetworkContainer>
  Options: Record<string, string> | null
  Labels: Record<string, string> | null
  /** Of overlay networks: the nodes that have joined. */
  Peers?: { Name: string; IP: string }[] | null
  /** Of overlay networks, asked for with `verbose`: the tasks by service, on all nodes. */
  Services?: Record<string, NetworkService>
}
/** A service as a network sees it. */
export interface NetworkService {
  VIP: string
  Ports: string[] | null
  LocalLBIndex: number
  Tasks: { Name: string; EndpointID: string; EndpointIP: string; Info: Record<string, string> | null }[] | null
}
/** POST /networks/create. */
export interface NetworkCreateBody {
  Name: string
  Driver?: string
  Scope?: string
  Internal?: boolean
  Attachable?: boolean
  Ingress?: boolean
  ConfigOnly?: boolean
  ConfigFrom?: { Network: string } | null
  IPAM?: Ipam | null
  EnableIPv4?: boolean
  EnableIPv6?: boolean
  Options?: Record<string, string> | null
  Labels?: Record<string, string> | null
}
export interface NetworkCreateResponse {
  Id: string
  Warning: string
}
export interface NetworkConnectBody {
  Container: string
  EndpointConfig?: EndpointSettings | null
}
export interface NetworkDisconnectBody {
  Container: string
  Force?: boolean
}
export interface NetworksPruneReport {
  NetworksDeleted: string[] | null
}
