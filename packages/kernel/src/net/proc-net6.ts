import { type Interface, isLinkLocal, LOOPBACK6, type Route } from '@drydock/net'
import type { NetNamespace } from './net-namespace.ts'

/** if_inet6 tells of scopes and flags by numbers. linux/rtnetlink.h, linux/if_addr.h */
const SCOPE = { host: 0x10, link: 0x20, global: 0 } as const
const IFA_F_PERMANENT = 0x80

/** /proc/net/if_inet6. proc_pid_net(5) */
export function procNetIfInet6({ stack }: NetNamespace): string {
  return [...stack.interfaces.values()]
    .flatMap((at) =>
      at.addresses6.map(({ address, length }) => {
        const scope = address === LOOPBACK6 ? SCOPE.host : isLinkLocal(address) ? SCOPE.link : SCOPE.global
        return `${word(address)} ${byte(at.index)} ${byte(length)} ${byte(scope)} ${byte(IFA_F_PERMANENT)} ${at.name.padStart(8)}\n`
      }),
    )
    .join('')
}

const RTF_UP = 1
const RTF_GATEWAY = 2
const RTF_LOCAL = 0x8020_0001
const LOWEST_METRIC = 0xffff_ffff
const RTF_REJECT = 0x0020_0200

/** /proc/net/ipv6_route: the main table, then what is this host's own, groups, and where nothing leads. */
export function procNetIpv6Route({ stack }: NetNamespace): string {
  const main = stack.ip6.routes.routes.map(({ destination, gateway, at, metric }: Route<bigint>) =>
    row(destination, gateway ?? 0n, metric ?? 0, gateway === undefined ? RTF_UP : RTF_UP | RTF_GATEWAY, at.name),
  )
  const all = [...stack.interfaces.values()].filter(({ up }) => up)
  const own = all.flatMap((at) =>
    at.addresses6.map(({ address }) => row({ address, length: 128 }, 0n, 0, RTF_LOCAL, at.name)),
  )
  const groups = all
    .filter((at: Interface) => at !== stack.loopback && at.addresses6.length > 0)
    .map((at) => row({ address: 0xff00n << 112n, length: 8 }, 0n, 256, RTF_UP, at.name))
  const nowhere = row({ address: 0n, length: 0 }, 0n, LOWEST_METRIC, RTF_REJECT, 'lo')
  return [...main, ...own, ...groups, nowhere].join('')
}

function row(
  { address, length }: { address: bigint; length: number },
  gateway: bigint,
  metric: number,
  flags: number,
  name: string,
): string {
  const from = `${word(0n)} 00`
  const numbers = [metric, 1, 0, flags].map((each) => each.toString(16).padStart(8, '0'))
  return `${word(address)} ${byte(length)} ${from} ${word(gateway)} ${numbers.join(' ')} ${name.padStart(8)}\n`
}

/** /proc/net/snmp6, as far as this kernel counts. */
export function procNetSnmp6({ stack }: NetNamespace): string {
  const packets = [...stack.interfaces.values()].map((at) => at.info())
  const received = packets.reduce((sum, { rxPackets }) => sum + rxPackets, 0)
  const sent = packets.reduce((sum, { txPackets }) => sum + txPackets, 0)
  const rows = [
    ['Ip6InReceives', received],
    ['Ip6InDelivers', received],
    ['Ip6OutRequests', sent],
  ] as const
  return rows.map(([name, count]) => `${name.padEnd(32)}\t${count}\n`).join('')
}

const word = (address: bigint): string => address.toString(16).padStart(32, '0')
const byte = (value: number): string => value.toString(16).padStart(2, '0')
