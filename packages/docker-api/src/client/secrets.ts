import type { Secret, SecretSpec } from '../types/secret.ts'
import type { Filters } from '../types/system.ts'
import type { Transport } from './transport.ts'

const at = (id: string, rest = ''): string => `/secrets/${encodeURIComponent(id)}${rest}`

/** /secrets. Every method @throws ApiError, ConnectionError. */
export class SecretsClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { filters?: Filters } = {}): Promise<Secret[]> {
    return this.transport.json({ method: 'GET', path: '/secrets', query: { filters: query.filters } })
  }
  inspect(id: string): Promise<Secret> {
    return this.transport.json({ method: 'GET', path: at(id) })
  }
  create(body: SecretSpec): Promise<{ ID: string }> {
    return this.transport.json({ method: 'POST', path: '/secrets/create', json: body })
  }
  remove(id: string): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(id) })
  }
  /** @param version what the object had when `body` was made from it */
  update(id: string, version: number, body: SecretSpec): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/update'), query: { version }, json: body })
  }
}
