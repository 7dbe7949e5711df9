import { atLeast, defineCommand, forEachAtOnce } from '@drydock/cli-plugin'

export const pause = defineCommand({
  name: 'pause',
  use: 'pause CONTAINER [CONTAINER...]',
  short: 'Pause all processes within one or more containers',
  aliasLine: 'docker container pause, docker pause',
  args: atLeast(1),
  completes: ['running'],
  flags: {},
  run: ({ cli, args }) =>
    forEachAtOnce(cli, args, async (name) => {
      await cli.client.containers.pause(name)
      return `${name}\n`
    }),
})
