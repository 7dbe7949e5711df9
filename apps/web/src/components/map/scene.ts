import { isLive, nameOf, publishedPorts, stateTone, type Tone } from '../../engine/container-facts.ts'
import type { EngineView } from '../../engine/engine-store.ts'

export type MapKind = 'host' | 'network' | 'container' | 'volume' | 'port'

export interface MapNode {
  readonly id: string
  readonly kind: MapKind
  readonly name: string
  /** The instance that it is on. */
  readonly host: string
  /** What the engine knows it by. */
  readonly engineId: string
  readonly aside?: string | undefined
  readonly tone?: Tone
}
export interface MapEdge {
  readonly from: string
  readonly to: string
  /** Whose traffic goes along it, by the engine's id. */
  readonly container?: string
  /** What it joins the container with. */
  readonly kind: 'port' | 'network' | 'volume' | 'host'
}
export interface Scene {
  readonly nodes: readonly MapNode[]
  readonly edges: readonly MapEdge[]
}

/** An instance as the map needs to know it. */
export interface Place {
  readonly name: string
  readonly address: string
}

/** What stands on the map of several instances: each with its own. */
export function sceneOfAll(places: readonly (readonly [Place, EngineView])[]): Scene {
  const scenes = places.map(([place, view]) => withHost(place, sceneOf(place, view)))
  return { nodes: scenes.flatMap(({ nodes }) => nodes), edges: scenes.flatMap(({ edges }) => edges) }
}

/** The instance itself before its ports, and before containers that have none. */
function withHost(place: Place, { nodes, edges }: Scene): Scene {
  const host = hostNode(place)
  const led = new Set(edges.filter(({ kind }) => kind === 'port').map(({ to }) => to))
  const first = nodes.filter(({ id, kind }) => kind === 'port' || (kind === 'container' && !led.has(id)))
  return {
    nodes: [host, ...nodes.filter(({ kind }) => kind !== 'host')],
    edges: [...first.map(({ id }) => ({ from: host.id, to: id, kind: 'host' as const })), ...edges],
  }
}

const hostNode = ({ name, address }: Place): MapNode => ({
  id: `${name} host`,
  kind: 'host',
  name,
  host: name,
  engineId: name,
  aside: address,
})

/**
 * What stands on the map of one instance, from left to right: published ports, the containers behind them, and their
 * networks and volumes. Networks that nobody is in are left out; the instance is shown where there is nothing else.
 */
export function sceneOf(place: Place, { containers, networks, volumes }: EngineView): Scene {
  const host = place.name
  const nodes = new Map<string, MapNode>()
  const edges: MapEdge[] = []
  const put = (kind: MapKind, name: string, engineId: string, rest: Pick<MapNode, 'aside' | 'tone'> = {}): string => {
    const id = `${host} ${kind} ${engineId}`
    if (!nodes.has(id)) nodes.set(id, { id, kind, name, host, engineId, ...rest })
    return id
  }
  for (const container of containers) {
    const { Id, Image, Mounts, NetworkSettings } = container
    const id = put('container', nameOf(container), Id, { aside: Image, tone: stateTone(container) })
    for (const { host: port } of publishedPorts(container)) {
      const from = put('port', String(port), String(port), { aside: host })
      edges.push({ from, to: id, container: Id, kind: 'port' })
    }
    if (isLive(container))
      for (const [name, { IPAddress }] of Object.entries(NetworkSettings?.Networks ?? {})) {
        const network = networks.find(({ Name }) => Name === name)
        const to = put('network', name, network?.Id ?? name, { aside: network?.IPAM.Config?.[0]?.Subnet ?? IPAddress })
        edges.push({ from: id, to, container: Id, kind: 'network' })
      }
    for (const { Name } of Mounts)
      if (Name !== undefined && volumes.some((volume) => volume.Name === Name))
        edges.push({ from: id, to: put('volume', Name, Name), kind: 'volume' })
  }
  return nodes.size === 0 ? { nodes: [hostNode(place)], edges } : { nodes: [...nodes.values()], edges }
}
