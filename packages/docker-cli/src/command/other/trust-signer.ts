import { isErrno } from '@drydock/abi'
import { readTextFile } from '@drydock/libc'
import { atLeast, bool, type Cli, CliError, defineCommand, list, noun, parseReference } from '@drydock/cli-plugin'
import { unreachableNotary } from '../content-trust.ts'
import { isKeyName } from './trust-key.ts'

const RELEASES = 'releases'

/** @throws CliError for a file without a public key */
async function requirePublicKey(cli: Cli, file: string): Promise<void> {
  const { readPublicKey } = await import('@drydock/crypto')
  const { withoutHeaders } = await import('./trust-keys.ts')
  try {
    if (readPublicKey(withoutHeaders(await readTextFile(cli.sys, file)))) return
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`unable to read public key from file: open ${file}: ${error.message.toLowerCase()}`)
  }
  throw new CliError(`could not parse public key from file: ${file}: no valid public key found`)
}

const signerAdd = defineCommand({
  name: 'add',
  use: 'add OPTIONS NAME REPOSITORY [REPOSITORY...] ',
  short: 'Add a signer',
  args: atLeast(2),
  flags: {
    key: list('', "Path to the signer's public key file"),
  },
  async run({ cli, args: [name = '', ...repositories], flags }) {
    if (!isKeyName(name))
      throw new CliError(
        `signer name ${JSON.stringify(name)} must start with lowercase alphanumeric characters and can include "-" or "_" after the first character`,
      )
    if (name === RELEASES) throw new CliError('releases is a reserved keyword, use a different signer name')
    if (flags.key.length === 0) throw new CliError('path to a public key must be provided using the `--key` flag')
    for (const file of flags.key) await requirePublicKey(cli, file)
    for (const repository of repositories) {
      await cli.print(`Adding signer ${JSON.stringify(name)} to ${repository}...\n`)
      const why = await unreachableNotary(cli, parseReference(repository))
      await cli.warn(`Error: error contacting notary server: ${why}\n\n`)
    }
    throw new CliError(`failed to add signer to: ${repositories.join(', ')}`)
  },
})

const signerRemove = defineCommand({
  name: 'remove',
  use: 'remove [OPTIONS] NAME REPOSITORY [REPOSITORY...]',
  short: 'Remove a signer',
  args: atLeast(2),
  flags: {
    force: bool('f', 'Do not prompt for confirmation before removing the most recent signer'),
  },
  async run({ cli, args: [name = '', ...repositories] }) {
    for (const repository of repositories) {
      await cli.print(`Removing signer "${name}" from ${repository}...\n`)
      const why = await unreachableNotary(cli, parseReference(repository))
      await cli.warn(
        name === RELEASES
          ? 'releases is a reserved keyword and cannot be removed\n\n'
          : `error retrieving signers for ${repository}: ${why}\n\n`,
      )
    }
    throw new CliError(`error removing signer from: ${repositories.join(', ')}`)
  },
})

export const signer = noun({
  name: 'signer',
  short: 'Manage entities who can sign Docker images',
  group: 'management',
  children: [signerAdd, signerRemove],
})
