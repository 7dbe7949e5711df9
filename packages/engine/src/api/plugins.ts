import { readAuth } from '@drydock/distribution'
import type { ServerResponse } from '@drydock/http'
import { Filters } from '../filters.ts'
import { planPull } from '../images/pull.ts'
import { familiarString, parseReference, withDefaultTag } from '../images/reference.ts'
import { invalid, notFound, Problem } from '../problem.ts'
import { type Call, json, param, type Route, route } from './route.ts'

/** There are none. */
function list({ query }: Call): ServerResponse {
  Filters.parse(query.get('filters'), ['capability', 'enabled']).flag('enabled')
  return json([])
}

function noPlugin(call: Call): never {
  throw notFound(`plugin ${JSON.stringify(param(call, 'name'))} not found`)
}

/** What a registry has under the name may be an image, and nothing else here. */
async function privileges({ parts, query, headers }: Call): Promise<never> {
  const reference = withDefaultTag(parseReference(query.get('remote') ?? ''))
  await planPull(parts, reference, readAuth(headers.get('x-registry-auth')), '')
  throw invalid(`Encountered remote ${JSON.stringify(familiarString(reference))}(image) when fetching`)
}

function unsupported(): never {
  throw new Problem('not implemented', 'plugins are not part of this engine')
}

export const pluginRoutes: readonly Route[] = [
  route('GET', '/plugins', list),
  route('GET', '/plugins/{name...}/json', noPlugin),
  ...['enable', 'disable', 'push', 'upgrade', 'set'].map((verb) =>
    route('POST', `/plugins/{name...}/${verb}`, noPlugin),
  ),
  route('DELETE', '/plugins/{name...}', noPlugin),
  route('GET', '/plugins/privileges', privileges),
  route('POST', '/plugins/pull', unsupported),
  route('POST', '/plugins/create', unsupported),
]
