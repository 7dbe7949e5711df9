import type { ExecCreateBody } from '@drydock/docker-api'
import { OutputHub } from '../containers/output-hub.ts'
import { notFound } from '../problem.ts'
import type { RunningProcess } from '../runtime/launch.ts'

/** A further process of a container: docker exec. */
export interface ExecSession {
  readonly id: string
  readonly containerId: string
  readonly body: ExecCreateBody
  readonly output: OutputHub
  process: RunningProcess | undefined
  running: boolean
  exitCode: number | null
  started: boolean
}

/** Sessions of containers that are there. */
export class ExecStore {
  private readonly sessions = new Map<string, ExecSession>()

  add(id: string, containerId: string, body: ExecCreateBody): ExecSession {
    const session: ExecSession = {
      id,
      containerId,
      body,
      output: new OutputHub(),
      process: undefined,
      running: false,
      exitCode: null,
      started: false,
    }
    this.sessions.set(id, session)
    return session
  }

  /** @throws Problem not found */
  find(id: string): ExecSession {
    const session = this.sessions.get(id)
    if (!session) throw notFound(`No such exec instance: ${id}`)
    return session
  }

  forget(ids: Iterable<string>): void {
    for (const id of ids) this.sessions.delete(id)
  }
}
