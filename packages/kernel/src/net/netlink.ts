import {
  EEXIST,
  EINVAL,
  ENODEV,
  ENOENT,
  EOPNOTSUPP,
  type FdbEntry,
  type IpFamily,
  ESRCH,
  ENETUNREACH,
  type NeighbourInfo,
  type NetlinkAnswer,
  type NetlinkRequest,
  type RouteInfo,
} from '@drydock/abi'
import {
  type Address,
  formatIp,
  formatIpPrefix,
  type Interface,
  isPrefix6,
  type NeighbourEntry,
  type Netfilter,
  type Prefix,
  type Prefix6,
  parseIp,
  parseIpPrefix,
  type Route,
  type RouteTable,
  type Stack,
} from '@drydock/net'
import { listConversations } from './conntrack-list.ts'
import type { NetNamespace } from './net-namespace.ts'
import { destroySocket, listSockets } from './socket-list.ts'

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
  'link-list': (namespace) =>
    [...namespace.stack.interfaces.values()].map((each) => {
      const other = (each.peer ?? each.parent)?.owner
      const elsewhere = other !== undefined && other !== namespace.stack
      return elsewhere ? { ...each.info(), netnsId: namespace.idOf(other) } : each.info()
    }),
  'netns-id': (namespace, { path, id }, lookup) => {
    const other = lookup.ofPath?.(path)
    if (!other) throw ENOENT
    if (id === undefined) return namespace.knownId(other.stack)
    if (namespace.knownId(other.stack) !== undefined) throw EEXIST
    return namespace.idOf(other.stack, id)
  },
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
  'route-list': ({ stack }, { family }) =>
    family === 6
      ? stack.ip6.routes.routes.toSorted(asIp6Lists).map(routeInfo)
      : stack.routes.routes.toSorted(byAddress).map(routeInfo),
  'route-add': (namespace, { route }) => addRoute(namespace, route),
  'route-delete': (namespace, { destination, dev, family }) => {
    const at = dev === undefined ? undefined : device(namespace, dev)
    const wanted = prefix(destination, family)
    const { stack } = namespace
    const found = isPrefix6(wanted) ? stack.ip6.routes.delete(wanted, at) : stack.routes.delete(wanted, at)
    if (!found) throw ESRCH
  },
  'neighbour-list': ({ stack }, { family }) =>
    family === 6
      ? stack.ip6.neighbours.entries().flatMap(neighbourInfo)
      : stack.neighbours.entries().flatMap(neighbourInfo),
  'neighbour-add': (namespace, { address, mac, dev }) => {
    const at = device(namespace, dev)
    const wanted = addressOf(address)
    if (typeof wanted === 'number') namespace.stack.neighbours.fix(at, wanted, mac)
    else namespace.stack.ip6.neighbours.fix(at, wanted, mac)
  },
  'neighbour-delete': (namespace, { address, dev }) => {
    const at = device(namespace, dev)
    const wanted = addressOf(address)
    const { stack } = namespace
    const found =
      typeof wanted === 'number' ? stack.neighbours.delete(at, wanted) : stack.ip6.neighbours.delete(at, wanted)
    if (!found) throw ENOENT
  },
  'vxlan-set': (namespace, { name, remotes, proxied }) => {
    const { tunnel } = device(namespace, name)
    if (!tunnel) throw EOPNOTSUPP
    tunnel.set(remotes.map(quadOf), proxied.map(quadOf))
  },
  'fdb-list': ({ stack }) => [...stack.interfaces.values()].flatMap(fdbEntries),
  'rule-list': ({ stack }, { table, family }) => netfilterOf(stack, family).firewall.list(table),
  'rule-add': ({ stack }, { rule, at, family }) => {
    netfilterOf(stack, family).firewall.add(rule, at)
  },
  'rule-replace': ({ stack }, { rule, at, family }) => {
    netfilterOf(stack, family).firewall.replace(rule, at)
  },
  'rule-delete': ({ stack }, request) => {
    const { firewall } = netfilterOf(stack, request.family)
    if ('owner' in request) firewall.deleteOwned(request.owner)
    else firewall.deleteAt(request.table, request.chain, request.at)
  },
  'chain-add': ({ stack }, { table, chain, family }) => {
    netfilterOf(stack, family).firewall.newChain(table, chain)
  },
  'chain-delete': ({ stack }, { table, chain, family }) => {
    netfilterOf(stack, family).firewall.deleteChain(table, chain)
  },
  'chain-flush': ({ stack }, { table, chain, family }) => {
    netfilterOf(stack, family).firewall.flush(table, chain)
  },
  'chain-zero': ({ stack }, { table, chain, family }) => {
    netfilterOf(stack, family).firewall.zero(table, chain)
  },
  'chain-rename': ({ stack }, { table, chain, name, family }) => {
    netfilterOf(stack, family).firewall.renameChain(table, chain, name)
  },
  'chain-policy': ({ stack }, { table, chain, policy, family }) => {
    netfilterOf(stack, family).firewall.setPolicy(table, chain, policy)
  },
  'conntrack-list': ({ stack }, { family }) => listConversations(netfilterOf(stack, family)),
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
  'socket-destroy': (namespace, { ino }) => destroySocket(namespace, ino),
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
    const own = kind === 'macvlan' ? { mac: request.mac, mode: request.mode } : { mode: request.mode }
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
  if (request.alias !== undefined) at.alias = request.alias || undefined
  if (request.mtu !== undefined) at.mtu = request.mtu
  if (request.ipv6 !== undefined) stack.ip6.setDisabled(at, !request.ipv6)
  if (request.master === null) stack.setMaster(at, undefined)
  else if (request.master !== undefined) {
    const master = device(namespace, request.master)
    if (!master.bridge || master === at) throw EINVAL
    stack.setMaster(at, master)
  }
  if (request.up !== undefined) stack.setUp(at, request.up)
  return undefined
}

/** ip(7): a gateway has to be on a link already. */
function addRoute({ stack }: NetNamespace, route: RouteInfo): undefined {
  const gateway = route.gateway === undefined ? undefined : addressOf(route.gateway)
  const destination = prefix(route.destination, route.family ?? (typeof gateway === 'bigint' ? 6 : 4))
  const source = route.source === undefined ? undefined : addressOf(route.source)
  const { dev, metric = DEFAULT_METRIC_6 } = route
  if (isPrefix6(destination))
    addTo(stack, stack.ip6.routes, { destination, gateway: six(gateway), source: six(source), dev, metric })
  else addTo(stack, stack.routes, { destination, gateway: four(gateway), source: four(source), dev })
  return undefined
}

type RouteWish<A extends Address> = Omit<Route<A>, 'at' | 'connected'> & { readonly dev: string }

function addTo<A extends Address>(stack: Stack, table: RouteTable<A>, { dev, ...route }: RouteWish<A>): void {
  const { gateway } = route
  const named = dev === '' ? undefined : stack.interfaces.get(dev)
  if (dev !== '' && !named) throw ENODEV
  const via = gateway === undefined ? undefined : table.lookup(gateway, named?.index)
  if (gateway !== undefined && (!via || via.gateway !== undefined)) throw ENETUNREACH
  const at = named ?? via?.at
  if (!at) throw ENODEV
  if (!at.up) throw ENETUNREACH
  if (!table.add({ ...route, at, connected: false })) throw EEXIST
}

/** Of routes of IPv6 that were added by hand. */
const DEFAULT_METRIC_6 = 1024

/** @throws EINVAL for an address of the other family */
function six(address: Address | undefined): bigint | undefined {
  if (typeof address === 'number') throw EINVAL
  return address
}
function four(address: Address | undefined): number | undefined {
  if (typeof address === 'bigint') throw EINVAL
  return address
}

const netfilterOf = (stack: Stack, family: IpFamily | undefined): Netfilter =>
  family === 6 ? stack.ip6.netfilter : stack.netfilter

function device({ stack }: NetNamespace, name: string): Interface {
  const found = stack.interfaces.get(name)
  if (!found) throw ENODEV
  return found
}

/** IFNAMSIZ leaves 15 bytes. netdevice(7). */
function requireName(name: string): void {
  if (!/^[^\s/]{1,15}$/.test(name) || name === '.' || name === '..') throw EINVAL
}

/** @param family of `default` */
function prefix(text: string, family?: IpFamily): Prefix | Prefix6 {
  const found = family === 6 && text === 'default' ? { address: 0n, length: 0 } : parseIpPrefix(text)
  if (!found) throw EINVAL
  return found
}

function addressOf(text: string): Address {
  const found = parseIp(text)
  if (found === undefined) throw EINVAL
  return found
}

/** What is of IPv4 alone. */
function quadOf(text: string): number {
  const found = addressOf(text)
  if (typeof found === 'bigint') throw EINVAL
  return found
}

const routeInfo = (route: Route | Route<bigint>): RouteInfo => {
  const { destination, gateway, at, source, metric, connected } = route
  const single = destination.length === (isPrefix6(destination) ? 128 : 32)
  return {
    destination: single ? formatIp(destination.address) : formatIpPrefix(destination),
    dev: at.name,
    ...{ connected, family: isPrefix6(destination) ? 6 : 4 },
    ...(gateway === undefined ? {} : { gateway: formatIp(gateway) }),
    ...(source === undefined ? {} : { source: formatIp(source) }),
    ...(metric === undefined ? {} : { metric }),
  }
}

/** The kernel's tree is walked to its leaves before what holds them: the default route comes last. */
const asIp6Lists = (a: Route<bigint>, b: Route<bigint>): number =>
  Number(a.destination.length === 0) - Number(b.destination.length === 0) ||
  Number(a.destination.address - b.destination.address > 0n) -
    Number(b.destination.address - a.destination.address > 0n) ||
  (a.metric ?? 0) - (b.metric ?? 0)

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

const neighbourInfo = ({ address, mac, at, state }: NeighbourEntry<Address>): NeighbourInfo[] =>
  mac === undefined || state === 'INCOMPLETE' ? [] : [{ address: formatIp(address), mac, dev: at.name, state }]
