import {
  AF_INET,
  EADDRINUSE,
  EADDRNOTAVAIL,
  inet,
  isErrno,
  SOCK_DGRAM,
  SIGKILL,
  type Process,
  type Sys,
} from '@drydock/abi'
import { dial, FdStream, listen } from '@drydock/libc'
import type { PortBinding, PortMap } from '@drydock/docker-api'
import { inBackground } from '../background.ts'
import { Problem } from '../problem.ts'
import { openPort } from './firewall.ts'
import { quietly } from '../state/files.ts'

const FIRST_EPHEMERAL = 32768
const LAST_EPHEMERAL = 60999

interface Mapping {
  readonly proto: 'tcp' | 'udp'
  readonly hostIp: string
  readonly hostPort: number
  readonly fd: number
  proxyPid: number | undefined
}

/** Published ports: a DNAT rule for what comes from outside, and a proxy that holds the port and serves the host itself. */
export class PortMapper {
  /** By container. */
  private readonly mappings = new Map<string, Mapping[]>()
  private next = FIRST_EPHEMERAL
  private readonly sys: Sys

  constructor(sys: Sys) {
    this.sys = sys
  }

  /**
   * Publishes ports of a container; after an error none of them is.
   * @returns what inspect shows under Ports
   * @throws Problem system
   */
  publish(id: string, to: { readonly address: string; readonly bridge: string }, wishes: PortMap): PortMap {
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

  release(id: string): void {
    for (const { fd, proxyPid } of this.mappings.get(id) ?? []) {
      quietly(() => this.sys.close(fd))
      if (proxyPid !== undefined) quietly(() => this.sys.kill(proxyPid, SIGKILL))
    }
    this.mappings.delete(id)
    quietly(() => this.sys.netlink({ op: 'rule-delete', owner: `docker-port:${id}` }))
  }

  private publishPort(
    id: string,
    to: { readonly address: string; readonly bridge: string },
    port: string,
    bindings: readonly PortBinding[],
  ): PortBinding[] {
    const [number = '0', kind = 'tcp'] = port.split('/')
    const proto = kind === 'udp' ? 'udp' : 'tcp'
    return bindings.flatMap(({ HostIp = '', HostPort = '' }) => {
      const hostIp = HostIp === '' || HostIp === '::' ? '0.0.0.0' : HostIp
      const mapping = this.bindPort(proto, hostIp, HostPort)
      this.mappings.set(id, [...(this.mappings.get(id) ?? []), mapping])
      const { hostPort } = mapping
      openPort(this.sys, `docker-port:${id}`, { ...to, proto, hostIp, hostPort, port: Number(number) })
      this.startProxy(mapping, to.address, Number(number))
      const text = String(mapping.hostPort)
      return HostIp === ''
        ? [
            { HostIp: '0.0.0.0', HostPort: text },
            { HostIp: '::', HostPort: text },
          ]
        : [{ HostIp: hostIp, HostPort: text }]
    })
  }

  private bindPort(proto: 'tcp' | 'udp', hostIp: string, wish: string): Mapping {
    const [first = 0, last = first] = wish === '' ? [0] : wish.split('-').map(Number)
    const [from, to] = first === 0 ? [this.next, LAST_EPHEMERAL] : [first, last]
    for (let port = from; port <= to; port++) {
      if (this.isTaken(proto, hostIp, port)) continue
      const fd = this.hold(proto, hostIp, port, first !== 0 && first === last)
      if (fd === undefined) continue
      if (first === 0) this.next = port + 1 > LAST_EPHEMERAL ? FIRST_EPHEMERAL : port + 1
      return { proto, hostIp, hostPort: port, fd, proxyPid: undefined }
    }
    throw new Problem('system', `Bind for ${hostIp}:${first === 0 ? 0 : from} failed: port is already allocated`)
  }

  private isTaken(proto: string, hostIp: string, port: number): boolean {
    return [...this.mappings.values()]
      .flat()
      .some((each) => each.proto === proto && each.hostPort === port && sameHost(each.hostIp, hostIp))
  }

  /** Keeps the port for us on the host. @returns undefined when another program has it and there are more to try */
  private hold(proto: 'tcp' | 'udp', hostIp: string, port: number, only: boolean): number | undefined {
    try {
      if (proto === 'tcp') return listen(this.sys, inet(hostIp, port))
      const fd = this.sys.socket(AF_INET, SOCK_DGRAM)
      this.sys.bind(fd, inet(hostIp, port))
      return fd
    } catch (error) {
      if (!isErrno(error)) throw error
      if (error === EADDRINUSE && !only) return undefined
      const reason = error === EADDRNOTAVAIL ? 'cannot assign requested address' : lower(error.message)
      throw new Problem('system', `Error starting userland proxy: listen ${proto}4 ${hostIp}:${port}: bind: ${reason}`)
    }
  }

  private startProxy(mapping: Mapping, address: string, port: number): void {
    const { proto, hostIp, hostPort, fd } = mapping
    if (proto === 'udp') return
    const where = ['-proto', proto, '-host-ip', hostIp, '-host-port', String(hostPort)]
    const argv = ['/usr/bin/docker-proxy', ...where, '-container-ip', address, '-container-port', String(port)]
    const pid = this.sys.fork((process) => proxy(process, address, port), {
      argv,
      setsid: true,
      fds: new Map([[3, fd]]),
    })
    mapping.proxyPid = pid
    inBackground(this.sys, 'docker-proxy', Promise.resolve(this.sys.wait(pid)))
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
const sameHost = (a: string, b: string): boolean => a === b || a === '0.0.0.0' || b === '0.0.0.0'

/** Accepts on descriptor 3 and hands each connection on to the container. */
async function proxy({ sys }: Process, address: string, port: number): Promise<number> {
  for (;;) {
    const { fd } = await sys.accept(3)
    inBackground(sys, 'docker-proxy', relay(sys, new FdStream(sys, fd), address, port))
  }
}

async function relay(sys: Sys, client: FdStream, address: string, port: number): Promise<void> {
  try {
    const server = await dial(sys, inet(address, port))
    try {
      await Promise.all([copy(client, server), copy(server, client)])
    } finally {
      server.close()
    }
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    client.close()
  }
}

async function copy(from: FdStream, to: FdStream): Promise<void> {
  for (;;) {
    const bytes = await from.read()
    if (bytes.length === 0) break
    await to.write(bytes)
  }
  quietly(() => to.shutdown())
}
