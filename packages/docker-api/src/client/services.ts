import type { Service, ServiceCreateResponse, ServiceSpec, ServiceUpdateResponse } from '../types/service.ts'
import type { AuthConfig, Filters } from '../types/system.ts'
import type { LogsQuery } from './containers.ts'
import { withAuth } from './registry-auth.ts'
import type { Transport } from './transport.ts'

export interface ServiceUpdateQuery {
  /** What the service had when the body was made from it. */
  readonly version: number
  /** Whose credentials serve when none are sent. */
  readonly registryAuthFrom?: 'spec' | 'previous-spec'
  /** The engine takes the specification before this one, and disregards the body. */
  readonly rollback?: 'previous'
}

const at = (id: string, rest = ''): string => `/services/${encodeURIComponent(id)}${rest}`

/** /services. Every method @throws ApiError, ConnectionError. */
export class ServicesClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  /** @param query.status also counts the tasks of each service (1.41) */
  list(query: { filters?: Filters; status?: boolean } = {}): Promise<Service[]> {
    const words = { filters: query.filters, status: query.status ? 'true' : undefined }
    return this.transport.json({ method: 'GET', path: '/services', query: words })
  }
  inspect(id: string, query: { insertDefaults?: boolean } = {}): Promise<Service> {
    const words = { insertDefaults: String(query.insertDefaults ?? false) }
    return this.transport.json({ method: 'GET', path: at(id), query: words })
  }
  create(body: ServiceSpec, auth?: AuthConfig): Promise<ServiceCreateResponse> {
    return this.transport.json({ method: 'POST', path: '/services/create', json: body, headers: withAuth(auth) })
  }
  update(id: string, query: ServiceUpdateQuery, body: ServiceSpec, auth?: AuthConfig): Promise<ServiceUpdateResponse> {
    const words = { ...query }
    return this.transport.json({
      method: 'POST',
      path: at(id, '/update'),
      query: words,
      json: body,
      headers: withAuth(auth),
    })
  }
  remove(id: string): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(id) })
  }
  /** Frames (see StdDemultiplexer) unless the service's tasks have terminals. */
  logs(id: string, query: LogsQuery): AsyncGenerator<Uint8Array, void, void> {
    return this.transport.bytes({ method: 'GET', path: at(id, '/logs'), query: { ...query } })
  }
}
