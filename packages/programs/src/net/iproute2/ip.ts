import { isErrno, type MaybePromise, type Process, type Program, type Sys } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { ipAddress } from './ip-address.ts'
import { ipLink } from './ip-link.ts'
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
  [
    'rule',
    (_sys, _argv, { ipv6 }) =>
      `0:\tfrom all lookup local\n32766:\tfrom all lookup main\n${ipv6 ? '' : '32767:\tfrom all lookup default\n'}`,
  ],
])

const USAGE = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
where  OBJECT := { address | link | neighbor | neighbour | netns | route | rule }
       OPTIONS := { -V[ersion] | -s[tatistics] | -4 | -6 | -br[ief] |
                    -o[neline] | -j[son] | -p[retty] | -n[etns] name |
                    -c[olor] }
`

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
  '-N',
  '-h',
  '-0',
  '-d',
  '-details',
]

/** Runs the command line. @throws IpProblem */
async function run(process: Process, busybox: boolean): Promise<string> {
  const { sys } = process
  const argv = process.argv.slice(1)
  const style = {
    ...{ brief: false, oneline: false, statistics: false, color: false },
    ...{ ipv4: false, ipv6: false, json: false, pretty: false, busybox },
  }
  let at = 0
  for (; argv[at]?.startsWith('-'); at++) {
    const word = (argv[at] ?? '').replace(/^--/, '-')
    const known = STYLES.get(word)
    if (word === '-V' || word === '-Version') return 'ip utility, iproute2-6.1.0, libbpf 1.1.2\n'
    if (known) style[known] = true
    else if (word === '-n' || word === '-netns') enterNetns(sys, argv[++at] ?? '')
    else if (word === '-f' || word === '-family') {
      const family = FAMILIES.get(argv[++at] ?? '')
      if (family) style[family] = true
    } else if (!IGNORED.includes(word)) throw new IpProblem(`Option "${word}" is unknown, try "ip -help".`, 255)
  }
  const [first, ...rest] = argv.slice(at)
  if (first === undefined) throw new IpProblem(USAGE.trimEnd(), 255)
  const name = abbreviated(first, [...OBJECTS.keys(), 'netns'])
  if (name === 'netns') return ipNetns(process, rest)
  const object = name === undefined ? undefined : OBJECTS.get(name)
  if (first === 'help') return USAGE
  if (!object) throw new IpProblem(`Object "${first}" is unknown, try "ip help".`)
  return object(sys, rest, style)
}

const mainOf =
  (busybox: boolean) =>
  async (process: Process): Promise<number> => {
    const io = new Stdio(process.sys)
    try {
      await io.print(await run(process, busybox))
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
  lacks: ['-batch', 'monitor', '/etc/netns', 'tentative and temporary addresses of IPv6'],
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
