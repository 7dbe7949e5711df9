import type { Filters } from '../types/system.ts'
import type { Volume, VolumeCreateBody, VolumeList, VolumesPruneReport } from '../types/volume.ts'
import type { Transport } from './transport.ts'

const at = (name: string): string => `/volumes/${encodeURIComponent(name)}`

/** /volumes. Every method @throws ApiError, ConnectionError. */
export class VolumesClient {
  private readonly transport: Transport
  constructor(transport: Transport) {
    this.transport = transport
  }

  list(query: { filters?: Filters } = {}): Promise<VolumeList> {
    return this.transport.json({ method: 'GET', path: '/volumes', query: { filters: query.filters } })
  }
  inspect(name: string): Promise<Volume> {
    return this.transport.json({ method: 'GET', path: at(name) })
  }
  create(body: VolumeCreateBody): Promise<Volume> {
    return this.transport.json({ method: 'POST', path: '/volumes/create', json: body })
  }
  remove(name: string, query: { force?: boolean } = {}): Promise<void> {
    return this.transport.done({ method: 'DELETE', path: at(name), query })
  }
  prune(filters: Filters = {}): Promise<VolumesPruneReport> {
    return this.transport.json({ method: 'POST', path: '/volumes/prune', query: { filters } })
  }
}
