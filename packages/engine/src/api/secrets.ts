import type { Config, Secret, SecretSpec } from '@drydock/docker-api'
import { Filters } from '../filters.ts'
import { type Call, json, noContent, requireJson, type Route, route } from './route.ts'
import { findObject, fitsIdAndName, versionOf } from './swarm-objects.ts'
import { CONFIG_SPEC, SECRET_SPEC } from './swarm-shapes.ts'

const FILTERS: readonly string[] = ['id', 'name', 'names', 'label']

/** What a secret holds is never told again. */
const DESCRIBE = {
  secret: ({ Spec: { Data: _data, ...Spec }, ...secret }: Secret): Secret => ({ ...secret, Spec }),
  config: (config: Config): Config => config,
} as const
const SHAPES = { secret: SECRET_SPEC, config: CONFIG_SPEC } as const

function routesOf(kind: 'secret' | 'config'): Route[] {
  const describe = DESCRIBE[kind] as (object: Secret | Config) => Secret | Config
  return [
    route('GET', `/${kind}s`, (call) => {
      const { store } = call.parts.swarm.requireManager()
      const filters = Filters.parse(call.query.get('filters'), FILTERS)
      const found = store
        .all(kind)
        .filter(
          ({ ID, Spec }) =>
            fitsIdAndName(filters, ID, Spec.Name) &&
            filters.any('names', (value) => value === Spec.Name) &&
            filters.labels(Spec.Labels),
        )
      return json(found.map(describe))
    }),
    route('POST', `/${kind}s/create`, async (call) => {
      call.parts.swarm.requireManager()
      const spec = await requireJson<SecretSpec>(call, SHAPES[kind])
      const ID = await call.parts.swarm.control('createFile', { kind, spec })
      // The description says Id, the engine has always said ID, and clients read the one or the other.
      return json({ ID, Id: ID }, 201)
    }),
    route('GET', `/${kind}s/{id}`, (call) => json(describe(findObject(call, kind)))),
    route('DELETE', `/${kind}s/{id}`, async (call) => {
      await call.parts.swarm.control('removeFile', { kind, id: findObject(call, kind).ID })
      return noContent()
    }),
    route('POST', `/${kind}s/{id}/update`, async (call: Call) => {
      const version = versionOf(call, kind)
      const spec = await requireJson<SecretSpec>(call, SHAPES[kind])
      await call.parts.swarm.control('updateFile', { kind, id: findObject(call, kind).ID, version, spec })
      return { status: 200 }
    }),
  ]
}

export const secretRoutes: readonly Route[] = [...routesOf('secret'), ...routesOf('config')]
