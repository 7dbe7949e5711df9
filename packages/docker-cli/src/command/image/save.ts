import { atLeast, CliError, defineCommand, since, string } from '@drydock/cli-plugin'
import { saveStream } from '../save-stream.ts'

export const save = defineCommand({
  name: 'save',
  use: 'save [OPTIONS] IMAGE [IMAGE...]',
  short: 'Save one or more images to a tar archive (streamed to STDOUT by default)',
  aliasLine: 'docker image save, docker save',
  args: atLeast(1),
  completes: ['images'],
  flags: {
    output: string('o', 'Write to a file, instead of STDOUT'),
    platform: since(
      '1.48',
      string('', 'Save only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    ),
  },
  async run({ cli, args, flags }) {
    if (flags.output === '' && cli.isTerminal(1))
      throw new CliError('cowardly refusing to save to a terminal. Use the -o flag or redirect')
    await saveStream(cli, cli.client.images.save(args), flags.output, 'save image')
  },
})
