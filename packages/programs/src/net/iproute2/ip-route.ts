import { isErrno, parseIpv6, type RouteInfo, type Sys } from '@drydock/abi'
import { isPrefix } from './ip-address.ts'
import { type Json, printJson } from './json.ts'
import { linkFacts } from './link-facts.ts'
import { localRoutes } from './ip-local-routes.ts'
import { IpProblem, noDevice, ROUTE_WORDS, refused, unknownCommand } from './problem.ts'
import type { ShowStyle } from './show-links.ts'
import { abbreviated, Words } from './words.ts'

const COMMANDS: readonly string[] = [
  'show',
  'list',
  'lst',
  'add',
  'append',
  'delete',
  'replace',
  'change',
  'get',
  'flush',
]

/** ip-route(8). */
export function ipRoute(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const [first = 'show', ...rest] = argv
  const command = abbreviated(first, COMMANDS)
  if (command === 'get') return rest.some((word) => word.includes(':')) ? get6(sys, rest) : get(sys, rest, style)
  if (command === 'add' || command === 'append')
    return attempt(() => sys.netlink({ op: 'route-add', route: parse(sys, rest, style) }))
  if (command === 'replace' || command === 'change') return attempt(() => replace(sys, parse(sys, rest, style)))
  if (command === 'delete') return attempt(() => remove(sys, rest, style))
  if (command === 'flush' || (command === undefined && argv.length > 0)) throw unknownCommand(first, 'route')
  return show(sys, rest, style)
}

function attempt(change: () => void): string {
  try {
    change()
  } catch (error) {
    throw isErrno(error) ? refused(error, ROUTE_WORDS) : error
  }
  return ''
}

function show(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const words = new Words(argv)
  let dev: string | undefined
  let only: string | undefined
  let table = 'main'
  let proto: string | undefined
  while (!words.done) {
    const word = words.next()
    if (word === 'dev') dev = words.next()
    else if (word === 'table') table = words.next()
    else if (word === 'proto') proto = words.next()
    else if (word === 'scope' || word === 'type') words.next()
    else only = word
  }
  const links = linkFacts(sys.netlink({ op: 'link-list' }))
  if (table === 'local' || table === '255') return localRoutes(sys, dev)
  if (dev !== undefined && !links.some(({ name }) => name === dev)) throw noDevice(dev)
  const routes = sys
    .netlink({ op: 'route-list', ...(style.ipv6 ? { family: 6 as const } : {}) })
    .filter((route) => (dev === undefined || route.dev === dev) && (only === undefined || route.destination === only))
    .filter(({ source }) => proto === undefined || (proto === 'kernel') === (source !== undefined))
  if (style.json)
    return printJson(
      routes.map((route) => routeJson(route, links)),
      style.pretty,
    )
  const type = style.details && !style.busybox ? 'unicast ' : ''
  const shown = routes.map((route) => `${type}${routeWords(route, dev !== undefined, style, down(route, links))}\n`)
  const local = table === 'all' && !style.ipv6 ? localRoutes(sys, dev, 'table local ') : ''
  return shown.join('') + local
}

const routeJson = (route: RouteInfo, links: ReturnType<typeof linkFacts>): Json =>
  route.family === 6 ? routeJson6(route, links) : routeJson4(route, links)

const routeJson6 = (route: RouteInfo, links: ReturnType<typeof linkFacts>): Json => ({
  dst: route.destination,
  ...(route.gateway === undefined ? {} : { gateway: route.gateway }),
  dev: route.dev,
  ...(route.connected ? { protocol: 'kernel' } : {}),
  metric: route.metric ?? 0,
  flags: down(route, links) === '' ? [] : ['linkdown'],
  pref: 'medium',
})

const routeJson4 = (route: RouteInfo, links: ReturnType<typeof linkFacts>): Json => ({
  dst: route.destination,
  ...(route.gateway === undefined ? {} : { gateway: route.gateway }),
  dev: route.dev,
  ...(route.source === undefined ? {} : { protocol: 'kernel' }),
  ...(route.gateway === undefined ? { scope: 'link' } : {}),
  ...(route.source === undefined ? {} : { prefsrc: route.source }),
  flags: down(route, links) === '' ? [] : ['linkdown'],
})

function routeWords(route: RouteInfo, without: boolean, style: ShowStyle, down: string): string {
  const { destination, gateway, dev, source } = route
  if (route.family === 6) return routeWords6(route, without, style, down)
  const device = without ? '' : `dev ${dev} `
  if (gateway !== undefined) return `${destination} via ${gateway} ${device}${down}`
  const from = source === undefined ? '' : style.busybox ? ` src ${source} ` : `src ${source} `
  const proto = source === undefined || style.busybox ? '' : 'proto kernel '
  return `${destination} ${device}${proto}scope link ${from}${down}`
}

function routeWords6(
  { destination, gateway, dev, source, metric = 0, connected }: RouteInfo,
  without: boolean,
  style: ShowStyle,
  down: string,
): string {
  const via = gateway === undefined ? '' : `via ${gateway} `
  const device = without ? '' : `dev ${dev} `
  if (style.busybox) return `${destination} ${via}${device} metric ${metric} `
  const from = source === undefined ? '' : `src ${source} `
  return `${destination} ${via}${device}${connected ? 'proto kernel ' : ''}${from}metric ${metric} ${down}pref medium`
}

const down = ({ dev }: RouteInfo, links: ReturnType<typeof linkFacts>): string =>
  links.some((link) => link.name === dev && !link.carrier) ? 'linkdown ' : ''

function parse(sys: Sys, argv: readonly string[], { ipv6 }: ShowStyle): RouteInfo {
  const words = new Words(argv)
  let destination: string | undefined
  const found: { gateway?: string; dev?: string; source?: string; metric?: number } = {}
  while (!words.done) {
    const word = words.next()
    if (word === 'via') found.gateway = words.next()
    else if (word === 'dev') found.dev = words.next()
    else if (word === 'src') found.source = words.next()
    else if (word === 'metric') found.metric = Number(words.next())
    else if (['proto', 'scope', 'table', 'mtu', 'pref'].includes(word)) words.next()
    else destination = word === 'to' ? words.next() : word
  }
  if (destination === undefined)
    throw new IpProblem('Usage: ip route { add | del | change | append | replace } ROUTE', 255)
  if (destination !== 'default' && !isPrefix(destination))
    throw new IpProblem(`Error: any valid prefix is expected rather than "${destination}".`)
  const { dev = '' } = found
  if (dev !== '' && !sys.netlink({ op: 'link-list' }).some(({ name }) => name === dev)) throw noDevice(dev)
  const six = ipv6 || destination.includes(':') || (found.gateway ?? '').includes(':')
  return { destination, ...found, dev, family: six ? 6 : 4 }
}

function replace(sys: Sys, route: RouteInfo): void {
  const { family = 4 } = route
  if (sys.netlink({ op: 'route-list', family }).some(({ destination }) => destination === route.destination))
    sys.netlink({ op: 'route-delete', destination: route.destination, family })
  sys.netlink({ op: 'route-add', route })
}

function remove(sys: Sys, argv: readonly string[], style: ShowStyle): void {
  const { destination, dev, family = 4 } = parse(sys, argv, style)
  sys.netlink({ op: 'route-delete', destination, family, ...(dev === '' ? {} : { dev }) })
}

/** ip -6 route get. */
function get6(sys: Sys, argv: readonly string[]): string {
  const address = argv.find((word) => word.includes(':')) ?? ''
  const wanted = parseIpv6(address)
  if (wanted === undefined) throw new IpProblem(`Error: any valid prefix is expected rather than "${address}".`)
  const links = sys.netlink({ op: 'link-list' })
  const host = (prefix: string): string => prefix.split('/')[0] ?? ''
  if (links.some(({ addresses6 }) => addresses6.some((each) => host(each) === address)))
    return `local ${address} dev lo table local proto kernel src ${address} metric 0 pref medium\n`
  const route = sys
    .netlink({ op: 'route-list', family: 6 })
    .filter((each) => covers6(each.destination, wanted))
    .toSorted((a, b) => length6(b.destination) - length6(a.destination))[0]
  if (!route) throw new IpProblem('RTNETLINK answers: Network is unreachable', 2)
  const own = links.find(({ name }) => name === route.dev)?.addresses6 ?? []
  const onLink = address.startsWith('fe80:')
  const source = route.source ?? host(own.find((each) => each.startsWith('fe80:') === onLink) ?? '::')
  const via = route.gateway === undefined ? '' : `via ${route.gateway} `
  const proto = route.connected ? 'proto kernel ' : ''
  return `${address} from :: ${via}dev ${route.dev} ${proto}src ${source} metric ${route.metric ?? 0} pref medium\n`
}

const length6 = (destination: string): number =>
  destination === 'default' ? 0 : Number(destination.split('/')[1] ?? 128)
function covers6(destination: string, address: bigint): boolean {
  const base = parseIpv6(destination === 'default' ? '::' : (destination.split('/')[0] ?? '')) ?? 0n
  const rest = BigInt(128 - length6(destination))
  return base >> rest === address >> rest
}

function get(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const words = new Words(argv)
  words.takes('to')
  const address = words.next()
  if (!isPrefix(address)) throw new IpProblem(`Error: any valid prefix is expected rather than "${address}".`)
  const own = sys
    .netlink({ op: 'link-list' })
    .some(({ addresses }) => addresses.some((each) => each.split('/')[0] === address))
  if (own || address.startsWith('127.'))
    return `local ${address} dev lo src ${address} uid ${sys.getuid()} \n    cache <local> \n`
  const route = sys
    .netlink({ op: 'route-list' })
    .filter((each) => covers(each.destination, address))
    .toSorted(longestFirst)[0]
  if (!route) throw new IpProblem('RTNETLINK answers: Network is unreachable', 2)
  const link = sys.netlink({ op: 'link-list' }).find(({ name }) => name === route.dev)
  const source = route.source ?? link?.addresses[0]?.split('/')[0] ?? '0.0.0.0'
  const via = route.gateway === undefined ? '' : `via ${route.gateway} `
  const gateway = route.gateway === undefined ? {} : { gateway: route.gateway }
  const found = { dst: address, ...gateway, dev: route.dev, prefsrc: source, flags: [], uid: sys.getuid(), cache: [] }
  if (style.json) return printJson([found], style.pretty)
  return `${address} ${via}dev ${route.dev} src ${source} uid ${sys.getuid()} \n    cache \n`
}

const lengthOf = (destination: string): number =>
  destination === 'default' ? 0 : Number(destination.split('/')[1] ?? 32)
const longestFirst = (a: RouteInfo, b: RouteInfo): number => lengthOf(b.destination) - lengthOf(a.destination)
const bitsOf = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

function covers(destination: string, address: string): boolean {
  const length = lengthOf(destination)
  const rest = 2 ** (32 - length)
  const [host = '0.0.0.0'] = destination === 'default' ? ['0.0.0.0'] : destination.split('/')
  return Math.floor(bitsOf(host) / rest) === Math.floor(bitsOf(address) / rest)
}
