import { EEXIST, isErrno, O_CREAT, O_EXCL, O_WRONLY } from '@drydock/abi'
import { writeTar } from '@drydock/codec'
import { writeAll } from '@drydock/libc'
import { between, type Cli, CliError, defineCommand, metaJson } from '@drydock/cli-plugin'
import { readContext, readEndpoint } from './docker-endpoint.ts'

export const exportContext = defineCommand({
  name: 'export',
  use: 'export [OPTIONS] CONTEXT [FILE|-]',
  short: 'Export a context to a tar archive FILE or a tar stream on STDOUT.',
  flags: {},
  args: between(1, 2),
  completes: ['contexts', 'files'],
  async run({ cli, args }) {
    const [name = '', file = `${name}.dockercontext`] = args
    const archive = await archiveOf(cli, name)
    if (file !== '-') return toFile(cli, file, archive)
    if (cli.isTerminal(1)) throw new CliError('cowardly refusing to export to a terminal, specify a file path')
    await writeAll(cli.sys, 1, archive)
  },
})

/** meta.json, and the endpoint's TLS files below tls/. */
async function archiveOf(cli: Cli, name: string): Promise<Uint8Array> {
  const meta = new TextEncoder().encode(metaJson(await readContext(cli, name)))
  const { tls } = await readEndpoint(cli, name)
  const folder = { mode: 0o700, type: 'directory' } as const
  return writeTar([
    { name: 'meta.json', mode: 0o644, content: meta },
    { name: 'tls', ...folder },
    ...(tls.size > 0 ? [{ name: 'tls/docker', ...folder }] : []),
    ...[...tls].map(([file, content]) => ({ name: `tls/docker/${file}`, mode: 0o600, content })),
  ])
}

async function toFile(cli: Cli, file: string, archive: Uint8Array): Promise<void> {
  const fd = openNew(cli, file)
  try {
    await writeAll(cli.sys, fd, archive)
  } finally {
    cli.sys.close(fd)
  }
  await cli.warn(`Written file ${JSON.stringify(file)}\n`)
}

function openNew(cli: Cli, file: string): number {
  try {
    return cli.sys.open(file, O_WRONLY | O_CREAT | O_EXCL, 0o600)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`open ${file}: ${error === EEXIST ? 'file exists' : error.message.toLowerCase()}`)
  }
}
