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

/** What comes behind a push. @throws CliError: there is no notary to sign at */
export async function signPushed(cli: Cli, reference: Reference): Promise<void> {
  await cli.print('Signing and pushing trust metadata\n')
  const server = notaryOf(cli, reference)
  throw new CliError(
    `Error: error contacting notary server: dial tcp: lookup ${server.replace(/:\d+$/, '')}: no such host`,
  )
}
