import type { Swarm, SwarmInitBody, SwarmJoinBody, SwarmSpec, SwarmUnlockKey } from '../types/swarm.ts'
import type { Transport } from './transport.ts'

export interface SwarmUpdateQuery {
  /** What the swarm had when the body was made from it. */
  readonly version: number
  readonly rotateWorkerToken?: boolean
  readonly rotateManagerToken?: boolean
  readonly rotateManagerUnlockKey?: boolean
}

/** /swarm. Every method @throws ApiError, ConnectionError. */
export class SwarmClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  inspect(): Promise<Swarm> {
    return this.transport.json({ method: 'GET', path: '/swarm' })
  }
  /** @returns the id of the node */
  init(body: SwarmInitBody): Promise<string> {
    return this.transport.json({ method: 'POST', path: '/swarm/init', json: body })
  }
  join(body: SwarmJoinBody): Promise<void> {
    return this.transport.done({ method: 'POST', path: '/swarm/join', json: body })
  }
  leave(query: { force?: boolean } = {}): Promise<void> {
    return this.transport.done({ method: 'POST', path: '/swarm/leave', query })
  }
  update(query: SwarmUpdateQuery, body: SwarmSpec): Promise<void> {
    const words = {
      version: query.version,
      rotateWorkerToken: String(query.rotateWorkerToken ?? false),
      rotateManagerToken: String(query.rotateManagerToken ?? false),
      rotateManagerUnlockKey: String(query.rotateManagerUnlockKey ?? false),
    }
    return this.transport.done({ method: 'POST', path: '/swarm/update', query: words, json: body })
  }
  unlockKey(): Promise<SwarmUnlockKey> {
    return this.transport.json({ method: 'GET', path: '/swarm/unlockkey' })
  }
  unlock(body: SwarmUnlockKey): Promise<void> {
    return this.transport.done({ method: 'POST', path: '/swarm/unlock', json: body })
  }
}
