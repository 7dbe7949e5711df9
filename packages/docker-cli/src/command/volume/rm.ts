import { atLeast, bool, defineCommand, forEach } from '@drydock/cli-plugin'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm [OPTIONS] VOLUME [VOLUME...]',
  short: 'Remove one or more volumes',
  long: 'Remove one or more volumes. You cannot remove a volume that is in use by a container.',
  aliasLine: 'docker volume rm, docker volume remove',
  args: atLeast(1),
  completes: ['volumes'],
  flags: {
    force: bool('f', 'Force the removal of one or more volumes'),
  },
  run: ({ cli, args, flags }) =>
    forEach(cli, args, async (name) => {
      await cli.client.volumes.remove(name, { force: flags.force })
      await cli.print(`${name}\n`)
    }),
})
