import { atLeast, defineCommand, forEachAtOnce, hiddenAlias, int, string } from '@drydock/cli-plugin'

export const stop = defineCommand({
  name: 'stop',
  use: 'stop [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Stop one or more running containers',
  aliasLine: 'docker container stop, docker stop',
  args: atLeast(1),
  completes: ['running'],
  flags: {
    signal: string('s', 'Signal to send to the container'),
    timeout: int('t', 'Seconds to wait before killing the container'),
    time: hiddenAlias(int('', ''), 'timeout', 'use --timeout instead'),
  },
  run: ({ cli, args, flags, changed }) =>
    forEachAtOnce(cli, args, async (name) => {
      await cli.client.containers.stop(name, {
        t: changed.has('timeout') ? flags.timeout : undefined,
        signal: flags.signal || undefined,
      })
      return `${name}\n`
    }),
})
