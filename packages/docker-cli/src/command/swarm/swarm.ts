import {
  bool,
  CliError,
  defineCommand,
  duration,
  exactly,
  int,
  list,
  noArgs,
  noun,
  string,
  uint,
} from '@drydock/cli-plugin'
import { notHere } from '../not-here.ts'

const swarmCa = defineCommand({
  name: 'ca',
  use: 'ca [OPTIONS]',
  short: 'Display and rotate the root CA',
  needs: 'manager',
  args: noArgs,
  flags: {
    'ca-cert': list('', 'Path to the PEM-formatted root CA certificate to use for the new cluster', {
      type: 'pem-file',
    }),
    'ca-key': list('', 'Path to the PEM-formatted root CA key to use for the new cluster', { type: 'pem-file' }),
    'cert-expiry': duration('', 'Validity period for node certificates (ns|us|ms|s|m|h)', { shown: '2160h0m0s' }),
    detach: bool('d', 'Exit immediately instead of waiting for the root rotation to converge'),
    'external-ca': list('', 'Specifications of one or more certificate signing endpoints', { type: 'external-ca' }),
    quiet: bool('q', 'Suppress progress output'),
    rotate: bool('', 'Rotate the swarm CA - if no certificate or key are provided, new ones will be generated'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/swarm'),
})

const swarmInit = defineCommand({
  name: 'init',
  use: 'init [OPTIONS]',
  short: 'Initialize a swarm',
  args: noArgs,
  flags: {
    'advertise-addr': string('', 'Advertised address (format: "<ip|interface>[:port]")'),
    autolock: bool('', 'Enable manager autolocking (requiring an unlock key to start a stopped manager)'),
    availability: string('', 'Availability of the node ("active", "pause", "drain")', 'active'),
    'cert-expiry': duration('', 'Validity period for node certificates (ns|us|ms|s|m|h)', { shown: '2160h0m0s' }),
    'data-path-addr': string('', 'Address or interface to use for data path traffic (format: "<ip|interface>")'),
    'data-path-port': uint(
      '',
      'Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.',
      'uint32',
    ),
    'default-addr-pool': list('', 'default address pool in CIDR format', { type: 'ipNetSlice', shown: '[]' }),
    'default-addr-pool-mask-length': uint('', 'default address pool subnet mask length', 'uint32', '24'),
    'dispatcher-heartbeat': duration('', 'Dispatcher heartbeat period (ns|us|ms|s|m|h)', { shown: '5s' }),
    'external-ca': list('', 'Specifications of one or more certificate signing endpoints', { type: 'external-ca' }),
    'force-new-cluster': bool('', 'Force create a new cluster from current state'),
    'listen-addr': list('', 'Listen address (format: "<ip|interface>[:port]")', {
      type: 'node-addr',
      shown: '0.0.0.0:2377',
    }),
    'max-snapshots': uint('', 'Number of additional Raft snapshots to retain', 'uint'),
    'snapshot-interval': uint('', 'Number of log entries between Raft snapshots', 'uint', '10000'),
    'task-history-limit': int('', 'Task history retention limit', 5),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const swarmJoin = defineCommand({
  name: 'join',
  use: 'join [OPTIONS] HOST:PORT',
  short: 'Join a swarm as a node and/or manager',
  args: exactly(1),
  flags: {
    'advertise-addr': string('', 'Advertised address (format: "<ip|interface>[:port]")'),
    availability: string('', 'Availability of the node ("active", "pause", "drain")', 'active'),
    'data-path-addr': string('', 'Address or interface to use for data path traffic (format: "<ip|interface>")'),
    'listen-addr': list('', 'Listen address (format: "<ip|interface>[:port]")', {
      type: 'node-addr',
      shown: '0.0.0.0:2377',
    }),
    token: string('', 'Token for entry into the swarm'),
  },
  run: ({ cli, path }) => notHere(cli, path),
})

const swarmJointoken = defineCommand({
  name: 'join-token',
  use: 'join-token [OPTIONS] (worker|manager)',
  short: 'Manage join tokens',
  needs: 'manager',
  args: exactly(1),
  flags: {
    quiet: bool('q', 'Only display token'),
    rotate: bool('', 'Rotate join token'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/swarm'),
})

const swarmLeave = defineCommand({
  name: 'leave',
  use: 'leave [OPTIONS]',
  short: 'Leave the swarm',
  needs: 'swarm',
  args: noArgs,
  flags: {
    force: bool('f', 'Force this node to leave the swarm, ignoring warnings'),
  },
  async run({ cli, flags }) {
    await cli.client.transport.json({ method: 'POST', path: '/swarm/leave', query: { force: flags.force } })
    await cli.print('Node left the swarm.\n')
  },
})

const swarmUnlock = defineCommand({
  name: 'unlock',
  use: 'unlock',
  short: 'Unlock swarm',
  needs: 'swarm',
  args: noArgs,
  flags: {},
  async run({ cli, path }) {
    // Asked first: a node that is in no swarm has nothing to be unlocked with.
    const { Swarm } = await cli.client.system.info()
    if (Swarm?.LocalNodeState === 'inactive') throw new CliError('Error: This node is not part of a swarm')
    await notHere(cli, path)
  },
})

const swarmUnlockkey = defineCommand({
  name: 'unlock-key',
  use: 'unlock-key [OPTIONS]',
  short: 'Manage the unlock key',
  needs: 'manager',
  args: noArgs,
  flags: {
    quiet: bool('q', 'Only display token'),
    rotate: bool('', 'Rotate unlock key'),
  },
  run: ({ cli, path }) => notHere(cli, path, '/swarm'),
})

const swarmUpdate = defineCommand({
  name: 'update',
  use: 'update [OPTIONS]',
  short: 'Update the swarm',
  needs: 'manager',
  args: noArgs,
  flags: {
    autolock: bool('', 'Change manager autolocking setting (true|false)'),
    'cert-expiry': duration('', 'Validity period for node certificates (ns|us|ms|s|m|h)', { shown: '2160h0m0s' }),
    'dispatcher-heartbeat': duration('', 'Dispatcher heartbeat period (ns|us|ms|s|m|h)', { shown: '5s' }),
    'external-ca': list('', 'Specifications of one or more certificate signing endpoints', { type: 'external-ca' }),
    'max-snapshots': uint('', 'Number of additional Raft snapshots to retain', 'uint'),
    'snapshot-interval': uint('', 'Number of log entries between Raft snapshots', 'uint', '10000'),
    'task-history-limit': int('', 'Task history retention limit', 5),
  },
  run: ({ cli, path }) => notHere(cli, path, '/swarm'),
})

export const swarm = noun({
  name: 'swarm',
  short: 'Manage Swarm',
  group: 'swarm',
  lacks: 'swarm mode',
  children: [swarmCa, swarmInit, swarmJoin, swarmJointoken, swarmLeave, swarmUnlock, swarmUnlockkey, swarmUpdate],
})
