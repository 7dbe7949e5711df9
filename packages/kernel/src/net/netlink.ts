import {
  EEXIST,
  EINVAL,
  ENODEV,
  ENOENT,
  EOPNOTSUPP,
  type FdbEntry,
  ESRCH,
  ENETUNREACH,
  type NeighbourInfo,
  type NetlinkAnswer,
  type NetlinkRequest,
  type RouteInfo,
} from '@drydock/abi'
import {
  formatAddress,
  formatPrefix,
  type Interface,
  type Prefix,
  parseAddress,
  parsePrefix,
  type Route,
} from '@drydock/net'
import { listConversations } from './conntrack-list.ts'
import type { NetNamespace } from './net-namespace.ts'
import { listSockets } from './socket-list.ts'

/** Finds other namespaces as the caller sees them. @throws ESRCH, ENOENT */
export interface NamespaceLookup {
  ofPid(pid: number): NetNamespace
  ofPath?(path: string): NetNamespace
}

type Request<Op extends NetlinkRequest['op']> = Extract<NetlinkRequest, { op: Op }>
type Handlers = {
  readonly [Op in NetlinkRequest['op']]: (
    namespace: NetNamespace,
    request: Request<Op>,
    lookup: NamespaceLookup,
  ) => NetlinkAnswer<Request<Op>>
}

/** One row for each request. rtnetlink(7). */
const HANDLERS: Handlers = {
  'link-list': ({ stack }) => [...stack.interfaces.values()].map((each) => each.info()),
  'link-add': (namespace, request) => {
    const { stack } = namespace
    requireName(request.name)
    if (request.kind === 'veth') {
      requireName(request.peer)
      stack.createPair(request.name, request.peer, request.mac, request.peerMac)
    } else if ('parent' in request) addSharer(namespace, request)
    else if (request.kind === 'vxlan') stack.createVxlan(request.name, request.id)
    else stack.create(request.name, request.kind, request.mac)
  },
  'link-set': (namespace, request) => linkSet(namespace, request),
  'link-move': (namespace, { name, pid, path }, lookup) => {
    const at = device(namespace, name)
    const to = pid !== undefined ? lookup.ofPid(pid) : path !== undefined ? lookup.ofPath?.(path) : undefined
    if (!to) throw ESRCH
    if (at === namespace.stack.loopback || at.kind === 'bridge') throw EINVAL
    namespace.stack.release(at)
    to.stack.adopt(at)
  },
  'link-delete': (namespace, { name }) => {
    const at = device(namespace, name)
    if (at.kind === 'loopback' || at.kind === 'ether') throw EOPNOTSUPP
    namespace.stack.destroy(at)
  },
  'address-add': (namespace, { link, address }) => {
    namespace.stack.addAddress(device(namespace, link), prefix(address))
  },
  'address-delete': (namespace, { link, address }) => {
    namespace.stack.deleteAddress(device(namespace, link), prefix(address))
  },
  'route-list': ({ stack }) => stack.routes.routes.toSorted(byAddress).map(routeInfo),
  'route-add': (namespace, { route }) => addRoute(namespace, route),
  'route-delete': (namespace, { destination, dev }) => {
    const at = dev === undefined ? undefined : device(namespace, dev)
    if (!namespace.stack.routes.delete(prefix(destination), at)) throw ESRCH
  },
  'neighbour-list': ({ stack }) => stack.neighbours.entries().map(neighbourInfo),
  'vxlan-set': (namespace, { name, remotes, proxied }) => {
    const { tunnel } = device(namespace, name)
    if (!tunnel) throw EOPNOTSUPP
    tunnel.set(remotes.map(address), proxied.map(address))
  },
  'fdb-list': ({ stack }) => [...stack.interfaces.values()].flatMap(fdbEntries),
  'rule-list': ({ stack }, { table }) => stack.netfilter.firewall.list(table),
  'rule-add': ({ stack }, { rule, at }) => {
    stack.netfilter.firewall.add(rule, at)
  },
  'rule-replace': ({ stack }, { rule, at }) => {
    stack.netfilter.firewall.replace(rule, at)
  },
  'rule-delete': ({ stack }, request) => {
    const { firewall } = stack.netfilter
    if ('owner' in request) firewall.deleteOwned(request.owner)
    else firewall.deleteAt(request.table, request.chain, request.at)
  },
  'chain-add': ({ stack }, { table, chain }) => {
    stack.netfilter.firewall.newChain(table, chain)
  },
  'chain-delete': ({ stack }, { table, chain }) => {
    stack.netfilter.firewall.deleteChain(table, chain)
  },
  'chain-flush': ({ stack }, { table, chain }) => {
    stack.netfilter.firewall.flush(table, chain)
  },
  'chain-zero': ({ stack }, { table, chain }) => {
    stack.netfilter.firewall.zero(table, chain)
  },
  'chain-rename': ({ stack }, { table, chain, name }) => {
    stack.netfilter.firewall.renameChain(table, chain, name)
  },
  'chain-policy': ({ stack }, { table, chain, policy }) => {
    stack.netfilter.firewall.setPolicy(table, chain, policy)
  },
  'conntrack-list': ({ stack }) => listConversations(stack),
  'qdisc-list': ({ stack }) =>
    [...stack.interfaces.values()].map((at) => ({
      dev: at.name,
      link: at.kind,
      ...(at.qdisc ? { settings: at.qdisc } : {}),
      ...(at.netem?.statistics ?? {
        bytes: at.info().txBytes,
        packets: at.info().txPackets,
        dropped: 0,
        backlogPackets: 0,
      }),
    })),
  'qdisc-set': (namespace, { dev, qdisc }) => {
    const at = device(namespace, dev)
    if (qdisc === undefined && at.qdisc === undefined) throw ENOENT
    namespace.stack.setQdisc(at, qdisc)
  },
  'socket-list': (namespace) => listSockets(namespace),
  'unix-list': ({ network }) => [...network.unixSockets].map((socket) => socket.describe()),
}

/** What a process asks of its network namespace. @throws EEXIST, ENODEV, EINVAL, ESRCH, ENETUNREACH… */
export function netlink<R extends NetlinkRequest>(
  namespace: NetNamespace,
  request: R,
  lookup: NamespaceLookup,
): NetlinkAnswer<R> {
  const handler = HANDLERS[request.op] as unknown as (
    namespace: NetNamespace,
    request: R,
    lookup: NamespaceLookup,
  ) => NetlinkAnswer<R>
  return handler(namespace, request, lookup)
}

/** macvlan, ipvlan and vlan. @throws EEXIST for a tag that is taken */
function addSharer(namespace: NetNamespace, request: Extract<Request<'link-add'>, { parent: string }>): void {
  const parent = device(namespace, request.parent)
  const { name, kind } = request
  if (kind !== 'vlan') {
    const own = kind === 'macvlan' ? { mac: request.mac, isPrivate: request.mode === 'private' } : {}
    namespace.stack.createSharer(parent, { name, kind, ...own })
    return
  }
  const { tag } = request
  if (!(tag >= 0 && tag < 4095)) throw EINVAL
  if (parent.sharers.all().some((each) => each.tag === tag)) throw EEXIST
  namespace.stack.createSharer(parent, { name, kind, tag })
}

function linkSet(namespace: NetNamespace, request: Request<'link-set'>): undefined {
  const { stack } = namespace
  const at = device(namespace, request.name)
  if (request.rename !== undefined) {
    requireName(request.rename)
    stack.rename(at, request.rename)
  }
  if (request.mac !== undefined) at.mac = request.mac
  if (request.mtu !== undefined) at.mtu = request.mtu
  if (request.master === null) at.setMaster(undefined)
  else if (request.master !== undefined) {
    const master = device(namespace, request.master)
    if (!master.bridge || master === at) throw EINVAL
    at.setMaster(master)
  }
  if (request.up !== undefined) stack.setUp(at, request.up)
  return undefined
}

/** ip(7): a gateway has to be on a link already. */
function addRoute({ stack }: NetNamespace, route: RouteInfo): undefined {
  const gateway = route.gateway === undefined ? undefined : parseAddress(route.gateway)
  const source = route.source === undefined ? undefined : parseAddress(route.source)
  if (route.gateway !== undefined && gateway === undefined) throw EINVAL
  const via = gateway === undefined ? undefined : stack.routes.lookup(gateway)
  if (gateway !== undefined && (!via || via.gateway !== undefined)) throw ENETUNREACH
  const at = route.dev === '' ? via?.at : stack.interfaces.get(route.dev)
  if (!at) throw ENODEV
  if (!at.up) throw ENETUNREACH
  const destination = prefix(route.destination)
  if (!stack.routes.add({ destination, gateway, at, source, connected: false })) throw EEXIST
  return undefined
}

function device({ stack }: NetNamespace, name: string): Interface {
  const found = stack.interfaces.get(name)
  if (!found) throw ENODEV
  return found
}

/** IFNAMSIZ leaves 15 bytes. netdevice(7). */
function requireName(name: string): void {
  if (!/^[^\s/]{1,15}$/.test(name) || name === '.' || name === '..') throw EINVAL
}

function prefix(text: string): Prefix {
  const found = parsePrefix(text)
  if (!found) throw EINVAL
  return found
}

function address(text: string): number {
  const found = parseAddress(text)
  if (found === undefined) throw EINVAL
  return found
}

const routeInfo = ({ destination, gateway, at, source }: Route): RouteInfo => ({
  destination: destination.length === 32 ? formatAddress(destination.address) : formatPrefix(destination),
  dev: at.name,
  ...(gateway === undefined ? {} : { gateway: formatAddress(gateway) }),
  ...(source === undefined ? {} : { source: formatAddress(source) }),
})

const byAddress = (a: Route, b: Route): number =>
  a.destination.address - b.destination.address || a.destination.length - b.destination.length

/** A port's own address, and what a bridge has learned behind its ports. */
function fdbEntries(at: Interface): FdbEntry[] {
  const { bridge, master, name, mac } = at
  const own = bridge || master ? [{ mac, dev: name, permanent: true, ...(master ? { master: master.name } : {}) }] : []
  const learned = (bridge?.learned() ?? []).map(([seen, port]) => ({
    mac: seen,
    dev: port.name,
    master: name,
    permanent: false,
  }))
  return [...own, ...learned]
}

const neighbourInfo = ({ address, mac, at }: { address: number; mac: string; at: Interface }): NeighbourInfo => ({
  address: formatAddress(address),
  mac,
  dev: at.name,
})
