import { atLeast, defineCommand, forEachTogether } from '@drydock/cli-plugin'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm SECRET [SECRET...]',
  short: 'Remove one or more secrets',
  aliasLine: 'docker secret rm, docker secret remove',
  args: atLeast(1),
  completes: ['secrets'],
  flags: {},
  run: ({ cli, args }) =>
    forEachTogether(cli, args, false, async (name) => {
      await cli.client.secrets.remove(name)
      await cli.print(`${name}\n`)
    }),
})
