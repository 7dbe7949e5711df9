import type { Flow } from '../../engine/use-traffic.ts'
import type { MapEdge, Scene } from './scene.ts'

/** Packets along an edge in the last second. */
export interface EdgeFlow {
  /** From the edge's left end to its right one. */
  readonly forth: number
  readonly back: number
}

/** What a reading a moment later than another can differ by. */
const TOLERANCE = 0.25

const total = (flow: Flow | undefined): number => (flow ? flow.sent + flow.received : 0)

/**
 * Where packets go. The engine counts them for a container as a whole: those that its neighbours on a network have as well
 * went between them, and what is left came in by a published port.
 */
export function flowsOf({ edges }: Scene, traffic: ReadonlyMap<string, Flow>): ReadonlyMap<MapEdge, EdgeFlow> {
  const networks = edges.filter(({ kind }) => kind === 'network')
  /** Packets of the others on the same network. */
  const beside = (edge: MapEdge): number =>
    networks
      .filter(({ to, container }) => to === edge.to && container !== edge.container)
      .reduce((sum, { container = '' }) => sum + total(traffic.get(container)), 0)
  const flows = new Map<MapEdge, EdgeFlow>()
  for (const edge of edges) {
    const flow = traffic.get(edge.container ?? '')
    if (!flow) continue
    const own = networks.filter(({ container }) => container === edge.container)
    const shared = own.filter((network) => beside(network) > 0)
    const left = total(flow) - shared.reduce((sum, network) => sum + beside(network), 0)
    const outside = left > TOLERANCE * total(flow)
    if (edge.kind === 'port' && outside) flows.set(edge, { forth: flow.received, back: flow.sent })
    if (edge.kind === 'network' && (shared.includes(edge) || shared.length === 0))
      flows.set(edge, { forth: flow.sent, back: flow.received })
  }
  return flows
}
