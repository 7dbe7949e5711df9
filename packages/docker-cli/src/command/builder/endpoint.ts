import { inet, isErrno } from '@drydock/abi'
import { dial, ResolveError, resolveHost } from '@drydock/libc'
import { type Cli, CliError } from '@drydock/cli-plugin'
import type { Instance } from './instances.ts'

const SCHEMES = ['tcp', 'unix', 'ssh', 'docker-container', 'kube-pod', 'podman-container', 'npipe']

/** What a builder of the remote driver was made with. buildx builder/builder.go @throws CliError */
export function remoteEndpoint(given: string | undefined, fallback: string | undefined): string {
  const endpoint = given ?? fallback ?? ''
  if (endpoint === '') throw new CliError('ERROR: no remote endpoint provided')
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//.exec(endpoint) ?? []
  if (scheme === undefined || !SCHEMES.includes(scheme))
    throw new CliError(`ERROR: unrecognized url scheme ${scheme ?? ''}`)
  return endpoint
}

/** No BuildKit of others can be had here: what is missing is said as the connection says it. @throws CliError */
export async function requireReachable(cli: Cli, { driver, endpoint = '' }: Instance): Promise<void> {
  if (driver !== 'remote') return
  const [, host = '', port = '1234'] = /^tcp:\/\/([^:/]+)(?::(\d+))?/.exec(endpoint) ?? []
  const why =
    host === ''
      ? `${endpoint.replace('unix://', 'dial unix ')}: connect: no such file or directory`
      : await dialled(cli, host, Number(port))
  throw new CliError(
    `ERROR: failed to list workers: Unavailable: connection error: desc = "transport: Error while dialing: ${why}"`,
  )
}

async function dialled(cli: Cli, host: string, port: number): Promise<string> {
  try {
    const [address = host] = await resolveHost(cli.sys, host)
    const stream = await dial(cli.sys, inet(address, port))
    stream.close()
    return `${host}:${port} speaks, but BuildKit of others cannot be used in this playground`
  } catch (error) {
    if (error instanceof ResolveError) return `dial tcp: lookup ${host}: no such host`
    if (!isErrno(error)) throw error
    return `dial tcp ${host}:${port}: connect: ${error.message.toLowerCase()}`
  }
}
