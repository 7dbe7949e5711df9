import { atLeast, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import { inspectObjects } from '../inspect-objects.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] VOLUME [VOLUME...]',
  short: 'Display detailed information on one or more volumes',
  args: atLeast(1),
  completes: ['volumes'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
  },
  run: ({ cli, args, flags }) => inspectObjects(cli, args, flags.format, (name) => cli.client.volumes.inspect(name)),
})
