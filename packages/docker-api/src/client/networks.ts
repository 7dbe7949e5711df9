import type {
  Network,
  NetworkConnectBody,
  NetworkCreateBody,
  NetworkCreateResponse,
  NetworkDisconnectBody,
  NetworksPruneReport,
} from '../types/network.ts'
import type { Filters } from '../types/system.ts'
import { isOlder, type Transport } from './transport.ts'

const at = (id: string, rest = ''): string => `/networks/${encodeURIComponent(id)}${rest}`

/** /networks. Every method @throws ApiError, ConnectionError. */
export class NetworksClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { filters?: Filters } = {}): Promise<Network[]> {
    return this.transport.json({ method: 'GET', path: '/networks', query: { filters: query.filters } })
  }
  inspect(id: string, query: { verbose?: boolean; scope?: string } = {}): Promise<Network> {
    return this.transport.json({
      method: 'GET',
      path: at(id),
      query: { ...query, verbose: query.verbose ? 'true' : undefined },
    })
  }
  /** Engines before API 1.44 allow several networks of one name unless told. */
  async create(body: NetworkCreateBody): Promise<NetworkCreateResponse> {
    const json = isOlder(await this.transport.apiVersion(), '1.44') ? { ...body, CheckDuplicate: true } : body
    return this.transport.json({ method: 'POST', path: '/networks/create', json })
  }
  remove(id: string): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(id) })
  }
  connect(id: string, body: NetworkConnectBody): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/connect'), json: body })
  }
  disconnect(id: string, body: NetworkDisconnectBody): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/disconnect'), json: body })
  }
  prune(filters: Filters = {}): Promise<NetworksPruneReport> {
    return this.transport.json({ method: 'POST', path: '/networks/prune', query: { filters } })
  }
}
