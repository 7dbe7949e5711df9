import { describe, expect, it } from 'vitest'
import type { Flow } from '../../engine/use-traffic.ts'
import { flowsOf } from './flows.ts'
import type { MapEdge } from './scene.ts'

const port = (container: string): MapEdge => ({ from: 'port', to: container, container, kind: 'port' })
const joined = (container: string, network: string): MapEdge => ({
  from: container,
  to: network,
  container,
  kind: 'network',
})
const flow = (sent: number, received: number): Flow => ({ sent, received })

/** Edges that anything flows along, `from>to`. */
function busy(edges: readonly MapEdge[], traffic: Readonly<Record<string, Flow>>): readonly string[] {
  const flows = flowsOf({ nodes: [], edges }, new Map(Object.entries(traffic)))
  return [...flows].map(([{ from, to }, { forth, back }]) => `${from}>${to} ${forth}/${back}`)
}

describe('where packets are seen', () => {
  const edges = [port('web'), joined('web', 'back'), joined('store', 'back'), joined('store', 'other')]

  it('two that talk to one another: on their network, not at the port', () => {
    expect(busy(edges, { web: flow(10, 8), store: flow(8, 10) })).toEqual(['web>back 10/8', 'store>back 8/10'])
  })

  it('a visitor alone: at the port', () => {
    expect(busy(edges, { web: flow(5, 6) })).toEqual(['port>web 6/5', 'web>back 5/6'])
  })

  it('a visitor who makes one ask another: everywhere', () => {
    expect(busy(edges, { web: flow(12, 12), store: flow(6, 6) })).toEqual([
      'port>web 12/12',
      'web>back 12/12',
      'store>back 6/6',
    ])
  })

  it('nowhere when nobody sends', () => {
    expect(busy(edges, {})).toEqual([])
  })
})
