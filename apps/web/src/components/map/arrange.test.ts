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

it('puts instances in a column of their own, however much they lead to', () => {
  const idle = ['a', 'b', 'c', 'd'].map((name) => node('container', name))
  const nodes = [node('host', 'one'), node('host', 'two'), node('port', '80'), node('container', 'web'), ...idle]
  const edges = [
    ...idle.map(({ id }) => ({ from: 'host one', to: id })),
    { from: 'host two', to: 'port 80' },
    { from: 'port 80', to: 'container web' },
  ]
  const places = arrange({ nodes, edges }, ROOMS.middle)
  const columns = nodes.map(({ id }) =>
    Math.round((places.get(id)?.x ?? 0) / (ROOMS.middle.box + ROOMS.middle.between)),
  )
  expect(columns.map((column) => column - (columns[0] ?? 0))).toEqual([0, 0, 1, 2, 2, 2, 2, 2])
})
