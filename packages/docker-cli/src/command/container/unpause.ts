import { atLeast, defineCommand, forEachAtOnce } from '@drydock/cli-plugin'

export const unpause = defineCommand({
  name: 'unpause',
  use: 'unpause CONTAINER [CONTAINER...]',
  short: 'Unpause all processes within one or more containers',
  aliasLine: 'docker container unpause, docker unpause',
  args: atLeast(1),
  completes: ['paused'],
  flags: {},
  run: ({ cli, args }) =>
    forEachAtOnce(cli, args, async (name) => {
      await cli.client.containers.unpause(name)
      return `${name}\n`
    }),
})
