import { atLeast, between, bool, defineCommand, exactly, noun, string, strings } from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const manifestAnnotate = defineCommand({
  name: 'annotate',
  use: 'annotate [OPTIONS] MANIFEST_LIST MANIFEST',
  short: 'Add additional information to a local image manifest',
  experimental: true,
  args: exactly(2),
  flags: {
    arch: string('', 'Set architecture'),
    os: string('', 'Set operating system'),
    'os-features': strings('', 'Set operating system feature'),
    'os-version': string('', 'Set operating system version'),
    variant: string('', 'Set architecture variant'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const manifestCreate = defineCommand({
  name: 'create',
  use: 'create MANIFEST_LIST MANIFEST [MANIFEST...]',
  short: 'Create a local manifest list for annotating and pushing to a registry',
  experimental: true,
  args: atLeast(2),
  flags: {
    amend: bool('a', 'Amend an existing manifest list'),
    insecure: bool('', 'Allow communication with an insecure registry'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const manifestInspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] [MANIFEST_LIST] MANIFEST',
  short: 'Display an image manifest, or manifest list',
  experimental: true,
  args: between(1, 2),
  flags: {
    insecure: bool('', 'Allow communication with an insecure registry'),
    verbose: bool('v', 'Output additional info including layers and platform'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const manifestPush = defineCommand({
  name: 'push',
  use: 'push [OPTIONS] MANIFEST_LIST',
  short: 'Push a manifest list to a repository',
  experimental: true,
  args: exactly(1),
  flags: {
    insecure: bool('', 'Allow push to an insecure registry'),
    purge: bool('p', 'Remove the local manifest list after push'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const manifestRm = defineCommand({
  name: 'rm',
  use: 'rm MANIFEST_LIST [MANIFEST_LIST...]',
  short: 'Delete one or more manifest lists from local storage',
  experimental: true,
  args: atLeast(1),
  flags: {},
  run: ({ cli, path }) => notHere(cli, path),
})

export const manifest = noun({
  name: 'manifest',
  short: 'Manage Docker image manifests and manifest lists',
  group: 'management',
  experimental: true,
  lacks: 'manifest lists',
  long: 'The **docker manifest** command has subcommands for managing image manifests and\nmanifest lists. A manifest list allows you to use one name to refer to the same image\nbuilt for multiple architectures.\n\nTo see help for a subcommand, use:\n\n    docker manifest CMD --help\n\nFor full details on using docker manifest lists, see the registry v2 specification.',
  children: [manifestAnnotate, manifestCreate, manifestInspect, manifestPush, manifestRm],
})
