import { atLeast, defineCommand, forEachAtOnce, string } from '@drydock/cli-plugin'

export const kill = defineCommand({
  name: 'kill',
  use: 'kill [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Kill one or more running containers',
  aliasLine: 'docker container kill, docker kill',
  args: atLeast(1),
  completes: ['running'],
  flags: {
    signal: string('s', 'Signal to send to the container'),
  },
  run: ({ cli, args, flags }) =>
    forEachAtOnce(cli, args, async (name) => {
      await cli.client.containers.kill(name, flags.signal)
      return `${name}\n`
    }),
})
