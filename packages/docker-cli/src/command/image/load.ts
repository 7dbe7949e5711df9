import { bool, type Cli, CliError, defineCommand, noArgs, since, string } from '@drydock/cli-plugin'
import { isErrno, O_RDONLY } from '@drydock/abi'
import { showJsonMessages } from '../../progress/json-messages.ts'
import { readStream } from '../read-stream.ts'

export const load = defineCommand({
  name: 'load',
  use: 'load [OPTIONS]',
  short: 'Load an image from a tar archive or STDIN',
  aliasLine: 'docker image load, docker load',
  args: noArgs,
  flags: {
    input: string('i', 'Read from tar archive file, instead of STDIN'),
    platform: since(
      '1.48',
      string('', 'Load only the given platform variant. Formatted as "os[/arch[/variant]]" (e.g., "linux/amd64")'),
    ),
    quiet: bool('q', 'Suppress the load output'),
  },
  async run({ cli, flags }) {
    if (flags.input === '' && cli.isTerminal(0)) throw new CliError('requested load from stdin, but stdin is empty')
    const fd = flags.input === '' ? 0 : openInput(cli, flags.input)
    const quiet = flags.quiet || !cli.isTerminal(1)
    try {
      await showJsonMessages(cli, cli.client.images.load(readStream(cli, fd), { quiet }), { fd: 1 })
    } finally {
      if (fd !== 0) cli.sys.close(fd)
    }
  },
})

function openInput(cli: Cli, path: string): number {
  try {
    return cli.sys.open(path, O_RDONLY)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${path}: ${error.message.toLowerCase()}`)
  }
}
