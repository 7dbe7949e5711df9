import type { SocketInfo, Sys } from '@drydock/abi'
import { defineProgram, flag, type OptionValues, value } from '@drydock/libc'
import { Names } from '../net-tools/service-names.ts'
import { type SocketOwner, socketOwners } from '../net-tools/socket-owners.ts'

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
  lacks: ['unix sockets', '-e', '-i', '-m', '-o', '-K', 'filters other than state, sport and dport'],
  summary: 'another utility to investigate sockets',
  usage: 'ss [ OPTIONS ] [ FILTER ]',
  options: OPTIONS,
  async main({ sys, io, options, operands }) {
    if (options.summary) await io.print(totals(sys))
    else await io.print(await table(sys, options, operands))
    return 0
  },
})

function totals(sys: Sys): string {
  const sockets = sys.netlink({ op: 'socket-list' })
  const tcp = sockets.filter(({ proto }) => proto === 'tcp')
  const udp = sockets.length - tcp.length
  const count = (state: string): number => tcp.filter((each) => each.state === state).length
  const closed = count('TIME-WAIT')
  const live = tcp.length - closed
  const row = (name: string, total: number): string =>
    `${name}\t  ${String(total).padEnd(10)}${String(total).padEnd(10)}0        \n`
  return [
    `Total: ${sockets.length}\nTCP:   ${tcp.length} (estab ${count('ESTAB')}, closed ${closed}, orphaned 0, timewait ${closed})\n\n`,
    'Transport Total     IP        IPv6\n',
    ...[row('RAW', 0), row('UDP', udp), row('TCP', live), row('INET', udp + live), row('FRAG', 0), '\n'],
  ].join('')
}

/** `state established`, `sport = :80`, `dport = :22`; anything else chooses nothing out. */
function filters(words: readonly string[]): { state: string | undefined; keeps: (socket: SocketInfo) => boolean } {
  const text = words.join(' ')
  const state = /\bstate (\S+)/.exec(text)?.[1]
  const port = (side: string): number | undefined => {
    const found = new RegExp(`\\b${side} (?:=|eq|==) :?(\\d+)`).exec(text)?.[1]
    return found === undefined ? undefined : Number(found)
  }
  const [sport, dport] = [port('sport'), port('dport')]
  const states: Readonly<Record<string, string>> = {
    established: 'ESTAB',
    listening: 'LISTEN',
    'time-wait': 'TIME-WAIT',
    'close-wait': 'CLOSE-WAIT',
  }
  const wanted = state === undefined ? undefined : (states[state] ?? state.toUpperCase())
  return {
    state: wanted,
    keeps: (socket) =>
      (wanted === undefined || socket.state === wanted) &&
      (sport === undefined || socket.localPort === sport) &&
      (dport === undefined || socket.peerPort === dport),
  }
}

async function table(sys: Sys, options: Options, words: readonly string[]): Promise<string> {
  const names = await Names.read(sys, options.numeric > 0)
  const owners = options.processes ? await socketOwners(sys) : undefined
  const { state, keeps } = filters(words)
  const both = options.tcp + options.udp === 0
  const kind = (socket: SocketInfo): boolean => both || (socket.proto === 'tcp' ? options.tcp > 0 : options.udp > 0)
  const server = (socket: SocketInfo): boolean => socket.state === 'LISTEN' || socket.state === 'UNCONN'
  const shown = (socket: SocketInfo): boolean =>
    state !== undefined ||
    options.all > 0 ||
    (options.listening > 0 ? server(socket) : !server(socket) && socket.state !== 'TIME-WAIT')
  const sockets =
    options.unix && both
      ? []
      : sys.netlink({ op: 'socket-list' }).filter((each) => kind(each) && shown(each) && keeps(each))
  const netid = both || (options.tcp > 0 && options.udp > 0)
  const rows = sockets.map((each) => cells(each, names, owners))
  const head = ['Netid', 'State', 'Recv-Q', 'Send-Q', 'Local Address', 'Port', 'Peer Address', 'Port', 'Process']
  return layout(
    options.noHeader ? rows : [head, ...rows],
    new Set([...(netid ? [] : [0]), ...(state === undefined ? [] : [1])]),
  )
}

function cells(
  socket: SocketInfo,
  names: Names,
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
): string[] {
  const { proto, state, receiveQueue, sendQueue, local, localPort, peer, peerPort, ino } = socket
  const users = (owners?.get(ino) ?? []).map(({ comm, pid, fd }) => `("${comm}",pid=${pid},fd=${fd})`).join(',')
  const ends = [names.host(local), names.port(localPort, proto), names.host(peer), names.port(peerPort, proto)]
  return [proto, state, String(receiveQueue), String(sendQueue), ...ends, users === '' ? '' : ` users:(${users})`]
}

const RIGHT = new Set([4, 6])
const DELIMITERS = ['', ' ', ' ', ' ', ' ', ':', ' ', ':', '']

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
          : (DELIMITERS[column] ?? '')
        return delimiter + (RIGHT.has(column) ? cell.padStart(width) : cell.padEnd(width))
      })
      .join('')
  return rows.map((row) => `${line(row)}\n`).join('')
}
