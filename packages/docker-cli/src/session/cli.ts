import { inet, isErrno, type Process, type Sys, unix } from '@drydock/abi'
import { ApiError, BrokenAnswerError, ConnectionError, DockerClient, isNotFound } from '@drydock/docker-api'
import { dial, ResolveError, resolveHost, Stdio } from '@drydock/libc'
import { TemplateError } from '../template/execute.ts'
import { TemplateSyntaxError } from '../template/syntax.ts'
import { inBackground } from './background.ts'
import { CliError } from './cli-error.ts'
import { ConfigFile } from './config-file.ts'
import { VERSION } from './version.ts'

export const DEFAULT_HOST = 'unix:///var/run/docker.sock'

/** Values of the flags that stand before the command. */
export interface GlobalFlags {
  readonly config: string
  readonly context: string
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
  private connection: DockerClient | undefined

  constructor(process: Process, io: Stdio, globals: GlobalFlags, config: ConfigFile) {
    this.process = process
    this.sys = process.sys
    this.io = io
    this.env = process.env
    this.globals = globals
    this.config = config
  }

  get client(): DockerClient {
    this.connection ??= new DockerClient({
      dial: () => this.dial(),
      host: this.host,
      userAgent: `Docker-Client/${VERSION.version} (linux)`,
      ...(this.env.get('DOCKER_API_VERSION') ? { version: this.env.get('DOCKER_API_VERSION') ?? '' } : {}),
    })
    return this.connection
  }

  /** -H, DOCKER_HOST, the socket; a TCP address without port means 2375. */
  get host(): string {
    const given = this.globals.host.at(-1) ?? this.env.get('DOCKER_HOST') ?? ''
    if (given === '') return DEFAULT_HOST
    if (!given.includes('://')) return `tcp://${given.includes(':') ? given : `${given}:2375`}`
    return given
  }

  private async dial(): ReturnType<typeof dial> {
    const { host } = this
    if (host.startsWith('unix://')) return dial(this.sys, unix(host.slice(7)))
    const address = /^(?:tcp|http):\/\/([^:/]+)(?::(\d+))?/.exec(host)
    if (!address) throw new CliError(`unable to parse docker host \`${host}\``)
    const [ip = ''] = await resolveHost(this.sys, address[1] ?? '')
    return dial(this.sys, inet(ip, Number(address[2] ?? 2375)))
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

const PROBLEMS = [
  ApiError,
  BrokenAnswerError,
  ConnectionError,
  CliError,
  ResolveError,
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
