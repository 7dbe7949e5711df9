import { EINVAL } from '@drydock/abi'
import {
  type NetNamespace,
  procNetArp,
  procNetConntrack,
  procNetDev,
  procNetFibTrie,
  procNetIfInet6,
  procNetIpv6Route,
  procNetRoute,
  procNetSnmp,
  procNetSnmp6,
  procNetSockets,
  procNetSockets6,
  procNetSockstat,
  procNetUnix,
  SOCKET_HEAD_6,
} from '../../net/index.ts'
import type { ProcTask } from './proc-source.ts'

const SOCKET_HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

const FILES: readonly (readonly [string, (namespace: NetNamespace) => string])[] = [
  ['arp', procNetArp],
  ['fib_trie', procNetFibTrie],
  ['if_inet6', procNetIfInet6],
  ['ipv6_route', procNetIpv6Route],
  ['netlink', () => 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n'],
  ['nf_conntrack', procNetConntrack],
  ['packet', () => 'sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n'],
  ['raw', () => SOCKET_HEAD],
  ['raw6', () => `${SOCKET_HEAD_6}\n`],
  ['snmp', procNetSnmp],
  ['snmp6', procNetSnmp6],
  ['sockstat', procNetSockstat],
  ['tcp6', (namespace) => procNetSockets6(namespace, 'tcp')],
  ['udp6', (namespace) => procNetSockets6(namespace, 'udp')],
  ['unix', procNetUnix],
  ['dev', procNetDev],
  ['route', procNetRoute],
  ['tcp', (namespace) => procNetSockets(namespace, 'tcp')],
  ['udp', (namespace) => procNetSockets(namespace, 'udp')],
]

/** Files of /proc/PID/net, which show the network namespace of the process. proc_pid_net(5). */
export const NET_FILES: ReadonlyMap<string, (task: ProcTask) => string> = new Map(
  FILES.map(([name, text]) => [
    name,
    (task: ProcTask) => {
      const namespace = task.netNamespace()
      if (namespace === undefined) throw EINVAL
      return text(namespace)
    },
  ]),
)
