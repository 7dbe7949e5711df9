import {
  AF_INET,
  AF_INET6,
  EAFNOSUPPORT,
  EINVAL,
  ENETUNREACH,
  ENODEV,
  ENOPROTOOPT,
  type InetAddress,
  isInet,
  type SocketAddress,
  type SocketOption,
} from '@drydock/abi'
import { type Endpoint, formatAddress, formatIp, mapAddress, mappedAddress, parseIp, type Stack } from '@drydock/net'

export type InetFamily = typeof AF_INET | typeof AF_INET6

/** Between the addresses that programs of one family of sockets say and those of the network. ip(7), ipv6(7) */
export class AddressFamily {
  readonly family: InetFamily
  /** Of IPv6: nothing of IPv4. IPV6_V6ONLY */
  v6only: boolean
  private readonly stack: Stack

  constructor(stack: Stack, family: InetFamily) {
    this.stack = stack
    this.family = family
    this.v6only = family === AF_INET6 && stack.ip6.bindOnly
  }

  /** The address of nobody. */
  get any(): Endpoint {
    return { address: this.family === AF_INET ? 0 : 0n, port: 0 }
  }

  /** @throws EAFNOSUPPORT, EINVAL, ENODEV for a zone that is no interface, ENETUNREACH for mapped IPv4 where it is not wanted */
  endpoint(given: SocketAddress): Endpoint {
    if (!isInet(given) || given.family !== this.family) throw EAFNOSUPPORT
    const { port } = given
    const [text = '', zone] = given.address.split('%')
    const address = parseIp(text)
    if (address === undefined || (typeof address === 'bigint') !== (this.family === AF_INET6)) throw EINVAL
    if (port < 0 || port > 65535) throw EINVAL
    const mapped = typeof address === 'bigint' ? mappedAddress(address) : undefined
    if (mapped !== undefined && this.v6only) throw ENETUNREACH
    if (mapped !== undefined) return { address: mapped, port }
    return zone === undefined ? { address, port } : { address, port, scope: this.scopeOf(zone) }
  }

  private scopeOf(zone: string): number {
    const index = this.stack.interfaces.get(zone)?.index ?? Number(zone)
    if (![...this.stack.interfaces.values()].some((each) => each.index === index)) throw ENODEV
    return index
  }

  toAddress({ address, port, scope }: Endpoint): InetAddress {
    if (this.family === AF_INET || typeof address === 'bigint')
      return { family: this.family, address: `${formatIp(address)}${this.zone(scope)}`, port }
    return { family: AF_INET6, address: `::ffff:${formatAddress(address)}`, port }
  }

  private zone(scope: number | undefined): string {
    if (scope === undefined) return ''
    const at = [...this.stack.interfaces.values()].find(({ index }) => index === scope)
    return at ? `%${at.name}` : ''
  }
}

/** As the lists of sockets show an end of a socket of IPv6. */
export const asListed = ({ address }: Endpoint, family: InetFamily): string =>
  formatIp(family === AF_INET6 && typeof address === 'number' ? mapAddress(address) : address)

/** @throws ENOPROTOOPT */
export function setInetOption(addresses: AddressFamily, option: SocketOption, value: number): void {
  requireInet6(addresses, option)
  addresses.v6only = value !== 0
}

/** @throws ENOPROTOOPT */
export function getInetOption(addresses: AddressFamily, option: SocketOption): number {
  requireInet6(addresses, option)
  return Number(addresses.v6only)
}

function requireInet6({ family }: AddressFamily, option: SocketOption): void {
  if (option !== 'IPV6_V6ONLY' || family !== AF_INET6) throw ENOPROTOOPT
}
