import {
  bool,
  type Cli,
  CliError,
  defineCommand,
  exactly,
  hostTree,
  humanSize,
  isProblem,
  pack,
  unpack,
} from '@drydock/cli-plugin'
import { isDirectory, isErrno, isSymlink } from '@drydock/abi'
import { isNotFound, type PathStat } from '@drydock/docker-api'
import { writeAll } from '@drydock/libc'
import { readStream } from '../read-stream.ts'
import { absolute } from './volume-flags.ts'

interface Place {
  readonly container: string
  readonly path: string
}

/** `web:/etc/hosts`; a path that begins with `/` or `.` is the host's. */
function parsePlace(text: string): Place {
  const at = text.indexOf(':')
  if (text.startsWith('/') || text.startsWith('.') || at < 0) return { container: '', path: text }
  return { container: text.slice(0, at), path: text.slice(at + 1) }
}

interface Flags {
  readonly archive: boolean
  readonly 'follow-link': boolean
  readonly quiet: boolean
}

export const cp = defineCommand({
  name: 'cp',
  use: 'cp [OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-\n\tdocker cp [OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH',
  short: 'Copy files/folders between a container and the local filesystem',
  long: "Copy files/folders between a container and the local filesystem\n\nUse '-' as the source to read a tar archive from stdin\nand extract it to a directory destination in a container.\nUse '-' as the destination to stream a tar archive of a\ncontainer source to stdout.",
  aliasLine: 'docker container cp, docker cp',
  args: exactly(2),
  completes: ['files', 'files', 'none'],
  flags: {
    archive: bool('a', 'Archive mode (copy all uid/gid information)'),
    'follow-link': bool('L', 'Always follow symbol link in SRC_PATH'),
    quiet: bool(
      'q',
      'Suppress progress output during copy. Progress output is automatically suppressed if no terminal is attached',
    ),
  },
  run({ cli, args, flags, changed }) {
    const [source, target] = [parsePlace(args[0] ?? ''), parsePlace(args[1] ?? '')]
    if (args[0] === '') throw new CliError('source can not be empty')
    if (args[1] === '') throw new CliError('destination can not be empty')
    const settings = { ...flags, quiet: changed.has('quiet') ? flags.quiet : !cli.isTerminal(2) }
    if (source.container && target.container) throw new CliError('copying between containers is not supported')
    if (source.container) return fromContainer(cli, source, target.path, settings)
    if (target.container) return toContainer(cli, source.path, target, settings)
    throw new CliError('must specify at least one container source')
  },
})

const S_IFDIR_GO = 0x80000000
const S_IFLNK_GO = 0x08000000
const isGoDirectory = (stat: PathStat): boolean => (stat.mode & S_IFDIR_GO) !== 0
const baseName = (path: string): string => path.replace(/\/+$/, '').split('/').pop() || '/'
const folderOf = (path: string): string => path.slice(0, Math.max(1, path.lastIndexOf('/'))) || '/'
/** `dir/.` means what is inside. */
const contentsOnly = (path: string): boolean => path === '.' || path.endsWith('/.')
const wantsFolder = (path: string): boolean => path.endsWith('/') || contentsOnly(path)
/** Members are called after the source: another name in its place. */
const rebase =
  (from: string, to: string) =>
  (name: string): string =>
    name === from || name === `${from}/` || name.startsWith(`${from}/`) ? to + name.slice(from.length) : name

/** Where things go: the folder they are put in, and the name the top one gets; '' puts its contents there. */
interface Landing {
  readonly folder: string
  readonly name: string
}

interface Target {
  readonly path: string
  readonly exists: boolean
  readonly folder: boolean
  /** As the user wrote it. */
  readonly given: string
}

function landing(source: { path: string; folder: boolean }, target: Target): Landing {
  if (target.exists && target.folder) {
    if (source.folder && contentsOnly(source.path)) return { folder: target.path, name: '' }
    return { folder: target.path, name: baseName(source.path) }
  }
  if (source.folder && target.exists) throw new CliError('cannot copy directory')
  if (!source.folder && wantsFolder(target.given)) {
    throw new CliError(target.exists ? 'not a directory' : 'no such directory')
  }
  return { folder: folderOf(target.path), name: baseName(target.path) }
}

async function fromContainer(cli: Cli, source: Place, target: string, flags: Flags): Promise<void> {
  const { containers } = cli.client
  const path = source.path.startsWith('/') ? source.path : `/${source.path}`
  const resolved = flags['follow-link'] ? await followLink(cli, source.container, path) : path
  if (target !== '-') checkParent(cli, target)
  const { stat, tar, close } = await containers.getArchive(source.container, resolved)
  try {
    if (target === '-') {
      for await (const bytes of tar) await writeAll(cli.sys, 1, bytes)
      return
    }
    const to = hostTarget(cli, target)
    const place = landing({ path, folder: isGoDirectory(stat) }, to)
    const counter = { bytes: 0 }
    const rename = rebase(contentsOnly(path) ? stat.name : baseName(resolved), place.name)
    await unpack(cli, counted(tar, counter), place.folder, rename, flags.archive)
    if (!flags.quiet) await cli.warn(`Successfully copied ${humanSize(counter.bytes, 3)} to ${to.path}\n`)
  } finally {
    close()
  }
}

async function followLink(cli: Cli, container: string, path: string): Promise<string> {
  try {
    const stat = await cli.client.containers.statPath(container, path)
    if ((stat.mode & S_IFLNK_GO) === 0) return path
    return stat.linkTarget.startsWith('/') ? stat.linkTarget : `${folderOf(path)}/${stat.linkTarget}`
  } catch (error) {
    if (isNotFound(error)) return path
    throw error
  }
}

/** @throws CliError when the folder the target is to be in is not there */
function checkParent(cli: Cli, target: string): void {
  const folder = folderOf(absolute(target, cli.sys.getcwd()))
  try {
    cli.sys.stat(folder)
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new CliError(`invalid output path: directory ${JSON.stringify(folder)} does not exist`)
  }
}

function hostTarget(cli: Cli, given: string): Target {
  const path = absolute(given, cli.sys.getcwd())
  try {
    return { path, given, exists: true, folder: isDirectory(cli.sys.stat(path).mode) }
  } catch (error) {
    if (!isErrno(error)) throw error
    return { path, given, exists: false, folder: false }
  }
}

async function toContainer(cli: Cli, source: string, target: Place, flags: Flags): Promise<void> {
  const path = target.path.startsWith('/') ? target.path : `/${target.path}`
  const to = await containerTarget(cli, target.container, path)
  const options = { copyUIDGID: flags.archive }
  if (source === '-') {
    if (!to.folder) throw new CliError(`destination "${target.container}:${target.path}" must be a directory`)
    return cli.client.containers.putArchive(target.container, to.path, readStream(cli, 0), options)
  }
  const from = hostSource(cli, source, flags['follow-link'])
  const place = landing({ path: source, folder: from.folder }, to)
  const counter = { bytes: 0 }
  const members = place.name === '' ? contentsOf(cli, from.path) : hostTree(cli, from.path, place.name)
  const body = counted(pack(cli, members), counter)
  await cli.client.containers.putArchive(target.container, place.folder, body, {
    ...options,
    noOverwriteDirNonDir: true,
  })
  if (!flags.quiet)
    await cli.warn(`Successfully copied ${humanSize(counter.bytes, 3)} to ${target.container}:${target.path}\n`)
}

function* contentsOf(cli: Cli, path: string): ReturnType<typeof hostTree> {
  for (const member of hostTree(cli, path, '.'))
    yield { ...member, header: { ...member.header, name: member.header.name.replace(/^\.\/(?=.)/, '') } }
}

async function containerTarget(cli: Cli, container: string, path: string): Promise<Target> {
  try {
    const resolved = await followLink(cli, container, path)
    const stat = await cli.client.containers.statPath(container, resolved)
    return { path: resolved.replace(/(.)\/+$/, '$1'), given: path, exists: true, folder: isGoDirectory(stat) }
  } catch (error) {
    // Whatever is wrong with the place, the upload tells it better.
    if (!isProblem(error)) throw error
    return { path: path.replace(/(.)\/+$/, '$1'), given: path, exists: false, folder: false }
  }
}

function hostSource(cli: Cli, given: string, follow: boolean): { path: string; folder: boolean } {
  const path = absolute(given, cli.sys.getcwd())
  try {
    const through = follow || wantsFolder(given)
    const stat = cli.sys.lstat(path)
    const real = through && isSymlink(stat.mode) ? cli.sys.realpath(path) : path
    return { path: real, folder: isDirectory(cli.sys.lstat(real).mode) }
  } catch (error) {
    if (!isErrno(error)) throw error
    // The folder and the name in it, joined by the client as they are.
    const shown = path.replace(/^\/([^/]*)$/, '//$1')
    throw new CliError(`lstat ${shown}: ${error.message.toLowerCase()}`)
  }
}

async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  counter: { bytes: number },
): AsyncGenerator<Uint8Array, void, void> {
  for await (const part of bytes) {
    counter.bytes += part.length
    yield part
  }
}
