import { AF_INET6, inet, isErrno, SOCK_DGRAM, type Sys } from '@drydock/abi'
import type { PortConfig } from '@drydock/docker-api'
import { FdStream, listen } from '@drydock/libc'
import { inBackground, logLine } from '../background.ts'
import { quietly } from '../state/files.ts'
import { relay } from './userland-proxy.ts'

/** Holds the ports that services publish on this node, so that nobody else takes them. libnetwork service_linux.go, plumbIngressProxy */
export class IngressListeners {
  /** Listening sockets, undefined where another program has the port, by `80/tcp`. */
  private readonly held = new Map<string, number | undefined>()
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
  }

  /** @param to the address of the ingress network's way out, for what the rules of netfilter do not lead there: IPv6 */
  hold(ports: readonly PortConfig[], to: string): void {
    const wanted = new Map(ports.map((port) => [`${port.PublishedPort}/${port.Protocol || 'tcp'}`, port]))
    for (const key of this.held.keys()) if (!wanted.has(key)) this.release(key)
    for (const [key, port] of wanted) if (!this.held.has(key)) this.held.set(key, this.take(key, port, to))
  }

  releaseAll(): void {
    for (const key of [...this.held.keys()]) this.release(key)
  }

  private release(key: string): void {
    const fd = this.held.get(key)
    this.held.delete(key)
    if (fd !== undefined) quietly(() => this.sys.close(fd))
  }

  private take(key: string, { PublishedPort = 0, Protocol }: PortConfig, to: string): number | undefined {
    const { sys } = this
    const address = inet('::', PublishedPort)
    try {
      if (Protocol === 'udp') {
        const fd = sys.socket(AF_INET6, SOCK_DGRAM)
        sys.bind(fd, address)
        return fd
      }
      const fd = listen(sys, address)
      inBackground(sys, 'ingress proxy', this.serve(key, fd, to, PublishedPort))
      return fd
    } catch (error) {
      if (!isErrno(error)) throw error
      logLine(sys, 'warning', `failed to create proxy for port ${key}: bind: ${error.message.toLowerCase()}`)
      return undefined
    }
  }

  private async serve(key: string, server: number, to: string, port: number): Promise<void> {
    const { sys } = this
    try {
      while (this.held.get(key) === server || !this.held.has(key)) {
        const { fd } = await sys.accept(server)
        inBackground(sys, 'ingress proxy', relay(sys, new FdStream(sys, fd), to, port))
      }
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
}
