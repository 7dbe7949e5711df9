import { O_RDONLY } from '@drydock/abi'
import { TarWriter } from '@drydock/codec'
import type { Cli } from '../session/cli.ts'
import type { HostMember } from './host-tree.ts'

/** The archive of these members, made while it is read. */
export async function* pack(cli: Cli, members: Iterable<HostMember>): AsyncGenerator<Uint8Array, void, void> {
  yield* packMembers(cli, members)
  yield new TarWriter().end()
}

/** The same without the archive's end: others may follow. */
export async function* packMembers(cli: Cli, members: Iterable<HostMember>): AsyncGenerator<Uint8Array, void, void> {
  const writer = new TarWriter()
  for (const { header, path } of members) {
    if (path === undefined || header.type !== 'file') {
      yield writer.header(header)
      continue
    }
    const lazy = cli.sys.getLazyContent(path)
    if (lazy) {
      // The bytes of an image's big binary are made up when read: its recipe travels, as in a layer.
      const pax = new Map([...header.pax, ['DRYDOCK.lazy', `${lazy.size}:${lazy.seed}`]])
      yield writer.member({ ...header, pax }, lazy.prefix)
      continue
    }
    yield writer.header(header)
    yield* content(cli, path, header.size)
    yield writer.padding(header.size)
  }
}

/** Exactly `size` bytes of the file: a file that shrank is filled up with zeroes. */
async function* content(cli: Cli, path: string, size: number): AsyncGenerator<Uint8Array, void, void> {
  const fd = cli.sys.open(path, O_RDONLY)
  try {
    let left = size
    while (left > 0) {
      const bytes = await cli.sys.read(fd, Math.min(left, 65536))
      if (bytes.length === 0) break
      left -= bytes.length
      yield bytes
    }
    if (left > 0) yield new Uint8Array(left)
  } finally {
    cli.sys.close(fd)
  }
}
