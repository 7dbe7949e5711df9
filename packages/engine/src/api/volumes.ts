import type { VolumeCreateBody } from '@drydock/docker-api'
import type { ServerResponse } from '@drydock/http'
import type { DaemonParts } from '../daemon-parts.ts'
import { Filters, matchesName } from '../filters.ts'
import { notFound, Problem } from '../problem.ts'
import { ANONYMOUS_LABEL } from '../volumes/volume-store.ts'
import { speaksBefore } from './api-version.ts'
import { VOLUME_CREATE } from './body-shapes.ts'
import { type Call, flag, json, noContent, param, readJson, type Route, route } from './route.ts'

/** Ids of the containers that mount a volume, running or not. */
export const usersOf = ({ containers }: DaemonParts, volume: string): string[] =>
  containers
    .all()
    .filter(({ record }) => record.Mounts.some(({ name }) => name === volume))
    .map(({ id }) => id)

function list(call: Call): ServerResponse {
  const { parts, query } = call
  const filters = Filters.parse(query.get('filters'), ['dangling', 'driver', 'label', 'name'])
  const dangling = filters.flag('dangling')
  const found = parts.volumes
    .all()
    .filter(
      ({ Name, Driver, Labels }) =>
        filters.any('name', (value) => matchesName(value, Name)) &&
        filters.any('driver', (value) => value === Driver) &&
        filters.labels(Labels) &&
        (dangling === undefined || dangling === (usersOf(parts, Name).length === 0)),
    )
  return json({ Volumes: found, Warnings: null })
}

async function create(call: Call): Promise<ServerResponse> {
  return json(call.parts.volumes.create((await readJson<VolumeCreateBody>(call, VOLUME_CREATE)) ?? {}), 201)
}

function remove(call: Call): ServerResponse {
  const name = param(call, 'name')
  call.parts.volumes.remove(name, usersOf(call.parts, name), flag(call, 'force'))
  return noContent()
}

/** Anonymous ones only, unless `all` is asked for. */
function prune(call: Call): ServerResponse {
  const { parts } = call
  const filters = Filters.parse(call.query.get('filters'), ['all', 'label', 'label!'])
  // Older clients know of no difference.
  const all = speaksBefore(call, '1.42') || (filters.flag('all') ?? false)
  const gone = parts.volumes
    .all()
    .filter(
      ({ Name, Labels }) =>
        (all || Labels?.[ANONYMOUS_LABEL] !== undefined) && filters.labels(Labels) && usersOf(parts, Name).length === 0,
    )
  let space = 0
  for (const { Name } of gone) {
    space += parts.volumes.size(Name)
    parts.volumes.remove(Name, [])
  }
  parts.events.publish('volume', 'prune', '', { reclaimed: String(space) })
  return json({ VolumesDeleted: gone.map(({ Name }) => Name), SpaceReclaimed: space })
}

/** @throws Problem unavailable, invalid: there are no cluster volumes */
function update({ parts, params }: Call): never {
  if (!parts.swarm.isManager)
    throw new Problem('unavailable', 'volume update only valid for cluster volumes, but swarm is unavailable')
  throw notFound(`volume ${params.get('name')} not found`)
}

export const volumeRoutes: readonly Route[] = [
  route('GET', '/volumes', list),
  route('POST', '/volumes/create', create),
  route('POST', '/volumes/prune', prune),
  route('GET', '/volumes/{name}', (call) => json(call.parts.volumes.get(param(call, 'name')))),
  route('PUT', '/volumes/{name}', update),
  route('DELETE', '/volumes/{name}', remove),
]
