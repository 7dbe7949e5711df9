/** less: a pager. less 590 of Debian 12. */
import { EISDIR, isErrno, O_RDWR, type Sys } from '@drydock/abi'
import { defineProgram, flag, list, type ProgramContext, value } from '@drydock/libc'
import { isTerminal, windowSize } from '../../text/terminal.ts'
import { encodeText } from '../../text/encoding.ts'
import { FullScreen } from '../screen/full-screen.ts'
import { Pager } from './pager.ts'
import { VERSION } from './version.ts'
import { type LessOptions, LessSession, openProblem, openSource } from './session.ts'
import type { LineSource } from './line-source.ts'

const options = {
  chop: flag('S', 'chop-long-lines'),
  numbers: flag('N', 'LINE-NUMBERS'),
  noNumbers: flag('n', 'line-numbers'),
  raw: flag('R', 'RAW-CONTROL-CHARS'),
  rawAll: flag('r', 'raw-control-chars'),
  ignore: flag('i', 'ignore-case'),
  ignoreAlways: flag('I', 'IGNORE-CASE'),
  oneScreen: flag('F', 'quit-if-one-screen'),
  keepScreen: flag('X', 'no-init'),
  medium: flag('m', 'long-prompt'),
  long: flag('M', 'LONG-PROMPT'),
  quitEnd: flag('e', 'quit-at-eof'),
  quitEndFirst: flag('E', 'QUIT-AT-EOF'),
  quitInterrupt: flag('K', 'quit-on-intr'),
  force: flag('f', 'force'),
  squeeze: flag('s', 'squeeze-blank-lines'),
  tabs: value('x', 'tabs'),
  pattern: value('p', 'pattern'),
  prompt: list('P', 'prompt'),
  bufferSize: value('b', 'buffers'),
  jump: value('j', 'jump-target'),
  lines: value('z', 'window'),
  quiet: flag('qQ', 'quiet'),
  tilde: flag('~', 'tilde'),
  other: flag('aABcCdgGJLuUVwW', 'mouse'),
  version: flag('', 'version'),
}
type Context = ProgramContext<typeof options>

/** Words of $LESS come before those of the command line; it may lack the dash in front. */
const fromEnvironment = (env: ReadonlyMap<string, string>): string =>
  (env.get('LESS') ?? '')
    .split(/\s+/)
    .map((word) => word.replace(/^-+(?=[A-Za-z])/, ''))
    .join('')

const lessOptions = ({ options: o, env }: Context): LessOptions & { oneScreen: boolean; keepScreen: boolean } => {
  const given = fromEnvironment(env)
  const on = (count: number, letter: string): boolean => count > 0 || given.includes(letter)
  return {
    chop: on(o.chop, 'S'),
    numbers: on(o.numbers, 'N') && o.noNumbers === 0,
    rawColours: on(o.raw, 'R') || on(o.rawAll, 'r'),
    tabstop: Math.max(1, Number.parseInt(o.tabs ?? '8', 10) || 8),
    shift: 0,
    highlight: undefined,
    ignore: on(o.ignoreAlways, 'I') ? 'always' : on(o.ignore, 'i') ? 'smart' : 'no',
    prompt: on(o.long, 'M') ? 'long' : on(o.medium, 'm') ? 'medium' : 'short',
    squeeze: on(o.squeeze, 's'),
    quitAtEnd: o.quitEndFirst ? 'first' : o.quitEnd ? 'second' : 'no',
    oneScreen: on(o.oneScreen, 'F'),
    keepScreen: on(o.keepScreen, 'X'),
  }
}

type Opened = { source: LineSource; size: number | undefined; index: number }

/** The first file that can be opened; the others' problems are told. */
async function openFirst({ sys, io }: Context, names: readonly string[]): Promise<Opened | undefined> {
  for (const [index, name] of names.entries()) {
    try {
      return { ...openSource(sys, name), index }
    } catch (error) {
      if (!isErrno(error)) throw error
      await io.warn(`${openProblem(name, error.message, error === EISDIR)}\n`)
    }
  }
  return undefined
}

/** Output that is no terminal: less is cat. */
async function copyAll({ io }: Context, { source }: Opened): Promise<void> {
  for (let at = 0; ; at++) {
    await source.ensure(at)
    if (at >= source.lines.length) break
    await io.print(encodeText(`${source.lines[at]}\n`))
  }
}

async function copyFiles(context: Context, names: readonly string[]): Promise<number> {
  let good = true
  for (const name of names) {
    const opened = await openFirst(context, [name])
    if (opened) await copyAll(context, opened)
    else good = false
  }
  return good ? 0 : 1
}

const keyboard = (sys: Sys): number => (isTerminal(sys, 0) ? 0 : sys.open('/dev/tty', O_RDWR))

/** -F: a file that fits on one screen is printed and less ends. */
async function fitsScreen(sys: Sys, opened: Opened, o: LessOptions): Promise<string[] | undefined> {
  const pager = new Pager('', opened.source, o)
  const { rows, cols } = windowSize(sys)
  pager.rows = rows
  pager.cols = cols
  const shown = await pager.window()
  return pager.atEnd ? shown.filter((row) => row !== '\x1b[1m~\x1b[0m') : undefined
}

async function page(context: Context, names: readonly string[], start: string | undefined): Promise<number> {
  const { sys, io, env } = context
  const opened = await openFirst(context, names)
  if (!opened) return 1
  const o = lessOptions(context)
  const rows = o.oneScreen && names.length === 1 ? await fitsScreen(sys, opened, o) : undefined
  if (rows) {
    await io.print(rows.map((row) => `${row}\n`).join(''))
    return 0
  }
  const screen = new FullScreen(sys, { input: keyboard(sys), alternate: !o.keepScreen, signals: true, meta: true })
  await screen.open()
  try {
    await new LessSession(sys, env, screen, o, names, opened).run(start)
  } finally {
    await screen.close()
  }
  return 0
}

export const less = defineProgram({
  name: 'editors/less',
  paths: ['/usr/bin/less', '/bin/less'],
  covers: 'partial',
  lacks: ['tags', 'LESSOPEN', '-P prompts', 'key bindings of lesskey'],
  summary: 'opposite of more',
  usage: 'less [OPTION]... [+COMMAND] [FILE]...',
  sizeBytes: 199048,
  options,
  async main(context) {
    const { sys, io, operands, options: o } = context
    if (o.version) {
      await io.print(`less ${VERSION} (GNU regular expressions)\n`)
      return 0
    }
    const start = operands.find((word) => /^\+./.test(word))?.slice(1) ?? (o.pattern ? `/${o.pattern}` : undefined)
    const files = operands.filter((word) => !/^\+./.test(word))
    if (files.length === 0 && isTerminal(sys, 0)) {
      await io.warn('Missing filename ("less --help" for help)\n')
      return 1
    }
    const names = files.length > 0 ? files : ['-']
    return isTerminal(sys, 1) ? page(context, names, start) : copyFiles(context, names)
  },
})
