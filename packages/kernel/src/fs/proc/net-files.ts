import { EINVAL } from '@drydock/abi'
import { type NetNamespace, procNetArp, procNetDev, procNetRoute, procNetSockets } from '../../net/index.ts'
import type { ProcTask } from './proc-source.ts'

const FILES: readonly (readonly [string, (namespace: NetNamespace) => string])[] = [
  ['arp', procNetArp],
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
