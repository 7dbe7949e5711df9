import { isDirectory, isErrno, isRegular, isSymlink, type Stat } from '@drydock/abi'
import { tarHeader, type TarHeader } from '@drydock/codec'
import type { Cli } from '../session/cli.ts'

/** A member to pack: its header, and the file its content comes from. */
export interface HostMember {
  readonly header: TarHeader
  readonly path: string | undefined
}

/**
 * The file or tree at `path` as members of an archive, the top one called `name`.
 * @param keep leaves out paths (relative to `path`) it says no to
 */
export function* hostTree(
  cli: Cli,
  path: string,
  name: string,
  keep: (relative: string, folder: boolean) => boolean = () => true,
): Generator<HostMember, void, void> {
  const stat = cli.sys.lstat(path)
  yield member(cli, path, name, stat)
  if (isDirectory(stat.mode)) yield* below(cli, path, name, '', keep)
}

function* below(
  cli: Cli,
  path: string,
  name: string,
  relative: string,
  keep: (relative: string, folder: boolean) => boolean,
): Generator<HostMember, void, void> {
  const names = cli.sys.readdir(path).map((entry) => entry.name)
  for (const entry of names.toSorted()) {
    const child = `${path === '/' ? '' : path}/${entry}`
    const inside = relative === '' ? entry : `${relative}/${entry}`
    const stat = lstatOr(cli, child)
    if (!stat) continue
    const folder = isDirectory(stat.mode)
    const kept = keep(inside, folder)
    const inArchive = name === '' ? entry : `${name}/${entry}`
    if (kept) yield member(cli, child, inArchive, stat)
    if (folder) yield* below(cli, child, inArchive, inside, keep)
  }
}

/** Files may vanish while the tree is read. */
function lstatOr(cli: Cli, path: string): Stat | undefined {
  try {
    return cli.sys.lstat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

function member(cli: Cli, path: string, name: string, stat: Stat): HostMember {
  // Whole seconds, as moby's archives have them: fractions would need a pax header for each file.
  const mtimeMs = Math.floor(stat.mtimeMs / 1000) * 1000
  const common = { mode: stat.mode & 0o7777, uid: stat.uid, gid: stat.gid, mtimeMs }
  if (isDirectory(stat.mode))
    return { header: tarHeader(`${name}/`, { ...common, type: 'directory' }), path: undefined }
  if (isSymlink(stat.mode))
    return {
      header: tarHeader(name, { ...common, type: 'symlink', linkName: cli.sys.readlink(path) }),
      path: undefined,
    }
  if (isRegular(stat.mode)) return { header: tarHeader(name, { ...common, size: stat.size }), path }
  return { header: tarHeader(name, { ...common, type: 'fifo' }), path: undefined }
}
