import { isDirectory, isErrno, O_RDONLY, type Stat, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, optional, type ProgramContext, readAll, UsageError, value } from '@drydock/libc'
import { describeFile } from '../coreutils/file-kind.ts'
import { statOr } from '../coreutils/copy-tree.ts'
import { withArgv } from '../package-version.ts'
import { basename, join } from '../paths.ts'
import { decodeText } from '../text/encoding.ts'
import { globMatcher } from '../text/glob.ts'
import { compileRegex } from '../regex/posix.ts'
import { editScript, type Hunk } from './edit-script.ts'
import { isColored, type LineFormats, Printer, type Side } from './print.ts'

const options = {
  ignoreCase: flag('i', 'ignore-case'),
  ignoreSpaceChange: flag('b', 'ignore-space-change'),
  ignoreAllSpace: flag('w', 'ignore-all-space'),
  ignoreBlankLines: flag('B', 'ignore-blank-lines'),
  ignoreTrailing: flag('Z', 'ignore-trailing-space'),
  text: flag('a', 'text'),
  context: flag('c'),
  contextLines: value('C', 'context'),
  unified: flag('u'),
  unifiedLines: value('U'),
  unifiedLong: optional('', 'unified'),
  brief: flag('q', 'brief'),
  identical: flag('s', 'report-identical-files'),
  recursive: flag('r', 'recursive'),
  newFile: flag('N', 'new-file'),
  exclude: list('x', 'exclude'),
  labels: list('', 'label'),
  normal: flag('', 'normal'),
  ed: flag('e', 'ed'),
  sideBySide: flag('y', 'side-by-side'),
  width: value('W', 'width'),
  color: optional('', 'color'),
  minimal: flag('d', 'minimal'),
  rcs: flag('n', 'rcs'),
  ifdef: value('D', 'ifdef'),
  ignoreMatching: list('I', 'ignore-matching-lines'),
  showFunction: flag('p', 'show-c-function'),
  functionPattern: value('F', 'show-function-line'),
  suppressCommon: flag('', 'suppress-common-lines'),
  leftColumn: flag('', 'left-column'),
  expandTabs: flag('t', 'expand-tabs'),
  initialTab: flag('T', 'initial-tab'),
  stripCr: flag('', 'strip-trailing-cr'),
  noDereference: flag('', 'no-dereference'),
  speed: flag('', 'speed-large-files'),
  lineFormat: value('', 'line-format'),
  unchangedFormat: value('', 'unchanged-line-format'),
  oldFormat: value('', 'old-line-format'),
  newFormat: value('', 'new-line-format'),
}
export type DiffContext = ProgramContext<typeof options>
type Context = DiffContext

async function load(sys: Sys, path: string, missingIsEmpty: boolean): Promise<Side> {
  if (missingIsEmpty && !statOr(sys, path, true))
    return { path, lines: [], terminated: true, binary: false, mtimeMs: 0 }
  const fd = path === '-' ? 0 : sys.open(path, O_RDONLY)
  try {
    const bytes = await readAll(sys, fd)
    const text = decodeText(bytes)
    const lines = text.split('\n')
    const terminated = lines.at(-1) === ''
    if (terminated) lines.pop()
    return {
      path,
      lines,
      terminated: terminated || text === '',
      binary: bytes.subarray(0, 32_768).includes(0),
      mtimeMs: sys.fstat(fd).mtimeMs,
    }
  } finally {
    if (fd > 0) sys.close(fd)
  }
}

/** Lines as they are compared; a last line without its newline is unlike the same with it. */
function keys({ options: o }: Context, side: Side): string[] {
  const fold = (line: string): string => {
    let out = o.stripCr ? line.replace(/\r$/, '') : line
    if (o.ignoreAllSpace) out = out.replace(/\s+/g, '')
    else if (o.ignoreSpaceChange) out = out.replace(/\s+$/, '').replace(/\s+/g, ' ')
    else if (o.ignoreTrailing) out = out.replace(/\s+$/, '')
    return o.ignoreCase ? out.toLowerCase() : out
  }
  const folded = side.lines.map(fold)
  if (!side.terminated && folded.length && !(o.ignoreAllSpace || o.ignoreSpaceChange)) folded[folded.length - 1] += '\0'
  return folded
}

async function compareFiles(context: Context, first: string, second: string, title: string): Promise<number> {
  const { sys, io, options: o } = context
  const [a, b] = [await load(sys, first, o.newFile > 0), await load(sys, second, o.newFile > 0)]
  const blank = (side: Side, from: number, to: number): boolean =>
    side.lines.slice(from, to).every((line) => line === '')
  const ignored = o.ignoreMatching.map((pattern) => compileRegex(pattern, 'basic'))
  const skips = (h: Hunk, side: (lines: Side, from: number, to: number) => boolean): boolean =>
    side(a, h.aFrom, h.aTo) && side(b, h.bFrom, h.bTo)
  const unimportant = (side: Side, from: number, to: number): boolean =>
    side.lines.slice(from, to).every((line) => ignored.some((pattern) => pattern.test(line)))
  const hunks = editScript(keys(context, a), keys(context, b)).filter(
    (h) => !(o.ignoreBlankLines && skips(h, blank)) && !(ignored.length > 0 && skips(h, unimportant)),
  )
  if (hunks.length === 0) {
    if (o.identical && context.flavour === 'gnu') await io.print(`Files ${first} and ${second} are identical\n`)
    if (o.sideBySide) await new Printer(context, a, b).sideBySide([], Number(o.width ?? 130))
    return 0
  }
  if (o.brief || ((a.binary || b.binary) && !o.text)) {
    await io.print(`${o.brief ? 'Files' : 'Binary files'} ${first} and ${second} differ\n`)
    return o.brief ? 1 : 2
  }
  // Busybox knows one form only, without the line that tells the command, and without dates.
  const unified = context.flavour === 'busybox'
  if (title && !unified) await io.print(isColored(context) ? `\x1b[1m${title}\x1b[0m\n` : `${title}\n`)
  const printer = new Printer(context, a, b)
  if (o.sideBySide) await printer.sideBySide(hunks, Number(o.width ?? 130))
  else if (o.ed) await printer.ed(hunks)
  else if (o.rcs) await printer.rcs(hunks)
  else if (o.ifdef !== undefined) await printer.merged(hunks, o.ifdef)
  else if (o.lineFormat ?? o.oldFormat ?? o.newFormat ?? o.unchangedFormat)
    await printer.formatted(hunks, formatsOf(context))
  else if (unified || o.unified || o.unifiedLines !== undefined || o.unifiedLong !== undefined)
    await printer.unified(hunks, Number(o.unifiedLines ?? (o.unifiedLong || 3)))
  else if (o.context || o.contextLines !== undefined) await printer.contextual(hunks, Number(o.contextLines ?? 3))
  else await printer.normal(hunks)
  return 1
}

function formatsOf({ options: o }: Context): LineFormats {
  const usual = o.lineFormat ?? '%L'
  return { unchanged: o.unchangedFormat ?? usual, old: o.oldFormat ?? usual, fresh: o.newFormat ?? usual }
}

async function compareFolders(context: Context, first: string, second: string, title: string): Promise<number> {
  const { sys, io, options: o } = context
  const excluded = o.exclude.map((glob) => globMatcher(glob))
  const names = (path: string): string[] =>
    (statOr(sys, path, true) ? sys.readdir(path).map((entry) => entry.name) : []).filter(
      (name) => !excluded.some((is) => is(name)),
    )
  const [left, right] = [new Set(names(first)), new Set(names(second))]
  let status = 0
  for (const name of [...new Set([...left, ...right])].sort()) {
    const [a, b] = [join(first, name), join(second, name)]
    if (!o.newFile && !(left.has(name) && right.has(name))) {
      await io.print(`Only in ${left.has(name) ? first : second}: ${name}\n`)
      status = Math.max(status, 1)
    } else status = Math.max(status, await compare(context, a, b, `${title} ${a} ${b}`, false))
  }
  return status
}

async function compare(
  context: Context,
  first: string,
  second: string,
  title: string,
  operands: boolean,
): Promise<number> {
  const { sys, io, options: o } = context
  const look = (path: string): Stat | undefined =>
    path === '-' ? undefined : o.newFile && !operands ? statOr(sys, path, true) : sys.stat(path)
  const [a, b] = [look(first), look(second)]
  const [aFolder, bFolder] = [isDirectory(a?.mode ?? 0), isDirectory(b?.mode ?? 0)]
  if ((aFolder || bFolder) && (!a || !b || (aFolder && bFolder))) {
    if (operands || o.recursive) return compareFolders(context, first, second, title.split(' ').slice(0, -2).join(' '))
    await io.print(`Common subdirectories: ${first} and ${second}\n`)
    return 0
  }
  if (operands && aFolder) return compareFiles(context, join(first, basename(second)), second, '')
  if (operands && bFolder) return compareFiles(context, first, join(second, basename(first)), '')
  if (a && b && aFolder !== bFolder) {
    await io.print(`File ${first} is a ${describeFile(a)} while file ${second} is a ${describeFile(b)}\n`)
    return 1
  }
  return compareFiles(context, first, second, operands ? '' : title)
}

/** diff: compare files line by line. GNU diffutils 3.8. */
export const diff = withArgv(
  defineProgram({
    name: 'diffutils/diff',
    paths: ['/usr/bin/diff'],
    covers: 'partial',
    lacks: ['--from-file and --to-file', '-l', '-t and -T', 'group formats'],
    summary: 'compare files line by line',
    sizeBytes: 158880,
    usage: 'diff [OPTION]... FILES',
    usageStatus: 2,
    hint: (name) => `${name}: Try '${name} --help' for more information.\n`,
    options,
    async main(context) {
      const { operands, process } = context
      const [first, second, extra] = operands
      if (first === undefined || second === undefined)
        throw new UsageError(first === undefined ? "missing operand after 'diff'" : `missing operand after '${first}'`)
      if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
      const given = process.argv.slice(1).filter((word) => word !== first && word !== second)
      let status = 0
      for (const path of [first, second])
        if (path !== '-' && !statOr(context.sys, path, true)) {
          await context.fail(`${path}: No such file or directory`)
          status = 2
        }
      if (status) return status
      try {
        return await compare(context, first, second, ['diff', ...given, first, second].join(' '), true)
      } catch (error) {
        if (!isErrno(error) || error.code === 'EPIPE') throw error
        await context.fail(`${first}: ${error.message}`)
        return 2
      }
    },
  }),
  (words) => words.flatMap((word) => (/^-\d+$/.test(word) ? ['-U', word.slice(1)] : [word])),
)
