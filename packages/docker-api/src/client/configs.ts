import type { Config, ConfigSpec } from '../types/config.ts'
import type { Filters } from '../types/system.ts'
import type { Transport } from './transport.ts'

const at = (id: string, rest = ''): string => `/configs/${encodeURIComponent(id)}${rest}`

/** /configs. Every method @throws ApiError, ConnectionError. */
export class ConfigsClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { filters?: Filters } = {}): Promise<Config[]> {
    return this.transport.json({ method: 'GET', path: '/configs', query: { filters: query.filters } })
  }
  inspect(id: string): Promise<Config> {
    return this.transport.json({ method: 'GET', path: at(id) })
  }
  create(body: ConfigSpec): Promise<{ ID: string }> {
    return this.transport.json({ method: 'POST', path: '/configs/create', json: body })
  }
  remove(id: string): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(id) })
  }
  /** @param version what the object had when `body` was made from it */
  update(id: string, version: number, body: ConfigSpec): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/update'), query: { version }, json: body })
  }
}
