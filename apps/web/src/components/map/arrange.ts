import { Graph, layout } from '@dagrejs/dagre'
import type { Scene } from './scene.ts'

export const BOX_HEIGHT = 52
/** What a panel and what a phone has room for. */
export const ROOMS = { wide: { box: 156, between: 40 }, narrow: { box: 116, between: 20 } } as const
export type Room = (typeof ROOMS)[keyof typeof ROOMS]
/** Stands before everything that nothing leads to. */
const GATE = 'gate'

/** Where each node stands, by its upper left corner. */
export function arrange(
  { nodes, edges }: Scene,
  { box, between }: Room,
): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const graph = new Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: between }).setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { width: box, height: BOX_HEIGHT })
  for (const { from, to } of edges) graph.setEdge(from, to)
  // Containers stand in one column, whether a port leads to them or not.
  if (nodes.some(({ kind }) => kind === 'port')) {
    graph.setNode(GATE, { width: 0, height: 0 })
    for (const { id, kind } of nodes) {
      if (kind === 'port') graph.setEdge(GATE, id, { minlen: 1, weight: 0 })
      if (kind === 'container') graph.setEdge(GATE, id, { minlen: 2, weight: 0 })
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
