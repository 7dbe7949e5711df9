import { isErrno } from '@drydock/abi'
import { atLeast, bool, CliError, defineCommand, exactly, list, noun, string } from '@drydock/cli-plugin'
import { confirm } from '../confirm.ts'
import { notHere } from '../not-here.ts'

const NOTARY = 'notary.docker.io'

const noNotary = (what: string): CliError => new CliError(`${what}: dial tcp: lookup ${NOTARY}: no such host`)

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
    if (!flags.pretty) await cli.print('[]\n')
    throw new CliError(`no signatures or cannot access ${args[0] ?? ''}`)
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
    throw noNotary(`could not remove signature for ${name}: error contacting notary server`)
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
  run({ args: [name = ''] }) {
    if (name.lastIndexOf(':') <= name.lastIndexOf('/')) throw new CliError(`no tag specified for ${name}`)
    throw noNotary('Error: error contacting notary server')
  },
})

const keyGenerate = defineCommand({
  name: 'generate',
  use: 'generate NAME',
  short: 'Generate and load a signing key-pair',
  args: exactly(1),
  flags: {
    dir: string('', 'Directory to generate key in, defaults to current directory'),
  },
  run: ({ path }) => notHere(path),
})

const keyLoad = defineCommand({
  name: 'load',
  use: 'load [OPTIONS] KEYFILE',
  short: 'Load a private key file for signing',
  args: exactly(1),
  flags: {
    name: string('', 'Name for the loaded key', 'signer'),
  },
  async run({ cli, args: [file = ''], path }) {
    await cli.print(`Loading key from "${file}"...\n`)
    try {
      cli.sys.stat(file)
    } catch (error) {
      if (!isErrno(error)) throw error
      throw new CliError(`refusing to load key from ${file}: stat ${file}: ${error.message.toLowerCase()}`)
    }
    return notHere(path)
  },
})

const key = noun({
  name: 'key',
  short: 'Manage keys for signing Docker images',
  group: 'management',
  children: [keyGenerate, keyLoad],
})

const signerAdd = defineCommand({
  name: 'add',
  use: 'add OPTIONS NAME REPOSITORY [REPOSITORY...] ',
  short: 'Add a signer',
  args: atLeast(2),
  flags: {
    key: list('', "Path to the signer's public key file"),
  },
  run({ flags }) {
    if (flags.key.length === 0) throw new CliError('path to a public key must be provided using the `--key` flag')
    throw noNotary('error contacting notary server')
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
      await cli.warn(`${noNotary(`error retrieving signers for ${repository}`).message}\n\n`)
    }
    throw new CliError(`error removing signer from: ${repositories.join(', ')}`)
  },
})

const signer = noun({
  name: 'signer',
  short: 'Manage entities who can sign Docker images',
  group: 'management',
  children: [signerAdd, signerRemove],
})

export const trust = noun({
  name: 'trust',
  short: 'Manage trust on Docker images',
  group: 'management',
  lacks: 'signed images',
  children: [key, signer, trustInspect, trustRevoke, trustSign],
})
