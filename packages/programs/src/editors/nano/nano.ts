import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, readAll, value } from '@drydock/libc'
import { decodeText } from '../../text/encoding.ts'
import { FullScreen } from '../screen/full-screen.ts'
import { Buffer } from './buffer.ts'
import { openAnother, perform } from './commands.ts'
import { Editor, Gone, Said } from './editor.ts'
import { Options, readNanorc } from './options.ts'
import { findAgain, goTo } from './search.ts'

const VERSION = ` GNU nano, version 7.2
 (C) 2023 the Free Software Foundation and various contributors
 Compiled options: --enable-utf8
`

/** A file and where to begin in it: `+LINE,COLUMN` and `+/TEXT` stand before the name. */
interface Wanted {
  readonly path: string
  readonly place?: string
}

function filesOf(operands: readonly string[]): Wanted[] {
  const files: Wanted[] = []
  let place: string | undefined
  for (const word of operands) {
    if (word.startsWith('+') && place === undefined) place = word.slice(1)
    else {
      files.push(place === undefined ? { path: word } : { path: word, place })
      place = undefined
    }
  }
  return files.length ? files : [{ path: '' }]
}

async function openFiles(editor: Editor, files: readonly Wanted[], input: string | undefined): Promise<void> {
  editor.buffers = []
  for (const { path, place } of files) {
    if (path === '' || path === '-') editor.buffers.push(new Buffer(''))
    else await openAnother(editor, path)
    editor.index = editor.buffers.length - 1
    if (path === '-') {
      editor.buffer.load(input ?? '')
      editor.buffer.modified = true
    }
    if (place !== undefined) begin(editor, place)
  }
  editor.index = 0
}

function begin(editor: Editor, place: string): void {
  const { message } = editor
  try {
    if (/^[/?]/.test(place)) {
      editor.searches.push(place.slice(1))
      findAgain(editor, place.startsWith('?'))
    } else if (place === '') editor.buffer.moveTo(editor.buffer.lines.length - 1, 0)
    else goTo(editor, place)
    editor.message = message
  } catch (error) {
    if (!(error instanceof Said)) throw error
    editor.message = error.message
  }
}

async function loop(editor: Editor): Promise<void> {
  while (!editor.done) {
    const key = await editor.key()
    try {
      await perform(editor, key)
    } catch (error) {
      if (!(error instanceof Said)) throw error
      editor.message = error.message
    }
    const pause = editor.sys.tick()
    if (pause) await pause
  }
}

/** Keys come from the terminal, also when the text comes from a pipe. */
async function terminalOf(sys: Sys, piped: boolean): Promise<{ screen: FullScreen; input?: string }> {
  if (!piped) return { screen: new FullScreen(sys, { meta: true }) }
  const input = decodeText(await readAll(sys, 0))
  return { screen: new FullScreen(sys, { meta: true, input: sys.isatty(2) ? 2 : 1 }), input }
}

/** A terminal, a text and two lines of keys. nano(1), nano 7. */
export const nano = defineProgram({
  name: 'editors/nano',
  paths: ['/usr/bin/nano', '/bin/nano', '/usr/bin/rnano', '/usr/bin/pico'],
  covers: 'partial',
  lacks: ['syntax colours', 'the spell checker, linter and formatter', 'the file browser', 'the mouse', 'lock files'],
  summary: "Nano's ANOther editor, inspired by Pico",
  usage: 'nano [OPTIONS] [[+LINE[,COLUMN]] FILE]...',
  sizeBytes: 283144,
  options: {
    smartHome: flag('A', 'smarthome'),
    backup: flag('B', 'backup'),
    toSpaces: flag('E', 'tabstospaces'),
    whitespace: flag('', 'whitespacedisplay'),
    soft: flag('S', 'softwrap'),
    tab: value('T', 'tabsize'),
    version: flag('V', 'version'),
    breakLong: flag('b', 'breaklonglines'),
    constant: flag('c', 'constantshow'),
    autoIndent: flag('i', 'autoindent'),
    cutFromCursor: flag('k', 'cutfromcursor'),
    numbers: flag('l', 'linenumbers'),
    fill: value('r', 'fill'),
    view: flag('v', 'view'),
    noWrap: flag('w', 'nowrap'),
    noHelp: flag('x', 'nohelp'),
    noRc: flag('I', 'ignorercfiles'),
    syntax: value('Y', 'syntax'),
    other: flag('DFGHKLMNPRUWZademnopqtuyz', 'multibuffer'),
  },
  async main({ sys, operands, options: o, env, io, fail }) {
    if (o.version) {
      await io.print(VERSION)
      return 0
    }
    const options = new Options()
    if (!o.noRc) await readNanorc(sys, options, env.get('HOME') ?? '/root')
    const given: readonly (readonly [name: string, count: number])[] = [
      ['smarthome', o.smartHome],
      ['backup', o.backup],
      ['tabstospaces', o.toSpaces],
      ['whitespace', o.whitespace],
      ['softwrap', o.soft],
      ['breaklonglines', o.breakLong],
      ['constantshow', o.constant],
      ['autoindent', o.autoIndent],
      ['cutfromcursor', o.cutFromCursor],
      ['linenumbers', o.numbers],
    ]
    for (const [name, count] of given) if (count > 0) options.turn(name, true)
    if (o.noHelp) options.turn('hints', false)
    if (o.tab !== undefined) {
      if (!(Number(o.tab) > 0)) {
        await io.warn(`Requested tab size "${o.tab}" is invalid\n`)
        return 1
      }
      options.tabSize = Number(o.tab)
    }
    if (o.fill !== undefined) options.fill = Number(o.fill)
    const files = filesOf(operands)
    const piped = files.some(({ path }) => path === '-')
    if (!sys.isatty(1) || (!piped && !sys.isatty(0))) {
      await io.warn('Standard input is not a terminal\n')
      return 1
    }
    const { screen, input } = await terminalOf(sys, piped)
    const editor = new Editor(sys, screen, { options, env, readonly: o.view > 0 })
    try {
      await screen.open()
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(error.message)
      return 1
    }
    try {
      await openFiles(editor, files, input)
      await loop(editor)
    } catch (error) {
      if (!(error instanceof Gone)) throw error
      editor.status = 1
    }
    await screen.close()
    return editor.status
  },
})
