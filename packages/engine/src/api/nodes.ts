import type { Node, NodeSpec } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import type { NodeObject } from '@drydock/swarm'
import { Filters } from '../filters.ts'
import { invalid } from '../problem.ts'
import { type Call, flag, json, requireJson, type Route, route } from './route.ts'
import { findObject, fitsIdAndName, versionOf } from './swarm-objects.ts'
import { NODE_SPEC } from './swarm-shapes.ts'

const FILTERS: readonly string[] = ['id', 'name', 'label', 'node.label', 'membership', 'role']

const describe = ({ internal: _internal, ...node }: NodeObject): Node => node

function hasLabels(labels: Record<string, string> | null | undefined, wishes: readonly string[]): boolean {
  return wishes.every((wish) => {
    const [name = '', value] = wish.split('=', 2)
    return labels?.[name] !== undefined && (value === undefined || labels[name] === value)
  })
}

function list(call: Call): ServerResponse {
  const { store } = call.parts.swarm.requireManager()
  const filters = Filters.parse(call.query.get('filters'), FILTERS)
  for (const role of filters.get('role'))
    if (!['worker', 'manager'].includes(role)) throw invalid(`Invalid role filter: '${role}'`)
  for (const membership of filters.get('membership'))
    if (!['accepted', 'pending'].includes(membership)) throw invalid(`Invalid membership filter: '${membership}'`)
  const found = store
    .all('node')
    .filter(
      ({ ID, Description, Spec }) =>
        fitsIdAndName(filters, ID, Description.Hostname ?? '') &&
        hasLabels(Description.Engine?.Labels, filters.get('label')) &&
        hasLabels(Spec.Labels, filters.get('node.label')) &&
        filters.any('membership', (value) => value === 'accepted') &&
        filters.any('role', (value) => value === Spec.Role),
    )
  return json(found.map(describe))
}

/** `self` is the client's word, which it turns into the id. */
const inspect = (call: Call): ServerResponse => json(describe(findObject(call, 'node')))

async function update(call: Call): Promise<ServerResponse> {
  const version = versionOf(call, 'node')
  const spec = await requireJson<NodeSpec>(call, NODE_SPEC)
  const { ID } = findObject(call, 'node')
  await call.parts.swarm.control('updateNode', { id: ID, version, spec })
  return { status: 200 }
}

async function remove(call: Call): Promise<ServerResponse> {
  const { ID } = findObject(call, 'node')
  await call.parts.swarm.control('removeNode', { id: ID, force: flag(call, 'force') })
  return { status: 200 }
}

export const nodeRoutes: readonly Route[] = [
  route('GET', '/nodes', list),
  route('GET', '/nodes/{id}', inspect),
  route('POST', '/nodes/{id}/update', update),
  route('DELETE', '/nodes/{id}', remove),
]
