import { defineCommand, exactly, string } from '@drydock/cli-plugin'
import { availability } from './availability.ts'
import { listenAddress } from './spec-flags.ts'

export const join = defineCommand({
  name: 'join',
  use: 'join [OPTIONS] HOST:PORT',
  short: 'Join a swarm as a node and/or manager',
  args: exactly(1),
  completes: ['files'],
  flags: {
    'advertise-addr': string('', 'Advertised address (format: "<ip|interface>[:port]")'),
    availability: string('', 'Availability of the node ("active", "pause", "drain")', 'active'),
    'data-path-addr': string('', 'Address or interface to use for data path traffic (format: "<ip|interface>")'),
    'listen-addr': listenAddress(),
    token: string('', 'Token for entry into the swarm'),
  },
  async run({ cli, args, flags, changed }) {
    await cli.client.swarm.join({
      ListenAddr: flags['listen-addr'],
      AdvertiseAddr: flags['advertise-addr'],
      DataPathAddr: flags['data-path-addr'],
      RemoteAddrs: [...args],
      JoinToken: flags.token,
      Availability: availability(flags.availability, changed.has('availability')),
    })
    const { Swarm } = await cli.client.system.info()
    await cli.print(`This node joined a swarm as a ${Swarm.ControlAvailable ? 'manager' : 'worker'}.\n`)
  },
})
