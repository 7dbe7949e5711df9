import { formatIpv6, parseIpv6 } from '@drydock/abi'
import { conflict, invalid } from '../problem.ts'
import type { Ipv6Record } from './network-record.ts'
import { contains6, parseSubnet6 } from './subnet6.ts'

/**
 * An address on a network's IPv6: the wished one, or the lowest that is free.
 * @param taken addresses in use
 * @throws Problem invalid, conflict
 */
export function allocateAddress6(ipv6: Ipv6Record, taken: ReadonlySet<string>, wish: string | undefined): string {
  const subnet = parseSubnet6(ipv6.subnet) ?? { base: 0n, bits: 0 }
  if (wish) {
    const address = parseIpv6(wish)
    if (address === undefined) throw invalid(`invalid IPv6 address: ${wish}`)
    if (!contains6(subnet, address))
      throw invalid(`Invalid address ${wish}: It does not belong to any of this network's subnets`)
    const text = formatIpv6(address)
    if (text === ipv6.gateway || taken.has(text)) throw conflict('Address already in use')
    return text
  }
  const range = parseSubnet6(ipv6.ipRange) ?? subnet
  for (let address = range.base + 1n; contains6(range, address); address++) {
    const text = formatIpv6(address)
    if (text !== ipv6.gateway && !taken.has(text)) return text
  }
  throw conflict("no available IPv6 addresses on this network's address pools")
}
