import { bracketed, type SocketInfo, type Sys, type UnixSocketInfo } from '@drydock/abi'
import { defineProgram, flag, type OptionValues, value } from '@drydock/libc'
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
} as const
type Options = OptionValues<typeof OPTIONS>

/** ss, of iproute2. ss(8). */
export const ss = defineProgram({
  name: 'iproute2/ss',
  paths: ['/usr/bin/ss', '/usr/sbin/ss'],
  covers: 'partial',
  lacks: ['-i', '-m', '-o', '-K', 'the conditions dev, fwmark, cgroup and autobound of filters'],
  summary: 'another utility to investigate sockets',
  usage: 'ss [ OPTIONS ] [ FILTER ]',
  options: OPTIONS,
  async main({ sys, io, options, operands }) {
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
    `Total: ${sockets.length}\nTCP:   ${tcp.length} (estab ${count('ESTAB')}, closed ${closed}, orphaned 0, timewait ${closed})\n\n`,
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
  const names = await Names.read(sys, options.numeric > 0)
  const view = { options, names, filter, owners: options.processes ? await socketOwners(sys) : undefined }
  const kinds = kindsOf(options)
  const rows = [
    ...(kinds.has('unix') ? sys.netlink({ op: 'unix-list' }).flatMap((each) => unixRow(view, each)) : []),
    ...sys.netlink({ op: 'socket-list' }).flatMap((each) => (kinds.has(each.proto) ? inetRow(view, each) : [])),
  ]
  const head = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address', 'Port', 'Peer Address', 'Port', 'Process']
  const hidden = [...(kinds.size > 1 || kinds.has('unix') ? [] : [0]), ...(filter.states?.size === 1 ? [1] : [])]
  return layout(options.noHeader ? rows : [head, ...rows], new Set(hidden))
}

/** Which sockets are asked for: all kinds, unless some are named. */
function kindsOf(options: Options): ReadonlySet<string> {
  const named = (['tcp', 'udp', 'unix'] as const).filter((kind) => options[kind] > 0 || options.family === kind)
  if (named.length > 0) return new Set(named)
  if (options.raw) return new Set()
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
  return [[proto, state, String(receiveQueue), String(sendQueue), ...ends, usersOf(view, ino) + extended]]
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
  return rows.map((row) => `${line(row)}\n`).join('')
}
