import type { ContainerSummary, DockerClient } from '@drydock/docker-api'
import type { MessageKey } from '../messages/en.ts'
import { nameOf } from './container-facts.ts'

export type ActionName = 'start' | 'stop' | 'restart' | 'pause' | 'unpause' | 'kill' | 'remove'

export interface ContainerAction {
  readonly name: MessageKey
  /** Whether it makes sense for a container in this state. */
  fits(container: ContainerSummary): boolean
  /** What one would type. */
  command(container: ContainerSummary): string
  run(client: DockerClient, container: ContainerSummary): Promise<void>
}

const inState =
  (...states: readonly string[]) =>
  ({ State }: ContainerSummary): boolean =>
    states.includes(State)

/** What a click can do to a container: every one is a call of the API, and a command that says the same. */
export const CONTAINER_ACTIONS: Readonly<Record<ActionName, ContainerAction>> = {
  start: {
    name: 'start',
    fits: inState('created', 'exited', 'dead'),
    command: (container) => `docker start ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.start(Id),
  },
  stop: {
    name: 'stop',
    fits: inState('running', 'paused', 'restarting'),
    command: (container) => `docker stop ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.stop(Id),
  },
  restart: {
    name: 'restart',
    fits: inState('running', 'exited', 'paused', 'restarting'),
    command: (container) => `docker restart ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.restart(Id),
  },
  pause: {
    name: 'pause',
    fits: inState('running'),
    command: (container) => `docker pause ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.pause(Id),
  },
  unpause: {
    name: 'unpause',
    fits: inState('paused'),
    command: (container) => `docker unpause ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.unpause(Id),
  },
  kill: {
    name: 'kill',
    fits: inState('running', 'paused', 'restarting'),
    command: (container) => `docker kill ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.kill(Id, 'KILL'),
  },
  remove: {
    name: 'remove',
    fits: () => true,
    command: (container) => `docker rm -f ${nameOf(container)}`,
    run: (client, { Id }) => client.containers.remove(Id, { force: true }),
  },
}
