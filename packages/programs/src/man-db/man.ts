import { isErrno, type Program, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, readAll, searchPath, value, writeAll } from '@drydock/libc'
import { isTerminal, windowSize } from '../text/terminal.ts'
import { type Command, findCommand, sectionOf } from './catalogue.ts'
import { printMatches } from './whatis.ts'
import { layOut, type Page, type Section } from './page.ts'

const options = {
  apropos: flag('k', 'apropos'),
  whatis: flag('f', 'whatis'),
  all: flag('a', 'all'),
  pager: value('P', 'pager'),
  where: flag('w', 'where'),
  section: value('sS', 'sections'),
  version: flag('V', 'version'),
}
type Context = ProgramContext<typeof options>

/** Status of man-db for a page that is not there. */
const NOT_FOUND = 16
const SECTION = /^[1-9][a-z]*$/

const section = (title: string, ...paragraphs: Section['paragraphs']): Section => ({ title, paragraphs })

function pageOf({ name, row }: Command & { row: Program }, chapter: string): Page {
  const { synopsis = '', options: forms = [] } = row.manual ?? {}
  const lacks = row.lacks ?? []
  return {
    name,
    section: chapter,
    source: row.name.split('/')[0] ?? '',
    sections: [
      section('NAME', { filled: `${name} - ${row.summary}` }),
      section('SYNOPSIS', { kept: synopsis.split('\n') }),
      section('OPTIONS', ...(forms.length > 0 ? [{ kept: forms }] : [])),
      section('BUGS', ...(lacks.length > 0 ? [{ filled: `Not here: ${lacks.join('; ')}.` }] : [])),
    ],
  }
}

/** What a program says of itself under --help. */
async function helpOf({ sys, env }: Context, path: string, words: readonly string[]): Promise<string> {
  const [reader, writer] = sys.pipe()
  const nothing = sys.open('/dev/null', 0)
  const argv = [path.slice(path.lastIndexOf('/') + 1), ...words, '--help']
  const fds = new Map([
    [0, nothing],
    [1, writer],
    [2, writer],
  ])
  sys.setFdFlags(reader, { cloexec: true })
  const pid = await sys.spawn(path, { argv, env, fds })
  for (const fd of [writer, nothing]) sys.close(fd)
  const text = new TextDecoder().decode(await readAll(sys, reader))
  sys.close(reader)
  const ended = await sys.wait(pid)
  return ended?.status.kind === 'exited' && ended.status.code === 0 ? text.trimEnd() : ''
}

/** A page made of `--help`; the first sentence that is no usage says what it is. */
async function helpPage(
  context: Context,
  name: string,
  path: string,
  words: readonly string[],
): Promise<Page | undefined> {
  const help = await helpOf(context, path, words)
  if (help === '') return undefined
  const lines = help.replace(/^\n+/, '').split('\n')
  const what = lines.find((line) => line.trim() !== '' && !/^\s*(usage|synopsis|\S+, version)\b/i.test(line))
  return {
    name,
    section: '1',
    source: '',
    sections: [
      section('NAME', { filled: what ? `${name} - ${what.trim()}` : name }),
      section('DESCRIPTION', { kept: lines }),
    ],
  }
}

/** `docker-run` is the page of `docker run`. */
function subcommand(sys: Sys, name: string, path: string | undefined): { file: string; words: string[] } | undefined {
  const [command = '', ...words] = name.split('-')
  const found = command === '' || words.length === 0 ? undefined : findCommand(sys, [], command, path)
  return found && { file: found.path, words }
}

async function find(
  context: Context,
  rows: readonly Program[],
  name: string,
  chapter?: string,
): Promise<Page | undefined> {
  const { sys, env } = context
  const command = findCommand(sys, rows, name, env.get('PATH'))
  const own = command ? sectionOf(command) : '1'
  if (chapter !== undefined && !chapter.startsWith(own)) return undefined
  if (command?.row?.manual) return pageOf({ ...command, row: command.row }, own)
  if (command) return helpPage(context, name, command.path, [])
  const sub = subcommand(sys, name, env.get('PATH'))
  return sub && helpPage(context, name, sub.file, sub.words)
}

const COLOUR = (text: string): string => `\x1b[1m${text}\x1b[0m`

function widthOf({ sys, env }: Context): number {
  const wanted = Number(env.get('MANWIDTH') ?? env.get('COLUMNS'))
  if (wanted > 0) return wanted
  return isTerminal(sys, 1) ? windowSize(sys).cols : 80
}

async function show(context: Context, page: Page): Promise<void> {
  const { sys, io } = context
  const seen = isTerminal(sys, 1)
  const text = layOut(page, widthOf(context) - 2, seen ? COLOUR : (plain) => plain)
  if (seen) await throughPager(context, text)
  else await io.print(text)
}

async function throughPager({ sys, env, options: o }: Context, text: string): Promise<void> {
  const pager = o.pager ?? env.get('MANPAGER') ?? env.get('PAGER') ?? 'less'
  const [reader, writer] = sys.pipe()
  sys.setFdFlags(writer, { cloexec: true })
  const fds = new Map([
    [0, reader],
    [1, 1],
    [2, 2],
  ])
  const settings = new Map([...env, ['LESS', env.get('MANLESS') ?? 'R']])
  const pid = await sys.spawn(searchPath(sys, 'sh', env.get('PATH')), { argv: ['sh', '-c', pager], env: settings, fds })
  sys.close(reader)
  try {
    await writeAll(sys, writer, new TextEncoder().encode(text))
  } catch (error) {
    // Whoever leaves the pager early has read enough.
    if (!isErrno(error)) throw error
  }
  sys.close(writer)
  await sys.wait(pid)
}

async function main(context: Context, rows: readonly Program[]): Promise<number> {
  const { io, options: o, operands } = context
  if (o.version) {
    await io.print('man 2.11.2\n')
    return 0
  }
  if (o.apropos || o.whatis) return printMatches(context, rows, operands, o.apropos ? 'apropos' : 'whatis')
  const [first = ''] = operands
  const chapter = o.section ?? (SECTION.test(first) && operands.length > 1 ? first : undefined)
  const names = chapter === first && o.section === undefined ? operands.slice(1) : operands
  if (names.length === 0) {
    await io.warn(`What manual page do you want?\nFor example, try 'man man'.\n`)
    return 1
  }
  let status = 0
  for (const name of names) {
    const page = await find(context, rows, name, chapter)
    if (page) await (o.where ? io.print(`${name}(${page.section})\n`) : show(context, page))
    else {
      await io.warn(`No manual entry for ${name}${chapter === undefined ? '' : ` in section ${chapter}`}\n`)
      status = NOT_FOUND
    }
  }
  return status
}

/** man: what this world knows of its programs, in the shape of a manual page. man-db 2.11. */
export const man = (rows: () => readonly Program[]): Program =>
  defineProgram({
    name: 'man-db/man',
    paths: ['/usr/bin/man'],
    covers: 'partial',
    lacks: [
      'what each option does: pages are made of summaries, command lines and --help',
      'sections other than 1 and 8',
      'its own prompt in less',
    ],
    summary: 'an interface to the system reference manuals',
    sizeBytes: 125_144,
    usage: 'man [OPTION...] [SECTION] PAGE...',
    options,
    main: (context) => main(context, rows()),
  })
