import { EACCES, EISDIR, ENOENT, isDirectory, isErrno, O_APPEND, O_CREAT, O_WRONLY, W_OK } from '@drydock/abi'
import { readFile, writeAll, writeFile } from '@drydock/libc'
import { byteLength, decodeText, encodeText } from '../../text/encoding.ts'
import type { Editor } from './editor.ts'
import { filterLines } from './shell.ts'
import { firstText, Text } from './text.ts'

const quoted = (path: string): string => `"${path}"`

/** `3L, 18B`, as vim counts a file. */
const size = (lines: number, bytes: number): string => `${lines}L, ${bytes}B`

/** Reads a file into the editor in place of what it held. @param mark  shown in front of the sizes */
export async function loadFile(editor: Editor, path: string): Promise<void> {
  if (editor.path !== path && editor.path !== '') {
    editor.previousPath = editor.path
    remembered(editor).set(editor.path, editor.cursor)
  }
  editor.path = path
  editor.registers.fileName = path
  editor.text = new Text()
  editor.marks = new Map()
  editor.settings.flags.set('readonly', false)
  if (path === '') return editor.moveTo(0, 0)
  const said = await read(editor, path)
  editor.say(`${quoted(path)} ${said}`)
  const place = remembered(editor).get(path) ?? { row: 0, col: 0 }
  editor.moveTo(place.row, place.col)
}

async function read(editor: Editor, path: string): Promise<string> {
  const { sys, text } = editor
  try {
    if (isDirectory(sys.stat(path).mode)) return 'is a directory'
    const bytes = await readFile(sys, path)
    text.load(decodeText(bytes))
    const lines = text.empty ? 0 : text.lines.length
    const locked = !writable(editor, path)
    editor.settings.flags.set('readonly', locked)
    return `${locked ? '[readonly] ' : ''}${text.unterminated ? '[noeol] ' : ''}${size(lines, bytes.length)}`
  } catch (error) {
    if (error === ENOENT) return folderIsThere(editor, path) ? '[New]' : '[New DIRECTORY]'
    if (error === EACCES) return '[Permission Denied]'
    if (!isErrno(error)) throw error
    return error === EISDIR ? 'is a directory' : error.message
  }
}

function writable(editor: Editor, path: string): boolean {
  try {
    editor.sys.access(path, W_OK)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

function folderIsThere(editor: Editor, path: string): boolean {
  const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.'
  try {
    editor.sys.stat(folder)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

const places = new WeakMap<Editor, Map<string, { row: number; col: number }>>()
/** Where the cursor was in files that were left. */
function remembered(editor: Editor): Map<string, { row: number; col: number }> {
  const known = places.get(editor) ?? new Map<string, { row: number; col: number }>()
  places.set(editor, known)
  return known
}

export interface WriteRequest {
  readonly path: string
  readonly from: number
  readonly to: number
  readonly whole: boolean
  readonly bang: boolean
  readonly append: boolean
}

/** Writes lines to a file. Errors end the command. */
export async function writeLines(editor: Editor, { path, from, to, whole, bang, append }: WriteRequest): Promise<void> {
  const { sys, text, settings } = editor
  if (path === '') return editor.fail('E32: No file name')
  const own = path === editor.path
  if (own && settings.flag('readonly') && !bang) return editor.fail("E45: 'readonly' option is set (add ! to override)")
  const there = exists(editor, path)
  if (there === 'folder') return editor.fail(`E502: ${quoted(path)} is a directory`)
  if (!own && there && !bang && !append) return editor.fail('E13: File exists (add ! to override)')
  if (own && !whole && !bang && !append) return editor.fail('E140: Use ! to write partial buffer')
  const content = text.content(from, to)
  const bytes = encodeText(text.unterminated && whole && settings.flag('binary') ? content.slice(0, -1) : content)
  try {
    if (append) await appendTo(editor, path, bytes)
    else await writeFile(sys, path, bytes)
  } catch (error) {
    if (!isErrno(error)) throw error
    return editor.fail(`${quoted(path)} E212: Can't open file for writing`)
  }
  if (editor.path === '' && whole) {
    editor.path = path
    editor.registers.fileName = path
  }
  if (whole && path === editor.path) text.modified = false
  const lines = content === '' ? 0 : to - from + 1
  editor.say(`${quoted(path)} ${there ? '' : '[New] '}${size(lines, bytes.length)} ${append ? 'appended' : 'written'}`)
}

async function appendTo(editor: Editor, path: string, bytes: Uint8Array): Promise<void> {
  const fd = editor.sys.open(path, O_WRONLY | O_CREAT | O_APPEND, 0o666)
  try {
    await writeAll(editor.sys, fd, bytes)
  } finally {
    editor.sys.close(fd)
  }
}

function exists(editor: Editor, path: string): 'folder' | 'file' | undefined {
  try {
    return isDirectory(editor.sys.stat(path).mode) ? 'folder' : 'file'
  } catch (error) {
    if (!isErrno(error)) throw error
    return undefined
  }
}

/** `:r`: a file, or what a command prints, below a line. */
export async function readInto(editor: Editor, row: number, argument: string): Promise<void> {
  const { text } = editor
  let content: string
  if (argument.startsWith('!')) content = (await filterLines(editor, argument.slice(1).trim(), '')).text
  else {
    try {
      content = decodeText(await readFile(editor.sys, argument || editor.path))
    } catch (error) {
      if (!isErrno(error)) throw error
      return editor.fail(`E484: Can't open file ${argument || editor.path}`)
    }
  }
  if (content === '') return
  const lines = content.replace(/\n$/, '').split('\n')
  text.splice(row + 1, 0, ...lines)
  editor.moveTo(row + 1, firstText(text.line(row + 1)))
  if (argument.startsWith('!')) {
    if (lines.length > 2) editor.say(`${lines.length} more lines`)
  } else editor.say(`${quoted(argument)} ${size(lines.length, byteLength(content))}`)
}

export async function openFile(editor: Editor, path: string, bang: boolean): Promise<void> {
  if (path === '' && editor.path === '') return editor.fail('E32: No file name')
  if (editor.text.modified && !bang) return editor.fail('E37: No write since last change (add ! to override)')
  await loadFile(editor, path || editor.path)
}

export function alternate(editor: Editor): Promise<void> {
  if (editor.previousPath === '') return editor.fail('E23: No alternate file')
  return openFile(editor, editor.previousPath, false)
}

/** Goes to another file of the command line. */
export async function toArgument(editor: Editor, index: number, bang: boolean): Promise<void> {
  if (editor.args.length <= 1 && index !== editor.argIndex) return editor.fail('E163: There is only one file to edit')
  if (index >= editor.args.length) return editor.fail('E165: Cannot go beyond last file')
  if (index < 0) return editor.fail('E164: Cannot go before first file')
  if (editor.text.modified && !bang) return editor.fail('E37: No write since last change (add ! to override)')
  editor.argIndex = index
  await loadFile(editor, editor.args[index] ?? '')
}

/** What `^G` tells. */
export function fileInfo(editor: Editor): string {
  const { path, text, cursor } = editor
  const name = path === '' ? '[No Name]' : path
  const marks = `${text.modified ? ' [Modified]' : ''}${editor.settings.flag('readonly') ? '[readonly]' : ''}`
  if (text.empty) return `"${name}"${marks} --No lines in buffer--`
  const share = Math.floor(((cursor.row + 1) * 100) / text.lines.length)
  return `"${name}"${marks} ${text.lines.length} line${text.lines.length === 1 ? '' : 's'} --${share}%--`
}
