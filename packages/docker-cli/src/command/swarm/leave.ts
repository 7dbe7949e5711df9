import { bool, defineCommand, noArgs } from '@drydock/cli-plugin'

export const leave = defineCommand({
  name: 'leave',
  use: 'leave [OPTIONS]',
  short: 'Leave the swarm',
  needs: 'swarm',
  args: noArgs,
  flags: {
    force: bool('f', 'Force this node to leave the swarm, ignoring warnings'),
  },
  async run({ cli, flags }) {
    await cli.client.swarm.leave({ force: flags.force })
    await cli.print('Node left the swarm.\n')
  },
})
