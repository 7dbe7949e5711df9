import type { ServerResponse } from '@drydock/http'
import { pruneCache } from '../builder/buildkit/prune.ts'
import { Filters } from '../filters.ts'
import { type Call, flag, json, type Route, route } from './route.ts'

const PRUNE_FILTERS = ['until', 'id', 'type', 'description', 'inuse', 'shared', 'private', 'parent', 'unused-for']

/** The builder is large and comes with the first build. */
async function build(call: Call): Promise<ServerResponse> {
  const { buildImage } = await import('./build-image.ts')
  return buildImage(call)
}

function prune(call: Call): ServerResponse {
  const { parts, query } = call
  const filters = Filters.parse(query.get('filters'), PRUNE_FILTERS)
  const keep = query.get('reserved-space') ?? query.get('keep-storage') ?? '0'
  return json(pruneCache(parts, filters, flag(call, 'all'), Number(keep)))
}

export const buildRoutes: readonly Route[] = [route('POST', '/build', build), route('POST', '/build/prune', prune)]
