import { isErrno, O_CREAT, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { writeAll } from '@drydock/libc'
import { type Cli, CliError } from '@drydock/cli-plugin'

/** Writes an archive to the file `path`, or to standard output when it is ''. */
export async function saveStream(
  cli: Cli,
  bytes: AsyncIterable<Uint8Array>,
  path: string,
  what: string,
): Promise<void> {
  const fd = path === '' ? 1 : openOutput(cli, path, what)
  try {
    for await (const part of bytes) await writeAll(cli.sys, fd, part)
  } finally {
    if (fd !== 1) cli.sys.close(fd)
  }
}

function openOutput(cli: Cli, path: string, what: string): number {
  try {
    return cli.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  } catch (error) {
    if (!isErrno(error)) throw error
    const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'
    throw new CliError(`failed to ${what}: invalid output path: stat ${folder}: ${error.message.toLowerCase()}`)
  }
}
