import { isErrno } from '@drydock/abi'
import { readFile } from '@drydock/libc'
import { type Cli, CliError, type ContextRecord, ContextStore, type TlsFiles } from '@drydock/cli-plugin'

/** What `--docker` describes, or an endpoint that is there already. */
export interface DockerEndpoint {
  readonly host: string
  readonly skipTlsVerify: boolean
  readonly tls: TlsFiles
}

const KEYS = ['from', 'host', 'ca', 'cert', 'key', 'skip-tls-verify']
const FILES: readonly (readonly [key: string, file: string])[] = [
  ['ca', 'ca.pem'],
  ['cert', 'cert.pem'],
  ['key', 'key.pem'],
]

export const contextStore = (cli: Cli): ContextStore => new ContextStore(cli.sys, cli.config.folder)

/** The context of that name; "default" is what -H and DOCKER_HOST make it. @throws CliError */
export async function readContext(cli: Cli, name: string): Promise<ContextRecord> {
  if (name !== 'default') return contextStore(cli).read(name)
  return {
    name,
    description: 'Current DOCKER_HOST based configuration',
    host: cli.defaultHost,
    skipTlsVerify: false,
  }
}

export async function readEndpoint(cli: Cli, name: string): Promise<DockerEndpoint> {
  const { host, skipTlsVerify } = await readContext(cli, name)
  return { host, skipTlsVerify, tls: name === 'default' ? new Map() : await contextStore(cli).readTls(name) }
}

/** @param pairs  `host=tcp://…` and so on @throws CliError */
export async function endpointOf(cli: Cli, pairs: readonly string[]): Promise<DockerEndpoint> {
  try {
    return await parseEndpoint(cli, new Map(pairs.map(splitPair)))
  } catch (error) {
    if (!(error instanceof CliError)) throw error
    throw new CliError(`unable to create docker endpoint config: ${error.message}`)
  }
}

async function parseEndpoint(cli: Cli, wishes: ReadonlyMap<string, string>): Promise<DockerEndpoint> {
  for (const key of wishes.keys()) if (!KEYS.includes(key)) throw new CliError(`unrecognized config key: ${key}`)
  const from = wishes.get('from')
  if (from !== undefined) return readEndpoint(cli, from)
  const tls = new Map<string, Uint8Array>()
  for (const [key, file] of FILES) {
    const path = wishes.get(key)
    if (path) tls.set(file, await readOr(cli, path))
  }
  const host = wishes.get('host') ?? ''
  if (host !== '' && !host.includes('://'))
    throw new CliError(`unable to apply docker endpoint options: unable to parse docker host \`${host}\``)
  return { host, skipTlsVerify: truth(wishes.get('skip-tls-verify') ?? ''), tls }
}

function truth(text: string): boolean {
  if (['1', 't', 'T', 'true', 'TRUE', 'True'].includes(text)) return true
  if (['', '0', 'f', 'F', 'false', 'FALSE', 'False'].includes(text)) return false
  throw new CliError(`skip-tls-verify: strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`)
}

async function readOr(cli: Cli, path: string): Promise<Uint8Array> {
  try {
    return await readFile(cli.sys, path)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${path}: ${error.message.toLowerCase()}`)
  }
}

function splitPair(pair: string): [string, string] {
  const at = pair.indexOf('=')
  return [pair.slice(0, at), pair.slice(at + 1)]
}
