import { AF_INET6, EADDRINUSE, EADDRNOTAVAIL, inet, isErrno, SOCK_DGRAM, SIGKILL, type Sys } from '@drydock/abi'
import { listen } from '@drydock/libc'
import type { PortBinding, PortMap } from '@drydock/docker-api'
import { inBackground } from '../background.ts'
import { Problem } from '../problem.ts'
import { letThrough, openPort, releaseOwner } from './firewall.ts'
import { quietly } from '../state/files.ts'
import { runProxy } from './userland-proxy.ts'

/** Where a port without an address is published. */
const ANYWHERE = ['0.0.0.0', '::'] as const
const FIRST_EPHEMERAL = 32768
const LAST_EPHEMERAL = 60999

interface Mapping {
  readonly proto: 'tcp' | 'udp'
  readonly hostIp: string
  readonly hostPort: number
  readonly fd: number
  proxyPid: number | undefined
}

/** The bridge of a network, and how ports are published there. */
export interface PortBridge {
  readonly bridge: string
  /** Where ports are published that name no address; undefined: where the daemon's are. */
  readonly hostBinding?: string | undefined
  /** Containers are reached at their own addresses: nothing is held on the host. */
  readonly routed?: boolean
  readonly routed6?: boolean
}

/** Where a container is reached. */
export interface PortTarget extends PortBridge {
  readonly address: string
  /** Of networks with IPv6; else what comes by IPv6 is handed on by a proxy. */
  readonly address6?: string
  readonly endpointId: string
}

/** Published ports: a DNAT rule for what comes from outside, and a proxy that holds the port and serves the host itself. */
export class PortMapper {
  /** By container. */
  private readonly mappings = new Map<string, Mapping[]>()
  private next = FIRST_EPHEMERAL
  private readonly hosts: readonly string[]
  private readonly hairpin: boolean
  private readonly sys: Sys

  /**
   * @param ip where ports are published that name no address; empty: everywhere
   * @param hairpin there are no proxies
   */
  constructor(sys: Sys, { ip, hairpin }: { readonly ip: string; readonly hairpin: boolean }) {
    this.sys = sys
    this.hosts = ip === '' ? ANYWHERE : [ip]
    this.hairpin = hairpin
  }

  /**
   * Publishes ports of a container; after an error none of them is.
   * @returns what inspect shows under Ports
   * @throws Problem system
   */
  publish(id: string, to: PortTarget, wishes: PortMap): PortMap {
    try {
      return Object.fromEntries(
        Object.entries(wishes).map(([port, bindings]) => [
          port,
          bindings ? this.publishPort(id, to, port, bindings) : null,
        ]),
      )
    } catch (error) {
      this.release(id)
      throw error
    }
  }

  /** Publishes again what a daemon before published, on the ports it had. @throws Problem system */
  readopt(id: string, to: PortTarget | undefined, ports: PortMap): PortMap {
    releaseOwner(this.sys, `docker-port:${id}`)
    return to ? this.publish(id, to, ports) : ports
  }

  release(id: string): void {
    for (const { fd, proxyPid } of this.mappings.get(id) ?? []) {
      quietly(() => this.sys.close(fd))
      if (proxyPid !== undefined) quietly(() => this.sys.kill(proxyPid, SIGKILL))
    }
    this.mappings.delete(id)
    releaseOwner(this.sys, `docker-port:${id}`)
  }

  private publishPort(id: string, to: PortTarget, port: string, bindings: readonly PortBinding[]): PortBinding[] {
    const [number = '0', kind = 'tcp'] = port.split('/')
    const proto = kind === 'udp' ? 'udp' : 'tcp'
    return bindings.flatMap(({ HostIp = '', HostPort = '' }) => {
      const hosts = this.hostsOf(to, HostIp)
      const routed = hosts.filter((host) => isRouted(to, host))
      for (const host of routed) this.open(id, to, { proto, port: Number(number), six: host.includes(':') })
      const held = hosts.filter((host) => !routed.includes(host))
      const mappings = held.length === 0 ? [] : this.bindPort(proto, held, HostPort)
      this.mappings.set(id, [...(this.mappings.get(id) ?? []), ...mappings])
      for (const mapping of mappings) this.lead(id, mapping, to, Number(number))
      return [
        ...routed.map((host) => ({ HostIp: host, HostPort: '' })),
        ...mappings.map(({ hostIp, hostPort }) => ({ HostIp: hostIp, HostPort: String(hostPort) })),
      ]
    })
  }

  /** Where the host takes what is for a port; what is of IPv6 needs a proxy where the container has only IPv4. */
  private hostsOf({ hostBinding, address6, routed }: PortTarget, wish: string): readonly string[] {
    const hosts = wish !== '' ? [wish] : hostBinding !== undefined ? [hostBinding] : this.hosts
    const proxied = !this.hairpin && !routed
    return proxied || address6 !== undefined ? hosts : hosts.filter((host) => !host.includes(':'))
  }

  /** On a routed network the container's own port may be asked. */
  private open(
    id: string,
    to: PortTarget,
    { proto, port, six }: { proto: 'tcp' | 'udp'; port: number; six: boolean },
  ): void {
    const address = six ? to.address6 : to.address
    if (address !== undefined) letThrough(this.sys, `docker-port:${id}`, { bridge: to.bridge, proto, address, port })
  }

  /** What comes to a port on the host goes to the container: translated where both are of one family, by proxy else. */
  private lead(id: string, mapping: Mapping, { bridge, ...to }: PortTarget, port: number): void {
    const { proto, hostIp, hostPort } = mapping
    const six = hostIp.includes(':')
    const address = six ? (to.address6 ?? to.address) : to.address
    if (six === address.includes(':'))
      openPort(this.sys, `docker-port:${id}`, {
        ...{ bridge, address, proto, hostIp, hostPort, port },
        hairpin: this.hairpin,
      })
    if (!this.hairpin) this.startProxy(mapping, address, port)
  }

  private bindPort(proto: 'tcp' | 'udp', hosts: readonly string[], wish: string): Mapping[] {
    const [first = 0, last = first] = wish === '' ? [0] : wish.split('-').map(Number)
    const [from, to] = first === 0 ? [this.next, LAST_EPHEMERAL] : [first, last]
    for (let port = from; port <= to; port++) {
      if (hosts.some((hostIp) => this.isTaken(proto, hostIp, port))) continue
      const mappings = this.holdAll(proto, hosts, port, first !== 0 && first === last)
      if (mappings === undefined) continue
      if (first === 0) this.next = port + 1 > LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1
      return mappings
    }
    throw new Problem('system', `Bind for ${hosts[0]}:${first === 0 ? 0 : from} failed: port is already allocated`)
  }

  private isTaken(proto: string, hostIp: string, port: number): boolean {
    return [...this.mappings.values()]
      .flat()
      .some((each) => each.proto === proto && each.hostPort === port && sameHost(each.hostIp, hostIp))
  }

  /** The same port on every address, or on none. */
  private holdAll(proto: 'tcp' | 'udp', hosts: readonly string[], port: number, only: boolean): Mapping[] | undefined {
    const held: Mapping[] = []
    const giveBack = (): void => {
      for (const { fd } of held) this.sys.close(fd)
    }
    try {
      for (const hostIp of hosts) {
        const fd = this.hold(proto, hostIp, port, only)
        if (fd === undefined) {
          giveBack()
          return undefined
        }
        held.push({ proto, hostIp, hostPort: port, fd, proxyPid: undefined })
      }
      return held
    } catch (error) {
      giveBack()
      throw error
    }
  }

  /** Keeps the port for us on the host. @returns undefined when another program has it and there are more to try */
  private hold(proto: 'tcp' | 'udp', hostIp: string, port: number, only: boolean): number | undefined {
    try {
      const address = inet(hostIp, port)
      if (proto === 'tcp') return listen(this.sys, address, 128, { v6only: true })
      const fd = this.sys.socket(address.family, SOCK_DGRAM)
      if (address.family === AF_INET6) this.sys.setsockopt(fd, 'IPV6_V6ONLY', 1)
      this.sys.bind(fd, address)
      return fd
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error === EADDRINUSE && !only) return undefined
      const reason = error === EADDRNOTAVAIL ? 'cannot assign requested address' : lower(error.message)
      const where = hostIp.includes(':') ? `${proto}6 [${hostIp}]` : `${proto}4 ${hostIp}`
      throw new Problem('system', `Error starting userland proxy: listen ${where}:${port}: bind: ${reason}`)
    }
  }

  private startProxy(mapping: Mapping, address: string, port: number): void {
    const { proto, hostIp, hostPort, fd } = mapping
    const where = ['-proto', proto, '-host-ip', hostIp, '-host-port', String(hostPort)]
    const argv = ['/usr/bin/docker-proxy', ...where, '-container-ip', address, '-container-port', String(port)]
    const pid = this.sys.fork((process) => runProxy(process, { proto, address, port }), {
      argv,
      setsid: true,
      fds: new Map([[3, fd]]),
    })
    mapping.proxyPid = pid
    inBackground(this.sys, 'docker-proxy', Promise.resolve(this.sys.wait(pid)))
  }
}

/** With IPv6 that is routed an address of IPv6 is the container's own. */
const isRouted = ({ routed = false, routed6 = false, address6 }: PortTarget, host: string): boolean =>
  host.includes(':') ? routed6 && address6 !== undefined : routed

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
const isAny = (host: string): boolean => ANYWHERE.some((each) => each === host)
const sameHost = (a: string, b: string): boolean =>
  a.includes(':') === b.includes(':') && (a === b || isAny(a) || isAny(b))
