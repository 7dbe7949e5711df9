import { isErrno, type Sys } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { CliError } from './cli-error.ts'
import type { ConfigFile } from './config-file.ts'
import { ContextStore } from './context-store.ts'

export const DEFAULT_HOST = 'unix:///var/run/docker.sock'
const PORT = 2375
const TLS_PORT = 2376

/** What the command line and the environment say about the engine. */
export interface EndpointWishes {
  /** --context */
  readonly context: string
  /** -H */
  readonly hosts: readonly string[]
  readonly env: ReadonlyMap<string, string>
  readonly tls: boolean
  readonly tlscacert: string
}

/** The engine that a command speaks to. */
export interface Endpoint {
  readonly context: string
  /** Undefined where it could not be found out. */
  readonly host?: string
  /** Why not. */
  readonly problem?: string
}

/** The name of the context in force: --context, else -H and DOCKER_HOST, else DOCKER_CONTEXT, else `docker context use`. */
export function contextName({ context, hosts, env }: EndpointWishes, config: ConfigFile): string {
  if (context !== '') return context
  if (hosts.length > 0 || env.get('DOCKER_HOST')) return 'default'
  return env.get('DOCKER_CONTEXT') || config.values.currentContext || 'default'
}

/** Never fails: commands that need no engine run without one. */
export async function resolveEndpoint(sys: Sys, wishes: EndpointWishes, config: ConfigFile): Promise<Endpoint> {
  const context = contextName(wishes, config)
  try {
    return { context, host: await hostOf(sys, wishes, config, context) }
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    return { context, problem: error.message }
  }
}

async function hostOf(sys: Sys, wishes: EndpointWishes, config: ConfigFile, context: string): Promise<string> {
  if (context !== 'default') {
    const { host } = await new ContextStore(sys, config.folder).read(context)
    return parseHost(host, wishes.tls)
  }
  if (wishes.hosts.length > 1) throw new CliError('Specify only one -H')
  const host = parseHost(wishes.hosts[0] ?? wishes.env.get('DOCKER_HOST') ?? '', wishes.tls)
  if (wishes.tls) await readable(sys, wishes.tlscacert)
  return host
}

async function readable(sys: Sys, path: string): Promise<void> {
  try {
    await readTextFile(sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${path}: ${error.message.toLowerCase()}`)
  }
}

/** The engine's address in full; '' is the usual one. @throws CliError */
export function parseHost(text: string, tls = false): string {
  const given = text.trim()
  const fallback = `tcp://localhost:${tls ? TLS_PORT : PORT}`
  if (given === '') return tls ? fallback : DEFAULT_HOST
  const at = given.indexOf('://')
  const [scheme, address] = at < 0 ? ['tcp', given] : [given.slice(0, at), given.slice(at + 3)]
  if (scheme === 'tcp') return address === '' ? fallback : tcpAddress(address, tls)
  if (scheme === 'unix') return address === '' ? DEFAULT_HOST : given
  if (['npipe', 'fd', 'ssh', 'http', 'https'].includes(scheme)) return given
  throw new CliError(`invalid bind address format: ${given}`)
}

function tcpAddress(address: string, tls: boolean): string {
  const match = /^(\[[^\]]*\]|[^:/]*)(?::([^/]*))?(\/.*)?$/.exec(address)
  if (!match) throw new CliError(`invalid bind address format: tcp://${address}`)
  const [, host = '', port, path = ''] = match
  if (port !== undefined && port !== '' && !/^\d+$/.test(port))
    throw new CliError(`parse "tcp://${address}": invalid port ":${port}" after host`)
  return `tcp://${host || 'localhost'}:${port || (tls ? TLS_PORT : PORT)}${path}`
}
