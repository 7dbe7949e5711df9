import {
  bool,
  type Cli,
  CliError,
  copyFrames,
  defineCommand,
  exactly,
  parseTimestamp,
  shortId,
  string,
} from '@drydock/cli-plugin'
import { isNotFound, type LogsQuery, StdDemultiplexer } from '@drydock/docker-api'
import { writeAll } from '@drydock/libc'
import { NameResolver } from '../../session/name-resolver.ts'

export const logs = defineCommand({
  name: 'logs',
  use: 'logs [OPTIONS] SERVICE|TASK',
  short: 'Fetch the logs of a service or task',
  args: exactly(1),
  completes: ['swarm services'],
  flags: {
    details: bool('', 'Show extra details provided to logs'),
    follow: bool('f', 'Follow log output'),
    'no-resolve': bool('', 'Do not map IDs to Names in output'),
    'no-task-ids': bool('', 'Do not include task IDs in output'),
    'no-trunc': bool('', 'Do not truncate output'),
    raw: bool('', 'Do not neatly format logs'),
    since: string(
      '',
      'Show logs since timestamp (e.g. "2013-01-02T13:23:37Z") or relative (e.g. "42m" for 42 minutes)',
    ),
    tail: string('n', 'Number of lines to show from the end of the logs', 'all'),
    timestamps: bool('t', 'Show timestamps'),
  },
  async run({ cli, args, flags }) {
    const source = await findSource(cli, args[0] ?? '')
    if (source.tty && !flags.raw) throw new CliError('tty service logs only supported with --raw')
    const bytes = source.logs({
      stdout: true,
      stderr: true,
      follow: flags.follow,
      timestamps: flags.timestamps,
      // The names of the lines are made from the details.
      details: flags.details || !flags.raw,
      tail: flags.tail,
      ...(flags.since === '' ? {} : { since: parseTimestamp(flags.since, cli.sys.clock.now(), 'since') }),
    })
    if (source.tty) for await (const part of bytes) await writeAll(cli.sys, 1, part)
    else if (flags.raw) await copyFrames(cli, asReader(bytes))
    else await copyNamed(cli, bytes, new LineNames(cli, flags, source.digits))
  },
})

const asReader = (bytes: AsyncGenerator<Uint8Array, void, void>): { read(): Promise<Uint8Array> } => ({
  read: async () => {
    const next = await bytes.next()
    return next.done ? new Uint8Array(0) : next.value
  },
})

interface Source {
  readonly tty: boolean
  /** Digits of the greatest slot. */
  readonly digits: number
  readonly logs: (query: LogsQuery) => AsyncGenerator<Uint8Array, void, void>
}

/** A service, or else a task. @throws CliError */
async function findSource(cli: Cli, name: string): Promise<Source> {
  const { services, tasks } = cli.client
  try {
    const { Spec } = await services.inspect(name)
    const digits = String(Spec.Mode?.Replicated?.Replicas ?? 1).length
    return { tty: Spec.TaskTemplate.ContainerSpec?.TTY ?? false, digits, logs: (query) => services.logs(name, query) }
  } catch (error) {
    if (!isNotFound(error)) throw error
  }
  try {
    const { Spec, Slot = 0 } = await tasks.inspect(name)
    const digits = String(Slot).length
    return { tty: Spec.ContainerSpec?.TTY ?? false, digits, logs: (query) => tasks.logs(name, query) }
  } catch (error) {
    if (!isNotFound(error)) throw error
    throw new CliError(`no such task or service: ${name}`)
  }
}

async function copyNamed(cli: Cli, bytes: AsyncIterable<Uint8Array>, names: LineNames): Promise<void> {
  const frames = new StdDemultiplexer()
  const decoder = new TextDecoder()
  for await (const part of bytes)
    for (const { kind, payload } of frames.push(part)) {
      const text = await names.named(decoder.decode(payload))
      await writeAll(cli.sys, kind === 2 ? 2 : 1, new TextEncoder().encode(text))
    }
}

interface NameFlags {
  readonly details: boolean
  readonly timestamps: boolean
  readonly 'no-resolve': boolean
  readonly 'no-task-ids': boolean
  readonly 'no-trunc': boolean
}
const LABEL = 'com.docker.swarm'

/** Turns the details of a line into the name of the task that wrote it. */
class LineNames {
  private readonly resolver: NameResolver
  private readonly known = new Map<string, string>()
  private readonly cli: Cli
  private readonly flags: NameFlags
  private readonly digits: number

  constructor(cli: Cli, flags: NameFlags, digits: number) {
    this.cli = cli
    this.flags = flags
    this.digits = digits
    this.resolver = new NameResolver(cli, !flags['no-resolve'])
  }

  /** @throws CliError when the engine did not say whose line it is */
  async named(line: string): Promise<string> {
    const { timestamps, details: wanted } = this.flags
    const parts = timestamps ? /^(\S* )(\S*) (.*)$/s.exec(line) : /^()(\S*) (.*)$/s.exec(line)
    if (!parts) throw new CliError(`invalid context in log message: ${line}`)
    const [, stamp = '', words = '', message = ''] = parts
    const details = new Map(words.split(',').map((word) => detail(word)))
    const [node, service, task] = ['node', 'service', 'task'].map((kind) => take(details, kind))
    const name = await this.taskName(node ?? '', service ?? '', task ?? '')
    const rest = Array.from(details, ([key, value]) => `${key}=${value}`).toSorted()
    return `${stamp}${name}    | ${wanted ? `${rest.join(',')} ` : ''}${message}`
  }

  private async taskName(node: string, service: string, task: string): Promise<string> {
    const found = this.known.get(task)
    if (found !== undefined) return found
    const nodeName = await this.resolver.node(node)
    const serviceName = await this.resolver.service(service)
    const { Slot = 0, ID } = await this.cli.client.tasks.inspect(task)
    const id = this.flags['no-task-ids'] ? '' : `.${this.flags['no-trunc'] ? ID : shortId(ID)}`
    const padding = ' '.repeat(Math.max(0, this.digits - String(Slot).length))
    const name = `${serviceName}.${Slot}${id}@${nodeName}${padding}`
    this.known.set(task, name)
    return name
  }
}

const detail = (word: string): [string, string] => {
  const at = word.indexOf('=')
  return at < 0
    ? [decodeURIComponent(word), '']
    : ([word.slice(0, at), word.slice(at + 1)].map(decodeURIComponent) as [string, string])
}

function take(details: Map<string, string>, kind: string): string {
  const id = details.get(`${LABEL}.${kind}.id`)
  if (id === undefined) throw new CliError(`missing ${kind} id in details: map[${[...details.keys()].join(' ')}]`)
  details.delete(`${LABEL}.${kind}.id`)
  return id
}
