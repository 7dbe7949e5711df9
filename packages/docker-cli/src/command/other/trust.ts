import { atLeast, bool, type Cli, CliError, defineCommand, exactly, noun, parseReference } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { unreachableNotary } from '../content-trust.ts'
import { key } from './trust-key.ts'
import { signer } from './trust-signer.ts'

/** Why no notary answers for an image. @throws CliError for what is no name */
const noNotary = (cli: Cli, name: string): Promise<string> => unreachableNotary(cli, parseReference(name))

const trustInspect = defineCommand({
  name: 'inspect',
  use: 'inspect IMAGE[:TAG] [IMAGE[:TAG]...]',
  short: 'Return low-level information about keys and signatures',
  args: atLeast(1),
  flags: {
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  async run({ cli, args, flags }) {
    // No notary has signatures of anything.
    const failures = args.map((name) => `no signatures or cannot access ${name}`)
    if (!flags.pretty) await cli.print('[]\n')
    throw new CliError(flags.pretty ? (failures[0] ?? '') : failures.join('\n'))
  },
})

const trustRevoke = defineCommand({
  name: 'revoke',
  use: 'revoke [OPTIONS] IMAGE[:TAG]',
  short: 'Remove trust for an image',
  args: exactly(1),
  flags: {
    yes: bool('y', 'Do not prompt for confirmation'),
  },
  async run({ cli, args: [name = ''], flags }) {
    await confirm(cli, flags.yes, `Confirm you would like to delete all signature data for ${name}?`)
    throw new CliError(`could not remove signature for ${name}: ${await noNotary(cli, name)}`)
  },
})

const trustSign = defineCommand({
  name: 'sign',
  use: 'sign IMAGE:TAG',
  short: 'Sign an image',
  args: exactly(1),
  flags: {
    local: bool('', 'Sign a locally tagged image'),
  },
  async run({ cli, args: [name = ''] }) {
    if (parseReference(name).digest !== undefined) throw new CliError('cannot use a digest reference for IMAGE:TAG')
    if (name.lastIndexOf(':') <= name.lastIndexOf('/')) throw new CliError(`no tag specified for ${name}`)
    throw new CliError(`Error: error contacting notary server: ${await noNotary(cli, name)}`)
  },
})

export const trust = noun({
  name: 'trust',
  short: 'Manage trust on Docker images',
  group: 'management',
  lacks: 'signed images',
  children: [key, signer, trustInspect, trustRevoke, trustSign],
})
