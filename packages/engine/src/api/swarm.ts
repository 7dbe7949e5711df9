import { Problem } from '../problem.ts'
import { json, type Route, route } from './route.ts'

const NOT_A_MANAGER =
  'This node is not a swarm manager. Use "docker swarm init" or "docker swarm join" to connect this node to swarm and try again.'

const refuse = (): never => {
  throw new Problem('unavailable', NOT_A_MANAGER)
}
const unsupported = (): never => {
  throw new Problem('not implemented', 'swarm mode is not part of this engine yet')
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
]
