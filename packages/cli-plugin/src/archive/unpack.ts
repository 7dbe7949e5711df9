import { EEXIST, ENOENT, isDirectory, isErrno, O_CREAT, O_TRUNC, O_WRONLY } from '@drydock/abi'
import { readTar, type TarEntry } from '@drydock/codec'
import { writeAll } from '@drydock/libc'
import type { Cli } from '../session/cli.ts'

/**
 * Puts the members of an archive below `folder`.
 * @param rename gives a member its name there
 * @param keepOwner false: the files are the caller's
 */
export async function unpack(
  cli: Cli,
  tar: AsyncIterable<Uint8Array>,
  folder: string,
  rename: (name: string) => string,
  keepOwner: boolean,
): Promise<void> {
  const times: [string, number][] = []
  for await (const entry of readTar(tar)) {
    const name = safe(rename(entry.header.name))
    const path = name === '' ? folder : `${folder === '/' ? '' : folder}/${name}`
    await place(cli, entry, path, (target) => `${folder}/${safe(rename(target))}`)
    if (keepOwner) cli.sys.chown(path, entry.header.uid, entry.header.gid, { follow: false })
    if (entry.header.type !== 'symlink') {
      cli.sys.chmod(path, entry.header.mode)
      times.push([path, entry.header.mtimeMs])
    }
  }
  // Folders last and from the bottom: what is put into them would change their times again.
  for (const [path, mtimeMs] of times.reverse()) cli.sys.utimes(path, mtimeMs, mtimeMs)
}

const safe = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')

type Place = (cli: Cli, entry: TarEntry, path: string, inside: (target: string) => string) => Promise<void> | void

const PLACES: Readonly<Record<string, Place>> = {
  directory: (cli, _, path) => makeFolder(cli, path),
  symlink: (cli, { header }, path) => replacing(cli, path, () => cli.sys.symlink(header.linkName, path)),
  hardlink: (cli, { header }, path, inside) => replacing(cli, path, () => cli.sys.link(inside(header.linkName), path)),
  file: (cli, entry, path) => writeContent(cli, entry, path),
}

function place(cli: Cli, entry: TarEntry, path: string, inside: (target: string) => string): Promise<void> | void {
  return PLACES[entry.header.type]?.(cli, entry, path, inside)
}

function makeFolder(cli: Cli, path: string): void {
  try {
    cli.sys.mkdir(path, 0o755)
  } catch (error) {
    if (error !== EEXIST || !isDirectory(cli.sys.stat(path).mode)) throw error
  }
}

function replacing(cli: Cli, path: string, make: () => void): void {
  try {
    cli.sys.unlink(path)
  } catch (error) {
    if (error !== ENOENT) throw error
  }
  make()
}

async function writeContent(cli: Cli, { header, body }: TarEntry, path: string): Promise<void> {
  const lazy = /^(\d+):(\d+)$/.exec(header.pax.get('DRYDOCK.lazy') ?? '')
  unlinkOld(cli, path)
  const fd = cli.sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, header.mode)
  const prefix: Uint8Array[] = []
  try {
    for await (const bytes of body) {
      if (lazy) prefix.push(bytes.slice())
      else await writeAll(cli.sys, fd, bytes)
    }
  } finally {
    cli.sys.close(fd)
  }
  if (lazy)
    cli.sys.setLazyContent(path, {
      prefix: prefix[0] ?? new Uint8Array(0),
      size: Number(lazy[1]),
      seed: Number(lazy[2]),
    })
}

/** A symbolic link is replaced, not written through. */
function unlinkOld(cli: Cli, path: string): void {
  try {
    if (!isDirectory(cli.sys.lstat(path).mode)) cli.sys.unlink(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
