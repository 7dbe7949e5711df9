import { Graph, layout } from '@dagrejs/dagre'
import type { MapKind, MapNode, Scene } from './scene.ts'

export const BOX_HEIGHT = 52
/** What a panel has room for, with the instances before everything else, and what a phone has. */
export const ROOMS = {
  wide: { box: 156, between: 40 },
  middle: { box: 128, between: 24 },
  narrow: { box: 116, between: 20 },
} as const
export type Room = (typeof ROOMS)[keyof typeof ROOMS]
/** Stands before everything that nothing leads to. */
const GATE = 'gate'
const FIRST_KINDS: readonly MapKind[] = ['host', 'port', 'container']

/** As much of a scene as has to be known. */
interface Arranged {
  readonly nodes: readonly Pick<MapNode, 'id' | 'kind'>[]
  readonly edges: readonly Pick<Scene['edges'][number], 'from' | 'to'>[]
}

/** Where each node stands, by its upper left corner. */
export function arrange(
  { nodes, edges }: Arranged,
  { box, between }: Room,
): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const graph = new Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: between }).setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { width: box, height: BOX_HEIGHT })
  // What an instance leads to must not draw it to the right: they stand in one column.
  const hosts = new Set(nodes.filter(({ kind }) => kind === 'host').map(({ id }) => id))
  for (const { from, to } of edges) graph.setEdge(from, to, { weight: hosts.has(from) ? 0 : 1 })
  // Instances, ports and containers have a column each, whatever leads to them.
  const columns = FIRST_KINDS.filter((kind) => nodes.some((node) => node.kind === kind))
  if (columns.length > 1) {
    graph.setNode(GATE, { width: 0, height: 0 })
    for (const { id, kind } of nodes) {
      const column = columns.indexOf(kind)
      if (column >= 0) graph.setEdge(GATE, id, { minlen: column + 1, weight: 1 })
    }
  }
  layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number }
      return [id, { x: x - box / 2, y: y - BOX_HEIGHT / 2 }]
    }),
  )
}
