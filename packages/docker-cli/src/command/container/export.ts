import { CliError, defineCommand, exactly, string } from '@drydock/cli-plugin'
import { saveStream } from '../save-stream.ts'

export const exportCommand = defineCommand({
  name: 'export',
  use: 'export [OPTIONS] CONTAINER',
  short: "Export a container's filesystem as a tar archive",
  aliasLine: 'docker container export, docker export',
  args: exactly(1),
  completes: ['containers'],
  flags: {
    output: string('o', 'Write to a file, instead of STDOUT'),
  },
  async run({ cli, args, flags }) {
    if (flags.output === '' && cli.isTerminal(1))
      throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect')
    await saveStream(cli, cli.client.containers.export(args[0] ?? ''), flags.output, 'export container')
  },
})
