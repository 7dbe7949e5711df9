import { type ByteStream, inet, isErrno, type Process, type Sys, unix } from '@drydock/abi'
import {
  ApiError,
  BrokenAnswerError,
  ConnectionError,
  DockerClient,
  HijackError,
  isNotFound,
  Transport,
  type TransportOptions,
  UnreachableError,
} from '@drydock/docker-api'
import { dial, readTextFile, ResolveError, resolveHost, Stdio } from '@drydock/libc'
import type { EngineFacts } from '../cobra/requirements.ts'
import { TemplateError, TemplateSyntaxError } from '@drydock/go-template'
import { inBackground } from './background.ts'
import { CliError } from './cli-error.ts'
import { ConfigFile } from './config-file.ts'
import { Credentials } from './credentials.ts'
import { type Endpoint, parseHost } from './endpoint.ts'
import { securedEngine } from './secured.ts'
import { VERSION } from './version.ts'

/** Values of the flags that stand before the command. */
export interface GlobalFlags {
  readonly config: string
  readonly host: readonly string[]
  readonly debug: boolean
}

/** One run of `docker`: its streams, its settings and its engine. */
export class Cli {
  readonly process: Process
  readonly sys: Sys
  readonly io: Stdio
  readonly env: ReadonlyMap<string, string>
  readonly globals: GlobalFlags
  readonly config: ConfigFile
  /** Accounts of registries. */
  readonly credentials = new Credentials(this)
  private readonly endpoint: Endpoint
  private connection: DockerClient | undefined

  constructor(process: Process, io: Stdio, globals: GlobalFlags, config: ConfigFile, endpoint: Endpoint) {
    this.process = process
    this.sys = process.sys
    this.io = io
    this.env = process.env
    this.globals = globals
    this.config = config
    this.endpoint = endpoint
  }

  /** The name of the context in force. */
  get context(): string {
    return this.endpoint.context
  }

  /** Where the context "default" leads. @throws CliError */
  get defaultHost(): string {
    return parseHost(this.globals.host.at(-1) ?? this.env.get('DOCKER_HOST') ?? '')
  }

  get client(): DockerClient {
    this.connection ??= new DockerClient(
      this.transport({
        dial: () => this.dial(),
        host: this.endpoint.tls ? this.host.replace(/^tcp:/, 'https:') : this.host,
        userAgent: `Docker-Client/${VERSION.version} (linux)`,
        ...(this.env.get('DOCKER_API_VERSION') ? { version: this.env.get('DOCKER_API_VERSION') ?? '' } : {}),
      }),
    )
    return this.connection
  }

  /** What carries calls to the engine. */
  protected transport(options: TransportOptions): Transport {
    return new Transport(options)
  }

  /** The engine's address. @throws CliError when it can't be found out */
  get host(): string {
    const { host, problem } = this.endpoint
    if (host !== undefined) return host
    throw new CliError(`Failed to initialize: unable to resolve docker endpoint: ${problem}`)
  }

  /** What the engine says of itself; everything there can be where there is none. */
  async engineFacts(): Promise<EngineFacts> {
    try {
      const { swarm, experimental, osType } = await this.client.system.ping()
      return {
        apiVersion: await this.client.transport.apiVersion(),
        os: osType,
        experimental,
        swarm: swarm === '' ? undefined : { active: swarm !== 'inactive', manager: swarm === 'active/manager' },
      }
    } catch (error) {
      if (!isProblem(error)) throw error
      return { apiVersion: VERSION.apiVersion, os: '', experimental: true, swarm: undefined }
    }
  }

  private async dial(): Promise<ByteStream> {
    const { host } = this
    if (host.startsWith('unix://')) return dial(this.sys, unix(host.slice(7)))
    const address = /^(?:tcp|http):\/\/(\[[^\]]*\]|[^:/]+)(?::(\d+))?/.exec(host)
    if (!address) throw new CliError(`unable to parse docker host \`${host}\``)
    const name = (address[1] ?? '').replace(/^\[(.*)\]$/, '$1')
    const [ip = ''] = await this.lookUp(name)
    const stream = await dial(this.sys, inet(ip, Number(address[2] ?? 2375)))
    const { tls } = this.endpoint
    return tls ? securedEngine(this.sys, stream, name, tls) : stream
  }

  /** In the words of Go's resolver. */
  private async lookUp(name: string): Promise<readonly string[]> {
    try {
      return await resolveHost(this.sys, name)
    } catch (error) {
      if (!(error instanceof ResolveError)) throw error
      throw new UnreachableError(`dial tcp: lookup ${name} on ${await nameServer(this.sys)}:53: no such host`)
    }
  }

  async print(text: string | Uint8Array): Promise<void> {
    await this.io.print(text)
  }

  async warn(text: string): Promise<void> {
    await this.io.warn(text)
  }

  isTerminal(fd: number): boolean {
    try {
      return this.sys.isatty(fd)
    } catch (error) {
      if (isErrno(error)) return false
      throw error
    }
  }

  /** Columns of the terminal behind `fd`; undefined when it is none. */
  columns(fd: number): number | undefined {
    if (!this.isTerminal(fd)) return undefined
    const { cols } = this.sys.getWindowSize(fd)
    return cols > 0 ? cols : undefined
  }

  /** What a plugin knows more of than the engine, for completion. */
  async completionNames(_kind: string): Promise<readonly string[]> {
    return []
  }

  get detachKeys(): string | undefined {
    return this.config.values.detachKeys
  }
}

/** How a failure is told: what the engine says is marked as the engine's. */
export function problemText(error: unknown): string {
  if (error instanceof ApiError) return `Error response from daemon: ${error.message}`
  if (error instanceof Error) return error.message
  return String(error)
}

/** The name server asked first. */
async function nameServer(sys: Sys): Promise<string> {
  try {
    return /^nameserver\s+(\S+)/m.exec(await readTextFile(sys, '/etc/resolv.conf'))?.[1] ?? '127.0.0.1'
  } catch (error) {
    if (isErrno(error)) return '127.0.0.1'
    throw error
  }
}

const PROBLEMS = [
  ApiError,
  BrokenAnswerError,
  ConnectionError,
  HijackError,
  CliError,
  ResolveError,
  UnreachableError,
  TemplateError,
  TemplateSyntaxError,
  SyntaxError,
]

/** Failures that are told and survived: the engine's, the system's and the command's own. What ends the process is none. */
export const isProblem = (error: unknown): error is Error =>
  isErrno(error) || PROBLEMS.some((problem) => error instanceof problem)

/** Does `action` for each name; prints what went wrong and ends with status 1 when anything did. */
export async function forEach(
  cli: Cli,
  names: readonly string[],
  action: (name: string) => Promise<void>,
): Promise<number> {
  let status = 0
  for (const name of names)
    try {
      await action(name)
    } catch (error) {
      if (!isProblem(error)) throw error
      await cli.warn(`${problemText(error)}\n`)
      status = 1
    }
  return status
}

/**
 * Asks for all of them at once, as stop and rm do, and tells how each went in the order given.
 * @param action gives what to print
 */
export async function forEachAtOnce(
  cli: Cli,
  names: readonly string[],
  action: (name: string) => Promise<string>,
): Promise<number> {
  const running = names.map((name) => action(name))
  for (const each of running) inBackground(each)
  let at = 0
  return forEach(cli, names, async () => cli.print((await running[at++]) ?? ''))
}

/**
 * Does `action` for each name and tells all failures at the end, joined.
 * @param force what is not there is no failure of the whole
 */
export async function forEachTogether(
  cli: Cli,
  names: readonly string[],
  force: boolean,
  action: (name: string) => Promise<void>,
): Promise<number> {
  const failures: string[] = []
  let fatal = false
  for (const name of names)
    try {
      await action(name)
    } catch (error) {
      if (!isProblem(error)) throw error
      fatal ||= !isNotFound(error)
      failures.push(problemText(error))
    }
  if (failures.length > 0) await cli.warn(`${failures.join('\n')}\n`)
  return failures.length > 0 && (!force || fatal) ? 1 : 0
}
