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

const nodeDemote = defineCommand({
  name: 'demote',
  use: 'demote NODE [NODE...]',
  short: 'Demote one or more nodes from manager in the swarm',
  args: atLeast(1),
  flags: {},
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

const nodeInspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] self|NODE [NODE...]',
  short: 'Display detailed information on one or more nodes',
  args: atLeast(1),
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    pretty: bool('', 'Print the information in a human friendly format'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

const nodeLs = defineCommand({
  name: 'ls',
  aliases: ['list'],
  use: 'ls [OPTIONS]',
  short: 'List nodes in the swarm',
  aliasLine: 'docker node ls, docker node list',
  args: noArgs,
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', FORMAT_HELP),
    quiet: bool('q', 'Only display IDs'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

const nodePromote = defineCommand({
  name: 'promote',
  use: 'promote NODE [NODE...]',
  short: 'Promote one or more nodes to manager in the swarm',
  args: atLeast(1),
  flags: {},
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

const nodePs = defineCommand({
  name: 'ps',
  use: 'ps [OPTIONS] [NODE...]',
  short: 'List tasks running on one or more nodes, defaults to current node',
  args: atLeast(0),
  flags: {
    filter: filter('f', FILTER_HELP),
    format: string('', 'Pretty-print tasks using a Go template'),
    'no-resolve': bool('', 'Do not map IDs to Names'),
    'no-trunc': bool('', 'Do not truncate output'),
    quiet: bool('q', 'Only display task IDs'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

const nodeRm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] NODE [NODE...]',
  short: 'Remove one or more nodes from the swarm',
  aliasLine: 'docker node rm, docker node remove',
  args: atLeast(1),
  flags: {
    force: bool('f', 'Force remove a node from the swarm'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

const nodeUpdate = defineCommand({
  name: 'update',
  use: 'update [OPTIONS] NODE',
  short: 'Update a node',
  args: exactly(1),
  flags: {
    availability: string('', 'Availability of the node ("active", "pause", "drain")'),
    'label-add': list('', 'Add or update a node label ("key=value")'),
    'label-rm': list('', 'Remove a node label if exists'),
    role: string('', 'Role of the node ("worker", "manager")'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/nodes'),
})

export const node = noun({
  name: 'node',
  short: 'Manage Swarm nodes',
  group: 'swarm',
  needs: 'manager',
  lacks: 'nodes of a swarm',
  children: [nodeDemote, nodeInspect, nodeLs, nodePromote, nodePs, nodeRm, nodeUpdate],
})
