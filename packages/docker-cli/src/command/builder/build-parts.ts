import { isDirectory, isErrno } from '@drydock/abi'
import { cloneContext, gitPlace } from '../git-context.ts'
import { decodeUtf8, encodeUtf8, readTar, tarHeader, TarWriter } from '@drydock/codec'
import { IgnoreRules } from '@drydock/dockerfile'
import { readAll, readFile, readTextFile } from '@drydock/libc'
import { type Cli, CliError, type HostMember, hostTree, packMembers } from '@drydock/cli-plugin'
import { absolute } from '../container/volume-flags.ts'
import { readStream } from '../read-stream.ts'

export interface PartsWish {
  /** A folder, or `-` for standard input. */
  readonly place: string
  /** Of -f; empty: Dockerfile. */
  readonly file: string
  /** The Dockerfile itself, in place of a file. */
  readonly inline?: string | undefined
  /** Name to folder. */
  readonly contexts: ReadonlyMap<string, string>
  /** Id to content. */
  readonly secrets: ReadonlyMap<string, Uint8Array>
}

/** In place of a folder: the builder finds this context by itself. */
export const NOTHING_SENT = ''

/** What is sent for a build. */
export interface BuildParts {
  readonly tar: AsyncIterable<Uint8Array>
  /** The Dockerfile's path. */
  readonly dockerfile: string
  /** What it says, where that is known on this side. */
  readonly text?: string | undefined
  /** The archive holds `context`, `dockerfile`, `contexts/<name>` and `secrets/<id>`. */
  readonly inParts: boolean
}

const fail = (message: string): never => {
  throw new CliError(`ERROR: ${message}`)
}

/** Gathers everything that a build takes from this side. @throws CliError */
export async function buildParts(cli: Cli, wish: PartsWish): Promise<BuildParts> {
  const git = gitPlace(wish.place)
  if (git) return fromClone(cli, wish, await cloneContext(cli, git))
  if (/^(https?|ssh):\/\//.test(wish.place)) fail('a URL of an archive as context is not supported here')
  if (wish.place === '-' && wish.file === '-')
    fail("invalid argument: can't use stdin for both build context and dockerfile")
  return wish.place === '-' ? fromInput(cli, wish) : fromFolder(cli, wish)
}

/** A Dockerfile that is named is one of the repository. */
const fromClone = (cli: Cli, wish: PartsWish, place: string): Promise<BuildParts> =>
  fromFolder(cli, { ...wish, place, file: wish.file === '' || wish.file === '-' ? wish.file : `${place}/${wish.file}` })

async function fromInput(cli: Cli, wish: PartsWish): Promise<BuildParts> {
  const input = readStream(cli, 0)
  const { value } = await input.next()
  const head = value instanceof Uint8Array ? value : new Uint8Array(0)
  if (head.length === 0) fail('failed to peek context header from STDIN: EOF')
  const plain = wish.contexts.size + wish.secrets.size === 0
  if (isArchive(head)) {
    const tar = chain(head, input)
    const dockerfile = wish.file || 'Dockerfile'
    return plain
      ? { tar, dockerfile, inParts: false }
      : { tar: joined(cli, wish, prefixed(tar)), dockerfile, inParts: true }
  }
  const rest = await readAll(cli.sys, 0)
  const text = concat([head, rest])
  const tar = joined(cli, wish, single('dockerfile/Dockerfile', text))
  return { tar, dockerfile: 'Dockerfile', text: decodeUtf8(text), inParts: true }
}

const isArchive = (bytes: Uint8Array): boolean =>
  String.fromCharCode(...bytes.subarray(257, 262)) === 'ustar' ||
  [
    [0x1f, 0x8b, 8],
    [0x42, 0x5a, 0x68],
    [0xfd, 0x37, 0x7a],
  ].some((magic) => magic.every((byte, i) => bytes[i] === byte))

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

async function* chain(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield first
  yield* rest
}

async function* single(name: string, content: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield new TarWriter().member(tarHeader(name, { mode: 0o644 }), content)
}

/** An archive's members below `context/`. */
async function* prefixed(tar: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const writer = new TarWriter()
  for await (const entry of readTar(tar)) {
    const { header } = entry
    const linkName = header.type === 'hardlink' ? `context/${header.linkName}` : header.linkName
    yield writer.member({ ...header, name: `context/${header.name}`, linkName }, await entry.readAll())
  }
}

async function fromFolder(cli: Cli, wish: PartsWish): Promise<BuildParts> {
  const folder = absolute(wish.place, cli.sys.getcwd())
  if (!isFolder(cli, folder)) fail(`unable to prepare context: path ${JSON.stringify(wish.place)} not found`)
  const path = wish.file === '' ? `${folder}/Dockerfile` : absolute(wish.file, cli.sys.getcwd())
  const elsewhere = wish.file === '-' || wish.inline !== undefined
  const inside = !elsewhere && path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined
  const rules = await rulesFor(cli, folder, elsewhere ? undefined : path)
  const keep = (name: string): boolean => name === inside || name === '.dockerignore' || !rules.ignores(name)
  const plain = inside !== undefined && wish.contexts.size + wish.secrets.size === 0
  if (plain) {
    const members = ofRoot(hostTree(cli, folder, '', keep), '')
    const tar = ended(packMembers(cli, members))
    return { tar, dockerfile: inside, text: await textIfThere(cli, path), inParts: false }
  }
  const tree = packMembers(cli, ofRoot(hostTree(cli, folder, 'context', keep), 'context'))
  const name = elsewhere ? 'Dockerfile' : (path.split('/').at(-1) ?? 'Dockerfile')
  const text = await dockerfileOf(cli, wish, path)
  const own = text === undefined ? tree : both(single(`dockerfile/${name}`, text), tree)
  return { tar: joined(cli, wish, own), dockerfile: name, text: text && decodeUtf8(text), inParts: true }
}

async function dockerfileOf(cli: Cli, { inline, file }: PartsWish, path: string): Promise<Uint8Array | undefined> {
  if (inline !== undefined) return encodeUtf8(inline)
  return file === '-' ? readAll(cli.sys, 0) : readIfThere(cli, path)
}

async function rulesFor(cli: Cli, folder: string, dockerfile: string | undefined): Promise<IgnoreRules> {
  const own = dockerfile === undefined ? undefined : await textIfThere(cli, `${dockerfile}.dockerignore`)
  return new IgnoreRules(own ?? (await textIfThere(cli, `${folder}/.dockerignore`)) ?? '')
}

async function textIfThere(cli: Cli, path: string): Promise<string | undefined> {
  try {
    return await readTextFile(cli.sys, path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

async function readIfThere(cli: Cli, path: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(cli.sys, path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}

/** Everything belongs to root there; a top without a name is left out. */
function* ofRoot(tree: Iterable<HostMember>, top: string): Generator<HostMember, void, void> {
  for (const member of tree)
    if (top !== '' || member.header.name !== '/') yield { ...member, header: { ...member.header, uid: 0, gid: 0 } }
}

async function* both(
  first: AsyncIterable<Uint8Array>,
  second: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  yield* first
  yield* second
}

async function* ended(members: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  yield* members
  yield new TarWriter().end()
}

/** The main part, then named contexts and secrets. */
async function* joined(
  cli: Cli,
  { contexts, secrets }: PartsWish,
  main: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const writer = new TarWriter()
  yield writer.header(tarHeader('context/', { type: 'directory' }))
  yield* main
  for (const [name, place] of contexts) {
    if (place === NOTHING_SENT) continue
    const folder = absolute(place, cli.sys.getcwd())
    if (!isFolder(cli, folder)) fail(`failed to get build context ${name}: stat ${place}: no such file or directory`)
    const rules = await rulesFor(cli, folder, undefined)
    const top = `contexts/${encodeURIComponent(name)}`
    yield* packMembers(
      cli,
      ofRoot(
        hostTree(cli, folder, top, (path) => !rules.ignores(path)),
        top,
      ),
    )
  }
  for (const [id, content] of secrets)
    yield writer.member(tarHeader(`secrets/${encodeURIComponent(id)}`, { mode: 0o600 }), content)
  yield writer.end()
}

export function isFolder(cli: Cli, path: string): boolean {
  try {
    return isDirectory(cli.sys.stat(path).mode)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** `id=x,src=file` or `id=x,env=NAME`. @throws CliError */
export async function readSecrets(cli: Cli, specs: readonly string[]): Promise<Map<string, Uint8Array>> {
  const secrets = new Map<string, Uint8Array>()
  for (const spec of specs) {
    const fields = fieldsOf(spec)
    const id = fields.get('id') ?? ''
    const type = fields.get('type') ?? (fields.has('env') ? 'env' : 'file')
    const source = fields.get('src') ?? fields.get('source') ?? fields.get('env') ?? id
    const name = type === 'env' || (!fields.has('src') && !fields.has('source') && cli.env.has(source)) ? 'env' : 'file'
    secrets.set(id, name === 'env' ? encodeUtf8(cli.env.get(source) ?? '') : await secretFile(cli, source))
  }
  return secrets
}

async function secretFile(cli: Cli, path: string): Promise<Uint8Array> {
  const content = await readIfThere(cli, absolute(path, cli.sys.getcwd()))
  return content ?? fail(`failed to stat ${path}: stat ${path}: no such file or directory`)
}

/** `a=1,b=2`; a field without a value stands for itself. */
export const fieldsOf = (spec: string): Map<string, string> =>
  new Map(
    spec.split(',').map((field): [string, string] => {
      const at = field.indexOf('=')
      return at < 0 ? [field, ''] : [field.slice(0, at), field.slice(at + 1)]
    }),
  )
