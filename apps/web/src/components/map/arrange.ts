import { Graph, layout } from '@dagrejs/dagre'
import type { Scene } from './scene.ts'

export const BOX_WIDTH = 190
export const BOX_HEIGHT = 52

/** Where each node stands, by its upper left corner. */
export function arrange({ nodes, edges }: Scene): ReadonlyMap<string, { readonly x: number; readonly y: number }> {
  const graph = new Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 70 }).setDefaultEdgeLabel(() => ({}))
  for (const { id } of nodes) graph.setNode(id, { width: BOX_WIDTH, height: BOX_HEIGHT })
  for (const { from, to } of edges) graph.setEdge(from, to)
  layout(graph)
  return new Map(
    nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as { x: number; y: number }
      return [id, { x: x - BOX_WIDTH / 2, y: y - BOX_HEIGHT / 2 }]
    }),
  )
}
