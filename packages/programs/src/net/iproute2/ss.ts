import { bracketed, isErrno, type SocketInfo, type Sys, type UnixSocketInfo } from '@drydock/abi'
import { defineProgram, flag, list, type OptionValues, value } from '@drydock/libc'
import { Names, servicePorts } from '../net-tools/service-names.ts'
import { type SocketOwner, socketOwners } from '../net-tools/socket-owners.ts'
import { type Ends, FilterError, parseFilter, type SocketFilter } from './ss-filter.ts'

const OPTIONS = {
  tcp: flag('t', 'tcp'),
  udp: flag('u', 'udp'),
  unix: flag('x', 'unix'),
  raw: flag('w', 'raw'),
  listening: flag('l', 'listening'),
  all: flag('a', 'all'),
  numeric: flag('n', 'numeric'),
  processes: flag('p', 'processes'),
  summary: flag('s', 'summary'),
  noHeader: flag('H', 'no-header'),
  ipv4: flag('4', 'ipv4'),
  ipv6: flag('6', 'ipv6'),
  extended: flag('e', 'extended'),
  info: flag('i', 'info'),
  memory: flag('m', 'memory'),
  options: flag('o', 'options'),
  resolve: flag('r', 'resolve'),
  family: value('f', 'family'),
  query: list('A', 'query'),
  packet: flag('0', 'packet'),
  oneLine: flag('O', 'oneline'),
  kill: flag('K', 'kill'),
  version: flag('V', 'version'),
  context: flag('Z', 'context'),
  events: flag('E', 'events'),
  bpf: flag('b', 'bpf'),
  net: value('N', 'net'),
  dccp: flag('d', 'dccp'),
  sctp: flag('S', 'sctp'),
  vsock: flag('', 'vsock'),
} as const
type Options = OptionValues<typeof OPTIONS>

/** ss, of iproute2. ss(8). */
export const ss = defineProgram({
  name: 'iproute2/ss',
  paths: ['/usr/bin/ss', '/usr/sbin/ss'],
  covers: 'partial',
  lacks: ['the congestion window of -i; -E, -F, -N, -Z', 'the conditions dev, fwmark, cgroup and autobound of filters'],
  summary: 'another utility to investigate sockets',
  usage: 'ss [ OPTIONS ] [ FILTER ]',
  options: OPTIONS,
  async main({ sys, io, options, operands }) {
    if (options.version) {
      await io.print('ss utility, iproute2-6.1.0\n')
      return 0
    }
    if (options.context) {
      await io.warn('ss: SELinux is not enabled.\n')
      return 1
    }
    try {
      await io.print(options.summary ? totals(sys) : await table(sys, options, operands))
      return 0
    } catch (error) {
      if (!(error instanceof FilterError)) throw error
      await io.warn(`${error.message}\n`)
      return error.status
    }
  },
})

function totals(sys: Sys): string {
  const sockets = sys.netlink({ op: 'socket-list' })
  const tcp = sockets.filter(({ proto }) => proto === 'tcp')
  const udp = sockets.length - tcp.length
  const count = (state: string): number => tcp.filter((each) => each.state === state).length
  const closed = count('TIME-WAIT')
  const live = tcp.length - closed
  const isSix = ({ local }: SocketInfo): boolean => local.includes(':')
  const udp6 = sockets.filter((each) => each.proto === 'udp' && isSix(each)).length
  const tcp6 = tcp.filter((each) => each.state !== 'TIME-WAIT' && isSix(each)).length
  const row = (name: string, total: number, six = 0): string =>
    `${name}\t  ${String(total).padEnd(10)}${String(total - six).padEnd(10)}${String(six).padEnd(9)}\n`
  return [
    `Total: ${sockets.length + sys.netlink({ op: 'unix-list' }).length}\nTCP:   ${tcp.length} (estab ${count('ESTAB')}, closed ${closed}, orphaned 0, timewait ${closed})\n\n`,
    'Transport Total     IP        IPv6\n',
    ...[row('RAW', 0), row('UDP', udp, udp6), row('TCP', live, tcp6), row('INET', udp + live, udp6 + tcp6)],
    ...[row('FRAG', 0), '\n'],
  ].join('')
}

/** A row's cells: Netid, State, both queues, local and peer address and port, process. */
type Row = readonly string[]

interface View {
  readonly options: Options
  readonly names: Names
  readonly owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined
  readonly filter: SocketFilter
}

async function table(sys: Sys, options: Options, words: readonly string[]): Promise<string> {
  const ports = await servicePorts(sys)
  const filter = parseFilter(words, (name) => ports.get(name))
  const names = await Names.read(sys, options.numeric > 0 && !options.resolve, options.resolve > 0)
  const view = { options, names, filter, owners: options.processes ? await socketOwners(sys) : undefined }
  const kinds = kindsOf(options)
  const rows = [
    ...(kinds.has('unix') ? sys.netlink({ op: 'unix-list' }).flatMap((each) => unixRow(view, each)) : []),
    ...sys.netlink({ op: 'socket-list' }).flatMap((each) => (kinds.has(each.proto) ? inetRow(view, each) : [])),
  ]
  const head = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address', 'Port', 'Peer Address', 'Port', 'Process']
  const hidden = [...(kinds.size > 1 || kinds.has('unix') ? [] : [0]), ...(filter.states?.size === 1 ? [1] : [])]
  if (options.kill) for (const socket of killed(sys, view, kinds)) destroy(sys, socket)
  return layout(options.noHeader ? rows : [head, ...rows], new Set(hidden))
}

/** What -K ends: of TCP what has another end. */
const killed = (sys: Sys, view: View, kinds: ReadonlySet<string>): SocketInfo[] =>
  sys
    .netlink({ op: 'socket-list' })
    .filter((socket) => kinds.has(socket.proto) && socket.proto === 'tcp' && inetRow(view, socket).length > 0)

function destroy(sys: Sys, { ino }: SocketInfo): void {
  try {
    sys.netlink({ op: 'socket-destroy', ino })
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Groups of -A. ss(8) */
const QUERIES = new Map<string, readonly string[]>([
  ['all', ['unix', 'tcp', 'udp']],
  ['inet', ['tcp', 'udp']],
  ['tcp', ['tcp']],
  ['udp', ['udp']],
  ['unix', ['unix']],
  ['unix_stream', ['unix']],
  ...['raw', 'packet', 'netlink', 'unix_dgram', 'unix_seqpacket', 'dccp', 'sctp', 'vsock', 'tipc', 'xdp'].map(
    (name): [string, readonly string[]] => [name, []],
  ),
])

/** Which sockets are asked for: all kinds, unless some are named. */
function kindsOf(options: Options): ReadonlySet<string> {
  const words = options.query.flatMap((text) => text.split(','))
  const asked = words.flatMap((word) => {
    const kinds = QUERIES.get(word)
    if (!kinds) throw new FilterError(`ss: "${word}" is illegal value for socket type.`, 255)
    return kinds
  })
  const named = (['tcp', 'udp', 'unix'] as const).filter((kind) => options[kind] > 0 || options.family === kind)
  if (named.length > 0 || words.length > 0) return new Set([...named, ...asked])
  if (options.raw + options.packet + options.dccp + options.sctp + options.vsock > 0) return new Set()
  const inet = options.ipv4 > 0 || options.ipv6 > 0 || options.family === 'inet' || options.family === 'inet6'
  return new Set(inet ? ['tcp', 'udp'] : ['unix', 'tcp', 'udp'])
}

const isServer = (state: string): boolean => state === 'LISTEN' || state === 'UNCONN'

function isShown({ options, filter }: View, socket: Ends): boolean {
  const { state } = socket
  const asked =
    filter.states !== undefined ||
    options.all > 0 ||
    (options.listening > 0 ? isServer(state) : !isServer(state) && state !== 'TIME-WAIT')
  return asked && filter.keeps(socket)
}

function usersOf({ owners }: View, ino: number): string {
  const users = (owners?.get(ino) ?? []).map(({ comm, pid, fd }) => `("${comm}",pid=${pid},fd=${fd})`).join(',')
  return users === '' ? '' : ` users:(${users})`
}

function inetRow(view: View, socket: SocketInfo): Row[] {
  const { names, options } = view
  const { proto, state, receiveQueue, sendQueue, local, localPort, peer, peerPort, ino } = socket
  if (!isOfFamily(options, socket) || !isShown(view, socket)) return []
  const host = (address: string): string => hostCell(socket, names.host(address))
  const ends = [host(local), names.port(localPort, proto), host(peer), names.port(peerPort, proto)]
  const six = local.includes(':') ? ` v6only:${Number(socket.v6only ?? false)}` : ''
  const extended = options.extended ? ` ino:${ino} sk:${ino.toString(16)} cgroup:/${six} <->` : ''
  const more = timerText(options, socket) + usersOf(view, ino) + extended
  const below = [...(options.memory ? [memoryText(socket)] : []), ...(options.info ? [infoText(socket)] : [])].join('')
  const under = below === '' ? '' : options.oneLine ? below : `\n\t${below}`
  return [[proto, state, String(receiveQueue), String(sendQueue), ...ends, more, under]]
}

/** -o: what was sent and not acknowledged is sent again. */
function timerText(options: Options, { facts }: SocketInfo): string {
  if (!options.options || facts?.resendsInMs === undefined) return ''
  const ms = Math.round(facts.resendsInMs)
  const left = ms >= 1000 ? `${(ms / 1000).toFixed(3).replace(/\.?0+$/, '')}sec` : `${ms}ms`
  return ` timer:(on,${left},${facts.resends})`
}

const BUFFERS = { receive: 131_072, send: 87_040 } as const
/** -m: what waits counts, and room for as much as a socket may have. */
const memoryText = ({ receiveQueue, sendQueue, state }: SocketInfo): string => {
  const waits = state === 'LISTEN' ? 0 : 1
  return ` skmem:(r${receiveQueue * waits},rb${BUFFERS.receive},t0,tb${BUFFERS.send},f0,w${sendQueue * waits},o0,bl0,d0)`
}

const three = (ms: number): string => ms.toFixed(3).replace(/\.?0+$/, '')
/** -i: what the connection knows of itself; it has no congestion window. */
function infoText({ facts, local }: SocketInfo): string {
  if (!facts) return ''
  const { roundTripMs, varianceMs, timeoutMs, bytesSent, bytesAcked, bytesReceived, sendWindow, receiveWindow } = facts
  const mtu = /^(?:127\.|::1)/.test(local) ? 65_535 : 1500
  const mss = mtu - (local.includes(':') ? 60 : 40) - 12
  const words = [
    `rto:${Math.round(timeoutMs)}`,
    ...(roundTripMs === undefined ? [] : [`rtt:${three(roundTripMs)}/${three(varianceMs)}`]),
    `mss:${mss} pmtu:${mtu} advmss:${mss}`,
    ...(bytesSent > 1 ? [`bytes_sent:${bytesSent - 1}`] : []),
    ...(bytesAcked > 0 ? [`bytes_acked:${bytesAcked}`] : []),
    ...(bytesReceived > 1 ? [`bytes_received:${bytesReceived - 1}`] : []),
    ...(facts.resends > 0 ? [`backoff:${facts.resends}`] : []),
    `rcv_space:${receiveWindow} snd_wnd:${sendWindow}`,
  ]
  return ` ${words.join(' ')}`
}

/** `-4` and `-6`, or what `-f` says. */
function isOfFamily({ ipv4, ipv6, family }: Options, { local }: SocketInfo): boolean {
  const four = ipv4 > 0 || family === 'inet'
  const six = ipv6 > 0 || family === 'inet6'
  return four === six || local.includes(':') === six
}

/** IPv6 in brackets; what hears of both families at any address is a star. */
function hostCell({ local, v6only }: SocketInfo, text: string): string {
  if (text === '::' && local.includes(':') && !v6only) return '*'
  return bracketed(text)
}

function unixRow(view: View, socket: UnixSocketInfo): Row[] {
  const { state, path, ino, peerIno, receiveQueue, sendQueue } = socket
  if (!isShown(view, { state, local: path, localPort: 0, peer: '', peerPort: 0 })) return []
  const ends = [path || '*', String(ino), '*', String(peerIno)]
  return [['u_str', state, String(receiveQueue), String(sendQueue), ...ends, usersOf(view, ino)]]
}

const RIGHT = new Set([4, 6])
const DELIMITERS = ['', ' ', ' ', ' ', ' ', ':', ' ', ':', '']
/** An inode is no port: a blank stands before it. */
const isInode = (row: Row): boolean => row[0] === 'u_str'

/** Columns as wide as their widest cell. */
function layout(rows: readonly (readonly string[])[], hidden: ReadonlySet<number>): string {
  const widths = DELIMITERS.map((_, column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        if (hidden.has(column)) return ''
        const width = widths[column] ?? 0
        const delimiter = [...Array(column).keys()].every((before) => hidden.has(before))
          ? ''
          : isInode(row) && DELIMITERS[column] === ':'
            ? ' '
            : (DELIMITERS[column] ?? '')
        return delimiter + (RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width))
      })
      .join('')
  return rows.map((row) => `${line(row.slice(0, DELIMITERS.length))}${row[DELIMITERS.length] ?? ''}\n`).join('')
}
