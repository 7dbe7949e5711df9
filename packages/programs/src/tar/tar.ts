import { isErrno, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY, SEEK_SET, type Sys } from '@drydock/abi'
import {
  Gunzip,
  bunzip2,
  bzip2,
  Bzip2Error,
  gzip,
  GzipError,
  isBzip2,
  isGzip,
  isXz,
  isZstd,
  TarError,
  unxz,
  unzstd,
  xz,
  XzError,
  zstd,
  ZstdError,
} from '@drydock/codec'
import {
  concat,
  defineProgram,
  flag,
  list,
  optional,
  type ProgramContext,
  readAll,
  readTextFile,
  UsageError,
  value,
  writeAll,
} from '@drydock/libc'
import { withArgv } from '../package-version.ts'
import { ArchiveMaker } from './create.ts'
import { ArchiveReader } from './extract.ts'
import { compare, concatenate, deleteMembers, memberTimes } from './rewrite.ts'

export const tarOptions = {
  create: flag('c', 'create'),
  extract: flag('x', 'extract'),
  get: flag('', 'get'),
  list: flag('t', 'list'),
  append: flag('r', 'append'),
  update: flag('u', 'update'),
  diff: flag('d', 'diff'),
  compare: flag('', 'compare'),
  delete: flag('', 'delete'),
  concatenate: flag('A', 'concatenate'),
  catenate: flag('', 'catenate'),
  file: value('f', 'file'),
  gzip: flag('z', 'gzip'),
  gunzip: flag('', 'gunzip'),
  bzip2: flag('j', 'bzip2'),
  xz: flag('J', 'xz'),
  zstd: flag('', 'zstd'),
  autoCompress: flag('a', 'auto-compress'),
  verbose: flag('v', 'verbose'),
  directory: list('C', 'directory'),
  preserve: flag('p', 'preserve-permissions'),
  sameOwner: flag('', 'same-owner'),
  noSameOwner: flag('', 'no-same-owner'),
  noSamePermissions: flag('', 'no-same-permissions'),
  numericOwner: flag('', 'numeric-owner'),
  toStdout: flag('O', 'to-stdout'),
  keepOld: flag('k', 'keep-old-files'),
  skipOld: flag('', 'skip-old-files'),
  keepNewer: flag('', 'keep-newer-files'),
  oneTopLevel: optional('', 'one-top-level'),
  overwrite: flag('', 'overwrite'),
  stripComponents: value('', 'strip-components'),
  exclude: list('', 'exclude'),
  excludeFrom: value('X', 'exclude-from'),
  filesFrom: value('T', 'files-from'),
  null: flag('', 'null'),
  excludeVcs: flag('', 'exclude-vcs'),
  dereference: flag('h', 'dereference'),
  absoluteNames: flag('P', 'absolute-names'),
  touch: flag('m', 'touch'),
  owner: value('', 'owner'),
  group: value('', 'group'),
  mode: value('', 'mode'),
  mtime: value('', 'mtime'),
  sort: value('', 'sort'),
  format: value('H', 'format'),
  transform: list('', 'transform'),
  xform: list('', 'xform'),
  showTransformed: flag('', 'show-transformed-names'),
  showStored: flag('', 'show-stored-names'),
  wildcards: flag('', 'wildcards'),
  anchored: flag('', 'anchored'),
  totals: optional('', 'totals'),
  warning: value('', 'warning'),
  noRecursion: flag('', 'no-recursion'),
  sparse: flag('S', 'sparse'),
  oneFileSystem: flag('', 'one-file-system'),
  removeFiles: flag('', 'remove-files'),
  ignoreZeros: flag('i', 'ignore-zeros'),
  blocking: value('b', 'blocking-factor'),
}
export type TarContext = ProgramContext<typeof tarOptions>

/** The old way: the first word is letters without a dash, their arguments follow in order. */
function bundled(words: readonly string[]): readonly string[] {
  const [first = '', ...rest] = words
  if (first.startsWith('-') || first === '' || !/^[a-zA-Z]+$/.test(first)) return words
  const out: string[] = []
  for (const letter of first) {
    out.push(`-${letter}`)
    if ('fCTXHb'.includes(letter)) out.push(rest.shift() ?? '')
  }
  return [...out, ...rest]
}

/** -C applies to the operands behind it; getopt loses the order, so those before are told apart here. */
const modeOf = ({ options: o }: TarContext): string[] => [
  ...(o.create ? ['create'] : []),
  ...(o.extract || o.get ? ['extract'] : []),
  ...(o.list ? ['list'] : []),
  ...(o.append || o.update ? ['append'] : []),
  ...(o.diff || o.compare ? ['compare'] : []),
  ...(o.delete ? ['delete'] : []),
  ...(o.concatenate || o.catenate ? ['concatenate'] : []),
]

const archiveName = ({ options: o, env }: TarContext): string => o.file ?? env.get('TAPE') ?? '-'

/** How an archive is packed, by an option or, with -a, by its name. */
function packerOf({ options: o }: TarContext): ((bytes: Uint8Array) => Uint8Array) | undefined {
  const named =
    o.autoCompress > 0 ? /\.(?:(t?gz|taz)|(bz2|tbz2?|tz2)|(xz|txz)|(zst|tzst))$/.exec(o.file ?? '') : undefined
  if (o.gzip > 0 || o.gunzip > 0 || named?.[1]) return gzip
  if (o.bzip2 > 0 || named?.[2]) return bzip2
  if (o.zstd > 0 || named?.[4]) return zstd
  return o.xz > 0 || named?.[3] ? xz : undefined
}

/** Where the members of an archive end and its blocks of zeroes begin. */
async function endOfMembers(sys: Sys, fd: number): Promise<number> {
  const bytes = await readAll(sys, fd)
  let at = 0
  while (at + 512 <= bytes.length && bytes[at] !== 0) {
    const size = Number.parseInt(new TextDecoder().decode(bytes.subarray(at + 124, at + 136)), 8) || 0
    at += 512 + Math.ceil(size / 512) * 512
  }
  return at
}

async function create(context: TarContext): Promise<number> {
  const { sys, operands, options: o } = context
  const names = [
    ...operands,
    ...(o.filesFrom === undefined
      ? []
      : (await readTextFile(sys, o.filesFrom)).split(o.null ? '\0' : '\n').filter(Boolean)),
  ]
  if (names.length === 0 && o.filesFrom === undefined) {
    await context.fail(
      `Cowardly refusing to create an empty archive\nTry '${context.name} --help' or '${context.name} --usage' for more information.`,
    )
    return 2
  }
  const path = archiveName(context)
  const appends = o.append + o.update > 0
  const known = o.update ? await memberTimes(context, path) : undefined
  let fd = 1
  try {
    if (path !== '-') fd = sys.open(path, appends ? O_RDWR | O_CREAT : O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  } catch (error) {
    if (!isErrno(error)) throw error
    return fatal(context, `${path}: Cannot open: ${error.message}`)
  }
  const parts: Uint8Array[] = []
  const pack = packerOf(context)
  let written = appends ? await endOfMembers(sys, fd) : 0
  if (appends) sys.lseek(fd, written, SEEK_SET)
  const write = async (bytes: Uint8Array): Promise<void> => {
    written += bytes.length
    if (pack) parts.push(bytes)
    else await writeAll(sys, fd, bytes)
  }
  const maker = new ArchiveMaker(context, write, path === '-' ? undefined : sys.fstat(fd), known)
  const home = sys.getcwd()
  for (const folder of o.directory) if (!(await enter(context, folder))) return 2
  for (const name of names) await maker.add(name)
  await maker.end()
  const record = (context.flavour === 'busybox' ? 1 : 20) * 512
  const missing = (record - (written % record)) % record
  if (missing) await write(new Uint8Array(missing))
  if (pack) await writeAll(sys, fd, pack(concat(parts)))
  if (fd !== 1) sys.close(fd)
  if (o.removeFiles) maker.removeAdded()
  sys.chdir(home)
  if (maker.failed) await context.fail('Exiting with failure status due to previous errors')
  return maker.failed ? 2 : 0
}

async function enter(context: TarContext, folder: string): Promise<boolean> {
  try {
    context.sys.chdir(folder)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    await fatal(context, `${folder}: Cannot open: ${error.message}`)
    return false
  }
}

async function fatal(context: TarContext, message: string): Promise<number> {
  await context.fail(message)
  await context.fail('Error is not recoverable: exiting now')
  return 2
}

/** What is unpacked as a whole, not as it comes. */
const WHOLE: readonly (readonly [
  is: (head: Uint8Array) => boolean,
  unpack: (bytes: Uint8Array) => readonly Uint8Array[],
])[] = [
  [isBzip2, bunzip2],
  [isXz, (bytes) => unxz(bytes).parts],
  [isZstd, (bytes) => [unzstd(bytes)]],
]

/** The archive's bytes, unpacked when they are gzip, bzip2, xz or zstd. */
async function* source(sys: Sys, fd: number): AsyncGenerator<Uint8Array> {
  let unpacker: Gunzip | undefined
  for (let first = true; ; first = false) {
    let bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) break
    if (first && bytes.length < 6) bytes = concat([bytes, await sys.read(fd, 65536)])
    const unpack = first ? WHOLE.find(([is]) => is(bytes))?.[1] : undefined
    if (unpack) {
      yield* unpack(concat([bytes, await readAll(sys, fd)]))
      return
    }
    if (first && isGzip(bytes)) unpacker = new Gunzip()
    if (unpacker) yield* unpacker.push(bytes)
    else yield bytes
  }
  unpacker?.finish()
}

async function read(context: TarContext, extract: boolean): Promise<number> {
  const { sys, options: o } = context
  const path = archiveName(context)
  let fd = 0
  try {
    if (path !== '-') fd = sys.open(path, O_RDONLY)
  } catch (error) {
    if (!isErrno(error)) throw error
    return fatal(context, `${path}: Cannot open: ${error.message}`)
  }
  if (extract) for (const folder of o.directory) if (!(await enter(context, folder))) return 2
  const reader = new ArchiveReader(context, extract)
  try {
    await reader.prepare()
    for await (const bytes of source(sys, fd)) await reader.push(bytes)
    await reader.finish()
  } catch (error) {
    if (error instanceof GzipError) {
      await context.io.warn(
        `\ngzip: stdin: ${error.message === 'unexpected EOF' ? 'unexpected end of file' : error.message}\n`,
      )
      await context.fail('Child returned status 1')
      return fatal(context, '')
    }
    if (error instanceof ZstdError) {
      await context.io.warn(`/*stdin*\\ : Decoding error (36) : ${error.message} \n`)
      await context.fail('Child returned status 1')
      return fatal(context, '')
    }
    if (error instanceof Bzip2Error || error instanceof XzError) {
      await context.io.warn(`${error instanceof XzError ? 'xz' : 'bzip2'}: (stdin): ${error.message}\n`)
      await context.fail('Child returned status 1')
      return fatal(context, '')
    }
    if (!(error instanceof TarError)) throw error
    if (error.message === 'unexpected EOF') await context.fail('Unexpected EOF in archive')
    else await context.fail('This does not look like a tar archive')
    await context.fail('Exiting with failure status due to previous errors')
    return 2
  } finally {
    if (fd > 0) sys.close(fd)
  }
  if (reader.failed && context.flavour === 'gnu')
    await context.fail('Exiting with failure status due to previous errors')
  return reader.failed ? 2 : 0
}

const REWRITERS: ReadonlyMap<string, (context: TarContext, path: string) => Promise<number>> = new Map([
  ['compare', compare],
  ['delete', deleteMembers],
  ['concatenate', concatenate],
])

async function rewrite(
  context: TarContext,
  action: (context: TarContext, path: string) => Promise<number>,
): Promise<number> {
  const path = archiveName(context)
  try {
    return await action(context, path)
  } catch (error) {
    if (isErrno(error)) return fatal(context, `${path}: Cannot open: ${error.message}`)
    if (!(error instanceof TarError)) throw error
    await context.fail('This does not look like a tar archive')
    await context.fail('Exiting with failure status due to previous errors')
    return 2
  }
}

/** tar: make, list and unpack archives. GNU tar 1.34; packing is done within. */
export const tar = withArgv(
  defineProgram({
    name: 'tar/tar',
    paths: ['/bin/tar'],
    covers: 'partial',
    lacks: ['--lzip, --lzop', 'multi-volume and incremental archives', 'scopes of --transform'],
    summary: 'an archiving utility',
    sizeBytes: 531984,
    usage: 'tar [OPTION...] [FILE]...',
    usageStatus: 64,
    options: tarOptions,
    async main(context) {
      const modes = modeOf(context)
      if (modes.length === 0)
        throw new UsageError("You must specify one of the '-Acdtrux', '--delete' or '--test-label' options")
      if (modes.length > 1)
        throw new UsageError("You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option")
      const [mode = ''] = modes
      const rewriting = REWRITERS.get(mode)
      if (rewriting) return rewrite(context, rewriting)
      return mode === 'create' || mode === 'append' ? create(context) : read(context, mode === 'extract')
    },
  }),
  bundled,
)
