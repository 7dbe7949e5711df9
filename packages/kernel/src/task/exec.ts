import {
  decodeFileCapabilities,
  E2BIG,
  EOPNOTSUPP,
  type FileCapabilities,
  XATTR_CAPABILITY,
  ELOOP,
  ENOENT,
  ENOEXEC,
  type MaybePromise,
  MS_NOSUID,
  type Program,
  S_ISGID,
  S_ISUID,
  stubProgram,
} from '@drydock/abi'
import {
  afterExec,
  type Credentials,
  type Inode,
  type Location,
  type OpenFile,
  type PathContext,
} from '../vfs/index.ts'
import type { KernelParts } from '../kernel-parts.ts'
import type { Image, Task } from './task.ts'

/** BINPRM_BUF_SIZE: how much of a file tells what it is. */
const HEAD_BYTES = 256
const MOST_INTERPRETERS = 4
/** MAX_ARG_STRLEN times what ARG_MAX leaves. execve(2), "Limits on size of arguments and environment". */
const ARG_MAX = 2 * 1024 * 1024
const DEFAULT_RSS = 1024 * 1024

/** What a file turned out to run. */
export interface Executable {
  readonly program: Program
  readonly image: Image
  /** The effective ids after it: others than before for a set-user-id file. */
  readonly credentials: Credentials
}

interface Found {
  readonly name: string
  readonly argv: readonly string[]
  readonly location: Location
}

/**
 * Finds what execve(2) of `path` would run: a stub's program, or for `#!` that of the interpreter.
 * @throws ENOENT, ENOTDIR, EACCES, ELOOP, ENOEXEC, E2BIG
 */
export function findExecutable(
  parts: KernelParts,
  context: PathContext,
  path: string,
  argv: readonly string[],
  env: ReadonlyMap<string, string>,
): MaybePromise<Executable> {
  checkSize(argv, env)
  const found = follow(parts, context, path, argv, 0)
  const program = parts.programs.find(found.name)
  const build = (program_: Program | undefined): Executable => {
    if (program_ === undefined) throw ENOEXEC
    return describe(program_, found, context, baseName(path), env)
  }
  return program instanceof Promise ? program.then(build) : build(program)
}

function describe(
  program: Program,
  { argv, location }: Found,
  context: PathContext,
  name: string,
  env: ReadonlyMap<string, string>,
): Executable {
  const image: Image = {
    argv,
    env: new Map(env),
    comm: name.slice(0, 15),
    exe: location,
    rssBytes: program.rssBytes ?? DEFAULT_RSS,
  }
  return { program, image, credentials: effective(context.credentials, location, !hasNoNewPrivileges(context)) }
}

const hasNoNewPrivileges = ({
  task,
}: PathContext & { readonly task?: { readonly noNewPrivileges?: boolean } }): boolean => task?.noNewPrivileges ?? false

function effective(credentials: Credentials, { inode, mount }: Location, mayGain: boolean): Credentials {
  if (mount.flags & MS_NOSUID || !mayGain) return afterExec(credentials)
  const uid = inode.mode & S_ISUID ? inode.uid : credentials.uid
  const gid = inode.mode & S_ISGID ? inode.gid : credentials.gid
  return afterExec({ ...credentials, uid, gid }, fileCapabilities(inode))
}

function fileCapabilities(inode: Inode): FileCapabilities | undefined {
  try {
    const value = inode.xattrs?.get(XATTR_CAPABILITY)
    return value && decodeFileCapabilities(value)
  } catch (error) {
    if (error === EOPNOTSUPP) return undefined
    throw error
  }
}

function follow(parts: KernelParts, context: PathContext, path: string, argv: readonly string[], depth: number): Found {
  if (depth > MOST_INTERPRETERS) throw ELOOP
  if (path === '') throw ENOENT
  const file = parts.files.openExecutable(context, path)
  const head = readHead(file)
  const name = stubProgram(head)
  if (name !== undefined) return { name, argv, location: file.location }
  if (isModule(head)) return { name: WASI, argv, location: file.location }
  const interpreter = readShebang(head)
  if (interpreter === undefined) throw ENOEXEC
  return follow(parts, context, interpreter[0] ?? '', [...interpreter, path, ...argv.slice(1)], depth + 1)
}

function readHead(file: OpenFile): Uint8Array {
  try {
    return file.pread(HEAD_BYTES, 0)
  } finally {
    file.release()
  }
}

/** Runs modules of WebAssembly, which name no interpreter: as if registered with binfmt_misc. */
const WASI = 'wasi/wasi'
const isModule = (head: Uint8Array): boolean =>
  head[0] === 0 && head[1] === 0x61 && head[2] === 0x73 && head[3] === 0x6d

/** The interpreter and its one optional argument. execve(2), "Interpreter scripts". */
function readShebang(head: Uint8Array): string[] | undefined {
  if (head[0] !== 0x23 || head[1] !== 0x21) return undefined
  const text = new TextDecoder().decode(head).slice(2)
  const end = text.indexOf('\n')
  const line = (end < 0 ? text : text.slice(0, end)).trim()
  const [, path = '', argument] = /^(\S+)(?:\s+(.*))?$/.exec(line) ?? []
  if (path === '') return undefined
  return argument === undefined ? [path] : [path, argument]
}

function checkSize(argv: readonly string[], env: ReadonlyMap<string, string>): void {
  let size = 0
  for (const word of argv) size += word.length + 9
  for (const [key, value] of env) size += key.length + value.length + 10
  if (size > ARG_MAX) throw E2BIG
}

const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

/** Puts the new program in the place of the old: all that execve(2) changes besides the code. */
export function replaceImage(task: Task, { image, credentials }: Executable): void {
  task.image = image
  task.credentials = credentials
  task.savedUid = credentials.uid
  task.signals.resetHandlers()
  task.fds.closeOnExec()
  task.heapBytes = 0
}
