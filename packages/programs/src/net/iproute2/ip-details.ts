import type { LinkFacts } from './link-facts.ts'

const SEGMENTS = 'gso_max_size 65536 gso_max_segs 65535 tso_max_size 524280 tso_max_segs 65535 gro_max_size 65536 '
const MOST_MTU = 65535

/** What `ip -d` says of a bridge: the defaults of a new one, and its number, with single digits as Linux prints it. */
function bridge({ mac }: LinkFacts): string {
  const id = `8000.${bridgeId(mac)}`
  return `bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0 bridge_id ${id} designated_root ${id} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0 `
}

const bridgeId = (mac: string): string => mac.replace(/\b0([0-9a-f])/g, '$1')

const KINDS: Readonly<Record<LinkFacts['kind'], (link: LinkFacts) => string | undefined>> = {
  loopback: () => undefined,
  ether: () => undefined,
  bridge,
  veth: () => 'veth ',
  dummy: () => 'dummy ',
  macvlan: ({ mode = 'bridge' }) => `macvlan mode ${mode} bcqueuelen 1000 usedbcqueuelen 1000 `,
  ipvlan: ({ mode = 'l2' }) => `ipvlan  mode ${mode} bridge `,
  vlan: ({ tag = 1 }) => `vlan protocol 802.1Q id ${tag} <REORDER_HDR> `,
  vxlan: ({ tag, remotes: [remote] = [] }) =>
    `vxlan ${tag === undefined ? '' : `id ${tag} `}${remote === undefined ? '' : `remote ${remote} `}srcport 0 0 dstport 4789 ttl auto ageing 300 udpcsum noudp6zerocsumtx noudp6zerocsumrx `,
}

const isPort = ({ master }: LinkFacts): boolean => master !== undefined

function general(link: LinkFacts): string {
  const isLoopback = link.kind === 'loopback'
  const port = Number(isPort(link))
  const most = isLoopback ? 'minmtu 0 maxmtu 0' : `minmtu 68 maxmtu ${MOST_MTU}`
  return ` promiscuity ${port}  allmulti ${port} ${most} `
}

/** Lines behind the one of the link layer, the first of which goes on with it. ip-link(8), -details */
export function detailLines(link: LinkFacts, withMode: boolean): string[] {
  const kind = KINDS[link.kind](link)
  const slave = isPort(link) ? ['    bridge_slave state forwarding priority 32 cost 2 hairpin off guard off '] : []
  const lines = [general(link), ...(kind === undefined ? [] : [`    ${kind}`]), ...slave]
  const mode = withMode ? 'addrgenmode eui64 ' : ''
  const tail = `${mode}numtxqueues 1 numrxqueues 1 ${SEGMENTS}`
  return lines.map((line, at) => (at === lines.length - 1 ? line + tail : line))
}

/** The same for `-j`. */
export const detailMembers = (link: LinkFacts, withMode: boolean) => ({
  promiscuity: Number(isPort(link)),
  allmulti: Number(isPort(link)),
  min_mtu: link.kind === 'loopback' ? 0 : 68,
  max_mtu: link.kind === 'loopback' ? 0 : MOST_MTU,
  ...(link.kind === 'loopback' || link.kind === 'ether'
    ? {}
    : { linkinfo: { info_kind: link.kind, ...(isPort(link) ? { info_slave_kind: 'bridge' } : {}) } }),
  ...(withMode ? { inet6_addr_gen_mode: 'eui64' } : {}),
  ...{ num_tx_queues: 1, num_rx_queues: 1, gso_max_size: 65536, gso_max_segs: 65535 },
  ...{ tso_max_size: 524280, tso_max_segs: 65535, gro_max_size: 65536 },
})
