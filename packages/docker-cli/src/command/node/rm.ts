import { atLeast, bool, defineCommand, forEachTogether } from '@drydock/cli-plugin'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] NODE [NODE...]',
  short: 'Remove one or more nodes from the swarm',
  aliasLine: 'docker node rm, docker node remove',
  args: atLeast(1),
  completes: ['nodes'],
  flags: {
    force: bool('f', 'Force remove a node from the swarm'),
  },
  run: ({ cli, args, flags }) =>
    forEachTogether(cli, args, false, async (name) => {
      await cli.client.nodes.remove(name, { force: flags.force })
      await cli.print(`${name}\n`)
    }),
})
