import type { Clock, Entropy, UnixSocketInfo } from '@drydock/abi'
import { EventQueue } from '@drydock/net'
import { NetNamespace } from './net-namespace.ts'

export interface NetworkOptions {
  readonly clock: Clock
  readonly entropy: Entropy
  /** Inode numbers for sockets and namespaces. */
  nextIno(): number
  /** The kernel's log. */
  log(text: string): void
}

/** A unix socket as /proc/net/unix shows it. */
export interface UnixSocketView {
  readonly ino: number
  /** The name it is bound to, possibly empty. */
  readonly boundTo: string
  readonly listening: boolean
  readonly linked: boolean
  /** As sock_diag(7) tells it. */
  describe(): UnixSocketInfo
}

/** What the network namespaces of one kernel share. */
export class Network {
  readonly clock: Clock
  readonly entropy: Entropy
  readonly queue: EventQueue
  readonly nextIno: () => number
  readonly log: (text: string) => void
  /** Every open socket of the unix family. */
  readonly unixSockets = new Set<UnixSocketView>()
  private readonly namespaces = new Set<NetNamespace>()

  constructor(options: NetworkOptions) {
    this.clock = options.clock
    this.entropy = options.entropy
    this.nextIno = () => options.nextIno()
    this.log = (text) => options.log(text)
    this.queue = new EventQueue(options.clock)
  }

  /** A new one: with nothing but a loopback device, which is down. network_namespaces(7). */
  createNamespace(): NetNamespace {
    const namespace: NetNamespace = new NetNamespace(this, () => this.namespaces.delete(namespace))
    this.namespaces.add(namespace)
    return namespace
  }

  /** Power cut: nothing of it runs afterwards, and nobody is told. */
  shutdown(): void {
    for (const namespace of this.namespaces) namespace.stack.halt()
    this.namespaces.clear()
    this.queue.stop()
  }
}
