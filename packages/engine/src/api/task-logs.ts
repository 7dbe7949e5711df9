import type { BodyWriter, ServerResponse } from '@drydock/http'
import { containerName, type TaskObject } from '@drydock/swarm'
import type { Container } from '../containers/container.ts'
import { logFile } from '../logs/container-log.ts'
import type { LogEntry } from '../logs/json-file.ts'
import { LogReader } from '../logs/log-reader.ts'
import { printEntries, selectEntries } from '../logs/read-logs.ts'
import { invalid } from '../problem.ts'
import { logOptions } from './container-streams.ts'
import { type Call, flag } from './route.ts'

interface Source {
  readonly container: Container
  readonly reader: LogReader
  readonly attributes: Record<string, string>
}

/** Logs of tasks whose containers are on this node, with which task each line is of under `details`. */
export function streamTaskLogs(call: Call, tasks: readonly TaskObject[]): ServerResponse {
  const { parts, request } = call
  const options = logOptions(call)
  if (!options.stdout && !options.stderr) throw invalid('Bad parameters: you must choose at least one stream')
  const sources = tasks.flatMap((task): Source[] => {
    const name = containerName(task)
    const container = parts.containers.isTaken(name) ? parts.containers.peek(name) : undefined
    if (!container) return []
    const reader = new LogReader(parts.sys, logFile(container, parts.containers.folder(container.id)))
    return [{ container, reader, attributes: attributesOf(task) }]
  })
  const follow = flag(call, 'follow')
  const head = sources[0]?.container.tty
    ? 'application/vnd.docker.raw-stream'
    : 'application/vnd.docker.multiplexed-stream'
  return {
    status: 200,
    headers: { 'Content-Type': head },
    body: async (writer) => {
      await writeAll(sources, writer, options)
      if (follow) await followAll(sources, writer, { ...options, tail: undefined }, request.disconnected())
    },
  }
}

const attributesOf = ({ NodeID = '', ServiceID, ID }: TaskObject): Record<string, string> => ({
  'com.docker.swarm.node.id': NodeID,
  'com.docker.swarm.service.id': ServiceID,
  'com.docker.swarm.task.id': ID,
})

type Options = ReturnType<typeof logOptions>

async function writeAll(sources: readonly Source[], writer: BodyWriter, options: Options): Promise<boolean> {
  const batches = sources.map(({ container, reader, attributes }) => {
    const entries = reader.next().map((entry): LogEntry => ({ ...entry, attrs: { ...entry.attrs, ...attributes } }))
    return selectEntries(entries, options).map((entry) => ({ container, entry }))
  })
  const rows = batches.flat().sort((a, b) => (a.entry.time < b.entry.time ? -1 : 1))
  for (const { container, entry } of rows)
    for (const piece of printEntries(container, [entry], options)) await writer.write(piece)
  return rows.length > 0
}

/** Until the client goes: the tasks of a service come and go. */
async function followAll(
  sources: readonly Source[],
  writer: BodyWriter,
  options: Options,
  gone: Promise<void>,
): Promise<void> {
  let left = false
  let wake: () => void = () => undefined
  const tell = (): void => wake()
  for (const { container } of sources) container.logListeners.add(tell)
  void gone.then(() => {
    left = true
    tell()
  })
  try {
    while (!left) {
      const news = new Promise<void>((resolve) => {
        wake = resolve
      })
      if (!(await writeAll(sources, writer, options))) await news
    }
  } finally {
    for (const { container } of sources) container.logListeners.delete(tell)
  }
}
