import { isLive, nameOf, publishedPorts, stateTone, type Tone } from '../../engine/container-facts.ts'
import type { EngineView } from '../../engine/engine-store.ts'

export type MapKind = 'host' | 'network' | 'container' | 'volume' | 'port'

export interface MapNode {
  readonly id: string
  readonly kind: MapKind
  readonly name: string
  readonly aside?: string | undefined
  readonly tone?: Tone
}
export interface MapEdge {
  readonly from: string
  readonly to: string
  /** Whose traffic goes along it. */
  readonly container?: string
}
export interface Scene {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
}

/**
 * What stands on the map, from left to right: published ports, the containers behind them, and their networks and
 * volumes. Networks that nobody is in are left out, save the default one where nothing else is to be seen.
 */
export function sceneOf(host: string, { containers, networks, volumes }: EngineView): Scene {
  const nodes = new Map<string, MapNode>()
  const edges: MapEdge[] = []
  const put = (node: MapNode): string => {
    if (!nodes.has(node.id)) nodes.set(node.id, node)
    return node.id
  }
  for (const container of containers) {
    const id = put({
      id: container.Id,
      kind: 'container',
      name: nameOf(container),
      aside: container.Image,
      tone: stateTone(container),
    })
    for (const { host: port } of publishedPorts(container)) {
      const from = put({ id: `port ${port}`, kind: 'port', name: String(port), aside: host })
      edges.push({ from, to: id, container: id })
    }
    if (isLive(container))
      for (const [name, { IPAddress }] of Object.entries(container.NetworkSettings?.Networks ?? {})) {
        const subnet = networks.find(({ Name }) => Name === name)?.IPAM.Config?.[0]?.Subnet
        const to = put({ id: `network ${name}`, kind: 'network', name, aside: subnet ?? IPAddress })
        edges.push({ from: id, to, container: id })
      }
    for (const { Name } of container.Mounts)
      if (Name !== undefined && volumes.some((volume) => volume.Name === Name)) {
        const to = put({ id: `volume ${Name}`, kind: 'volume', name: Name })
        edges.push({ from: id, to })
      }
  }
  if (nodes.size === 0) put({ id: 'host', kind: 'host', name: host })
  return { nodes: [...nodes.values()], edges }
}
