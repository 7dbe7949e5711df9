import { conflict, invalid } from '../problem.ts'
import type { NetworkRecord } from './network-record.ts'
import { contains, parseAddress, parseSubnet, printAddress, type Subnet, sizeOf } from './subnet.ts'

const ANY: Subnet = { base: 0, bits: 0 }

/**
 * An address on a network: the wished one, or the lowest that is free.
 * @param taken addresses in use
 * @throws Problem invalid, conflict
 */
export function allocateAddress(network: NetworkRecord, taken: ReadonlySet<string>, wish: string | undefined): number {
  const subnet = parseSubnet(network.subnet) ?? ANY
  if (wish) return wishedAddress(subnet, network, taken, wish)
  const range = parseSubnet(network.ipRange) ?? subnet
  const last = Math.min(range.base + sizeOf(range), subnet.base + sizeOf(subnet) - 1)
  for (let address = Math.max(range.base, subnet.base + 1); address < last; address++) {
    const text = printAddress(address)
    if (text !== network.gateway && !taken.has(text) && !Object.values(network.auxiliary).includes(text)) return address
  }
  throw conflict(`no available IPv4 addresses on this network's address pools: ${network.name} (${network.id})`)
}

function wishedAddress(subnet: Subnet, network: NetworkRecord, taken: ReadonlySet<string>, wish: string): number {
  const address = parseAddress(wish)
  if (address === undefined) throw invalid(`invalid IPv4 address: ${wish}`)
  if (!contains(subnet, address))
    throw invalid(`Invalid address ${wish}: It does not belong to any of this network's subnets`)
  const reserved = [network.gateway, ...Object.values(network.auxiliary)]
  if (reserved.includes(wish) || taken.has(wish)) throw conflict('Address already in use')
  return address
}
