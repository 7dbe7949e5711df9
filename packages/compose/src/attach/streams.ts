import type { ByteStream } from '@drydock/abi'
import { isProblem } from '@drydock/cli-plugin'
import { type ContainerSummary, StdDemultiplexer } from '@drydock/docker-api'
import type { Backend } from '../engine/backend.ts'
import { LABEL, labelOf, nameOf } from '../engine/labels.ts'
import { LineSplitter, type LogConsumer } from './log-consumer.ts'

/** How output names a container: without its project, unless somebody chose its name. */
export function logName(container: ContainerSummary): string {
  const name = nameOf(container)
  const project = labelOf(container, LABEL.project)
  const separator = name.startsWith(`${project}_`) ? '_' : '-'
  return name.startsWith(`${project}${separator}`) ? name.slice(project.length + 1) : name
}

/** Lines of a stream of frames (or raw bytes of a terminal) go to the consumer. */
export class LogSink {
  private readonly out: LineSplitter
  private readonly err: LineSplitter
  private readonly demultiplexer: StdDemultiplexer | undefined

  constructor(consumer: LogConsumer, name: string, isTerminal: boolean) {
    this.out = new LineSplitter((line) => consumer.log(name, line))
    this.err = new LineSplitter((line) => consumer.err(name, line))
    this.demultiplexer = isTerminal ? undefined : new StdDemultiplexer()
  }

  push(bytes: Uint8Array): void {
    if (!this.demultiplexer) this.out.push(bytes)
    else
      for (const { kind, payload } of this.demultiplexer.push(bytes)) (kind === 2 ? this.err : this.out).push(payload)
  }
  end(): void {
    this.out.end()
    this.err.end()
  }
}

/** Follows a container's output by attaching to it; ends with the container. */
export async function followAttached(
  backend: Backend,
  container: ContainerSummary,
  consumer: LogConsumer,
): Promise<{ stream: ByteStream; ended: Promise<void> }> {
  const { Config } = await backend.client.containers.inspect(container.Id)
  const sink = new LogSink(consumer, logName(container), Config.Tty ?? false)
  const { stream } = await backend.client.containers.attach(container.Id, { stream: true, stdout: true, stderr: true })
  const read = async (): Promise<void> => {
    for (;;) {
      const bytes = await stream.read()
      if (bytes.length === 0) break
      sink.push(bytes)
    }
    sink.end()
  }
  return { stream, ended: swallow(read()) }
}

/** Follows the log that the engine keeps. */
export async function followLogs(
  backend: Backend,
  container: ContainerSummary,
  consumer: LogConsumer,
  query: {
    readonly follow?: boolean
    readonly since?: string
    readonly until?: string
    readonly tail?: string
    readonly timestamps?: boolean
  },
): Promise<void> {
  const { Config } = await backend.client.containers.inspect(container.Id)
  const sink = new LogSink(consumer, logName(container), Config.Tty ?? false)
  consumer.register(logName(container))
  for await (const bytes of backend.client.containers.logs(container.Id, { stdout: true, stderr: true, ...query }))
    sink.push(bytes)
  sink.end()
}

/** A stream that breaks off has ended. */
async function swallow(work: Promise<void>): Promise<void> {
  try {
    await work
  } catch (error) {
    if (!isProblem(error)) throw error
  }
}
