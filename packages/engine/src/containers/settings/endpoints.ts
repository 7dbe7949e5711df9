import type { EndpointSettings, NetworkingConfig } from '@drydock/docker-api'
import { isPredefined } from '../../networks/network-store.ts'
import { parseAddress } from '../../networks/subnet.ts'
import { invalid } from '../../problem.ts'

/** @throws Problem invalid for an address that is none. moby validateEndpointSettings */
export function checkEndpoints(networking: NetworkingConfig | undefined): void {
  for (const [network, endpoint] of Object.entries(networking?.EndpointsConfig ?? {})) {
    const wrong = wrongAddresses(endpoint)
    if (wrong.length === 0) continue
    const all = network === 'default' || isPredefined(network) ? [NOT_CHOSEN, ...wrong] : wrong
    throw invalid(`invalid config for network ${network}: invalid endpoint settings:\n${joined(all)}`)
  }
}

const NOT_CHOSEN = 'user specified IP address is supported on user defined networks only'

function wrongAddresses(endpoint: EndpointSettings | null): string[] {
  const { IPv4Address = '', IPv6Address = '' } = endpoint?.IPAMConfig ?? {}
  const wrong: string[] = []
  if (IPv4Address !== '' && !isIpv4(IPv4Address)) wrong.push(`invalid IPv4 address: ${IPv4Address}`)
  if (IPv6Address !== '' && !isIpv6(IPv6Address)) wrong.push(`invalid IPv6 address: ${IPv6Address}`)
  return wrong
}

const isIpv4 = (text: string): boolean => parseAddress(text) !== undefined && text !== '0.0.0.0'

/** RFC 4291 section 2.2, without the address that stands for none. */
function isIpv6(text: string): boolean {
  const [head = '', tail, more] = text.split('::')
  const groups = (part: string | undefined): string[] => (part ? part.split(':') : [])
  const all = [...groups(head), ...groups(tail)]
  const fits = tail === undefined ? all.length === 8 : more === undefined && all.length < 8
  return fits && all.every((group) => /^[0-9a-f]{1,4}$/i.test(group)) && all.some((group) => !/^0+$/.test(group))
}

/** As Go's joined errors of moby are told: one as it is, several as a list. */
const joined = (errors: readonly string[]): string => (errors.length > 1 ? `* ${errors.join('\n* ')}` : errors.join(''))
