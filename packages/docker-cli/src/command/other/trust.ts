import { atLeast, between, bool, defineCommand, exactly, list, noun, string } from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const trustInspect = defineCommand({
  name: 'inspect',
  use: 'inspect IMAGE[:TAG] [IMAGE[:TAG]...]',
  short: 'Return low-level information about keys and signatures',
  args: atLeast(1),
  flags: {
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const trustRevoke = defineCommand({
  name: 'revoke',
  use: 'revoke [OPTIONS] IMAGE[:TAG]',
  short: 'Remove trust for an image',
  args: between(1, 2),
  flags: {
    yes: bool('y', 'Do not prompt for confirmation'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const trustSign = defineCommand({
  name: 'sign',
  use: 'sign IMAGE:TAG',
  short: 'Sign an image',
  args: exactly(2),
  flags: {
    local: bool('', 'Sign a locally tagged image'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const keyGenerate = defineCommand({
  name: 'generate',
  use: 'generate NAME',
  short: 'Generate and load a signing key-pair',
  args: exactly(1),
  flags: {
    dir: string('', 'Directory to generate key in, defaults to current directory'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const keyLoad = defineCommand({
  name: 'load',
  use: 'load [OPTIONS] KEYFILE',
  short: 'Load a private key file for signing',
  args: exactly(1),
  flags: {
    name: string('', 'Name for the loaded key', 'signer'),
  },
  run: ({ cli, path }) => notHere(cli, path),
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
  run: ({ cli, path }) => notHere(cli, path),
})

const signerRemove = defineCommand({
  name: 'remove',
  use: 'remove [OPTIONS] NAME REPOSITORY [REPOSITORY...]',
  short: 'Remove a signer',
  args: atLeast(2),
  flags: {
    force: bool('f', 'Do not prompt for confirmation before removing the most recent signer'),
  },
  run: ({ cli, path }) => notHere(cli, path),
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
