import { isDirectory, isErrno, O_RDONLY } from '@drydock/abi'
import { tarHeader, TarWriter } from '@drydock/codec'
import { readAll, readFile, readTextFile } from '@drydock/libc'
import { type Cli, CliError, hostTree, pack } from '@drydock/cli-plugin'
import { absolute } from '../container/volume-flags.ts'
import { cloneContext, gitPlace } from '../git-context.ts'
import { readStream } from '../read-stream.ts'
import { IgnoreRules } from '@drydock/dockerfile'

export interface BuildContext {
  readonly tar: AsyncIterable<Uint8Array>
  /** The Dockerfile's path inside. */
  readonly dockerfile: string
  close(): void
}

const nothing = (): void => {}

/** The context of a build: a folder, `-` for an archive or a Dockerfile on standard input. @throws CliError */
export async function buildContext(cli: Cli, place: string, file: string): Promise<BuildContext> {
  if (place === '-') return fromInput(cli, file)
  const git = gitPlace(place)
  if (git) return fromFolder(cli, await cloneContext(cli, git), file)
  if (/^https?:\/\//.test(place)) throw new CliError('build: a URL of an archive as context is not supported here')
  return fromFolder(cli, place, file)
}

async function fromInput(cli: Cli, file: string): Promise<BuildContext> {
  if (file === '-') throw new CliError("invalid argument: can't use stdin for both build context and dockerfile")
  const input = readStream(cli, 0)
  const { value: head } = await input.next()
  const start = head instanceof Uint8Array ? head : new Uint8Array(0)
  if (isArchive(start)) return { tar: chain(start, input), dockerfile: file || 'Dockerfile', close: nothing }
  const rest = await readAll(cli.sys, 0)
  return { tar: single('Dockerfile', [start, rest]), dockerfile: 'Dockerfile', close: nothing }
}

/** tar has `ustar` in its header, gzip, bzip2 and xz have their magic numbers. */
const isArchive = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar' ||
  [
    [0x1f, 0x8b, 8],
    [0x42, 0x5a, 0x68],
    [0xfd, 0x37, 0x7a],
  ].some((magic) => magic.every((byte, i) => bytes[i] === byte))

async function* chain(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield first
  yield* rest
}

async function* single(name: string, parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array, void, void> {
  const size = parts.reduce((sum, part) => sum + part.length, 0)
  const writer = new TarWriter()
  yield writer.header(tarHeader(name, { size, mode: 0o600 }))
  yield* parts
  yield writer.padding(size)
  yield writer.end()
}

const prepare = (problem: string): CliError => new CliError(`unable to prepare context: ${problem}`)

async function fromFolder(cli: Cli, place: string, file: string): Promise<BuildContext> {
  const folder = absolute(place, cli.sys.getcwd())
  if (!isFolder(cli, folder)) throw prepare(`path ${JSON.stringify(place)} not found`)
  const path = file === '' ? `${folder}/Dockerfile` : absolute(file, cli.sys.getcwd())
  if (file !== '-' && !exists(cli, path))
    throw prepare(`unable to evaluate symlinks in Dockerfile path: lstat ${path}: no such file or directory`)
  const inside = path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
  const rules = new IgnoreRules(await ignoreFile(cli, folder, inside ?? 'Dockerfile'))
  const kept = (relative: string): boolean =>
    relative === inside || relative === '.dockerignore' || !rules.ignores(relative)
  const tree = hostTree(cli, folder, '', kept)
  if (inside !== undefined && file !== '-') return { tar: pack(cli, dropTop(tree)), dockerfile: inside, close: nothing }
  const outside = file === '-' ? await readAll(cli.sys, 0) : await readFile(cli.sys, path)
  const name = `.dockerfile.${Array.from(cli.sys.entropy.bytes(10), (byte) => byte.toString(16).padStart(2, '0')).join('')}`
  return { tar: withFile(cli, dropTop(tree), name, outside), dockerfile: name, close: nothing }
}

function* dropTop(tree: ReturnType<typeof hostTree>): ReturnType<typeof hostTree> {
  for (const member of tree)
    if (member.header.name !== '/') yield { ...member, header: { ...member.header, uid: 0, gid: 0 } }
}

async function* withFile(
  cli: Cli,
  tree: ReturnType<typeof hostTree>,
  name: string,
  content: Uint8Array,
): AsyncGenerator<Uint8Array, void, void> {
  const writer = new TarWriter()
  yield writer.member(tarHeader(name, { mode: 0o600 }), content)
  yield* pack(cli, tree)
}

function isFolder(cli: Cli, path: string): boolean {
  try {
    return isDirectory(cli.sys.stat(path).mode)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

function exists(cli: Cli, path: string): boolean {
  try {
    cli.sys.close(cli.sys.open(path, O_RDONLY))
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

async function ignoreFile(cli: Cli, folder: string, dockerfile: string): Promise<string> {
  for (const name of [`${dockerfile}.dockerignore`, '.dockerignore'])
    try {
      return await readTextFile(cli.sys, `${folder}/${name}`)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  return ''
}
