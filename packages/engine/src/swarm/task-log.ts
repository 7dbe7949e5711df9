import { containerName, type TaskObject } from '@drydock/swarm'
import type { Container } from '../containers/container.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { logFile } from '../logs/container-log.ts'
import type { LogEntry } from '../logs/json-file.ts'
import { LogReader } from '../logs/log-reader.ts'

/** A task's log, read from where it stopped the last time. */
export interface TaskLog {
  next(): Promise<LogEntry[]>
  close(): void
}

export function containerOfTask({ containers }: DaemonParts, task: TaskObject): Container | undefined {
  const name = containerName(task)
  return containers.isTaken(name) ? containers.peek(name) : undefined
}

/** From this node's files, or from the node that the task is on. */
export function taskLog(parts: DaemonParts, task: TaskObject): TaskLog {
  return task.NodeID === parts.swarm.record?.nodeId ? localLog(parts, task) : remoteLog(parts, task)
}

export function localLog(parts: DaemonParts, task: TaskObject): TaskLog {
  let reader: LogReader | undefined
  return {
    async next() {
      const container = containerOfTask(parts, task)
      if (!container) return []
      reader ??= new LogReader(parts.sys, logFile(container, parts.containers.folder(container.id)))
      return reader.next()
    },
    close: () => undefined,
  }
}

/** A node that cannot be reached has nothing to tell. */
function remoteLog({ swarm }: DaemonParts, { ID, NodeID = '' }: TaskObject): TaskLog {
  const connection = swarm.connectNode(NodeID).catch(() => undefined)
  return {
    async next() {
      const open = await connection
      return (await open?.call<LogEntry[]>('log', { taskId: ID }).catch(() => [])) ?? []
    },
    close: () => void connection.then((open) => open?.close()),
  }
}
