import { inet, isErrno } from '@drydock/abi'
import { dial, readTextIfAny, ResolveError, resolveHost } from '@drydock/libc'
import { type Cli, CliError, type Reference } from '@drydock/cli-plugin'

const HUB_NOTARY = 'notary.docker.io'

/** Whether signatures are wanted: by the flag, else by DOCKER_CONTENT_TRUST. docs.docker.com/engine/security/trust */
export function wantsTrust(cli: Cli, changed: ReadonlySet<string>, disabled: boolean): boolean {
  if (changed.has('disable-content-trust')) return !disabled
  return /^(1|t|true)$/i.test(cli.env.get('DOCKER_CONTENT_TRUST') ?? '')
}

/** Where signatures of a registry would be. @throws CliError */
export function notaryOf(cli: Cli, { domain }: Reference): string {
  const given = cli.env.get('DOCKER_CONTENT_TRUST_SERVER') ?? ''
  if (given === '') return domain === 'docker.io' ? HUB_NOTARY : domain
  if (!given.startsWith('https://')) throw new CliError(`valid https URL required for trust server, got ${given}`)
  return given.slice('https://'.length).replace(/\/.*$/, '')
}

/** No notary has signatures of anything; what is named by its digest needs none. @throws CliError */
export function requireSigned(cli: Cli, reference: Reference): void {
  if (reference.digest !== undefined) return
  const name = `${reference.domain}/${reference.path}`
  const server = notaryOf(cli, reference)
  throw new CliError(
    `Error: remote trust data does not exist for ${name}: ${server} does not have trust data for ${name}`,
  )
}

/** Why the notary of an image cannot be asked, as a client of Go says it. */
export async function unreachableNotary(cli: Cli, reference: Reference): Promise<string> {
  const server = notaryOf(cli, reference)
  const [, host = server, port = '443'] = /^(.*?)(?::(\d+))?$/.exec(server) ?? []
  try {
    const [address = host] = await resolveHost(cli.sys, host)
    const stream = await dial(cli.sys, inet(address, Number(port)))
    stream.close()
    return `${server} is no notary`
  } catch (error) {
    if (error instanceof ResolveError) return `dial tcp: lookup ${host}${await nameServer(cli)}: no such host`
    if (!isErrno(error)) throw error
    return `dial tcp ${host === 'localhost' ? '127.0.0.1' : host}:${port}: connect: ${error.message.toLowerCase()}`
  }
}

async function nameServer(cli: Cli): Promise<string> {
  const [, address] = /^nameserver\s+(\S+)/m.exec(await readTextIfAny(cli.sys, '/etc/resolv.conf')) ?? []
  return address === undefined ? '' : ` on ${address}:53`
}

/** What comes behind a push. @throws CliError: there is no notary to sign at */
export async function signPushed(cli: Cli, reference: Reference): Promise<void> {
  await cli.print('Signing and pushing trust metadata\n')
  throw new CliError(`Error: error contacting notary server: ${await unreachableNotary(cli, reference)}`)
}
