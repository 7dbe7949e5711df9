import { type LinkInfo, parseIpv6, type SocketInfo } from '@drydock/abi'
import { formatAddress, maskOf } from '@drydock/net'
import type { NetNamespace } from './net-namespace.ts'
import { listSockets } from './socket-list.ts'

/** /proc/net/dev. proc_pid_net(5). */
export function procNetDev({ stack }: NetNamespace): string {
  const head = [
    'Inter-|   Receive                                                |  Transmit',
    ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed',
  ]
  const row = ({ name, rxBytes, rxPackets, txBytes, txPackets }: LinkInfo): string => {
    const receive = [pad(rxBytes, 8), pad(rxPackets, 7), '   0    0    0     0          0         0']
    const send = [pad(txBytes, 8), pad(txPackets, 7), '   0    0    0     0       0          0']
    return `${name.padStart(6)}: ${receive.join(' ')} ${send.join(' ')}`
  }
  return lines([...head, ...[...stack.interfaces.values()].map((each) => row(each.info()))])
}

/** /proc/net/route: addresses as little-endian hexadecimal. */
export function procNetRoute({ stack }: NetNamespace): string {
  const head = 'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT'
  const rows = stack.routes.routes.map(({ destination, gateway, at }) => {
    const flags = gateway === undefined ? 1 : 3
    const words = [at.name, hexAddress(destination.address), hexAddress(gateway ?? 0), hex(flags, 4), 0, 0, 0]
    return [...words, hexAddress(maskOf(destination.length)), 0, 0, 0].join('\t').padEnd(127)
  })
  return lines([head.padEnd(127), ...rows])
}

/** ATF_COM for who answered, ATF_PERM for what was set by hand; nobody answered yet: none. arp(7) */
const arpFlags = (state: string): string =>
  state === 'PERMANENT' ? '0x6         ' : state === 'INCOMPLETE' ? '0x0         ' : '0x2         '

/** /proc/net/arp. */
export function procNetArp({ stack }: NetNamespace): string {
  const head = 'IP address       HW type     Flags       HW address            Mask     Device'
  const rows = stack.neighbours
    .entries()
    .map(
      ({ address, mac, at, state }) =>
        `${formatAddress(address).padEnd(16)} 0x1         ${arpFlags(state)}${mac ?? '00:00:00:00:00:00'}     *        ${at.name}`,
    )
  return lines([head, ...rows])
}

/** /proc/net/fib_trie: local addresses and connected networks, as the kernel's trie shows them. */
export function procNetFibTrie({ stack }: NetNamespace): string {
  const quad = (address: number): string => formatAddress(address)
  const rows = [...stack.interfaces.values()].flatMap((at) =>
    at.addresses.flatMap(({ address, length }) => {
      const network = (address & maskOf(length)) >>> 0
      return [
        `     +-- ${quad(network)}/${length} 2 0 2`,
        `        |-- ${quad(network)}`,
        `           /${length} link UNICAST`,
        `        |-- ${quad(address)}`,
        '           /32 host LOCAL',
      ]
    }),
  )
  return lines(['Main:', '  +-- 0.0.0.0/0 3 0 5', ...rows, 'Local:', '  +-- 0.0.0.0/0 3 0 5', ...rows])
}

/** /proc/net/snmp, as far as this kernel counts. RFC 1213 */
export function procNetSnmp({ stack }: NetNamespace): string {
  let received = 0
  let sent = 0
  for (const at of stack.interfaces.values()) {
    received += at.info().rxPackets
    sent += at.info().txPackets
  }
  const established = stack.tcp.list().filter(({ state }) => state === 'ESTAB').length
  return lines([
    'Ip: Forwarding DefaultTTL InReceives InDelivers OutRequests',
    `Ip: ${stack.forwarding ? 1 : 2} 64 ${received} ${received} ${sent}`,
    'Tcp: RtoAlgorithm RtoMin RtoMax MaxConn CurrEstab',
    `Tcp: 1 200 120000 -1 ${established}`,
  ])
}

/** /proc/net/sockstat. */
export function procNetSockstat(namespace: NetNamespace): string {
  const all = listSockets(namespace)
  const tcp = all.filter(({ proto }) => proto === 'tcp')
  const waiting = tcp.filter(({ state }) => state === 'TIME-WAIT').length
  const udp = all.length - tcp.length
  return lines([
    `sockets: used ${all.length - waiting}`,
    `TCP: inuse ${tcp.length - waiting} orphan 0 tw ${waiting} alloc ${tcp.length - waiting} mem 0`,
    `UDP: inuse ${udp} mem 0`,
    'UDPLITE: inuse 0',
    'RAW: inuse 0',
    'FRAG: inuse 0 memory 0',
  ])
}

/** /proc/net/unix. */
export function procNetUnix({ network }: NetNamespace): string {
  const rows = [...network.unixSockets].map(({ ino, boundTo, listening, linked }) => {
    const flags = listening ? '00010000' : '00000000'
    const state = linked ? '03' : '01'
    const path = boundTo === '' ? '' : ` ${boundTo}`
    return `0000000000000000: 00000002 00000000 ${flags} 0001 ${state} ${String(ino).padStart(5)}${path}`
  })
  return lines(['Num       RefCount Protocol Flags    Type St Inode Path', ...rows])
}

const STATES: Readonly<Record<string, number>> = {
  ESTAB: 1,
  'SYN-SENT': 2,
  'SYN-RECV': 3,
  'FIN-WAIT-1': 4,
  'FIN-WAIT-2': 5,
  'TIME-WAIT': 6,
  UNCONN: 7,
  'CLOSE-WAIT': 8,
  'LAST-ACK': 9,
  LISTEN: 10,
  CLOSING: 11,
}

/** /proc/net/tcp and /proc/net/udp. */
export function procNetSockets(namespace: NetNamespace, proto: 'tcp' | 'udp'): string {
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
  const rows = listSockets(namespace)
    .filter((each) => each.proto === proto && !each.local.includes(':'))
    .map((each, index) => socketRow(each, index).padEnd(149))
  return lines([head.padEnd(149), ...rows])
}

export const SOCKET_HEAD_6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'

/** /proc/net/tcp6 and /proc/net/udp6. */
export function procNetSockets6(namespace: NetNamespace, proto: 'tcp' | 'udp'): string {
  const rows = listSockets(namespace)
    .filter((each) => each.proto === proto && each.local.includes(':'))
    .map(socketRow)
  return lines([SOCKET_HEAD_6, ...rows])
}

function socketRow(socket: SocketInfo, index: number): string {
  const end = (address: string, port: number): string => `${endText(address)}:${hex(port, 4)}`
  const queues = `${hex(socket.sendQueue, 8)}:${hex(socket.receiveQueue, 8)}`
  const ends = `${end(socket.local, socket.localPort)} ${end(socket.peer, socket.peerPort)}`
  return `${pad(index, 4)}: ${ends} ${hex(STATES[socket.state] ?? 7, 2)} ${queues} 00:00000000 00000000     0        0 ${socket.ino} 1 0000000000000000 100 0 0 10 0`
}

/** IPv6 as four words, each as a little-endian machine has it. */
function endText(address: string): string {
  const six = parseIpv6(address)
  if (six === undefined) return hexAddress(toNumber(address))
  return [96n, 64n, 32n, 0n].map((shift) => hexAddress(Number((six >> shift) & 0xffff_ffffn))).join('')
}

const pad = (value: number, width: number): string => String(value).padStart(width)
const hex = (value: number, width: number): string => value.toString(16).toUpperCase().padStart(width, '0')
const toNumber = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
const hexAddress = (address: number): string =>
  hex((((address & 255) << 24) | ((address & 0xff00) << 8) | ((address >>> 8) & 0xff00) | (address >>> 24)) >>> 0, 8)
const lines = (rows: readonly string[]): string => rows.map((row) => `${row}\n`).join('')
