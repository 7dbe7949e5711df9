import {
  atLeast,
  bool,
  defineCommand,
  exactly,
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

const configCreate = defineCommand({
  name: 'create',
  use: 'create [OPTIONS] CONFIG file|-',
  short: 'Create a config from a file or STDIN',
  args: exactly(2),
  flags: {
    label: list('l', 'Config labels'),
    'template-driver': string('', 'Template driver'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/configs'),
})

const configInspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] CONFIG [CONFIG...]',
  short: 'Display detailed information on one or more configs',
  args: atLeast(1),
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/configs'),
})

const configLs = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List configs',
  aliasLine: 'docker config ls, docker config list',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/configs'),
})

const configRm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm CONFIG [CONFIG...]',
  short: 'Remove one or more configs',
  aliasLine: 'docker config rm, docker config remove',
  args: atLeast(1),
  flags: {},
  run: ({ cli, path }) => notHere(cli, path, '/configs'),
})

export const config = noun({
  name: 'config',
  short: 'Manage Swarm configs',
  group: 'swarm',
  needs: 'manager',
  lacks: 'configs of a swarm',
  children: [configCreate, configInspect, configLs, configRm],
})
