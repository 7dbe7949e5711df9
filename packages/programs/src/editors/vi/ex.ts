import { isErrno } from '@drydock/abi'
import { type Editor, Failed } from './editor.ts'
import { type ExRange, readAddress, readRange } from './ex-range.ts'
import { alternate, fileInfo, loadFile, openFile, readInto, toArgument, writeLines } from './files.ts'
import { MAP_COMMANDS } from './ex-maps.ts'
import { travel } from './travel.ts'
import { joinLines, OPERATORS, sayLines, shiftLines } from './operators.ts'
import { filterLines, runOnTerminal } from './shell.ts'
import { splitAt, substitute } from './substitute.ts'
import { firstText } from './text.ts'

interface Ex {
  readonly range: ExRange
  readonly bang: boolean
  readonly argument: string
  /** With the blanks at its end. */
  readonly raw: string
}
type ExCommand = (editor: Editor, ex: Ex) => void | Promise<void>

const wholeFile = (editor: Editor, { range }: Ex): { from: number; to: number; whole: boolean } => {
  const last = editor.text.lines.length - 1
  if (range.given === 0) return { from: 0, to: last, whole: true }
  return { from: range.from, to: range.to, whole: range.from === 0 && range.to === last }
}

/** `%` and `#` in a command are file names. */
const withNames = (editor: Editor, text: string): string =>
  text.replace(/\\([%#])|%(:[pthre])?|#/g, (found, escaped?: string, modifier?: string) => {
    if (escaped) return escaped
    if (found === '#') return editor.previousPath
    const { path } = editor
    if (modifier === ':p') return path.startsWith('/') ? path : `${editor.sys.getcwd()}/${path}`
    if (modifier === ':t') return path.split('/').at(-1) ?? ''
    if (modifier === ':h') return path.includes('/') ? path.replace(/\/[^/]*$/, '') : '.'
    if (modifier === ':r') return path.replace(/\.[^./]*$/, '')
    if (modifier === ':e') return /\.([^./]*)$/.exec(path)?.[1] ?? ''
    return path
  })

const write: ExCommand = async (editor, ex) => {
  const { argument } = ex
  const region = wholeFile(editor, ex)
  if (argument.startsWith('!')) {
    const { text } = await filterLines(
      editor,
      withNames(editor, argument.slice(1)),
      editor.text.content(region.from, region.to),
    )
    return editor.say(text.trimEnd())
  }
  const append = argument.startsWith('>>')
  const path = withNames(editor, argument.replace(/^>>\s*/, '')) || editor.path
  await writeLines(editor, { path, ...region, bang: ex.bang, append })
}

const quit: ExCommand = (editor, { bang }) => {
  if (editor.text.modified && !bang) return editor.fail('E37: No write since last change (add ! to override)')
  const left = editor.args.length - 1 - editor.argIndex
  if (left > 0 && !bang && !editor.askedForMore) {
    editor.askedForMore = true
    return editor.fail(`E173: ${left} more file${left === 1 ? '' : 's'} to edit`)
  }
  editor.done = true
}

const writeQuit: ExCommand = async (editor, ex) => {
  await write(editor, ex)
  quit(editor, { ...ex, bang: false })
}
const exit: ExCommand = async (editor, ex) => {
  if (editor.text.modified || ex.argument) await write(editor, ex)
  quit(editor, { ...ex, bang: false })
}
const quitAll: ExCommand = (editor, { bang }) => {
  if (editor.text.modified && !bang) return editor.fail(`E37: No write since last change`)
  editor.done = true
}

const lineOperator =
  (key: string): ExCommand =>
  async (editor, { range, argument }) => {
    const [, register = '"', count = ''] = /^([a-zA-Z"_]?)\s*(\d*)/.exec(argument) ?? []
    const { from, to } = count ? { from: range.to, to: range.to + Number(count) - 1 } : range
    const last = Math.min(to, editor.text.lines.length - 1)
    await OPERATORS.get(key)?.(
      editor,
      { kind: 'line', from: { row: from, col: 0 }, to: { row: last, col: 0 } },
      register || '"',
    )
  }

const put: ExCommand = (editor, { range, argument, bang }) => {
  const register = editor.registers.get(argument || '"')
  if (!register) return editor.fail(`E353: Nothing in register ${argument || '"'}`)
  const row = range.to + (bang ? 0 : 1)
  const lines = register.text.split('\n')
  editor.text.splice(row, 0, ...lines)
  editor.moveTo(row + lines.length - 1, 0)
}

const copy: ExCommand = (editor, { range, argument }) => {
  const to = readAddress(editor, argument)
  const lines = editor.text.lines.slice(range.from, range.to + 1)
  editor.text.splice(to + 1, 0, ...lines)
  editor.moveTo(to + lines.length, 0)
  if (lines.length > 2) editor.say(`${lines.length} more lines`)
}
const move: ExCommand = (editor, { range, argument }) => {
  const to = readAddress(editor, argument)
  if (to >= range.from && to < range.to) return editor.fail('E134: Cannot move a range of lines into itself')
  const lines = editor.text.splice(range.from, range.to - range.from + 1)
  const empty = editor.text.empty && lines.length > 0
  const at = to > range.to ? to - lines.length + 1 : to + 1
  if (empty) editor.text.splice(0, 1, ...lines)
  else editor.text.splice(at, 0, ...lines)
  const last = at + lines.length - 1
  editor.moveTo(last, firstText(editor.text.line(last)))
}

/** `:g/pattern/command`: lines are marked first, then the command runs at each that is still there. */
const globally =
  (inverse: boolean): ExCommand =>
  async (editor, { range, argument, bang }) => {
    const mark = argument.charAt(0)
    const [source = '', ...parts] = splitAt(argument.slice(1), mark)
    const command = parts.join(mark) || 'p'
    const pattern = editor.compile(source || editor.search.source)
    if (source) editor.search = { source, forward: true, offset: '' }
    const { from, to } = range.given === 0 ? { from: 0, to: editor.text.lines.length - 1 } : range
    const marked = editor.text.lines.map(
      (line, row) => row >= from && row <= to && line.search(pattern) >= 0 !== (inverse || bang),
    )
    if (!marked.includes(true)) return editor.say(`E486: Pattern not found: ${source}`)
    const before = editor.text.lines.length
    editor.tally = { substitutions: 0, lines: 0 }
    await atEach(editor, marked, command).finally(() => reportTally(editor))
    sayLines(editor, editor.text.lines.length - before)
  }

function reportTally(editor: Editor): void {
  const { substitutions = 0, lines = 0 } = editor.tally ?? {}
  editor.tally = undefined
  if (substitutions > 2) editor.say(`${substitutions} substitutions on ${lines} line${lines === 1 ? '' : 's'}`)
}

async function atEach(editor: Editor, marked: boolean[], command: string): Promise<void> {
  const shown: string[] = []
  for (let row = 0; row < editor.text.lines.length; ) {
    const pause = editor.sys.tick()
    if (pause) await pause
    if (!marked[row]) {
      row++
      continue
    }
    marked[row] = false
    const before = editor.text.lines.length
    editor.cursor = { row, col: 0 }
    const kept = editor.message
    editor.message = ''
    await runEx(editor, command)
    if (editor.message && /^\s*(p|nu|#|l|=)/.test(command)) shown.push(editor.message)
    editor.message = kept
    const grown = editor.text.lines.length - before
    const here = editor.cursor.row
    if (grown < 0) marked.splice(/^\s*j/.test(command) ? row + 1 : row, -grown)
    else if (grown > 0) marked.splice(here - grown + 1, 0, ...Array.from({ length: grown }, () => false))
    if (/^\s*m/.test(command) && here !== row) moveMark(marked, row, here)
    if (grown >= 0 && here === row) row++
  }
  if (shown.length > 0) editor.say(shown.join('\n'))
}

function moveMark(marked: boolean[], from: number, to: number): void {
  const [mark = false] = marked.splice(from, 1)
  marked.splice(to, 0, mark)
}

const show =
  (line: (text: string, row: number) => string): ExCommand =>
  (editor, { range }) => {
    editor.moveTo(range.to, firstText(editor.text.line(range.to)))
    const rows = editor.text.lines.slice(range.from, range.to + 1)
    editor.say(rows.map((text, at) => line(text, range.from + at)).join('\n'))
  }

const bangCommand: ExCommand = async (editor, { range, argument }) => {
  const command = withNames(editor, argument.replace(/^!/, editor.lastShell))
  editor.lastShell = command
  if (range.given === 0) return runOnTerminal(editor, command)
  const { text } = await filterLines(editor, command, editor.text.content(range.from, range.to))
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n')
  const count = range.to - range.from + 1
  editor.text.splice(range.from, count, ...lines)
  editor.moveTo(range.from, firstText(editor.text.line(range.from)))
  if (count > 2) editor.say(`${count} lines filtered`)
}

const set: ExCommand = (editor, { argument }) => {
  const words = argument.split(/\s+/)
  const said = words.map((word) => editor.settings.set(word)).filter((each) => each !== undefined)
  const wrong = said.find((each) => /^E\d+/.test(each))
  if (wrong) editor.fail(wrong)
  if (said.length > 0) editor.say(said.join('\n'))
  if (/hls/.test(argument)) editor.highlight = true
}

/** `:sort`: u, n, i, r, and a pattern to skip. */
const sort: ExCommand = (editor, { range, argument, bang }) => {
  const [, before = '', pattern, after = ''] = /^([inrux ]*)(?:\/((?:\\.|[^/])*)\/)?([inrux ]*)/.exec(argument) ?? []
  const flags = before + after
  const skip = pattern === undefined ? undefined : editor.compile(pattern)
  const { from, to } = range.given === 0 ? { from: 0, to: editor.text.lines.length - 1 } : range
  const key = (line: string): string => {
    const match = skip && new RegExp(skip.source, 'm').exec(line)
    const rest = match ? (flags.includes('r') ? match[0] : line.slice(match.index + match[0].length)) : line
    return flags.includes('i') ? rest.toLowerCase() : rest
  }
  const number = (line: string): number => Number(/-?\d+/.exec(key(line))?.[0] ?? Number.NEGATIVE_INFINITY)
  const compare = (a: string, b: string): number =>
    flags.includes('n') ? number(a) - number(b) || 0 : key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0
  let lines = editor.text.lines.slice(from, to + 1).sort((a, b) => (bang ? compare(b, a) : compare(a, b)))
  if (flags.includes('u')) lines = lines.filter((line, at) => at === 0 || compare(line, lines[at - 1] ?? '') !== 0)
  editor.text.splice(from, to - from + 1, ...lines)
  editor.moveTo(from, 0)
}

const normal: ExCommand = async (editor, { range, raw: argument }) => {
  for (let row = range.from; row <= (range.given ? range.to : range.from); row++) {
    if (range.given) editor.moveTo(row, 0)
    const end = '\uE001'
    editor.feed([...argument, '\x1b', end])
    try {
      for (;;) {
        await editor.once(editor)
        if (editor.takeFed(end)) break
      }
    } catch (error) {
      if (!(error instanceof Failed)) throw error
    }
  }
}

const edit: ExCommand = (editor, { argument, bang }) => {
  if (argument === '#') return alternate(editor)
  return openFile(editor, withNames(editor, argument.replace(/^\+\S*\s*/, '')), bang)
}

const chdir: ExCommand = (editor, { argument }) => {
  try {
    editor.sys.chdir(argument.replace(/^~/, editor.env.get('HOME') ?? '~') || (editor.env.get('HOME') ?? '/'))
  } catch (error) {
    if (!isErrno(error)) throw error
    editor.fail(`E344: Can't find directory "${argument}" in cdpath`)
  }
}

const writeNext: ExCommand = async (editor, ex) => {
  await write(editor, { ...ex, argument: '' })
  await toArgument(editor, editor.argIndex + 1, false)
}

const nothing: ExCommand = () => undefined

const unquoted = (text: string): string =>
  text.startsWith('"')
    ? text.replace(/^"|"$/g, '').replace(/\\(.)/g, (_, letter: string) => ESCAPES.get(letter) ?? letter)
    : text.replace(/^'|'$/g, '').replaceAll("''", "'")
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['e', '\x1b'],
])

/** `:let @a = "text"` and `:let mapleader = ","`; other variables are nobody's. */
const assign: ExCommand = (editor, { argument }) => {
  const [, name = '', value = ''] = /^(\S+?)\s*=\s*([^]*)$/.exec(argument) ?? []
  if (/^(g:)?mapleader$/.test(name)) editor.maps.leader = unquoted(value)
  const register = /^@(.)$/.exec(name)?.[1]
  if (register) editor.registers.named(register, { kind: 'char', text: unquoted(value) })
}

function goToByte(editor: Editor, byte: number): void {
  let left = byte - 1
  for (const [row, line] of editor.text.lines.entries()) {
    const size = new TextEncoder().encode(line).length + 1
    if (left < size) return editor.moveTo(row, left)
    left -= size
  }
  editor.moveTo(editor.text.lines.length - 1, Number.MAX_SAFE_INTEGER)
}

/** Name (with what may be left out in brackets) and what it does. vim's index.txt, "ex-cmd-index". */
const TABLE: readonly (readonly [string, ExCommand])[] = [
  ['w[rite]', write],
  ['wq', writeQuit],
  ['x[it]', exit],
  ['exi[t]', exit],
  ['q[uit]', quit],
  [
    'cq[uit]',
    (editor) => {
      editor.status = 1
      editor.done = true
    },
  ],
  ['qa[ll]', quitAll],
  ['quita[ll]', quitAll],
  ['wa[ll]', (editor, ex) => (editor.text.modified ? write(editor, { ...ex, argument: '' }) : undefined)],
  ['wqa[ll]', writeQuit],
  ['xa[ll]', exit],
  ['wn[ext]', writeNext],
  ['up[date]', (editor, ex) => (editor.text.modified ? write(editor, ex) : undefined)],
  ['e[dit]', edit],
  ['vi[sual]', edit],
  ['vie[w]', edit],
  [
    'ene[w]',
    (editor, { bang }) =>
      editor.text.modified && !bang
        ? editor.fail('E37: No write since last change (add ! to override)')
        : loadFile(editor, ''),
  ],
  [
    'sav[eas]',
    async (editor, ex) => {
      await write(editor, ex)
      editor.path = ex.argument
      editor.text.modified = false
    },
  ],
  [
    'r[ead]',
    (editor, { range, argument, bang }) =>
      readInto(
        editor,
        range.given && range.to < 0 ? -1 : range.to,
        bang ? `!${argument}` : withNames(editor, argument),
      ),
  ],
  [
    'f[ile]',
    (editor, { argument }) => {
      if (argument) editor.path = argument
      editor.say(fileInfo(editor))
    },
  ],
  ['n[ext]', (editor, { bang }) => toArgument(editor, editor.argIndex + 1, bang)],
  ['N[ext]', (editor, { bang }) => toArgument(editor, editor.argIndex - 1, bang)],
  ['prev[ious]', (editor, { bang }) => toArgument(editor, editor.argIndex - 1, bang)],
  ['bn[ext]', (editor, { bang }) => toArgument(editor, (editor.argIndex + 1) % Math.max(1, editor.args.length), bang)],
  [
    'bp[revious]',
    (editor, { bang }) =>
      toArgument(editor, (editor.argIndex - 1 + editor.args.length) % Math.max(1, editor.args.length), bang),
  ],
  ['fir[st]', (editor, { bang }) => toArgument(editor, 0, bang)],
  ['rew[ind]', (editor, { bang }) => toArgument(editor, 0, bang)],
  ['la[st]', (editor, { bang }) => toArgument(editor, editor.args.length - 1, bang)],
  [
    'ar[gs]',
    (editor) => editor.say(editor.args.map((name, at) => (at === editor.argIndex ? `[${name}]` : name)).join('  ')),
  ],
  [
    'ls',
    (editor) =>
      editor.say(
        editor.args.map((name, at) => `  ${at + 1} ${at === editor.argIndex ? '%a' : '  '}   "${name}"`).join('\n'),
      ),
  ],
  ['d[elete]', lineOperator('d')],
  ['y[ank]', lineOperator('y')],
  ['pu[t]', put],
  ['t', copy],
  ['co[py]', copy],
  ['m[ove]', move],
  [
    'j[oin]',
    (editor, { range, bang, argument }) =>
      joinLines(editor, range.from, Math.max(range.to, range.from + Math.max(1, Number(argument || 1) - 1)), !bang),
  ],
  [
    '>',
    (editor, { range, argument }) =>
      shiftLines(editor, range.from, range.to, 1 + (/^>*/.exec(argument)?.[0].length ?? 0)),
  ],
  [
    '<',
    (editor, { range, argument }) =>
      shiftLines(editor, range.from, range.to, -1 - (/^<*/.exec(argument)?.[0].length ?? 0)),
  ],
  ['g[lobal]', globally(false)],
  ['v[global]', globally(true)],
  ['p[rint]', show((text) => text)],
  ['P[rint]', show((text) => text)],
  ['nu[mber]', show((text, row) => `${String(row + 1).padStart(3)} ${text}`)],
  ['#', show((text, row) => `${String(row + 1).padStart(3)} ${text}`)],
  ['l[ist]', show((text) => `${text.replaceAll('\t', '^I')}$`)],
  ['=', (editor, { range }) => editor.say(String(range.given ? range.to + 1 : editor.text.lines.length))],
  ['k', (editor, { range, argument }) => editor.setMark(argument.charAt(0), { row: range.to, col: 0 })],
  ['ma[rk]', (editor, { range, argument }) => editor.setMark(argument.charAt(0), { row: range.to, col: 0 })],
  [
    'marks',
    (editor) =>
      editor.say(
        [
          'mark line  col file/text',
          ...[...editor.marks].map(
            ([name, { row, col }]) =>
              ` ${name} ${String(row + 1).padStart(6)} ${String(col).padStart(4)} ${editor.text.line(row)}`,
          ),
        ].join('\n'),
      ),
  ],
  ['reg[isters]', (editor) => editor.say(['Type Name Content', ...editor.registers.list()].join('\n'))],
  ['di[splay]', (editor) => editor.say(['Type Name Content', ...editor.registers.list()].join('\n'))],
  ['norm[al]', normal],
  ['se[t]', set],
  ['setl[ocal]', set],
  ['noh[lsearch]', (editor) => void (editor.highlight = false)],
  ['sy[ntax]', nothing],
  ['filet[ype]', nothing],
  ['colo[rscheme]', nothing],
  ['sil[ent]', (editor, { argument }) => runEx(editor, argument)],
  ['u[ndo]', (editor) => travel(editor, true)],
  ['red[o]', (editor) => travel(editor, false)],
  ['sor[t]', sort],
  ['exe[cute]', (editor, { argument }) => runEx(editor, unquoted(argument))],
  ['let', assign],
  ['go[to]', (editor, { argument }) => goToByte(editor, Number(argument || 1))],
  ...MAP_COMMANDS,
  ['cd', chdir],
  ['chd[ir]', chdir],
  ['pw[d]', (editor) => editor.say(editor.sys.getcwd())],
  ['sh[ell]', (editor) => runOnTerminal(editor, '')],
  ['st[op]', (editor) => editor.screen.suspend()],
  ['sus[pend]', (editor) => editor.screen.suspend()],
  ['ec[ho]', (editor, { argument }) => editor.say(argument.replace(/^(["'])(.*)\1$/, '$2'))],
  [
    'retab',
    (editor) => {
      editor.text.lines.forEach((line, row) =>
        editor.text.setLine(
          row,
          editor.settings.flag('expandtab')
            ? line.replaceAll('\t', ' '.repeat(editor.settings.number('tabstop')))
            : line,
        ),
      )
    },
  ],
  ['ve[rsion]', (editor) => editor.say('VIM - Vi IMproved 9.0 (2022 Jun 28)')],
  ['h[elp]', (editor) => editor.fail('E149: Sorry, no help here: the documentation is not installed')],
]

function find(name: string): ExCommand | undefined {
  for (const [pattern, command] of TABLE) {
    const [, least = pattern, rest = ''] = /^([^[]+)\[(\w+)\]$/.exec(pattern) ?? []
    if (name.startsWith(least) && (least + rest).startsWith(name)) return command
  }
  return undefined
}

/** Splits `a | b`; commands that take a command of their own keep the bar. */
function splitBars(text: string): string[] {
  if (/^[\s:%\d,.$'<>+-]*(g|v|global|vglobal|norm|normal|!|r\s*!|w\s*!)/.test(text)) return [text]
  return text.split(/(?<!\\)\|/).map((part) => part.replaceAll('\\|', '|'))
}

/** Where the bar behind `:s/…/…/flags` stands; the end where there is none. Bars in pattern and text are its own. */
function endOfSubstitute(line: string): number {
  const start = /^[^a-zA-Z]*(?:'[a-z<>][^a-zA-Z]*)*s[a-z]*(\W)/.exec(line)
  if (!start) return line.length
  const mark = start[1] ?? '/'
  let [at, marks] = [start[0].length, 0]
  for (; at < line.length && marks < 2; at++) {
    if (line.charAt(at) === '\\') at++
    else if (line.charAt(at) === mark) marks++
  }
  const bar = marks === 2 ? line.indexOf('|', at) : -1
  return bar < 0 ? line.length : bar
}

/** Runs one line of Ex. vim's cmdline.txt. */
export async function runEx(editor: Editor, line: string): Promise<void> {
  const end = /^[^|]*\bs\W|^%?s\W/.test(line) ? endOfSubstitute(line) : undefined
  const parts = end === undefined ? splitBars(line) : [line.slice(0, end)]
  for (const part of parts) await runOne(editor, part)
  if (end !== undefined && end < line.length) await runEx(editor, line.slice(end + 1))
}

async function runOne(editor: Editor, line: string): Promise<void> {
  const insertAtTop = /^\s*0\s*(r|pu)/.test(line)
  const { range, rest } = insertAtTop
    ? { range: { from: -1, to: -1, given: 1 }, rest: line.trim().slice(1).trim() }
    : readRange(editor, line)
  if (rest === '' || rest.startsWith('"')) {
    if (range.given > 0) {
      editor.jump()
      editor.moveTo(range.to, firstText(editor.text.line(range.to)))
    }
    return
  }
  const substitution = /^(?:s(?:ubstitute)?(?=[^\w\s]|$|[gcieI]*\s*\d*$)|&&?|~)/.exec(rest)
  if (substitution && !/^s[a-z]*[a-df-hj-z]/.test(rest))
    return substitute(editor, range, rest.slice(substitution[0].length))
  const [, name = '', bang, argument = ''] = /^(?:([a-zA-Z]+|[><#=])(!)?|(?=!))\s*([^]*)$/.exec(rest) ?? []
  if (rest.startsWith('!')) return bangCommand(editor, { range, bang: false, argument: rest.slice(1).trim(), raw: '' })
  const single = /^k([a-z])$/.exec(name)
  const command = single ? find('k') : find(name)
  if (!command) return editor.fail(`E492: Not an editor command: ${line.trim()}`)
  await command(editor, {
    range,
    bang: bang === '!',
    argument: single ? (single[1] ?? '') : argument.trimEnd(),
    raw: argument,
  })
}
