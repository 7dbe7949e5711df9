import {
  atLeast,
  between,
  bool,
  defineCommand,
  filter,
  FILTER_HELP,
  FORMAT_HELP,
  INSPECT_FORMAT_HELP,
  list,
  noArgs,
  noun,
  string,
} from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const secretCreate = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] SECRET [file|-]',
  short: 'Create a secret from a file or STDIN as content',
  args: between(1, 2),
  flags: {
    driver: string('d', 'Secret driver'),
    label: list('l', 'Secret labels'),
    'template-driver': string('', 'Template driver'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/secrets'),
})

const secretInspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] SECRET [SECRET...]',
  short: 'Display detailed information on one or more secrets',
  args: atLeast(1),
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/secrets'),
})

const secretLs = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List secrets',
  aliasLine: 'docker secret ls, docker secret list',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/secrets'),
})

const secretRm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm SECRET [SECRET...]',
  short: 'Remove one or more secrets',
  aliasLine: 'docker secret rm, docker secret remove',
  args: atLeast(1),
  flags: {},
  run: ({ cli, path }) => notHere(cli, path, '/secrets'),
})

export const secret = noun({
  name: 'secret',
  short: 'Manage Swarm secrets',
  group: 'swarm',
  needs: 'manager',
  lacks: 'secrets of a swarm',
  children: [secretCreate, secretInspect, secretLs, secretRm],
})
