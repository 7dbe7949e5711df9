import { atLeast, type Cli, CliError, defineCommand, list, parseReference, string } from '@drydock/cli-plugin'
import { isErrno, O_RDONLY } from '@drydock/abi'
import { showJsonMessages } from '../../progress/json-messages.ts'
import { readStream } from '../read-stream.ts'

export const importCommand = defineCommand({
  name: 'import',
  use: 'import [OPTIONS] file|URL|- [REPOSITORY[:TAG]]',
  short: 'Import the contents from a tarball to create a filesystem image',
  aliasLine: 'docker image import, docker import',
  args: atLeast(1),
  completes: ['files', 'none'],
  flags: {
    change: list('c', 'Apply Dockerfile instruction to the created image'),
    message: string('m', 'Set commit message for imported image'),
    platform: string('', 'Set platform if server is multi-platform capable'),
  },
  async run({ cli, args, flags }) {
    const [source = '', name] = args
    if (name !== undefined) parseReference(name)
    const remote = /^https?:\/\//.test(source)
    const fd = remote ? undefined : source === '-' ? 0 : openInput(cli, source)
    const query = {
      fromSrc: remote ? source : '-',
      ...(name === undefined ? {} : { repo: name }),
      ...(flags.message === '' ? {} : { message: flags.message }),
      ...(flags.platform === '' ? {} : { platform: flags.platform }),
      ...(flags.change.length > 0 ? { changes: flags.change } : {}),
    }
    try {
      await showJsonMessages(cli, cli.client.images.import(query, fd === undefined ? undefined : readStream(cli, fd)), {
        fd: 1,
      })
    } finally {
      if (fd !== undefined && fd !== 0) cli.sys.close(fd)
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
