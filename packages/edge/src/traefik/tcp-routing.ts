import { type ByteStream, inet, isErrno, type Sys } from '@drydock/abi'
import { dial } from '@drydock/libc'
import { splice } from '../forward.ts'
import type { DynamicConfig, TcpRouterConfig } from './dynamic-config.ts'

const HOST_SNI = /HostSNI\(([^)]*)\)/i

/** Names of `HostSNI(`a`, `b`)`; `*` is whoever comes. */
const namesOf = ({ rule }: TcpRouterConfig): readonly string[] =>
  [...(HOST_SNI.exec(rule)?.[1] ?? '').matchAll(/[`"]([^`"]*)[`"]/g)].map(([, name = '']) => name.toLowerCase())

/** Routers of connections, by the name that TLS asks for. */
export class TcpRouting {
  private readonly sys: Sys
  private config: Pick<DynamicConfig, 'tcpRouters' | 'tcpServices'> = { tcpRouters: new Map(), tcpServices: new Map() }
  private readonly turns = new Map<string, number>()

  constructor(sys: Sys) {
    this.sys = sys
  }

  use(config: DynamicConfig): void {
    this.config = config
  }

  private at(entryPoint: string): TcpRouterConfig[] {
    return [...this.config.tcpRouters.values()].filter(
      ({ entryPoints }) => entryPoints.length === 0 || entryPoints.includes(entryPoint),
    )
  }

  /** Whoever connects in clear: servers that speak first want no waiting for what the client says. */
  plain(entryPoint: string): TcpRouterConfig | undefined {
    return this.at(entryPoint).find((router) => router.tls === 'none' && namesOf(router).includes('*'))
  }

  /** @param name that a ClientHello asks for */
  secure(entryPoint: string, name: string): TcpRouterConfig | undefined {
    const routers = this.at(entryPoint).filter(({ tls }) => tls !== 'none')
    return (
      routers.find((router) => namesOf(router).includes(name)) ??
      routers.find((router) => namesOf(router).includes('*'))
    )
  }

  /** Bytes both ways between the client and the next server. */
  async serve(stream: ByteStream, { service }: TcpRouterConfig): Promise<void> {
    const servers = this.config.tcpServices.get(service)?.servers ?? []
    const turn = this.turns.get(service) ?? 0
    this.turns.set(service, turn + 1)
    const [host = '', port = ''] = (servers[turn % Math.max(1, servers.length)] ?? '').split(/:(?=\d+$)/)
    if (host === '') return stream.close()
    try {
      await splice(stream, await dial(this.sys, inet(host, Number(port))))
    } catch (error) {
      if (!isErrno(error)) throw error
      stream.close()
    }
  }
}
