import { CliError, defineCommand, noArgs } from '@drydock/cli-plugin'
import { askLine } from '../ask-line.ts'

export const unlock = defineCommand({
  name: 'unlock',
  use: 'unlock',
  short: 'Unlock swarm',
  needs: 'swarm',
  args: noArgs,
  flags: {},
  async run({ cli }) {
    // Asked first: only a locked node has something to be unlocked.
    const state = (await cli.client.system.info()).Swarm?.LocalNodeState ?? 'inactive'
    if (state === 'inactive') throw new CliError('Error: This node is not part of a swarm')
    if (state !== 'locked') throw new CliError('Error: swarm is not locked')
    await cli.client.swarm.unlock({
      UnlockKey: await askLine(cli, cli.isTerminal(0) ? 'Enter unlock key: ' : '', true),
    })
  },
})
