import { isErrno, type MaybePromise, type Process, type Program, type Sys } from '@drydock/abi'
import { decodeUtf8 } from '@drydock/codec'
import { readAll, readTextFile, Stdio } from '@drydock/libc'
import { ipAddress } from './ip-address.ts'
import { ipLink } from './ip-link.ts'
import { ipMonitor, type Watched } from './ip-monitor.ts'
import { enterNetns, ipNetns } from './ip-netns.ts'
import { ipRoute } from './ip-route.ts'
import { printJson } from './json.ts'
import { IpProblem } from './problem.ts'
import type { ShowStyle } from './show-links.ts'
import { abbreviated } from './words.ts'

type IpObject = (sys: Sys, argv: readonly string[], style: ShowStyle) => string

const OBJECTS: ReadonlyMap<string, IpObject> = new Map<string, IpObject>([
  ['address', ipAddress],
  ['link', ipLink],
  ['route', ipRoute],
  ['neighbor', neighbours],
  ['neighbour', neighbours],
  ['rule', rules],
  ['maddress', groups],
  // Nothing of these is ever there.
  ...['tunnel', 'tuntap', 'mroute', 'nexthop'].map((name): [string, IpObject] => [name, () => '']),
])

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | maddress | monitor | mroute | neighbor |
                   neighbour | netns | nexthop | route | rule | tunnel | tuntap }
       OPTIONS := { -V[ersion] | -s[tatistics] | -4 | -6 | -br[ief] |
                    -o[neline] | -j[son] | -p[retty] | -n[etns] name |
                    -c[olor] | -d[etails] | -b[atch] [filename] }
`

/** The three tables that every kernel has. */
const RULES = [
  [0, 'local'],
  [32766, 'main'],
  [32767, 'default'],
] as const

function rules(_sys: Sys, _argv: readonly string[], { ipv6, json, pretty, details }: ShowStyle): string {
  const shown = RULES.filter(([, table]) => !ipv6 || table !== 'default')
  if (json)
    return printJson(
      shown.map(([priority, table]) => ({ priority, src: 'all', table })),
      pretty,
    )
  return shown
    .map(([priority, table]) => `${priority}:\tfrom all lookup ${table}${details ? ' proto kernel' : ''}\n`)
    .join('')
}

/** Groups that every interface is in. ip-maddress(8) */
function groups(sys: Sys, argv: readonly string[]): string {
  const dev = argv.includes('dev') ? wordAfter(argv, 'dev') : undefined
  return sys
    .netlink({ op: 'link-list' })
    .filter(({ name }) => dev === undefined || name === dev)
    .map(({ index, name, kind }) => {
      const hardware = kind === 'loopback' ? '' : '\tlink  33:33:00:00:00:01\n\tlink  01:00:5e:00:00:01\n'
      return `${index}:\t${name}\n${hardware}\tinet  224.0.0.1\n\tinet6 ff02::1\n\tinet6 ff01::1\n`
    })
    .join('')
}

function neighbours(sys: Sys, argv: readonly string[], style: ShowStyle): string {
  const dev = argv[argv.indexOf('dev') + 1]
  const chosen = argv.includes('dev') ? dev : undefined
  const change = NEIGHBOUR_CHANGES.get(argv[0] ?? '')
  if (change) return change(sys, argv.slice(1))
  const known = [
    ...(style.ipv6 ? [] : sys.netlink({ op: 'neighbour-list' })),
    ...(style.ipv4 ? [] : sys.netlink({ op: 'neighbour-list', family: 6 })),
  ].filter((each) => chosen === undefined || each.dev === chosen)
  if (style.json)
    return printJson(
      known.map(({ address, dev: link, mac, state }) => ({ dst: address, dev: link, lladdr: mac, state: [state] })),
      style.pretty,
    )
  return known
    .map(
      (each) => `${each.address} ${chosen === undefined ? `dev ${each.dev} ` : ''}lladdr ${each.mac} ${each.state} \n`,
    )
    .join('')
}

type NeighbourChange = (sys: Sys, argv: readonly string[]) => string
const NEIGHBOUR_CHANGES: ReadonlyMap<string, NeighbourChange> = new Map<string, NeighbourChange>([
  ['add', setNeighbour],
  ['replace', setNeighbour],
  ['change', setNeighbour],
  ['del', dropNeighbour],
  ['delete', dropNeighbour],
])

const wordAfter = (argv: readonly string[], word: string): string =>
  argv.includes(word) ? (argv[argv.indexOf(word) + 1] ?? '') : ''
const neighbourOf = (argv: readonly string[]): { address: string; dev: string } => ({
  address: (argv[0] === 'to' ? argv[1] : argv[0]) ?? '',
  dev: wordAfter(argv, 'dev'),
})

function setNeighbour(sys: Sys, argv: readonly string[]): string {
  const { address, dev } = neighbourOf(argv)
  if (dev === '') throw new IpProblem('Device and destination are required arguments.')
  attemptChange(() => sys.netlink({ op: 'neighbour-add', address, dev, mac: wordAfter(argv, 'lladdr') }))
  return ''
}

function dropNeighbour(sys: Sys, argv: readonly string[]): string {
  const { address, dev } = neighbourOf(argv)
  if (dev === '') throw new IpProblem('Device and destination are required arguments.')
  attemptChange(() => sys.netlink({ op: 'neighbour-delete', address, dev }))
  return ''
}

/** @throws IpProblem */
function attemptChange(change: () => void): void {
  try {
    change()
  } catch (error) {
    throw isErrno(error) ? new IpProblem(`RTNETLINK answers: ${error.message}`, 2) : error
  }
}

const STYLES: ReadonlyMap<string, keyof ShowStyle> = new Map([
  ['-4', 'ipv4'],
  ['-6', 'ipv6'],
  ['-o', 'oneline'],
  ['-oneline', 'oneline'],
  ['-br', 'brief'],
  ['-brief', 'brief'],
  ['-s', 'statistics'],
  ['-stats', 'statistics'],
  ['-statistics', 'statistics'],
  ['-j', 'json'],
  ['-json', 'json'],
  ['-p', 'pretty'],
  ['-pretty', 'pretty'],
  ['-c', 'color'],
  ['-color', 'color'],
  ['-c=always', 'color'],
  ['-color=always', 'color'],
  ['-d', 'details'],
  ['-details', 'details'],
])
const FAMILIES: ReadonlyMap<string, 'ipv4' | 'ipv6'> = new Map([
  ['inet', 'ipv4'],
  ['inet6', 'ipv6'],
])
const IGNORED: readonly string[] = [
  '-c=never',
  '-c=auto',
  '-color=auto',
  '-color=never',
  ...['-N', '-Numeric', '-h', '-human', '-human-readable', '-iec', '-0', '-r', '-resolve', '-t', '-timestamp'],
  ...['-ts', '-tshort', '-D', '-echo', '-force'],
]

const plainStyle = (busybox: boolean) => ({
  ...{ brief: false, oneline: false, statistics: false, color: false, details: false },
  ...{ ipv4: false, ipv6: false, json: false, pretty: false, busybox },
})
type Say = (text: string) => Promise<void>

/** What can be watched, as ip prints it. */
const watched = (sys: Sys, style: ShowStyle): Watched[] => {
  const rows = (text: string): string[] => text.split(/\n(?=\S)/).map((row) => row.replace(/\n$/, ''))
  const addresses = (): string => ipAddress(sys, [], { ...style, oneline: true }).replaceAll('\\', '\n')
  return [
    { name: 'link', label: 'LINK', lines: () => rows(ipLink(sys, [], style).replaceAll('mode DEFAULT ', '')) },
    { name: 'address', label: 'ADDR', lines: () => rows(addresses()) },
    { name: 'route', label: 'ROUTE', lines: () => rows(ipRoute(sys, ['show', 'table', 'all'], style)) },
    { name: 'neigh', label: 'NEIGH', lines: () => rows(neighbours(sys, [], style)) },
  ].map((each) => ({ ...each, lines: () => each.lines().filter((line) => line !== '') }))
}

/** Each line of a file is a command of its own; the first that fails ends it. ip(8), -batch */
async function batch(process: Process, file: string, options: readonly string[], say: Say): Promise<void> {
  const { sys } = process
  for (const [at, line] of (await batchText(sys, file)).split('\n').entries()) {
    const words = line
      .replace(/(?:^|\s)#.*/, '')
      .split(/\s+/)
      .filter(Boolean)
    if (words.length === 0) continue
    try {
      await say(await run(process, [...options, ...words], false, say))
    } catch (error) {
      if (!(error instanceof IpProblem)) throw error
      throw new IpProblem(`${error.message}\nCommand failed ${file}:${at + 1}`)
    }
  }
}

async function batchText(sys: Sys, file: string): Promise<string> {
  if (file === '-') return decodeUtf8(await readAll(sys, 0))
  try {
    return await readTextFile(sys, file)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new IpProblem(`Cannot open file "${file}" for reading: ${error.message}`)
  }
}

/** Runs a command line, without its first word. @throws IpProblem */
async function run(process: Process, argv: readonly string[], busybox: boolean, say: Say): Promise<string> {
  const { sys } = process
  const style = plainStyle(busybox)
  let at = 0
  for (; argv[at]?.startsWith('-'); at++) {
    const word = (argv[at] ?? '').replace(/^--/, '-')
    const known = STYLES.get(word)
    if (word === '-V' || word === '-Version') return 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n'
    if (known) style[known] = true
    else if (word === '-b' || word === '-batch') {
      await batch(process, argv[at + 1] ?? '', argv.slice(0, at), say)
      return ''
    } else if (word === '-n' || word === '-netns') enterNetns(sys, argv[++at] ?? '')
    else if (word === '-f' || word === '-family') {
      const family = FAMILIES.get(argv[++at] ?? '')
      if (family) style[family] = true
    } else if (!IGNORED.includes(word)) throw new IpProblem(`Option "${word}" is unknown, try "ip -help".`, 255)
  }
  const [first, ...rest] = argv.slice(at)
  if (first === undefined) throw new IpProblem(USAGE.trimEnd(), 255)
  const name = abbreviated(first, [...OBJECTS.keys(), 'netns', 'monitor'])
  if (name === 'netns') return ipNetns(process, rest)
  if (name === 'monitor') return ipMonitor(sys, rest, watched(sys, style), say)
  const object = name === undefined ? undefined : OBJECTS.get(name)
  if (first === 'help') return USAGE
  if (!object) throw new IpProblem(`Object "${first}" is unknown, try "ip help".`)
  return object(sys, rest, style)
}

const mainOf =
  (busybox: boolean) =>
  async (process: Process): Promise<number> => {
    const io = new Stdio(process.sys)
    const say = async (text: string): Promise<void> => {
      await io.print(text)
      await io.out.flush()
    }
    try {
      await io.print(await run(process, process.argv.slice(1), busybox, say))
      await io.out.flush()
      return 0
    } catch (error) {
      if (!(error instanceof IpProblem)) throw error
      await io.warn(`${busybox ? 'ip: ' : ''}${error.message}\n`)
      return error.status
    }
  }

const row = {
  covers: 'partial',
  lacks: [
    '-force and -all',
    'events that ip monitor would see at once',
    '/etc/netns',
    'tentative and temporary addresses of IPv6',
  ],
  summary: 'show / manipulate routing, network devices, interfaces and tunnels',
} as const

/** ip, of iproute2. ip(8). */
export const ip: Program = {
  name: 'iproute2/ip',
  paths: ['/usr/sbin/ip', '/usr/bin/ip', '/sbin/ip'],
  sizeBytes: 716_328,
  ...row,
  main: (process: Process): MaybePromise<number> => mainOf(false)(process),
}

/** ip, as busybox has it. */
export const busyboxIp: Program = {
  name: 'busybox/ip',
  paths: ['/sbin/ip'],
  ...row,
  main: (process: Process): MaybePromise<number> => mainOf(true)(process),
}
