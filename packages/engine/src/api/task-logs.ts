import type { BodyWriter, ServerResponse } from '@drydock/http'
import type { TaskObject } from '@drydock/swarm'
import type { DaemonParts } from '../daemon-parts.ts'
import type { LogEntry } from '../logs/json-file.ts'
import { printEntries, selectEntries } from '../logs/read-logs.ts'
import { invalid } from '../problem.ts'
import { pause } from '../swarm/settled.ts'
import { type TaskLog, taskLog } from '../swarm/task-log.ts'
import { logOptions } from './container-streams.ts'
import { type Call, flag } from './route.ts'

/** How often tasks of other nodes are asked for more. */
const POLL_MS = 500

interface Source {
  readonly log: TaskLog
  readonly tty: boolean
  readonly attributes: Record<string, string>
}

/**
 * Logs of tasks, wherever they run, with which task each line is of under `details`.
 * @param tasks those there are now; whoever follows is told of later ones too
 */
export function streamTaskLogs(call: Call, tasks: () => readonly TaskObject[]): ServerResponse {
  const { parts, request } = call
  const options = logOptions(call)
  const tail = call.query.get('tail') || 'all'
  if (tail !== 'all' && !/^[+-]?\d+$/.test(tail)) throw invalid('tail value must be a positive integer or "all"')
  if (!options.stdout && !options.stderr) throw invalid('Bad parameters: you must choose at least one stream')
  const sources = new Map<string, Source>()
  const follow = flag(call, 'follow')
  const raw = tasks()[0]?.Spec.ContainerSpec?.TTY ?? false
  return {
    status: 200,
    headers: { 'Content-Type': `application/vnd.docker.${raw ? 'raw' : 'multiplexed'}-stream` },
    body: async (writer) => {
      try {
        openNew(parts, sources, tasks())
        await writeAll([...sources.values()], writer, options)
        let left = false
        void request.disconnected().then(() => {
          left = true
        })
        while (follow && !left) {
          await pause(parts.sys.clock, POLL_MS)
          openNew(parts, sources, tasks())
          await writeAll([...sources.values()], writer, { ...options, tail: undefined })
        }
      } finally {
        for (const { log } of sources.values()) log.close()
      }
    },
  }
}

/** A task that has no node yet has no log. */
function openNew(parts: DaemonParts, sources: Map<string, Source>, tasks: readonly TaskObject[]): void {
  for (const task of tasks) {
    if (sources.has(task.ID) || !task.NodeID) continue
    const tty = task.Spec.ContainerSpec?.TTY ?? false
    sources.set(task.ID, { log: taskLog(parts, task), tty, attributes: attributesOf(task) })
  }
}

const attributesOf = ({ NodeID = '', ServiceID, ID }: TaskObject): Record<string, string> => ({
  'com.docker.swarm.node.id': NodeID,
  'com.docker.swarm.service.id': ServiceID,
  'com.docker.swarm.task.id': ID,
})

type Options = ReturnType<typeof logOptions>

/** What has come since the last time, in the order of time. */
async function writeAll(sources: readonly Source[], writer: BodyWriter, options: Options): Promise<void> {
  const batches = await Promise.all(
    sources.map(async ({ log, tty, attributes }) => {
      const entries = (await log.next()).map(
        (entry): LogEntry => ({ ...entry, attrs: { ...entry.attrs, ...attributes } }),
      )
      return selectEntries(entries, options).map((entry) => ({ tty, entry }))
    }),
  )
  const rows = batches.flat().sort((a, b) => (a.entry.time < b.entry.time ? -1 : 1))
  for (const { tty, entry } of rows)
    for (const piece of printEntries({ tty }, [entry], options)) await writer.write(piece)
}
