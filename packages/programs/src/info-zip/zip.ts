import { isDirectory, isErrno, isRegular, isSymlink, type Stat } from '@drydock/abi'
import { crc32, deflateRaw, readZip, writeZip, type ZipEntry, ZipError } from '@drydock/codec'
import {
  defineProgram,
  encodeText,
  flag,
  list,
  type ProgramContext,
  readAll,
  readFile,
  readLines,
  value,
  writeFile,
} from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'
import { withArgv } from '../package-version.ts'
import { basename, join } from '../paths.ts'
import { anyOf, spreadLists } from './lists.ts'

/** zip(1), "DIAGNOSTICS". */
const STATUS = { damaged: 3, nothing: 12, arguments: 16, unreadable: 18 } as const
const DEFLATED = 8

const options = {
  recurse: flag('r', 'recurse-paths'),
  recursePatterns: flag('R', 'recurse-patterns'),
  quiet: flag('q', 'quiet'),
  verbose: flag('v', 'verbose'),
  remove: flag('d', 'delete'),
  update: flag('u', 'update'),
  freshen: flag('f', 'freshen'),
  grow: flag('g', 'grow'),
  move: flag('m', 'move'),
  junk: flag('j', 'junk-paths'),
  symlinks: flag('y', 'symlinks'),
  noFolders: flag('D', 'no-dir-entries'),
  noExtra: flag('X', 'no-extra'),
  test: flag('T', 'test'),
  names: flag('@', 'names-stdin'),
  showFiles: flag('', 'show-files'),
  store: flag('0'),
  fast: flag('1'),
  faster: flag('2'),
  level: flag('34567'),
  better: flag('8'),
  best: flag('9'),
  exclude: list('x', 'exclude'),
  include: list('i', 'include'),
  output: value('O', 'output-file'),
}
type Context = ProgramContext<typeof options>

/** Ends the program with `zip error: …`. */
class ZipFailure extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** A file to be put in: its path, and its name in the archive. */
interface Source {
  readonly path: string
  readonly name: string
  readonly stat: Stat
}

class Collector {
  readonly sources = new Map<string, Source>()
  private readonly context: Context
  private readonly archive: Stat | undefined
  private readonly wanted: (name: string) => boolean

  constructor(context: Context, archive: Stat | undefined) {
    const { options: o } = context
    this.context = context
    this.archive = archive
    const included = o.include.length ? anyOf(o.include) : () => true
    const excluded = anyOf(o.exclude)
    this.wanted = (name) => included(name) && !excluded(name)
  }

  /** @returns whether there is such a file */
  add(path: string): boolean {
    const { sys, options: o } = this.context
    const stat = statOr(sys, path, o.symlinks === 0)
    if (!stat) return false
    if (this.archive && stat.ino === this.archive.ino && stat.dev === this.archive.dev) return true
    if (isDirectory(stat.mode)) this.folder(path, stat)
    else if (isRegular(stat.mode) || isSymlink(stat.mode)) this.keep(path, stat, '')
    return true
  }

  private folder(path: string, stat: Stat): void {
    const { sys, options: o } = this.context
    if (o.noFolders === 0 && o.junk === 0) this.keep(path, stat, '/')
    if (o.recurse > 0) for (const { name } of sys.readdir(path)) this.add(join(path, name))
  }

  private keep(path: string, stat: Stat, tail: '' | '/'): void {
    const plain = path
      .replace(/\/+$/, '')
      .split('/')
      .filter((part) => part !== '.' && part !== '')
      .join('/')
    const name = (this.context.options.junk ? basename(plain) : plain) + tail
    if (plain !== '' && this.wanted(name)) this.sources.set(name, { path, name, stat })
  }
}

/** zip(1): what is no text has control characters, or many bytes beyond ASCII. */
function looksLikeText(bytes: Uint8Array): boolean {
  let ascii = 0
  for (const byte of bytes) if (byte >= 7 && byte < 128) ascii++
  return bytes.length > 0 && bytes.length - ascii <= ascii >> 2
}

const flagsOf = ({ options: o }: Context): number => (o.best || o.better ? 2 : o.faster ? 4 : o.fast ? 6 : 0)

function pack(
  context: Context,
  bytes: Uint8Array,
): Pick<ZipEntry, 'method' | 'flags' | 'packed' | 'crc' | 'size' | 'text'> {
  const { options: o } = context
  const level = o.best || o.better ? 9 : o.fast || o.faster ? 1 : 6
  const packed = o.store || bytes.length === 0 ? bytes : deflateRaw(bytes, { level })
  const smaller = packed.length < bytes.length
  return {
    method: smaller ? DEFLATED : 0,
    flags: smaller ? flagsOf(context) : 0,
    packed: smaller ? packed : bytes,
    crc: crc32(bytes),
    size: bytes.length,
    text: looksLikeText(bytes),
  }
}

const saved = ({ size, packed }: ZipEntry): string => {
  const method = packed.length < size ? 'deflated' : 'stored'
  return `(${method} ${size === 0 ? 0 : Math.floor((200 * (size - packed.length)) / size + 1) >> 1}%)`
}

async function entryOf(context: Context, { path, name, stat }: Source): Promise<ZipEntry> {
  const { sys } = context
  const bytes = isDirectory(stat.mode)
    ? new Uint8Array(0)
    : isSymlink(stat.mode)
      ? encodeText(sys.readlink(path))
      : await readFile(sys, path)
  const { uid, gid, mode, mtimeMs } = stat
  const body = pack(context, bytes)
  return { name, uid, gid, mode, mtimeMs, ...body, text: body.text && isRegular(mode) }
}

async function tell(context: Context, verb: string, entry: ZipEntry, stream: boolean): Promise<void> {
  const { options: o } = context
  if (o.quiet) return
  const sizes = o.verbose ? `\t(in=${entry.size}) (out=${entry.packed.length})` : ''
  const line = `${verb}: ${entry.name}${sizes} ${saved(entry)}\n`
  await say(context, line, stream)
}

/** Messages, complaints among them, are output unless that is the archive. */
const say = async ({ io }: Context, text: string, stream: boolean): Promise<void> => {
  await (stream ? io.warn(text) : io.print(text))
}

/** The sum behind -v. */
async function tellTotal({ io, options: o }: Context, entries: readonly ZipEntry[]): Promise<void> {
  if (o.verbose === 0 || o.quiet > 0) return
  const [size, packed] = [
    entries.reduce((sum, each) => sum + each.size, 0),
    entries.reduce((sum, each) => sum + each.packed.length, 0),
  ]
  const share = size === 0 ? 0 : Math.floor((200 * (size - packed)) / size + 1) >> 1
  await io.print(`total bytes=${size}, compressed=${packed} -> ${share}% savings\n`)
}

class Zip {
  private readonly context: Context
  private readonly given: string
  private readonly path: string
  private readonly old: Stat | undefined
  private entries: ZipEntry[] = []

  constructor(context: Context, given: string) {
    this.context = context
    this.given = given
    this.path = given === '-' || /\.[^/]*$/.test(basename(given)) ? given : `${given}.zip`
    this.old = given === '-' ? undefined : statOr(context.sys, this.path, true)
  }

  async run(words: readonly string[]): Promise<number> {
    const { options: o } = this.context
    await this.read()
    if (o.showFiles) return this.showFiles()
    if (o.remove) return this.remove(words)
    const names = o.names ? await this.namesGiven() : words
    if (names.length === 0 && o.test && this.old) return this.tested()
    if (names.length === 0 && !o.freshen) throw this.nothing()
    return this.add(names)
  }

  private async namesGiven(): Promise<string[]> {
    const names: string[] = []
    for await (const line of readLines(this.context.sys, 0)) names.push(line)
    return names
  }

  private nothing(hint = this.path): ZipFailure {
    return new ZipFailure(`Nothing to do! (${hint})`, STATUS.nothing)
  }

  private async read(): Promise<void> {
    if (!this.old) return
    try {
      this.entries = readZip(await readFile(this.context.sys, this.path))
    } catch (error) {
      if (!(error instanceof ZipError)) throw error
      await say(this.context, NO_SIGNATURE, false)
      throw new ZipFailure(`Zip file structure invalid (${this.path})`, STATUS.damaged)
    }
  }

  private async showFiles(): Promise<number> {
    const size = this.entries.reduce((sum, each) => sum + each.size, 0)
    const rows = this.entries.map(({ name }) => `  ${name}\n`).join('')
    await this.context.io.print(`Archive contains:\n${rows}Total ${this.entries.length} entries (${size} bytes)\n`)
    return 0
  }

  private async tested(): Promise<number> {
    await this.context.io.print(`test of ${this.path} OK\n`)
    return 0
  }

  private async warnUnmatched(name: string): Promise<void> {
    await say(this.context, `\tzip warning: name not matched: ${name}\n`, this.path === '-')
  }

  private async remove(patterns: readonly string[]): Promise<number> {
    const { io, options: o, sys } = this.context
    const matches = anyOf(patterns)
    const gone = this.entries.filter(({ name }) => matches(name))
    for (const pattern of patterns)
      if (!this.entries.some(({ name }) => anyOf([pattern])(name))) await this.warnUnmatched(pattern)
    if (gone.length === 0) throw this.nothing()
    if (!o.quiet) for (const { name } of gone) await io.print(`deleting: ${name}\n`)
    this.entries = this.entries.filter((each) => !gone.includes(each))
    if (this.entries.length === 0) {
      await io.print('\tzip warning: zip file empty\n')
      sys.unlink(this.path)
    } else await this.write()
    return 0
  }

  private async add(names: readonly string[]): Promise<number> {
    const { options: o, sys } = this.context
    const collector = new Collector(this.context, this.old)
    const streams = names.filter((name) => name === '-')
    for (const name of names.filter((each) => each !== '-')) if (!collector.add(name)) await this.warnUnmatched(name)
    const sources = this.chosen([...collector.sources.values()], names.length === 0)
    if (sources.length + streams.length === 0) {
      if ((o.update || o.freshen) && this.old) return STATUS.nothing
      throw this.nothing(
        o.recurse && names.length === 1 && !this.old ? `try: zip -r ${this.given} . -i ${names[0]}` : this.path,
      )
    }
    const fresh: ZipEntry[] = []
    for (const source of sources) fresh.push(await this.put(source))
    for (const _ of streams) fresh.push(await this.putStream())
    await tellTotal(this.context, fresh)
    await this.write()
    if (o.test) await this.tested()
    for (const { path, stat } of o.move ? sources.reverse() : []) {
      if (isDirectory(stat.mode)) removeEmpty(this.context, path)
      else sys.unlink(path)
    }
    return 0
  }

  /** -u and -f leave what is not newer. */
  private chosen(sources: readonly Source[], all: boolean): Source[] {
    const { options: o } = this.context
    if (!o.update && !o.freshen) return [...sources]
    const known = new Map(this.entries.map((entry) => [entry.name, entry]))
    const own = all ? this.entries.map(({ name }) => name) : []
    const given = own.length ? this.sourcesOf(own) : sources
    return given.filter(({ name, stat }) => {
      const entry = known.get(name)
      return entry ? Math.floor(stat.mtimeMs / 1000) * 1000 > entry.mtimeMs : o.freshen === 0
    })
  }

  private sourcesOf(names: readonly string[]): Source[] {
    const collector = new Collector(this.context, this.old)
    for (const name of names) collector.add(name)
    return [...collector.sources.values()]
  }

  private async put(source: Source): Promise<ZipEntry> {
    const entry = await entryOf(this.context, source)
    await this.place(entry)
    return entry
  }

  private async putStream(): Promise<ZipEntry> {
    const { sys } = this.context
    const mtimeMs = sys.clock.now()
    const body = pack(this.context, await readAll(sys, 0))
    const entry: ZipEntry = { name: '-', uid: sys.getuid(), gid: sys.getgid(), mode: 0o10600, mtimeMs, ...body }
    await this.place(entry)
    return entry
  }

  private async place(entry: ZipEntry): Promise<void> {
    const at = this.entries.findIndex(({ name }) => name === entry.name)
    await tell(
      this.context,
      at < 0 ? '  adding' : this.context.options.freshen ? 'freshening' : 'updating',
      entry,
      this.path === '-',
    )
    if (at < 0) this.entries.push(entry)
    else this.entries[at] = entry
  }

  private async write(): Promise<void> {
    const { sys, io, options: o } = this.context
    const bytes = writeZip(this.entries)
    if (this.path === '-') return void (await io.out.write(bytes))
    await writeFile(sys, o.output ?? this.path, bytes)
  }
}

function removeEmpty({ sys }: Context, path: string): void {
  try {
    sys.rmdir(path)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

const NO_SIGNATURE = `\tzip warning: missing end signature--probably not a zip file (did you
\tzip warning: remember to use binary mode when you transferred it?)
\tzip warning: (if you are trying to read a damaged archive try -F)
`

const USAGE = `Copyright (c) 1990-2008 Info-ZIP - Type 'zip "-L"' for software license.
Zip 3.0 (July 5th 2008). Usage:
zip [-options] [-b path] [-t mmddyyyy] [-n suffixes] [zipfile list] [-xi list]
`

async function main(context: Context): Promise<number> {
  const { io, operands } = context
  const [archive, ...names] = operands
  if (archive === undefined) {
    await io.print(USAGE)
    return 0
  }
  try {
    return await new Zip(context, archive).run(names)
  } catch (error) {
    if (!(error instanceof ZipFailure)) throw error
    await say(context, `\nzip error: ${error.message}\n`, archive === '-')
    return error.status
  }
}

const words = spreadLists('xi')

/** zip: package and compress files. Info-ZIP Zip 3.0. */
export const zip = withArgv(
  defineProgram({
    name: 'info-zip/zip',
    paths: ['/usr/bin/zip'],
    covers: 'partial',
    lacks: ['encryption (-e, -P)', 'archives in parts (-s)', 'Zip64', '-b, -t, -n, -z, -A, -F'],
    summary: 'package and compress (archive) files',
    usage: 'zip [-options] [-b path] [-t mmddyyyy] [-n suffixes] [zipfile list] [-xi list]',
    sizeBytes: 217_776,
    usageStatus: STATUS.arguments,
    options,
    main,
  }),
  (argv) => words(argv).map((word) => (word === '-sf' ? '--show-files' : word)),
)
