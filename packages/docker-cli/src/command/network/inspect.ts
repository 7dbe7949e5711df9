import { atLeast, bool, defineCommand, INSPECT_FORMAT_HELP, string } from '@drydock/cli-plugin'
import { inspectObjects } from '../inspect-objects.ts'

export const inspect = defineCommand({
  name: 'inspect',
  use: 'inspect [OPTIONS] NETWORK [NETWORK...]',
  short: 'Display detailed information on one or more networks',
  args: atLeast(1),
  completes: ['networks'],
  flags: {
    format: string('f', INSPECT_FORMAT_HELP),
    verbose: bool('v', 'Verbose output for diagnostics'),
  },
  run: ({ cli, args, flags }) =>
    inspectObjects(cli, args, flags.format, (name) => cli.client.networks.inspect(name, { verbose: flags.verbose })),
})
