import { atLeast, defineCommand, forEachTogether } from '@drydock/cli-plugin'

export const rm = defineCommand({
  name: 'rm',
  aliases: ['remove'],
  use: 'rm CONFIG [CONFIG...]',
  short: 'Remove one or more configs',
  aliasLine: 'docker config rm, docker config remove',
  args: atLeast(1),
  completes: ['configs'],
  flags: {},
  run: ({ cli, args }) =>
    forEachTogether(cli, args, false, async (name) => {
      await cli.client.configs.remove(name)
      await cli.print(`${name}\n`)
    }),
})
