import { isErrno } from '@drydock/abi'
import type { BodyWriter, ServerResponse } from '@drydock/http'
import type { Container } from '../containers/container.ts'
import { publishContainer } from '../containers/container-events.ts'
import type { DaemonParts } from '../daemon-parts.ts'
import { logConfigOf, logFile } from '../logs/container-log.ts'
import { isReadable } from '../logs/log-options.ts'
import { LogReader } from '../logs/log-reader.ts'
import { isPast, type LogOptions, printEntries, selectEntries } from '../logs/read-logs.ts'
import { conflict, invalid, Problem } from '../problem.ts'
import { quietly } from '../state/files.ts'
import { attach } from '../streams/attach.ts'
import { parseDetachKeys } from '../streams/detach-keys.ts'
import { parseApiTime } from '../timestamps.ts'
import { type Call, flag, param, type Route, route } from './route.ts'
import { streamType, upgrade } from './upgrade.ts'

export function logOptions(call: Call): LogOptions {
  const tail = call.query.get('tail') ?? ''
  return {
    stdout: flag(call, 'stdout'),
    stderr: flag(call, 'stderr'),
    since: parseApiTime(call.query.get('since')),
    until: parseApiTime(call.query.get('until')),
    timestamps: flag(call, 'timestamps'),
    details: flag(call, 'details'),
    tail: /^\d+$/.test(tail) ? Number(tail) : undefined,
  }
}

function logs(call: Call): ServerResponse {
  const { parts, request } = call
  const container = parts.containers.find(param(call, 'id'))
  const options = logOptions(call)
  if (!options.stdout && !options.stderr) throw invalid('Bad parameters: you must choose at least one stream')
  if (!isReadable(logConfigOf(container)))
    throw new Problem('not implemented', 'configured logging driver does not support reading')
  const follow = flag(call, 'follow')
  return {
    status: 200,
    headers: { 'Content-Type': streamType(call, container.tty) },
    body: (writer) => writeLogs(parts, container, options, writer, follow ? request.disconnected() : undefined),
  }
}

async function writeLogs(
  parts: DaemonParts,
  container: Container,
  options: LogOptions,
  writer: BodyWriter,
  gone: Promise<void> | undefined,
): Promise<void> {
  const reader = new LogReader(parts.sys, logFile(container, parts.containers.folder(container.id)))
  const entries = reader.next()
  for (const piece of printEntries(container, selectEntries(entries, options), options)) await writer.write(piece)
  if (gone && !isPast(entries, options))
    await followLogs(container, { ...options, tail: undefined }, writer, gone, reader)
}

/** Waits for more, until the container stops or the client goes. */
async function followLogs(
  container: Container,
  options: LogOptions,
  writer: BodyWriter,
  gone: Promise<void>,
  reader: LogReader,
): Promise<void> {
  let left = false
  let wake: () => void = () => undefined
  let news = false
  const tell = (): void => {
    news = true
    wake()
  }
  container.logListeners.add(tell)
  void gone.then(() => {
    left = true
    tell()
  })
  try {
    for (;;) {
      news = false
      const ended = !container.process
      const fresh = reader.next()
      for (const piece of printEntries(container, selectEntries(fresh, options), options)) await writer.write(piece)
      if (left || (ended && fresh.length === 0) || container.removed || isPast(fresh, options)) return
      if (!ended && !news)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
    }
  } finally {
    container.logListeners.delete(tell)
  }
}

async function attachTo(call: Call): Promise<undefined> {
  const { parts } = call
  const container = parts.containers.find(param(call, 'id'))
  const keys = parseDetachKeys(call.query.get('detachKeys'))
  if (container.record.State.Paused)
    throw conflict(`container ${container.id} is paused, unpause the container before attach`)
  if (container.record.State.Restarting)
    throw conflict(
      `container ${container.id} is restarting, wait until the container is running before attaching to it`,
    )
  const stream = await upgrade(call, container.tty)
  try {
    publishContainer(parts, container, 'attach')
    if (flag(call, 'logs'))
      await writeLogs(parts, container, { ...logOptions(call), tail: undefined }, stream, undefined)
    if (!flag(call, 'stream')) return undefined
    const attachment = attach(parts.sys, container.output, stream, {
      stdin: flag(call, 'stdin') && (container.record.Config.OpenStdin ?? false),
      stdout: flag(call, 'stdout'),
      stderr: flag(call, 'stderr'),
      tty: container.tty,
      detachKeys: keys,
      input: () => container.inputWhenStarted(),
      inputEnded: () => endInput(parts, container),
    })
    attachment.startInput()
    if ((await attachment.done) === 'detached' && container.process) publishContainer(parts, container, 'detach')
  } catch (error) {
    if (!isErrno(error)) throw error
  } finally {
    stream.close()
  }
  return undefined
}

/** With StdinOnce the first client's end is the container's. */
function endInput({ sys }: DaemonParts, container: Container): void {
  const { input } = container
  if (!container.record.Config.StdinOnce || input === undefined || container.tty) return
  container.input = undefined
  quietly(() => sys.close(input))
  container.process?.inputClosed()
}

export const containerStreamRoutes: readonly Route[] = [
  route('GET', '/containers/{id}/logs', logs),
  route('POST', '/containers/{id}/attach', attachTo),
]
