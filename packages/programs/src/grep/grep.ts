import { isDirectory, isErrno, type Program } from '@drydock/abi'
import {
  defineProgram,
  flag,
  list,
  optional,
  type ProgramContext,
  readTextFile,
  UsageError,
  value,
} from '@drydock/libc'
import { withArgv } from '../package-version.ts'
import { join } from '../paths.ts'
import { RegexError } from '../regex/posix.ts'
import { isTerminal } from '../text/terminal.ts'
import { globMatcher } from '../text/glob.ts'
import { compilePatterns, type Matcher } from './patterns.ts'
import { Searcher } from './searcher.ts'

export const grepOptions = {
  after: value('A', 'after-context'),
  text: flag('a', 'text'),
  binary: flag('U', 'binary'),
  before: value('B', 'before-context'),
  context: value('C', 'context'),
  count: flag('c', 'count'),
  color: optional('', 'color'),
  colour: optional('', 'colour'),
  binaryFiles: value('', 'binary-files'),
  extended: flag('E', 'extended-regexp'),
  expressions: list('e', 'regexp'),
  fixed: flag('F', 'fixed-strings'),
  files: list('f', 'file'),
  basic: flag('G', 'basic-regexp'),
  withName: flag('H', 'with-filename'),
  noName: flag('h', 'no-filename'),
  binaryNoMatch: flag('I'),
  ignoreCase: flag('iy', 'ignore-case'),
  noIgnoreCase: flag('', 'no-ignore-case'),
  without: flag('L', 'files-without-match'),
  with: flag('l', 'files-with-matches'),
  max: value('m', 'max-count'),
  lineNumber: flag('n', 'line-number'),
  byteOffset: flag('b', 'byte-offset'),
  only: flag('o', 'only-matching'),
  perl: flag('P', 'perl-regexp'),
  quiet: flag('q', 'quiet'),
  silent: flag('', 'silent'),
  dereferenceRecursive: flag('R', 'dereference-recursive'),
  recursive: flag('r', 'recursive'),
  directories: value('d', 'directories'),
  noMessages: flag('s', 'no-messages'),
  invert: flag('v', 'invert-match'),
  word: flag('w', 'word-regexp'),
  line: flag('x', 'line-regexp'),
  null: flag('Z', 'null'),
  version: flag('V', 'version'),
  nullData: flag('z', 'null-data'),
  include: list('', 'include'),
  exclude: list('', 'exclude'),
  excludeDir: list('', 'exclude-dir'),
  lineBuffered: flag('', 'line-buffered'),
  initialTab: flag('T', 'initial-tab'),
  label: value('', 'label'),
  groupSeparator: value('', 'group-separator'),
  noGroupSeparator: flag('', 'no-group-separator'),
}
export type GrepContext = ProgramContext<typeof grepOptions>

async function patternTexts(context: GrepContext): Promise<{ patterns: string[]; files: readonly string[] }> {
  const { options: o, operands, sys } = context
  const patterns = o.expressions.flatMap((text) => text.split('\n'))
  for (const path of o.files) {
    const text = path === '-' ? '' : await readTextFile(sys, path)
    if (text !== '') patterns.push(...text.replace(/\n$/, '').split('\n'))
  }
  if (o.expressions.length || o.files.length) return { patterns, files: operands }
  const [first, ...files] = operands
  if (first === undefined) throw new UsageError('')
  return { patterns: first.split('\n'), files }
}

const kindOf = ({ order }: GrepContext, fallback: string): string =>
  order.findLast((name) => name === 'extended' || name === 'fixed' || name === 'basic' || name === 'perl') ?? fallback

function useColor({ options: o, sys }: GrepContext): boolean {
  const when = o.color ?? o.colour
  if (when === undefined || when === 'never') return false
  return when === 'always' || isTerminal(sys, 1)
}

/** Walks operands; folders only with -r, else they are said to be folders. */
class Walker {
  failed = false
  private readonly context: GrepContext
  private readonly searcher: Searcher
  private readonly recursive: boolean
  private readonly included: (name: string) => boolean
  private readonly keptFolder: (name: string) => boolean
  constructor(context: GrepContext, searcher: Searcher) {
    const { options: o } = context
    this.context = context
    this.searcher = searcher
    this.recursive = o.recursive > 0 || o.dereferenceRecursive > 0 || o.directories === 'recurse'
    const include = o.include.map((glob) => globMatcher(glob))
    const exclude = o.exclude.map((glob) => globMatcher(glob))
    const excludeDir = o.excludeDir.map((glob) => globMatcher(glob.replace(/\/+$/, '')))
    this.included = (name) =>
      (include.length === 0 || include.some((is) => is(name))) && !exclude.some((is) => is(name))
    this.keptFolder = (name) => !excludeDir.some((is) => is(name))
  }

  async complain(message: string): Promise<void> {
    this.failed = true
    if (!this.context.options.noMessages) await this.context.fail(message)
  }

  async operand(path: string): Promise<void> {
    const { sys, options: o } = this.context
    if (path === '-') return this.searcher.search(0, o.label ?? '(standard input)')
    try {
      const mode = sys.stat(path).mode
      if (!isDirectory(mode)) {
        if (this.included(path.split('/').pop() ?? path)) await this.file(path)
        return
      }
    } catch (error) {
      if (!isErrno(error) || error.code === 'EPIPE') throw error
      return this.complain(`${path}: ${error.message}`)
    }
    if (this.recursive) await this.folder(path)
    else if (o.directories !== 'skip' && this.context.flavour === 'gnu') {
      this.failed = true
      if (!o.noMessages) await this.context.fail(`${path}: Is a directory`)
    }
  }

  async folder(path: string, shown = path): Promise<void> {
    const { sys, options: o } = this.context
    try {
      for (const entry of sys.readdir(path)) {
        const inner = shown === '' ? entry.name : join(shown, entry.name)
        const real = join(path, entry.name)
        const mode = o.dereferenceRecursive ? sys.stat(real).mode : entry.mode
        if (isDirectory(mode)) {
          if (this.keptFolder(entry.name)) await this.folder(real, inner)
        } else if ((mode & 0o170000) === 0o100000 && this.included(entry.name)) await this.file(real, inner)
      }
    } catch (error) {
      if (!isErrno(error) || error.code === 'EPIPE') throw error
      await this.complain(`${shown}: ${error.message}`)
    }
  }

  private async file(path: string, shown = path): Promise<void> {
    const { sys } = this.context
    let fd: number
    try {
      fd = sys.open(path, 0)
    } catch (error) {
      if (!isErrno(error)) throw error
      return this.complain(`${shown}: ${error.message}`)
    }
    try {
      await this.searcher.search(fd, shown)
    } finally {
      sys.close(fd)
    }
  }
}

const grepHint = (name: string): string =>
  `Usage: ${name} [OPTION]... PATTERNS [FILE]...\nTry '${name} --help' for more information.\n`

async function grepMain(context: GrepContext, fallback: string): Promise<number> {
  const { options: o, io } = context
  if (o.version) {
    await io.print('grep (GNU grep) 3.8\n')
    return 0
  }
  let parsed: { patterns: string[]; files: readonly string[] }
  try {
    parsed = await patternTexts(context)
  } catch (error) {
    if (isErrno(error)) {
      await context.fail(`${o.files[0]}: ${error.message}`)
      return 2
    }
    if (!(error instanceof UsageError)) throw error
    await io.warn(grepHint(context.name))
    return 2
  }
  const { patterns, files } = parsed
  for (const length of [o.after, o.before, o.context])
    if (length !== undefined && !/^\d+$/.test(length)) {
      await context.fail(`${length}: invalid context length argument`)
      return 2
    }
  let matcher: Matcher
  try {
    matcher = compilePatterns(patterns, {
      kind: kindOf(context, fallback),
      ignoreCase:
        o.ignoreCase > 0 && context.order.lastIndexOf('ignoreCase') > context.order.lastIndexOf('noIgnoreCase'),
      word: o.word > 0,
      line: o.line > 0,
    })
  } catch (error) {
    if (!(error instanceof RegexError)) throw error
    // grep's own matcher notices an open bracket before the library can word it.
    if (context.flavour === 'busybox') await context.fail(`bad regex '${patterns.join('\n')}'`)
    else await context.fail(error.message.startsWith('Unmatched [') ? 'Invalid regular expression' : error.message)
    return 2
  }
  const recursive = o.recursive > 0 || o.dereferenceRecursive > 0 || o.directories === 'recurse'
  const named = o.withName > 0 || (!o.noName && (files.length > 1 || recursive))
  const lastNaming = context.order.findLast((name) => name === 'withName' || name === 'noName')
  const searcher = new Searcher(context, matcher, {
    names: lastNaming ? lastNaming === 'withName' : named,
    color: useColor(context),
  })
  const walker = new Walker(context, searcher)
  if (files.length === 0 && recursive) await walker.folder('.', '')
  for (const path of files.length ? files : recursive ? [] : ['-']) {
    await walker.operand(path)
    if (searcher.done) break
  }
  if (walker.failed && !(searcher.found && (o.quiet || o.silent))) return 2
  return searcher.found ? 0 : 1
}

/** `-3` is `-C 3`. */
const numberContext = (words: readonly string[]): readonly string[] =>
  words.flatMap((word) => (/^-\d+$/.test(word) ? ['-C', word.slice(1)] : [word]))

const row = (name: string, fallback: string, summary: string): Program =>
  withArgv(
    defineProgram({
      name: `grep/${name}`,
      paths: [`/bin/${name}`],
      covers: 'partial',
      lacks: ['some of -P (Perl) beyond what JavaScript knows'],
      summary,
      sizeBytes: 203152,
      usage: `${name} [OPTION]... PATTERNS [FILE]...`,
      usageStatus: 2,
      options: grepOptions,
      hint: grepHint,
      main: (context) => grepMain(context, fallback),
    }),
    numberContext,
  )

/** grep: print lines that match patterns. GNU grep 3.8. */
export const grep = row('grep', 'basic', 'print lines that match patterns')
export const egrep = row('egrep', 'extended', 'print lines that match extended patterns')
export const fgrep = row('fgrep', 'fixed', 'print lines that contain strings')
