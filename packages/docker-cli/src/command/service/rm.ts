import { atLeast, defineCommand, forEachTogether } from '@drydock/cli-plugin'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm SERVICE [SERVICE...]',
  short: 'Remove one or more services',
  aliasLine: 'docker service rm, docker service remove',
  args: atLeast(1),
  completes: ['swarm services'],
  flags: {},
  run: ({ cli, args }) =>
    forEachTogether(cli, args, false, async (name) => {
      await cli.client.services.remove(name)
      await cli.print(`${name}\n`)
    }),
})
