import type { Sys, UnixSocketInfo } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import type { SocketOwner } from './socket-owners.ts'

const UNIX_STATES = new Map([
  ['LISTEN', 'LISTENING'],
  ['ESTAB', 'CONNECTED'],
  ['UNCONN', ''],
])

/** A line of "Active UNIX domain sockets". */
export function unixRow(
  { type = 'stream', state, path, ino, peerIno }: UnixSocketInfo,
  owners: ReadonlyMap<number, readonly SocketOwner[]> | undefined,
): string {
  const kind = type === 'seqpacket' ? 'SEQPACKET' : type === 'dgram' ? 'DGRAM' : 'STREAM'
  const flags = state === 'LISTEN' ? '[ ACC ]' : '[ ]'
  const cells = [
    'unix '.padEnd(5),
    String(peerIno > 0 ? 3 : 2).padEnd(6),
    flags.padEnd(11),
    kind.padEnd(10),
    (UNIX_STATES.get(state) ?? state).padEnd(13),
    String(ino).padEnd(8),
    ...(owners ? [`${programOf(owners, ino).padEnd(20)}`] : []),
  ]
  return `${cells.join(' ')} ${path}\n`
}

/** `123/nginx: master`, as much as there is room for. */
export function programOf(owners: ReadonlyMap<number, readonly SocketOwner[]>, ino: number): string {
  const owner = owners.get(ino)?.[0]
  return owner ? `${owner.pid}/${owner.title.split('/').pop() ?? ''}`.slice(0, 19) : '-'
}

type Counted = readonly [field: string, line: (value: string) => string]
/** What netstat -s says of each counter. statistics.c of net-tools */
const LINES: Readonly<Record<string, readonly Counted[]>> = {
  Ip: [
    ['Forwarding', (value) => `Forwarding: ${value}`],
    ['InReceives', (value) => `${value} total packets received`],
    ['ForwDatagrams', (value) => `${value} forwarded`],
    ['InDiscards', (value) => `${value} incoming packets discarded`],
    ['InDelivers', (value) => `${value} incoming packets delivered`],
    ['OutRequests', (value) => `${value} requests sent out`],
  ],
  Tcp: [
    ['CurrEstab', (value) => `${value} connections established`],
    ['InSegs', (value) => `${value} segments received`],
    ['OutSegs', (value) => `${value} segments sent out`],
    ['RetransSegs', (value) => `${value} segments retransmitted`],
  ],
}

/** netstat -s, as far as /proc/net/snmp counts. */
export async function statistics(sys: Sys): Promise<string> {
  const rows = (await readTextFile(sys, '/proc/net/snmp')).trimEnd().split('\n')
  const parts: string[] = []
  for (let at = 0; at + 1 < rows.length; at += 2) {
    const [title = '', ...names] = rows[at]?.split(' ') ?? []
    const [, ...values] = rows[at + 1]?.split(' ') ?? []
    const found = new Map(names.map((name, index) => [name, values[index] ?? '0']))
    const lines = (LINES[title.replace(':', '')] ?? []).flatMap(([field, line]) => {
      const value = found.get(field)
      return value === undefined ? [] : [`    ${line(value)}\n`]
    })
    parts.push(`${title}\n${lines.join('')}`)
  }
  return parts.join('')
}

/** netstat -g: groups that every interface has joined. */
export function groups(sys: Sys): string {
  const links = sys.netlink({ op: 'link-list' })
  const row = (name: string, group: string): string => `${name.padEnd(15)} 1      ${group}\n`
  const four = links.filter(({ up }) => up).map(({ name }) => row(name, '224.0.0.1'))
  const six = links.flatMap(({ name }) => [row(name, 'ff02::1'), row(name, 'ff01::1')])
  const head =
    'IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n--------------- ------ ---------------------\n'
  return head + [...four, ...six].join('')
}
