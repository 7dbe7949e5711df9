import { expect, it } from 'vitest'
import { arrange, BOX_HEIGHT, ROOMS } from './arrange.ts'
import type { MapKind } from './scene.ts'

const node = (kind: MapKind, name: string) => ({ id: `${kind} ${name}`, kind })

it('puts ports, containers and networks in columns, a container without a port among the containers', () => {
  const nodes = [
    node('port', '80'),
    node('container', 'web'),
    node('container', 'store'),
    node('container', 'failed'),
    node('network', 'back'),
  ]
  const edges = [
    { from: 'port 80', to: 'container web' },
    { from: 'container web', to: 'network back' },
    { from: 'container store', to: 'network back' },
  ]
  const places = arrange({ nodes, edges }, ROOMS.wide)
  const columns = nodes.map(({ id }) => places.get(id)?.x ?? Number.NaN)
  const step = ROOMS.wide.box + ROOMS.wide.between
  expect(columns.map((x) => Math.round((x - (columns[0] ?? 0)) / step))).toEqual([0, 1, 1, 1, 2])
  const rows = nodes.slice(1, 4).map(({ id }) => places.get(id)?.y ?? Number.NaN)
  for (const [index, y] of rows.entries())
    for (const other of rows.slice(index + 1)) expect(Math.abs(y - other)).toBeGreaterThanOrEqual(BOX_HEIGHT)
})
