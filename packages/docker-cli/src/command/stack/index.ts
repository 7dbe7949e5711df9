import {
  atLeast,
  bool,
  defineCommand,
  exactly,
  filter,
  FILTER_HELP,
  FORMAT_HELP,
  noArgs,
  noun,
  string,
  strings,
} from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const stackConfig = defineCommand({
  name: 'config',
  use: 'config [OPTIONS]',
  short: 'Outputs the final config file, after doing merges and interpolations',
  args: noArgs,
  flags: {
    'compose-file': strings('c', 'Path to a Compose file, or "-" to read from stdin'),
    'skip-interpolation': bool('', 'Skip interpolation and output only merged config'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/services'),
})

const stackDeploy = defineCommand({
  name: 'deploy',
  aliases: ['up'],
  use: 'deploy [OPTIONS] STACK',
  short: 'Deploy a new stack or update an existing stack',
  aliasLine: 'docker stack deploy, docker stack up',
  args: exactly(1),
  flags: {
    'compose-file': strings('c', 'Path to a Compose file, or "-" to read from stdin'),
    detach: bool('d', 'Exit immediately instead of waiting for the stack services to converge', true),
    prune: bool('', 'Prune services that are no longer referenced'),
    quiet: bool('q', 'Suppress progress output'),
    'resolve-image': string(
      '',
      'Query the registry to resolve image digest and supported platforms ("always", "changed", "never")',
      'always',
    ),
    'with-registry-auth': bool('', 'Send registry authentication details to Swarm agents'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/services'),
})

const stackLs = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List stacks',
  aliasLine: 'docker stack ls, docker stack list',
  args: noArgs,
  flags: {
    format: string('', FORMAT_HELP),
  },
  run: ({ cli, path }) => notHere(cli, path, '/services'),
})

const stackPs = defineCommand({
  name: 'ps',
  use: 'ps [OPTIONS] STACK',
  short: 'List the tasks in the stack',
  args: exactly(1),
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    'no-resolve': bool('', 'Do not map IDs to Names'),
    'no-trunc': bool('', 'Do not truncate output'),
    quiet: bool('q', 'Only display task IDs'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/services'),
})

const stackRm = defineCommand({
  name: 'rm',
  aliases: ['remove', 'down'],
  use: 'rm [OPTIONS] STACK [STACK...]',
  short: 'Remove one or more stacks',
  aliasLine: 'docker stack rm, docker stack remove, docker stack down',
  args: atLeast(1),
  flags: {
    detach: bool('d', 'Do not wait for stack removal', true),
  },
  run: ({ cli, path }) => notHere(cli, path, '/services'),
})

const stackServices = defineCommand({
  name: 'services',
  use: 'services [OPTIONS] STACK',
  short: 'List the services in the stack',
  args: exactly(1),
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/services'),
})

export const stack = noun({
  name: 'stack',
  short: 'Manage Swarm stacks',
  group: 'swarm',
  needs: 'manager',
  lacks: 'stacks of a swarm',
  children: [stackConfig, stackDeploy, stackLs, stackPs, stackRm, stackServices],
})
