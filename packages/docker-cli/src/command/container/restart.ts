import { atLeast, defineCommand, forEach, hiddenAlias, int, string } from '@drydock/cli-plugin'

export const restart = defineCommand({
  name: 'restart',
  use: 'restart [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Restart one or more containers',
  aliasLine: 'docker container restart, docker restart',
  args: atLeast(1),
  completes: ['containers'],
  flags: {
    signal: string('s', 'Signal to send to the container'),
    timeout: int('t', 'Seconds to wait before killing the container'),
    time: hiddenAlias(int('', ''), 'timeout', 'use --timeout instead'),
  },
  run: ({ cli, args, flags, changed }) =>
    forEach(cli, args, async (name) => {
      await cli.client.containers.restart(name, {
        t: changed.has('timeout') ? flags.timeout : undefined,
        signal: flags.signal || undefined,
      })
      await cli.print(`${name}\n`)
    }),
})
