import {
  bool,
  CliError,
  defineCommand,
  type Flag,
  FlagValueError,
  list,
  noArgs,
  problemText,
  string,
  uint,
} from '@drydock/cli-plugin'
import { isUnresolvedAddress } from './unresolved-address.ts'
import { availability } from './availability.ts'
import { autolock, listenAddress, mergeSpec, specFlags } from './spec-flags.ts'
import { tellJoinCommand, tellUnlockKey } from './tell.ts'

const CIDR = /^(\d{1,3}(?:\.\d{1,3}){3}\/\d{1,2}|[0-9a-fA-F:]+\/\d{1,3})$/
const pools = (): Flag<readonly string[]> => ({
  ...list('', 'default address pool in CIDR format', { type: 'ipNetSlice', shown: '[]' }),
  parse: (text, before) => {
    const found = text.split(',').map((each) => each.trim())
    const wrong = found.find((each) => !CIDR.test(each))
    if (wrong !== undefined) throw new FlagValueError(`invalid string being converted to CIDR: ${wrong}`)
    return [...before, ...found]
  },
})

/** What a swarm is before anything is said of it. */
const NOTHING_SAID = {
  Labels: null,
  Orchestration: {},
  Raft: { ElectionTick: 0, HeartbeatTick: 0 },
  Dispatcher: {},
  CAConfig: {},
  TaskDefaults: {},
  EncryptionConfig: { AutoLockManagers: false },
}

export const init = defineCommand({
  name: 'init',
  use: 'init [OPTIONS]',
  short: 'Initialize a swarm',
  args: noArgs,
  flags: {
    ...specFlags,
    'advertise-addr': string('', 'Advertised address (format: "<ip|interface>[:port]")'),
    autolock: autolock('Enable manager autolocking (requiring an unlock key to start a stopped manager)'),
    availability: string('', 'Availability of the node ("active", "pause", "drain")', 'active'),
    'data-path-addr': string('', 'Address or interface to use for data path traffic (format: "<ip|interface>")'),
    'data-path-port': uint(
      '',
      'Port number to use for data path traffic (1024 - 49151). If no value is set or is set to 0, the default port (4789) is used.',
      'uint32',
    ),
    'default-addr-pool': pools(),
    'default-addr-pool-mask-length': {
      ...uint('', 'default address pool subnet mask length', 'uint32', '24'),
      initial: 24,
    },
    'force-new-cluster': bool('', 'Force create a new cluster from current state'),
    'listen-addr': listenAddress(),
  },
  async run({ cli, flags, changed }) {
    const body = {
      ListenAddr: flags['listen-addr'],
      AdvertiseAddr: flags['advertise-addr'],
      DataPathAddr: flags['data-path-addr'],
      DataPathPort: flags['data-path-port'],
      ForceNewCluster: flags['force-new-cluster'],
      Spec: mergeSpec(NOTHING_SAID, flags, changed),
      AutoLockManagers: flags.autolock,
      Availability: availability(flags.availability, changed.has('availability')),
      DefaultAddrPool: [...flags['default-addr-pool']],
      SubnetSize: flags['default-addr-pool-mask-length'],
    }
    const nodeId = await cli.client.swarm.init(body).catch((error: unknown) => {
      if (!isUnresolvedAddress(error)) throw error
      throw new CliError(`${problemText(error)} - specify one with --advertise-addr`)
    })
    await cli.print(`Swarm initialized: current node (${nodeId}) is now a manager.\n\n`)
    await tellJoinCommand(cli, nodeId, 'worker')
    await cli.print(
      "To add a manager to this swarm, run 'docker swarm join-token manager' and follow the instructions.\n",
    )
    if (flags.autolock) await tellUnlockKey(cli, (await cli.client.swarm.unlockKey()).UnlockKey)
  },
})
