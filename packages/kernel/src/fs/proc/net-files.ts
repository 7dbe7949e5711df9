import { EINVAL } from '@drydock/abi'
import {
  type NetNamespace,
  procNetArp,
  procNetConntrack,
  procNetDev,
  procNetFibTrie,
  procNetRoute,
  procNetSnmp,
  procNetSockets,
  procNetSockstat,
  procNetUnix,
} from '../../net/index.ts'
import type { ProcTask } from './proc-source.ts'

const SOCKET_HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'
/** There is no IPv6 here: its files have a head and nothing below. */
const SOCKET_HEAD_6 =
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n'

const FILES: readonly (readonly [string, (namespace: NetNamespace) => string])[] = [
  ['arp', procNetArp],
  ['fib_trie', procNetFibTrie],
  ['if_inet6', () => ''],
  ['netlink', () => 'sk               Eth Pid        Groups   Rmem     Wmem     Dump  Locks    Drops    Inode\n'],
  ['nf_conntrack', procNetConntrack],
  ['packet', () => 'sk       RefCnt Type Proto  Iface R Rmem   User   Inode\n'],
  ['raw', () => SOCKET_HEAD],
  ['raw6', () => SOCKET_HEAD_6],
  ['snmp', procNetSnmp],
  ['sockstat', procNetSockstat],
  ['tcp6', () => SOCKET_HEAD_6],
  ['udp6', () => SOCKET_HEAD_6],
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
