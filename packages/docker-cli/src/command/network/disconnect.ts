import { bool, defineCommand, exactly } from '@drydock/cli-plugin'
export const disconnect = defineCommand({
  name: 'disconnect',
  use: 'disconnect [OPTIONS] NETWORK CONTAINER',
  short: 'Disconnect a container from a network',
  args: exactly(2),
  completes: ['networks', 'containers', 'none'],
  flags: {
    force: bool('f', 'Force the container to disconnect from a network'),
  },
  async run({ cli, args, flags }) {
    const [network = '', container = ''] = args
    await cli.client.networks.disconnect(network, { Container: container, Force: flags.force })
  },
})
