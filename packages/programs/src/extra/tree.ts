import { type DirectoryEntry, isDirectory, isErrno, isSymlink } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { join } from '../paths.ts'
import { globMatcher } from '../text/glob.ts'

const options = {
  all: flag('a'),
  directories: flag('d'),
  fullPath: flag('f'),
  level: value('L'),
  ignore: value('I'),
  pattern: value('P'),
  noReport: flag('', 'noreport'),
  dirsFirst: flag('', 'dirsfirst'),
  noIndent: flag('i'),
  noColor: flag('n'),
  color: flag('C'),
  classify: flag('F'),
  charset: value('', 'charset'),
}
type Context = ProgramContext<typeof options>

/** What stands in front of names: with a line below, at the last, and their continuations. */
interface Lines {
  readonly branch: string
  readonly last: string
  readonly through: string
  readonly blank: string
}
const BOXES: Lines = { branch: '├── ', last: '└── ', through: '│\u00a0\u00a0 ', blank: '    ' }
const ASCII: Lines = { branch: '|-- ', last: '`-- ', through: '|   ', blank: '    ' }

function linesFor({ env, options: o, sys }: Context): Lines {
  const locale = o.charset ?? (env.get('LC_ALL') || env.get('LC_CTYPE') || env.get('LANG') || '')
  if (/utf-?8/i.test(locale)) return BOXES
  try {
    // musl knows no locale but UTF-8.
    sys.stat('/etc/alpine-release')
    return BOXES
  } catch (error) {
    if (isErrno(error)) return ASCII
    throw error
  }
}

interface Count {
  directories: number
  files: number
}

function listFolder({ sys, options: o }: Context, path: string): DirectoryEntry[] {
  const ignored = (o.ignore?.split('|') ?? []).map((glob) => globMatcher(glob))
  const wanted = (o.pattern?.split('|') ?? ['*']).map((glob) => globMatcher(glob))
  const isFolder = (entry: DirectoryEntry): number => (isDirectory(entry.mode) ? 0 : 1)
  return sys
    .readdir(path)
    .filter((entry) => o.all > 0 || !entry.name.startsWith('.'))
    .filter((entry) => o.directories === 0 || isDirectory(entry.mode))
    .filter(({ name }) => !ignored.some((matches) => matches(name)))
    .filter((entry) => isDirectory(entry.mode) || wanted.some((matches) => matches(entry.name)))
    .toSorted((a, b) => (o.dirsFirst ? isFolder(a) - isFolder(b) : 0) || (a.name < b.name ? -1 : 1))
}

async function walk(
  context: Context,
  lines: Lines,
  path: string,
  prefix: string,
  depth: number,
  count: Count,
): Promise<void> {
  const { sys, io, options: o } = context
  if (depth > Number(o.level ?? Infinity)) return
  const entries = listFolder(context, path)
  for (const [i, { name, mode }] of entries.entries()) {
    const pause = sys.tick()
    if (pause) await pause
    const full = join(path, name)
    const isLast = i === entries.length - 1
    const mark = o.classify && isDirectory(mode) ? '/' : ''
    const target = isSymlink(mode) ? ` -> ${sys.readlink(full)}` : ''
    const lead = o.noIndent ? '' : prefix + (isLast ? lines.last : lines.branch)
    await io.print(`${lead}${o.fullPath ? full : name}${mark}${target}\n`)
    if (!isDirectory(mode)) count.files++
    else {
      count.directories++
      await walk(context, lines, full, prefix + (isLast ? lines.blank : lines.through), depth + 1, count)
    }
  }
}

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/** tree: folders as a tree. tree(1), version 2. */
export const tree = defineProgram({
  name: 'tree/tree',
  paths: ['/usr/bin/tree'],
  covers: 'partial',
  lacks: ['colours, sizes, owners and dates (-C -s -h -p -u -g -D)', '-J, -X, -H'],
  summary: 'list contents of directories in a tree-like format',
  sizeBytes: 88_136,
  usage: 'tree [options] [directory ...]',
  options,
  async main(context) {
    const { options: o, operands, io, sys } = context
    if (o.level !== undefined && !(Number(o.level) > 0)) throw new UsageError('Invalid level, must be greater than 0.')
    const lines = linesFor(context)
    const count: Count = { directories: 0, files: 0 }
    let status = 0
    for (const path of operands.length ? operands : ['.']) {
      try {
        if (!isDirectory(sys.stat(path).mode)) throw new UsageError(`${path}: not a directory`)
        await io.print(`${path}${o.classify && !path.endsWith('/') ? '/' : ''}\n`)
        count.directories++
        await walk(context, lines, path, '', 1, count)
      } catch (error) {
        if (!isErrno(error)) throw error
        await io.print(`${path}  [error opening dir]\n`)
        status = 2
      }
    }
    const files = o.directories ? '' : `, ${plural(count.files, 'file', 'files')}`
    if (!o.noReport) await io.print(`\n${plural(count.directories, 'directory', 'directories')}${files}\n`)
    return status
  },
})
