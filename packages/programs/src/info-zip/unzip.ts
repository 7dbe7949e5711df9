import { isDirectory, S_IFLNK, S_IFMT, type Sys } from '@drydock/abi'
import { crc32, GzipError, readZip, zipContents, type ZipEntry, ZipError } from '@drydock/codec'
import { defineProgram, flag, list, type ProgramContext, readFile, readLines, value, writeFile } from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'
import { timeZone } from '../format/strftime.ts'
import { withArgv } from '../package-version.ts'
import { makeFolders } from '../package-managers/files.ts'
import { basename, dirname, join, normalize } from '../paths.ts'
import { infoList, longList, shortList } from './listing.ts'
import { anyOf, spreadLists } from './lists.ts'

/** unzip(1), "DIAGNOSTICS". */
const STATUS = { warning: 1, error: 2, missing: 9, unmatched: 11, unsupported: 81, password: 82 } as const

const options = {
  list: flag('l'),
  verbose: flag('v'),
  test: flag('t'),
  pipe: flag('p'),
  console: flag('c'),
  quiet: flag('q'),
  overwrite: flag('o'),
  never: flag('n'),
  junk: flag('j'),
  update: flag('u'),
  freshen: flag('f'),
  ignoreCase: flag('C'),
  lower: flag('L'),
  owners: flag('X'),
  special: flag('K'),
  comment: flag('z'),
  spaces: flag('BDUVW:^'),
  info: flag('Z'),
  oneLine: flag('1'),
  head: flag('h'),
  short: flag('s'),
  directory: value('d'),
  password: value('P'),
  exclude: list('x'),
}
type Context = ProgramContext<typeof options>

/** The file as it was named, or with .zip behind. */
async function findArchive(context: Context, name: string): Promise<{ path: string; bytes: Uint8Array } | undefined> {
  const names = [name, `${name}.zip`, `${name}.ZIP`]
  for (const path of names) {
    const stat = statOr(context.sys, path, true)
    if (stat && !isDirectory(stat.mode)) return { path, bytes: await readFile(context.sys, path) }
  }
  await context.io.warn(`${context.name}:  cannot find or open ${names[0]}, ${names[1]} or ${names[2]}.\n`)
  return undefined
}

const NO_ARCHIVE = (name: string, path: string): string =>
  `  End-of-central-directory signature not found.  Either this file is not
  a zipfile, or it constitutes one disk of a multi-part archive.  In the
  latter case the central directory and zipfile comment will be found on
  the last disk(s) of this archive.
${name}:  cannot find zipfile directory in one of ${path} or
        ${path}.zip, and cannot find ${path}.ZIP, period.
`

const makeAbove = (sys: Sys, path: string): void => makeFolders(sys, normalize(path, sys.getcwd()))

/** Unpacks members into files. */
class Extraction {
  status = 0
  private answer: 'ask' | 'all' | 'none'
  private readonly links: { readonly path: string; readonly target: string }[] = []
  private readonly folders: { readonly path: string; readonly entry: ZipEntry }[] = []
  private readonly lines: AsyncGenerator<string, void, void>
  private readonly context: Context

  constructor(context: Context) {
    const { options: o, sys } = context
    this.context = context
    this.answer = o.overwrite ? 'all' : o.never ? 'none' : 'ask'
    this.lines = readLines(sys, 0)
  }

  private async say(text: string): Promise<void> {
    if (this.context.options.quiet === 0) await this.context.io.print(text)
  }

  private pathOf(name: string): string | undefined {
    const { options: o } = this.context
    const safe = name
      .split('/')
      .filter((part) => part !== '..')
      .join('/')
      .replace(/^\/+/, '')
    const shown = o.lower ? safe.toLowerCase() : safe
    const path = o.junk ? basename(shown) : shown
    if (path === '' || (o.junk && name.endsWith('/'))) return undefined
    return o.directory === undefined ? path : join(o.directory.replace(/\/+$/, '') || '/', path)
  }

  async entry(entry: ZipEntry): Promise<void> {
    const path = this.pathOf(entry.name)
    if (path === undefined) return
    if (entry.name.endsWith('/')) return this.folder(path.replace(/\/+$/, ''), entry)
    const target = await this.mayWrite(path, entry)
    if (target === undefined) return
    const bytes = await unpackChecked(this.context, entry, this)
    if (bytes) await this.file(target, entry, bytes)
  }

  private async folder(path: string, entry: ZipEntry): Promise<void> {
    if (this.context.options.freshen || isDirectory(statOr(this.context.sys, path, true)?.mode ?? 0)) return
    await this.say(`   creating: ${path}/\n`)
    makeAbove(this.context.sys, path)
    this.folders.push({ path, entry })
  }

  /** @returns where to write; undefined when what is there stays */
  private async mayWrite(path: string, entry: ZipEntry): Promise<string | undefined> {
    const { options: o, sys } = this.context
    const old = statOr(sys, path, false)
    if (!old) return o.freshen ? undefined : path
    if ((o.update || o.freshen) && old.mtimeMs >= entry.mtimeMs) return undefined
    return this.answer === 'ask' ? this.ask(path, entry) : this.answer === 'all' ? path : undefined
  }

  private async ask(path: string, entry: ZipEntry): Promise<string | undefined> {
    const { io } = this.context
    for (;;) {
      await io.out.flush()
      await io.warn(`replace ${path}? [y]es, [n]o, [A]ll, [N]one, [r]ename: `)
      const { value: line } = await this.lines.next()
      if (line === undefined) {
        await io.warn(' NULL\n(EOF or read error, treating as "[N]one" ...)\n')
        this.status = Math.max(this.status, STATUS.warning)
      }
      const letter = (line ?? 'N').charAt(0)
      if (letter === 'A' || letter === 'N') this.answer = letter === 'A' ? 'all' : 'none'
      if (letter === 'y' || letter === 'Y' || letter === 'A') return path
      if (letter === 'n' || letter === 'N') return undefined
      if (letter === 'r' || letter === 'R') return this.renamed(entry)
      await io.warn(`error:  invalid response [${line}]\n`)
    }
  }

  private async renamed(entry: ZipEntry): Promise<string | undefined> {
    await this.context.io.warn('new name: ')
    const { value: line = '' } = await this.lines.next()
    const { directory } = this.context.options
    const path = directory === undefined ? line : join(directory, line)
    return line === '' ? undefined : this.mayWrite(path, entry)
  }

  private async file(path: string, entry: ZipEntry, bytes: Uint8Array): Promise<void> {
    const { sys, options: o } = this.context
    makeAbove(sys, dirname(path))
    if (statOr(sys, path, false)) sys.unlink(path)
    if ((entry.mode & S_IFMT) === S_IFLNK) {
      const target = new TextDecoder().decode(bytes)
      await this.say(`    linking: ${path.padEnd(22)}  -> ${target} \n`)
      this.links.push({ path, target })
      return
    }
    await this.say(`${entry.method === 0 ? ' extracting' : '  inflating'}: ${path.padEnd(22)}  \n`)
    await writeFile(sys, path, bytes)
    if (entry.mode) sys.chmod(path, entry.mode & (o.special ? 0o7777 : 0o777))
    if (o.owners) sys.chown(path, entry.uid, entry.gid)
    sys.utimes(path, entry.mtimeMs, entry.mtimeMs)
  }

  async finish(): Promise<void> {
    const { sys } = this.context
    if (this.links.length) await this.say('finishing deferred symbolic links:\n')
    for (const { path, target } of this.links) {
      await this.say(`  ${path.padEnd(22)} -> ${target}\n`)
      sys.symlink(target, path)
    }
    for (const { path, entry } of this.folders.reverse()) {
      if (entry.mode) sys.chmod(path, entry.mode & 0o777)
      sys.utimes(path, entry.mtimeMs, entry.mtimeMs)
    }
  }
}

/** A member's bytes; undefined, with the reason told and noted, when they cannot be had. */
async function unpackChecked(
  { io }: Context,
  entry: ZipEntry,
  into: { status: number },
): Promise<Uint8Array | undefined> {
  const trouble = async (message: string, status: number): Promise<undefined> => {
    await io.warn(message)
    into.status = Math.max(into.status, status)
    return undefined
  }
  if (entry.flags & 1)
    return trouble(`   skipping: ${entry.name.padEnd(22)}  unable to get password\n`, STATUS.password)
  if (entry.method !== 0 && entry.method !== 8)
    return trouble(
      `   skipping: ${entry.name.padEnd(22)}  unsupported compression method ${entry.method}\n`,
      STATUS.unsupported,
    )
  try {
    const bytes = zipContents(entry)
    const crc = crc32(bytes)
    if (crc === entry.crc) return bytes
    const hex = (number: number): string => number.toString(16).padStart(8, '0')
    return trouble(`${entry.name}:  bad CRC ${hex(crc)}  (should be ${hex(entry.crc)})\n`, STATUS.error)
  } catch (error) {
    if (!(error instanceof GzipError)) throw error
    return trouble(`  error:  invalid compressed data to inflate ${entry.name}\n`, STATUS.error)
  }
}

async function test(context: Context, path: string, entries: readonly ZipEntry[], all: boolean): Promise<number> {
  const { io, options: o } = context
  const state = { status: 0 }
  for (const entry of entries) {
    const bytes = await unpackChecked(context, entry, state)
    if (bytes && o.quiet === 0) await io.print(`    testing: ${entry.name.padEnd(22)}   OK\n`)
  }
  const count = `for the ${entries.length} file${entries.length === 1 ? '' : 's'} tested.`
  if (state.status) await io.print(`At least one error was detected in ${path}.\n`)
  else if (o.quiet < 2)
    await io.print(
      all ? `No errors detected in compressed data of ${path}.\n` : `No errors detected in ${path} ${count}\n`,
    )
  return state.status
}

/** -p and -c. */
async function show(context: Context, entries: readonly ZipEntry[]): Promise<number> {
  const { io, options: o } = context
  const state = { status: 0 }
  for (const entry of entries) {
    if (entry.name.endsWith('/')) continue
    const bytes = await unpackChecked(context, entry, state)
    const named = o.console > 0 && o.quiet === 0
    if (named) await io.print(`${entry.method === 0 ? ' extracting' : '  inflating'}: ${entry.name.padEnd(22)}  \n`)
    if (bytes) await io.out.write(bytes)
    if (named) await io.print('\n')
  }
  return state.status
}

const USAGE = `UnZip 6.00 of 20 April 2009, by Debian. Original by Info-ZIP.

Usage: unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]
`

async function main(context: Context, information: boolean): Promise<number> {
  const { io, options: o, operands, name, env } = context
  const [given, ...wanted] = operands
  if (given === undefined) {
    await io.print(USAGE)
    return information || o.verbose || operands.length === 0 ? 0 : 10
  }
  const archive = await findArchive(context, given)
  if (!archive) return STATUS.missing
  const { path, bytes } = archive
  let entries: readonly ZipEntry[]
  const asInformation = information || o.info > 0
  const titled = !asInformation && o.pipe === 0 && o.quiet === 0
  if (titled) await io.print(`Archive:  ${path}\n`)
  try {
    entries = readZip(bytes)
  } catch (error) {
    if (!(error instanceof ZipError)) throw error
    await io.out.flush()
    await io.warn(NO_ARCHIVE(name, path))
    return STATUS.missing
  }
  const chosen = choose(context, entries, wanted)
  const zone = timeZone(env)
  if (asInformation) await io.print(infoList(path, bytes.length, chosen, infoLetters(context), zone))
  else if (o.comment) return 0
  else if (o.verbose) await io.print(longList(chosen, zone))
  else if (o.list) await io.print(shortList(chosen, zone))
  const listing = asInformation || o.verbose > 0 || o.list > 0
  const status = listing ? 0 : await act(context, path, chosen, wanted.length + o.exclude.length === 0)
  return Math.max(status, await unmatched(context, entries, wanted, listing))
}

const infoLetters = ({ options: o }: Context): string =>
  (o.oneLine ? '1' : '') + (o.head ? 'h' : '') + (o.test ? 't' : '') + (o.short ? 's' : '')

async function act(context: Context, path: string, chosen: readonly ZipEntry[], all: boolean): Promise<number> {
  const { options: o } = context
  if (o.test) return test(context, path, chosen, all)
  if (o.pipe || o.console) return show(context, chosen)
  const extraction = new Extraction(context)
  if (o.directory !== undefined && !statOr(context.sys, o.directory, true)) makeAbove(context.sys, o.directory)
  for (const entry of chosen) await extraction.entry(entry)
  await extraction.finish()
  return extraction.status
}

function choose({ options: o }: Context, entries: readonly ZipEntry[], wanted: readonly string[]): readonly ZipEntry[] {
  const included = wanted.length ? anyOf(wanted, o.ignoreCase > 0) : () => true
  const excluded = anyOf(o.exclude, o.ignoreCase > 0)
  return entries.filter(({ name }) => included(name) && !excluded(name))
}

/** Patterns that no member has. */
async function unmatched(
  { io, options: o }: Context,
  entries: readonly ZipEntry[],
  wanted: readonly string[],
  listing: boolean,
): Promise<number> {
  const misses = (patterns: readonly string[]): string[] =>
    patterns.filter((pattern) => !entries.some(({ name }) => anyOf([pattern], o.ignoreCase > 0)(name)))
  const missed = misses(wanted)
  await io.out.flush()
  if (!listing) {
    for (const pattern of missed) await io.warn(`caution: filename not matched:  ${pattern}\n`)
    for (const pattern of misses(o.exclude)) await io.warn(`caution: excluded filename not matched:  ${pattern}\n`)
  }
  return missed.length ? STATUS.unmatched : 0
}

const row = (name: 'unzip' | 'zipinfo', summary: string) =>
  withArgv(
    defineProgram({
      name: `info-zip/${name}`,
      paths: [`/usr/bin/${name}`],
      covers: 'partial',
      lacks: ['encrypted members', 'archives in parts', 'Zip64', 'methods besides stored and deflated', '-a', '-M'],
      summary,
      usage:
        name === 'unzip'
          ? 'unzip [-Z] [-opts[modifiers]] file[.zip] [list] [-x xlist] [-d exdir]'
          : 'zipinfo [-12smlvhMtTz] file[.zip] [list...] [-x xlist...]',
      sizeBytes: 194_480,
      options,
      main: (context) => main(context, name === 'zipinfo'),
    }),
    spreadLists('x'),
  )

/** unzip: list, test and extract compressed files in a ZIP archive. Info-ZIP UnZip 6.00. */
export const unzip = row('unzip', 'list, test and extract compressed files in a ZIP archive')
export const zipinfo = row('zipinfo', 'list detailed information about a ZIP archive')
