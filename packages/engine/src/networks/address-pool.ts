import { conflict, invalid } from '../problem.ts'
import type { NetworkRecord, Pool } from './network-record.ts'
import { contains, parseAddress, parseSubnet, printAddress, type Subnet, sizeOf } from './subnet.ts'

const ANY: Subnet = { base: 0, bits: 0 }

/** The network as an address of its sees it: with the subnet that the address is in. */
export function homeOf(network: NetworkRecord, address: number): NetworkRecord {
  const further = network.further?.find(({ subnet }) => contains(parseSubnet(subnet) ?? ANY, address))
  return further ? { ...network, ...further } : network
}

/**
 * An address on a network: the wished one, or the lowest that is free in the first subnet that has one.
 * @param taken addresses in use
 * @throws Problem invalid, conflict
 */
export function allocateAddress(network: NetworkRecord, taken: ReadonlySet<string>, wish: string | undefined): number {
  if (wish) return wishedAddress(network, taken, wish)
  for (const pool of [network, ...(network.further ?? [])]) {
    const address = freeIn(pool, taken)
    if (address !== undefined) return address
  }
  throw conflict(`no available IPv4 addresses on this network's address pools: ${network.name} (${network.id})`)
}

function freeIn(pool: Pool, taken: ReadonlySet<string>): number | undefined {
  const subnet = parseSubnet(pool.subnet) ?? ANY
  const range = parseSubnet(pool.ipRange) ?? subnet
  const last = Math.min(range.base + sizeOf(range), subnet.base + sizeOf(subnet) - 1)
  for (let address = Math.max(range.base, subnet.base + 1); address < last; address++) {
    const text = printAddress(address)
    if (text !== pool.gateway && !taken.has(text) && !Object.values(pool.auxiliary).includes(text)) return address
  }
  return undefined
}

function wishedAddress(network: NetworkRecord, taken: ReadonlySet<string>, wish: string): number {
  const address = parseAddress(wish)
  if (address === undefined) throw invalid(`invalid IPv4 address: ${wish}`)
  const { subnet, gateway, auxiliary } = homeOf(network, address)
  if (!contains(parseSubnet(subnet) ?? ANY, address))
    throw invalid(`Invalid address ${wish}: It does not belong to any of this network's subnets`)
  if ([gateway, ...Object.values(auxiliary)].includes(wish) || taken.has(wish)) throw conflict('Address already in use')
  return address
}
