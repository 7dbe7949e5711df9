/** What `ip -j` prints: an array of objects on one line, or spread out with -p. */
import { detailMembers } from './ip-details.ts'
import type { LinkFacts } from './link-facts.ts'
import { addressesOf, broadcastOf, scopeOf } from './show-links.ts'

export type Json = string | number | boolean | readonly Json[] | { readonly [member: string]: Json }

const STEP = '    '
const FOREVER = 4_294_967_295

function pretty(value: Json, indent: string): string {
  if (Array.isArray(value)) {
    if (value.length === 0) return '[ ]'
    const items = value.map((item) => pretty(item, `${indent}${STEP}`))
    return `[ ${items.join(',')} ]`
  }
  if (typeof value !== 'object') return JSON.stringify(value)
  const inner = `${indent}${STEP}`
  const members = Object.entries(value).map(
    ([name, member]) => `${inner}${JSON.stringify(name)}: ${pretty(member, inner)}`,
  )
  return `{\n${members.join(',\n')}\n${indent}}`
}

export const printJson = (rows: readonly Json[], spread: boolean): string =>
  `${spread ? pretty(rows, '') : JSON.stringify(rows)}\n`

const stats = ({ rxBytes, rxPackets, txBytes, txPackets }: LinkFacts): Json => ({
  rx: { bytes: rxBytes, packets: rxPackets, errors: 0, dropped: 0, over_errors: 0, multicast: 0 },
  tx: { bytes: txBytes, packets: txPackets, errors: 0, dropped: 0, carrier_errors: 0, collisions: 0 },
})

/** The other end of a cable: by name, or by number where it is in another namespace. */
function peerOf(link: LinkFacts): { readonly [member: string]: Json } {
  const [, other] = link.fullName.split('@')
  if (other === undefined) return {}
  return link.peerElsewhere ? { link_index: link.peerIndex ?? 0 } : { link: other }
}

function head(link: LinkFacts): { readonly [member: string]: Json } {
  return {
    ifindex: link.index,
    ...peerOf(link),
    ifname: link.name,
    flags: link.flags,
    mtu: link.mtu,
    qdisc: link.qdisc,
    ...(link.master ? { master: link.master } : {}),
    operstate: link.state,
  }
}

const layer = (link: LinkFacts): { readonly [member: string]: Json } => ({
  group: 'default',
  txqlen: 1000,
  link_type: link.kind === 'loopback' ? 'loopback' : 'ether',
  address: link.mac,
  broadcast: link.broadcastMac,
  ...(link.peerElsewhere ? { link_netnsid: link.netnsId ?? 0 } : {}),
})

interface JsonStyle {
  readonly brief: boolean
  readonly statistics: boolean
  readonly details: boolean
  readonly ipv4: boolean
  readonly ipv6: boolean
}

export const linkJson = (link: LinkFacts, style: JsonStyle): Json =>
  style.brief
    ? { ...briefHead(link), address: link.mac, flags: link.flags }
    : {
        ...head(link),
        linkmode: 'DEFAULT',
        ...layer(link),
        ...(style.details ? detailMembers(link, true) : {}),
        ...(style.statistics ? { stats64: stats(link) } : {}),
      }

const briefHead = (link: LinkFacts): { readonly [member: string]: Json } => ({
  ...peerOf(link),
  ifname: link.name,
  operstate: link.state,
})

export function addressJson(link: LinkFacts, style: JsonStyle): Json {
  const addresses = addressesOf(link, style)
  if (style.brief) return { ...briefHead(link), addr_info: addresses.map(prefix) }
  return {
    ...head(link),
    ...layer(link),
    ...(style.details ? detailMembers(link, false) : {}),
    ...(style.statistics ? { stats64: stats(link) } : {}),
    addr_info: addresses.map((each) => addressMember(link, each)),
  }
}

function prefix(address: string): { local: string; prefixlen: number } {
  const [local = '', length = '32'] = address.split('/')
  return { local, prefixlen: Number(length) }
}

function addressMember(link: LinkFacts, address: string): Json {
  const { local, prefixlen } = prefix(address)
  const life = { valid_life_time: FOREVER, preferred_life_time: FOREVER }
  if (address.includes(':')) return { family: 'inet6', local, prefixlen, scope: scopeOf(link, address), ...life }
  const loopback = link.kind === 'loopback'
  return {
    family: 'inet',
    local,
    prefixlen,
    ...(loopback || prefixlen === 32 ? {} : { broadcast: broadcastOf(local, prefixlen) }),
    scope: loopback ? 'host' : 'global',
    label: link.name,
    ...life,
  }
}
