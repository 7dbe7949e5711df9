import { readAll, readTextFile } from '@drydock/libc'
import type { Process, Program, Sys } from '@drydock/abi'
import { isErrno } from '@drydock/abi'
import { programName, Stdio } from '@drydock/libc'
import { decodeText } from '../../text/encoding.ts'
import { FullScreen } from '../screen/full-screen.ts'
import { Editor, Failed, Gone } from './editor.ts'
import { runEx } from './ex.ts'
import { loadFile } from './files.ts'
import { runNormal } from './normal.ts'

interface CommandLine {
  readonly files: string[]
  /** Ex commands that run when the first file is there. */
  readonly commands: string[]
  readonly readonly: boolean
  readonly help: 'help' | 'version' | undefined
  readonly wrong: string | undefined
}

/** vim(1), OPTIONS, as far as people use them. */
function parse(argv: readonly string[], name: string): CommandLine {
  const files: string[] = []
  const commands: string[] = []
  let [readonly, wrong, help]: [boolean, string | undefined, CommandLine['help']] = [
    name === 'view',
    undefined,
    undefined,
  ]
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] ?? ''
    if (word === '--') {
      files.push(...argv.slice(at + 1))
      break
    }
    if (word.startsWith('+')) commands.push(word === '+' ? '$' : word.slice(1))
    else if (word === '-c' || word === '--cmd') commands.push(argv[++at] ?? '')
    else if (word.startsWith('-c')) commands.push(word.slice(2))
    else if (word === '--help' || word === '-h') help = 'help'
    else if (word === '--version') help = 'version'
    else if (/^-[RM]$/.test(word)) readonly = true
    else if (['-u', '-i', '-T', '-t', '-w', '-W', '-s'].includes(word)) at++
    else if (/^-[nNeEvyZmbdlLoOpf]\d*$/.test(word) || word === '--clean') continue
    else if (word.startsWith('-') && word !== '-') wrong ??= word
    else files.push(word)
  }
  return { files, commands, readonly, help, wrong }
}

const VERSION = 'VIM - Vi IMproved 9.0 (2022 Jun 28, compiled Sep 22 2025 12:00:00)'
const HELP = `${VERSION}

Usage: vim [arguments] [file ..]       edit specified file(s)
   or: vim [arguments] -               read text from stdin

Arguments:
   --			Only file names after this
   -R			Readonly mode (like "view")
   +			Start at end of file
   +<lnum>		Start at line <lnum>
   -c <command>		Execute <command> after loading the first file
   -h  or  --help	Print Help (this message) and exit
   --version		Print version information and exit
`

async function configure(editor: Editor): Promise<void> {
  const home = editor.env.get('HOME') ?? '/root'
  for (const path of [`${home}/.vimrc`, `${home}/.exrc`]) {
    try {
      for (const line of (await readTextFile(editor.sys, path)).split('\n')) await quietly(editor, line)
    } catch (error) {
      if (!isErrno(error)) throw error
    }
  }
  editor.message = ''
}

async function quietly(editor: Editor, line: string): Promise<void> {
  if (line.trim() === '' || line.startsWith('"')) return
  try {
    await runEx(editor, line)
  } catch (error) {
    if (!(error instanceof Failed)) throw error
  }
}

async function begin(
  editor: Editor,
  { files, commands, readonly }: CommandLine,
  input: string | undefined,
): Promise<void> {
  await configure(editor)
  if (input !== undefined) {
    editor.text.load(input)
    editor.text.modified = input !== ''
  } else {
    editor.args.push(...files)
    await loadFile(editor, files[0] ?? '')
    if (files.length > 1) editor.say(`${files.length} files to edit`)
  }
  if (readonly) editor.settings.flags.set('readonly', true)
  for (const command of commands) await quietly(editor, command)
  if (editor.path === '' && editor.text.empty && !editor.message) editor.say('')
}

/** A message of several lines is shown below what stands there, until a key is hit. */
async function showLong(editor: Editor): Promise<void> {
  if (!editor.message.includes('\n')) return
  const lines = editor.message.split('\n')
  editor.message = ''
  const { rows } = editor.screen
  for (let at = 0; at < lines.length; at += rows - 1) {
    const more = at + rows - 1 < lines.length
    const page = lines.slice(at, at + rows - 1)
    const prompt = more ? '-- More --' : 'Press ENTER or type command to continue'
    const frame = [...Array.from({ length: rows - 1 - page.length }, () => ''), ...page, `\x1b[32m${prompt}\x1b[m`]
    editor.screen.forget()
    await editor.screen.paint(frame, { row: rows - 1, col: prompt.length })
    const key = await editor.screen.nextKey()
    if (key === '<Hangup>') throw new Gone()
    if (!more && key === ':') editor.feed([key])
    if (key === 'q' || key === '\x03') break
  }
  editor.screen.forget()
}

/** For `U`: the line as it was before the first of the changes made in it. */
function keepLine(editor: Editor, row: number, line: string, count: number): void {
  if (editor.text.lines.length !== count) editor.latestLine = undefined
  else if (editor.text.line(row) !== line && editor.latestLine?.row !== row) editor.latestLine = { row, text: line }
}

async function loop(editor: Editor): Promise<void> {
  while (!editor.done) {
    editor.recorded = []
    const before = editor.cursor
    const [line, count] = [editor.line, editor.text.lines.length]
    try {
      await showLong(editor)
      await runNormal(editor)
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      if (!editor.inserting && !editor.visual) editor.mode = 'normal'
      if (editor.inserting) editor.mode = 'normal'
      editor.replaying = false
    }
    if (!editor.visual) editor.text.commit(before, editor.sys.clock.now())
    keepLine(editor, before.row, line, count)
    editor.pending = ''
    editor.moveTo(editor.cursor.row, editor.cursor.col, true)
    const pause = editor.sys.tick()
    if (pause) await pause
  }
}

/** `vi -` reads its text from standard input and its keys from the terminal. */
async function openTerminal(sys: Sys, piped: boolean): Promise<{ screen: FullScreen; input: string | undefined }> {
  if (!piped) return { screen: new FullScreen(sys), input: undefined }
  const input = decodeText(await readAll(sys, 0))
  return { screen: new FullScreen(sys, { input: sys.isatty(2) ? 2 : 1 }), input }
}

async function main(process: Process): Promise<number> {
  const { sys } = process
  const io = new Stdio(sys)
  const line = parse(process.argv.slice(1), programName(process))
  if (line.help) {
    await io.print(line.help === 'help' ? HELP : `${VERSION}\n`)
    await io.out.flush()
    return 0
  }
  if (line.wrong) {
    await io.warn(`${VERSION}\nUnknown option argument: "${line.wrong}"\nMore info with: "vim -h"\n`)
    return 1
  }
  const piped = line.files.includes('-')
  if (!sys.isatty(1)) await io.warn('Vim: Warning: Output is not to a terminal\n')
  if (!piped && !sys.isatty(0)) await io.warn('Vim: Warning: Input is not from a terminal\n')
  if (!piped && !sys.isatty(0)) return 1
  const { screen, input } = await openTerminal(sys, piped)
  const editor = new Editor(sys, process.env, screen, runNormal)
  await screen.open()
  try {
    await begin(editor, line, input)
    await loop(editor)
  } catch (error) {
    if (!(error instanceof Gone)) throw error
    editor.status = 1
  }
  await screen.close()
  return editor.status
}

export const vi: Program = {
  name: 'editors/vi',
  paths: ['/usr/bin/vi', '/usr/bin/vim', '/bin/vi', '/usr/bin/view'],
  covers: 'partial',
  lacks: [
    'windows (:split) and tab pages',
    'syntax colours',
    'recursive maps and scripts',
    'folds',
    'ex as a mode of lines (Q)',
    ':help',
  ],
  summary: 'a text editor',
  sizeBytes: 1_386_400,
  rssBytes: 9 * 1024 ** 2,
  main,
}
