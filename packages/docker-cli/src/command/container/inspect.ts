import { atLeast, bool, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import { inspectObjects } from '../inspect-objects.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] CONTAINER [CONTAINER...]',
  short: 'Display detailed information on one or more containers',
  args: atLeast(1),
  completes: ['containers'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    size: bool('s', 'Display total file sizes'),
  },
  run: ({ cli, args, flags }) =>
    inspectObjects(cli, args, flags.format, (name) => cli.client.containers.inspect(name, { size: flags.size })),
})
