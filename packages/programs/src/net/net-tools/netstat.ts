import { isErrno, type SocketInfo, type Sys } from '@drydock/abi'
import { defineProgram, flag, type OptionValues, type Stdio } from '@drydock/libc'
import { linkFacts } from '../iproute2/link-facts.ts'
import { routeTable } from './route.ts'
import { Names } from './service-names.ts'
import { type SocketOwner, socketOwners } from './socket-owners.ts'

const OPTIONS = {
  tcp: flag('t', 'tcp'),
  udp: flag('u', 'udp'),
  unix: flag('x', 'unix'),
  raw: flag('w', 'raw'),
  listening: flag('l', 'listening'),
  all: flag('a', 'all'),
  numeric: flag('n', 'numeric'),
  programs: flag('p', 'programs'),
  route: flag('r', 'route'),
  interfaces: flag('i', 'interfaces'),
  wide: flag('W', 'wide'),
  extend: flag('e', 'extend'),
  inet: flag('4', 'inet'),
  inet6: flag('6', 'inet6'),
  statistics: flag('s', 'statistics'),
  continuous: flag('c', 'continuous'),
  timers: flag('o', 'timers'),
  groups: flag('g', 'groups'),
  version: flag('V', 'version'),
  verbose: flag('v', 'verbose'),
} as const

const STATES: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'FIN-WAIT-2': 'FIN_WAIT2',
  'SYN-RECV': 'SYN_RECV',
  UNCONN: '',
}
const stateName = ({ proto, state }: SocketInfo): string =>
  STATES[state] ?? (proto === 'udp' && state !== 'ESTAB' ? '' : state.replaceAll('-', '_'))

/** netstat, of net-tools. netstat(8). */
export const netstat = defineProgram({
  name: 'net-tools/netstat',
  paths: ['/usr/bin/netstat', '/bin/netstat'],
  covers: 'partial',
  lacks: ['what the kernel does not count with -s', '-M, -C, -F'],
  summary: 'Print network connections, routing tables, interface statistics',
  usage: 'netstat [-tuxlanpri]',
  options: OPTIONS,
  main: ({ sys, io, options }) => run(sys, io, options, ''),
})

/** netstat, as busybox has it: a space more after the state. */
export const busyboxNetstat = defineProgram({
  name: 'busybox/netstat',
  paths: ['/bin/netstat'],
  covers: 'partial',
  lacks: ['unix sockets'],
  summary: 'Display networking information',
  usage: 'netstat [-ral] [-tuwx] [-enWp]',
  options: OPTIONS,
  main: ({ sys, io, options }) => run(sys, io, options, ' '),
})

async function run(sys: Sys, io: Stdio, options: OptionValues<typeof OPTIONS>, filler: string): Promise<number> {
  if (options.version) {
    await io.print('net-tools 2.10\n')
    return 0
  }
  for (;;) {
    await show(sys, io, options, filler)
    if (!options.continuous) return 0
    await io.out.flush()
    await sys.sleep(1000)
  }
}

async function show(sys: Sys, io: Stdio, options: OptionValues<typeof OPTIONS>, filler: string): Promise<void> {
  const more = (): Promise<typeof import('./netstat-more.ts')> => import('./netstat-more.ts')
  if (options.statistics) await io.print(await (await more()).statistics(sys))
  else if (options.groups) await io.print((await more()).groups(sys))
  else if (options.route) await io.print(routeTable(sys, options.numeric > 0, 'mss'))
  else if (options.interfaces) await io.print(interfaceTable(sys))
  else await io.print(await sockets(sys, options, filler))
}

async function sockets(sys: Sys, options: OptionValues<typeof OPTIONS>, filler: string): Promise<string> {
  const names = await Names.read(sys, options.numeric > 0)
  const owners = options.programs ? await socketOwners(sys) : undefined
  const all = owners ?? (options.extend ? await socketOwners(sys) : new Map<number, readonly SocketOwner[]>())
  const families = options.tcp + options.udp + options.unix + options.raw
  const inet = families === 0 || options.tcp + options.udp > 0
  const kinds = options.listening ? '(only servers)' : options.all ? '(servers and established)' : '(w/o servers)'
  const wanted = (socket: SocketInfo): boolean => {
    const kind = families === 0 || (socket.proto === 'tcp' ? options.tcp > 0 : options.udp > 0)
    const server = socket.state === 'LISTEN' || (socket.proto === 'udp' && socket.state !== 'ESTAB')
    const six = socket.local.includes(':')
    if (options.inet > 0 !== options.inet6 > 0 && six !== options.inet6 > 0) return false
    return kind && (options.all > 0 || (options.listening > 0 ? server : !server))
  }
  const list = sys.netlink({ op: 'socket-list' }).filter(wanted).toSorted(byProto)
  const heads = [
    ...(options.extend ? [`${'User'.padEnd(10)} ${'Inode'.padEnd(10)}`] : []),
    ...(owners ? ['PID/Program name    '] : []),
    ...(options.timers ? ['Timer'] : []),
  ]
  const more = heads.length > 0 ? `       ${heads.join(' ')}` : `      ${filler}`
  const head = `Active Internet connections ${kinds}\nProto Recv-Q Send-Q Local Address           Foreign Address         State${more}\n`
  const unix =
    families === 0 || options.unix
      ? `Active UNIX domain sockets ${kinds}\nProto RefCnt Flags       Type       State         I-Node   ${owners ? 'PID/Program name     ' : ''}Path\n${await unixRows(sys, options, owners)}`
      : ''
  return (
    (inet
      ? head +
        list
          .map((each) => socketRow(each, names, owners, filler, detailsOf(sys, options, each, owners ?? all)))
          .join('')
      : '') + (options.inet ? '' : unix)
  )
}

async function unixRows(
  sys: Sys,
  options: OptionValues<typeof OPTIONS>,
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
): Promise<string> {
  const { unixRow } = await import('./netstat-more.ts')
  return sys
    .netlink({ op: 'unix-list' })
    .filter(({ state }) => options.all > 0 || (state === 'LISTEN' || state === 'UNCONN') === options.listening > 0)
    .map((each) => unixRow(each, owners))
    .join('')
}

/** -e: whose it is and its inode; -o: when something is sent again. */
function detailsOf(
  sys: Sys,
  options: OptionValues<typeof OPTIONS>,
  { ino, facts }: SocketInfo,
  owners: ReadonlyMap<number, readonly SocketOwner[]>,
): { before: string; after: string } {
  const pid = owners.get(ino)?.[0]?.pid
  const uid = pid === undefined ? 0 : ownerOf(sys, pid)
  const before = options.extend ? ` ${String(uid).padEnd(10)} ${String(ino).padEnd(10)}` : ''
  const due = facts?.resendsInMs
  const timer = due === undefined ? 'off (0.00/0/0)' : `on (${(due / 1000).toFixed(2)}/${facts?.resends ?? 0}/0)`
  return { before, after: options.timers ? ` ${timer}` : '' }
}

function ownerOf(sys: Sys, pid: number): number {
  try {
    return sys.stat(`/proc/${pid}`).uid
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  }
}

const protoOf = ({ proto, local }: SocketInfo): string => (local.includes(':') ? `${proto}6` : proto)
/** tcp, tcp6, udp, udp6. */
const byProto = (a: SocketInfo, b: SocketInfo): number =>
  protoOf(a) === protoOf(b) ? 0 : protoOf(a) < protoOf(b) ? -1 : 1

function socketRow(
  socket: SocketInfo,
  names: Names,
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
  filler: string,
  details: { readonly before: string; readonly after: string },
): string {
  const end = (address: string, port: number): string =>
    `${names.host(address)}:${names.port(port, socket.proto)}`.padEnd(23)
  const sendQueue = socket.state === 'LISTEN' ? 0 : socket.sendQueue
  const queues = `${String(socket.receiveQueue).padStart(6)} ${String(sendQueue).padStart(6)}`
  const ends = `${end(socket.local, socket.localPort)} ${end(socket.peer, socket.peerPort)}`
  const owner = owners?.get(socket.ino)?.[0]
  const program = owners
    ? ` ${(owner ? `${owner.pid}/${owner.title.split('/').pop() ?? ''}`.slice(0, 19) : '-').padEnd(20)}`
    : filler
  return `${(filler === '' ? protoOf(socket) : socket.proto).padEnd(5)} ${queues} ${ends} ${stateName(socket).padEnd(11)}${details.before}${program}${details.after}\n`
}

function interfaceTable(sys: Sys): string {
  const head =
    'Kernel Interface table\nIface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n'
  const rows = linkFacts(sys.netlink({ op: 'link-list' }))
    .filter(({ up }) => up)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map((link) => {
      const flags = link.kind === 'loopback' ? 'LRU' : link.carrier ? 'BMRU' : 'BMU'
      const counts = `${String(link.rxPackets).padStart(9)}      0      0 0      ${String(link.txPackets).padStart(8)}      0      0      0`
      return `${link.name.padEnd(15)} ${String(link.mtu).padStart(5)}${counts} ${flags}\n`
    })
  return head + rows.join('')
}
