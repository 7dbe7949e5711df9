import type { Node, NodeSpec } from '../types/node.ts'
import type { Filters } from '../types/system.ts'
import type { Transport } from './transport.ts'

const at = (id: string, rest = ''): string => `/nodes/${encodeURIComponent(id)}${rest}`

/** /nodes. Every method @throws ApiError, ConnectionError. */
export class NodesClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { filters?: Filters } = {}): Promise<Node[]> {
    return this.transport.json({ method: 'GET', path: '/nodes', query: { filters: query.filters } })
  }
  /** @param id `self` is the node asked */
  inspect(id: string): Promise<Node> {
    return this.transport.json({ method: 'GET', path: at(id) })
  }
  remove(id: string, query: { force?: boolean } = {}): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(id), query })
  }
  /** @param version what the node had when `body` was made from it */
  update(id: string, version: number, body: NodeSpec): Promise<void> {
    return this.transport.done({ method: 'POST', path: at(id, '/update'), query: { version }, json: body })
  }
}
