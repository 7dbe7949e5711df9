import type { Cli } from '@drydock/cli-plugin'

/** The bytes of a descriptor, piece by piece. */
export async function* readStream(cli: Cli, fd: number): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const bytes = await cli.sys.read(fd, 65536)
    if (bytes.length === 0) return
    yield bytes
  }
}
