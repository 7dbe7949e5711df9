import { bool, CliError, defineCommand, exactly } from '@drydock/cli-plugin'
import { tellJoinCommand } from './tell.ts'

const ROLES = ['worker', 'manager'] as const

export const joinToken = defineCommand({
  name: 'join-token',
  use: 'join-token [OPTIONS] (worker|manager)',
  short: 'Manage join tokens',
  needs: 'manager',
  args: exactly(1),
  completes: ['files'],
  flags: {
    quiet: bool('q', 'Only display token'),
    rotate: bool('', 'Rotate join token'),
  },
  async run({ cli, args, flags }) {
    const role = ROLES.find((each) => each === args[0])
    if (!role) throw new CliError(`unknown role ${args[0]}`)
    if (flags.rotate) {
      const { Version, Spec } = await cli.client.swarm.inspect()
      const rotate = role === 'worker' ? { rotateWorkerToken: true } : { rotateManagerToken: true }
      await cli.client.swarm.update({ version: Version.Index ?? 0, ...rotate }, Spec)
      if (!flags.quiet) await cli.print(`Successfully rotated ${role} join token.\n\n`)
    }
    const { JoinTokens } = await cli.client.swarm.inspect()
    if (flags.quiet) {
      await cli.print(`${role === 'worker' ? JoinTokens.Worker : JoinTokens.Manager}\n`)
      return
    }
    const { Swarm } = await cli.client.system.info()
    await tellJoinCommand(cli, Swarm.NodeID, role)
  },
})
