import { AF_INET, inet, type Sys } from '@drydock/abi'
import { dial, FdStream, resolveHost } from '@drydock/libc'
import { SwarmError } from '@drydock/swarm'
import { inBackground } from '../background.ts'
import { SWARM_PORT } from './cluster-address.ts'
import { NO_LEADER } from './manager.ts'
import { RpcConnection, type RpcHandler } from './rpc.ts'
import { swarmProblem } from './swarm-problem.ts'

const DIAL_MS = 5000

/** Connections between this node and others of the swarm. */
export class Links {
  private readonly sys: Sys
  private readonly answer: RpcHandler
  private readonly connections = new Set<RpcConnection>()
  private readonly peers = new Map<string, RpcConnection>()

  /** @param answer what others ask on any of them */
  constructor(sys: Sys, answer: RpcHandler) {
    this.sys = sys
    this.answer = answer
  }

  closeAll(): void {
    for (const connection of [...this.connections]) connection.close()
    this.peers.clear()
  }

  /** One question to another manager, on a connection that stays. */
  async askPeer<T>(peer: string, address: string, method: string, params: unknown): Promise<T> {
    const known = this.peers.get(peer)
    if (known && !known.closed) return known.call<T>(method, params)
    const connection = await this.connect(address)
    this.peers.set(peer, connection)
    return connection.call<T>(method, params)
  }

  /** One question to the leader, who is found by asking any manager. @throws Problem */
  async askLeader<T>(addresses: readonly string[], method: string, params: unknown): Promise<T> {
    try {
      const { connection, result } = await this.findLeader(addresses, method, params)
      connection.close()
      return result as T
    } catch (error) {
      throw swarmProblem(error)
    }
  }

  /** @throws SwarmError */
  async findLeader(
    addresses: readonly string[],
    method: string,
    params: unknown,
  ): Promise<{ connection: RpcConnection; result: unknown }> {
    const queue = [...addresses]
    const asked = new Set<string>()
    let failure: unknown = new SwarmError('Unavailable', NO_LEADER)
    for (let address = queue.shift(); address !== undefined; address = queue.shift()) {
      if (asked.has(address)) continue
      asked.add(address)
      let connection: RpcConnection | undefined
      try {
        connection = await this.connect(address)
        const result = await connection.call<{ redirect?: string } | null>(method, params)
        if (!result?.redirect) return { connection, result }
        connection.close()
        queue.unshift(result.redirect)
      } catch (error) {
        connection?.close()
        if (!(error instanceof Error)) throw error
        failure = error
        if (error instanceof SwarmError && error.code === 'InvalidArgument') break
      }
    }
    throw failure
  }

  /** @throws (rejects) SwarmError */
  async connect(address: string): Promise<RpcConnection> {
    const [host = '', port = ''] = address.split(':')
    let stream: FdStream
    try {
      stream = await dial(this.sys, inet(await this.addressOf(host), Number(port) || SWARM_PORT), DIAL_MS)
    } catch (error) {
      if (!(error instanceof Error)) throw error
      throw new SwarmError(
        'Unavailable',
        `connection error: desc = "transport: Error while dialing: dial tcp ${address}: connect: ${error.message.toLowerCase()}"`,
      )
    }
    return this.open(stream)
  }

  /** Nodes tell one another addresses; a person who joins may say a name. */
  private async addressOf(host: string): Promise<string> {
    if (/^\d+(\.\d+){3}$/.test(host)) return host
    const [address] = await resolveHost(this.sys, host, AF_INET)
    if (address === undefined) throw new Error(`lookup ${host}: no such host`)
    return address
  }

  open(stream: FdStream): RpcConnection {
    const connection = new RpcConnection(stream, this.sys.clock, this.answer)
    this.connections.add(connection)
    connection.onClose(() => this.connections.delete(connection))
    inBackground(this.sys, 'swarm connection', connection.serve().catch(ignoreErrors))
    return connection
  }
}

export function ignoreErrors(error: unknown): void {
  if (!(error instanceof Error)) throw error
}
