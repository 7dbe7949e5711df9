import { NOT_A_MANAGER } from '../networks/network-store.ts'
import { notFound, Problem } from '../problem.ts'
import { type Call, json, param, type Route, route } from './route.ts'

const refuse = (): never => {
  throw new Problem('unavailable', NOT_A_MANAGER)
}
const unsupported = (): never => {
  throw new Problem('not implemented', 'swarm mode is not part of this engine yet')
}

const noPlugin = (call: Call): never => {
  throw notFound(`plugin ${JSON.stringify(param(call, 'name'))} not found`)
}
const unsupportedPlugins = (): never => {
  throw new Problem('not implemented', 'plugins are not part of this engine')
}

const NOUNS: readonly string[] = ['services', 'nodes', 'tasks', 'secrets', 'configs']

/** Swarm mode: this node is in none, and cannot be in one yet. */
export const swarmRoutes: readonly Route[] = [
  ...NOUNS.flatMap((noun) => [
    route('GET', `/${noun}`, refuse),
    route('POST', `/${noun}/create`, refuse),
    route('GET', `/${noun}/{id}`, refuse),
    route('DELETE', `/${noun}/{id}`, refuse),
    route('POST', `/${noun}/{id}/update`, refuse),
    route('GET', `/${noun}/{id}/logs`, refuse),
  ]),
  route('GET', '/swarm', refuse),
  route('GET', '/swarm/unlockkey', refuse),
  route('POST', '/swarm/update', refuse),
  route('POST', '/swarm/init', unsupported),
  route('POST', '/swarm/join', unsupported),
  route('POST', '/swarm/leave', () => {
    throw new Problem('unavailable', 'This node is not part of a swarm')
  }),
  route('GET', '/plugins', () => json([])),
  route('GET', '/plugins/{name...}/json', noPlugin),
  ...['enable', 'disable', 'push', 'upgrade', 'set'].map((verb) =>
    route('POST', `/plugins/{name...}/${verb}`, noPlugin),
  ),
  route('DELETE', '/plugins/{name...}', noPlugin),
  route('GET', '/plugins/privileges', unsupportedPlugins),
  route('POST', '/plugins/pull', unsupportedPlugins),
  route('POST', '/plugins/create', unsupportedPlugins),
]
