import type { TaskObject } from '@drydock/swarm'
import type { DaemonParts } from '../daemon-parts.ts'
import type { LogEntry } from '../logs/json-file.ts'
import type { RpcConnection } from './rpc.ts'
import { localLog, type TaskLog } from './task-log.ts'

/** Logs of this node's tasks that other nodes are reading. */
export class ReadLogs {
  private readonly parts: DaemonParts
  /** By the tasks' ids, of whoever reads. */
  private readonly logs = new WeakMap<RpcConnection, Map<string, TaskLog>>()

  constructor(parts: DaemonParts) {
    this.parts = parts
  }

  /** What has come to a task's log since the same connection asked the last time; nothing of a task that is elsewhere. */
  async next(task: TaskObject | undefined, from: RpcConnection): Promise<readonly LogEntry[]> {
    if (!task) return []
    const known = this.logs.get(from) ?? new Map<string, TaskLog>()
    this.logs.set(from, known)
    const log = known.get(task.ID) ?? localLog(this.parts, task)
    known.set(task.ID, log)
    return log.next()
  }
}
