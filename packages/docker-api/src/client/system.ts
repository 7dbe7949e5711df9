import type {
  AuthConfig,
  AuthResponse,
  DiskUsage,
  EventMessage,
  Filters,
  Ping,
  SystemInfo,
  Version,
} from '../types/system.ts'
import type { Transport } from './transport.ts'

/** /_ping, /version, /info, /system, /events, /auth. Every method @throws ApiError, ConnectionError. */
export class SystemClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  ping(): Promise<Ping & { swarm: string }> {
    return this.transport.ping()
  }
  version(): Promise<Version> {
    return this.transport.json({ method: 'GET', path: '/version' })
  }
  info(): Promise<SystemInfo> {
    return this.transport.json({ method: 'GET', path: '/info' })
  }
  diskUsage(): Promise<DiskUsage> {
    return this.transport.json({ method: 'GET', path: '/system/df' })
  }
  /** Runs for ever unless `until` is given. */
  events(
    query: { since?: string | undefined; until?: string | undefined; filters?: Filters } = {},
  ): AsyncGenerator<EventMessage, void, void> {
    const words = { ...query, filters: query.filters }
    return this.transport.lines({ method: 'GET', path: '/events', query: words })
  }
  auth(body: AuthConfig): Promise<AuthResponse> {
    return this.transport.json({ method: 'POST', path: '/auth', json: body })
  }
}
