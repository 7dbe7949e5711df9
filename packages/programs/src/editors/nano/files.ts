import { EISDIR, ENOENT, isDirectory, isErrno, O_APPEND, O_CREAT, O_TRUNC, O_WRONLY, W_OK } from '@drydock/abi'
import { readFile, writeAll } from '@drydock/libc'
import { decodeText, encodeText } from '../../text/encoding.ts'
import { filterLines } from '../vi/shell.ts'
import { Buffer } from './buffer.ts'
import { type Editor, Said } from './editor.ts'
import { READ_HINTS, WRITE_HINTS, YES_NO_HINTS } from './keys.ts'
import { ask } from './prompt.ts'

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

/** How a file is written: over the old one, behind or before what it has; with other ends of lines. */
interface Writing {
  how: 'Write' | 'Append' | 'Prepend'
  format: '' | 'DOS' | 'Mac'
  backup: boolean
}

/** Reads a file into a buffer and says so. */
export async function load(editor: Editor, buffer: Buffer): Promise<void> {
  const { sys } = editor
  const { path } = buffer
  try {
    if (isDirectory(sys.stat(path).mode)) throw EISDIR
    const text = decodeText(await readFile(sys, path))
    const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    const dos = text !== '' && !/(^|[^\r])\n/.test(text)
    buffer.load(dos ? text.replaceAll('\r\n', '\n') : text)
    const locked = !writable(editor, path)
    editor.message = locked
      ? `File '${path}' is unwritable`
      : `Read ${counted(lines, 'line')}${dos ? ' (Converted from DOS format)' : ''}`
  } catch (error) {
    if (!isErrno(error)) throw error
    if (error === ENOENT) editor.message = folderExists(editor, path) ? 'New File' : missingFolder(path)
    else {
      editor.message = error === EISDIR ? `"${path}" is a directory` : `Error reading ${path}: ${error.message}`
      buffer.path = ''
    }
  }
}

const folderOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) || '/' : '.')
const missingFolder = (path: string): string => `Directory '${folderOf(path)}' does not exist`

function folderExists({ sys }: Editor, path: string): boolean {
  try {
    return isDirectory(sys.stat(folderOf(path)).mode)
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

function writable({ sys }: Editor, path: string): boolean {
  try {
    sys.access(path, W_OK)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

function exists({ sys }: Editor, path: string): boolean {
  try {
    sys.stat(path)
    return true
  } catch (error) {
    if (!isErrno(error)) throw error
    return false
  }
}

/** ^O. @returns whether it was written */
export async function writeOut(editor: Editor): Promise<boolean> {
  const { buffer } = editor
  const writing: Writing = { how: 'Write', format: '', backup: editor.options.has('backup') }
  const region = buffer.region
  for (let initial = region ? '' : buffer.path; ; ) {
    const path = await ask(editor, {
      label: () => writeLabel(writing, region !== undefined),
      hints: WRITE_HINTS,
      initial,
      keys: writeKeys(writing),
      complete: (text) => completePath(editor, text),
    })
    if (path === undefined || path === '') {
      if (path === '') editor.message = 'Cancelled'
      return false
    }
    initial = path
    if (!(await agreed(editor, path, writing, region !== undefined))) continue
    return write(editor, path, writing, region ? buffer.between(...region) : undefined)
  }
}

function writeLabel({ how, format, backup }: Writing, selection: boolean): string {
  const marks = `${format ? ` [${format} Format]` : ''}${backup ? ' [Backup]' : ''}`
  const verb = how === 'Write' ? 'Write' : how
  if (selection) return `${verb} Selection to File${marks}: `
  return `${how === 'Write' ? 'File Name to Write' : `File Name to ${verb} to`}${marks}: `
}

function writeKeys(writing: Writing): ReadonlyMap<string, () => 'again'> {
  const turn =
    <K extends keyof Writing>(key: K, value: Writing[K], other: Writing[K]) =>
    (): 'again' => {
      writing[key] = writing[key] === value ? other : value
      return 'again'
    }
  return new Map<string, () => 'again'>([
    ['<M-d>', turn('format', 'DOS', '')],
    ['<M-m>', turn('format', 'Mac', '')],
    ['<M-a>', turn('how', 'Append', 'Write')],
    ['<M-p>', turn('how', 'Prepend', 'Write')],
    ['<M-b>', turn('backup', true, false)],
  ])
}

/** Asks before another name is taken or another file is lost. */
async function agreed(editor: Editor, path: string, { how }: Writing, selection: boolean): Promise<boolean> {
  const { buffer } = editor
  if (how !== 'Write' || path === buffer.path) return true
  if (!selection && buffer.path !== '') {
    const answer = await editor.choose('Save file under DIFFERENT NAME?', YES_NO_HINTS, 'yn')
    if (answer !== 'y') return false
  }
  if (!exists(editor, path)) return true
  return (await editor.choose(`File "${path}" exists; OVERWRITE?`, YES_NO_HINTS, 'yn')) === 'y'
}

/** ^S: without a question, where there is a name. */
export async function save(editor: Editor): Promise<boolean> {
  if (editor.buffer.path === '') return writeOut(editor)
  return write(editor, editor.buffer.path, { how: 'Write', format: '', backup: editor.options.has('backup') })
}

async function write(editor: Editor, path: string, writing: Writing, selection?: string): Promise<boolean> {
  const { buffer, sys } = editor
  const text = selection ?? buffer.text
  const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
  try {
    if (isDirectory(modeOf(editor, path))) throw EISDIR
    if (writing.backup && exists(editor, path)) await put(editor, `${path}~`, await readFile(sys, path), O_TRUNC)
    const bytes = encodeText(formatted(text, writing.format))
    const old = writing.how === 'Prepend' && exists(editor, path) ? await readFile(sys, path) : new Uint8Array()
    await put(editor, path, bytes, writing.how === 'Append' ? O_APPEND : O_TRUNC)
    if (old.length > 0) await put(editor, path, old, O_APPEND)
  } catch (error) {
    if (!isErrno(error)) throw error
    editor.message =
      error === EISDIR
        ? `"${path}" is a directory`
        : error === ENOENT
          ? missingFolder(path)
          : `Error writing ${path}: ${error.message}`
    return false
  }
  if (selection === undefined && writing.how === 'Write') {
    buffer.path = path
    buffer.modified = false
  }
  editor.message = `Wrote ${counted(lines, 'line')}${writing.format ? ` (${writing.format} format)` : ''}`
  return true
}

function modeOf({ sys }: Editor, path: string): number {
  try {
    return sys.stat(path).mode
  } catch (error) {
    if (error !== ENOENT) throw error
    return 0
  }
}

const formatted = (text: string, format: Writing['format']): string =>
  format === 'DOS' ? text.replaceAll('\n', '\r\n') : format === 'Mac' ? text.replaceAll('\n', '\r') : text

async function put({ sys }: Editor, path: string, bytes: Uint8Array, how: number): Promise<void> {
  const fd = sys.open(path, O_WRONLY | O_CREAT | how, 0o666)
  try {
    await writeAll(sys, fd, bytes)
  } finally {
    sys.close(fd)
  }
}

/** ^R: another file at the cursor, or in a buffer of its own. */
export async function readIn(editor: Editor): Promise<void> {
  let fresh = false
  let command = false
  const path = await ask(editor, {
    label: () =>
      command
        ? `Command to execute${fresh ? ' in new buffer' : ''}: `
        : `File to ${fresh ? 'read into new buffer' : 'insert'} [from ./]: `,
    hints: READ_HINTS,
    keys: new Map<string, () => 'again'>([
      ['<M-f>', () => ((fresh = !fresh), 'again')],
      ['\x18', () => ((command = !command), 'again')],
    ]),
    complete: (text) => completePath(editor, text),
  })
  if (path === undefined || path === '') return void (editor.message = 'Cancelled')
  if (command) return insert(editor, (await filterLines(editor, path, '')).text, fresh)
  if (fresh) return openAnother(editor, path)
  const { sys } = editor
  try {
    if (isDirectory(sys.stat(path).mode)) throw new Said(`"${path}" is a directory`)
    const text = decodeText(await readFile(sys, path))
    insert(editor, text, false)
    const lines = text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
    editor.message = `Read ${counted(lines, 'line')}`
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Said(error === ENOENT ? `File "${path}" not found` : `Error reading ${path}: ${error.message}`)
  }
}

/** Text at the cursor, or in a buffer of its own. */
export function insert(editor: Editor, text: string, fresh: boolean): void {
  if (fresh) {
    editor.buffers.push(new Buffer(''))
    editor.index = editor.buffers.length - 1
  }
  editor.buffer.remember('insertion')
  editor.buffer.insert(text)
}

export async function openAnother(editor: Editor, path: string): Promise<void> {
  const buffer = new Buffer(path)
  editor.buffers.push(buffer)
  editor.index = editor.buffers.length - 1
  await load(editor, buffer)
}

/** Tab at a file name. */
function completePath({ sys }: Editor, text: string): string {
  const slash = text.lastIndexOf('/') + 1
  const folder = text.slice(0, slash)
  try {
    const names = sys
      .readdir(folder || '.')
      .map(({ name }) => name)
      .filter((name) => name.startsWith(text.slice(slash)))
    const [first = ''] = names
    if (names.length === 0) return text
    let shared = first
    for (const name of names) while (!name.startsWith(shared)) shared = shared.slice(0, -1)
    const whole = folder + shared
    return names.length === 1 && isDirectory(sys.stat(whole).mode) ? `${whole}/` : whole
  } catch (error) {
    if (!isErrno(error)) throw error
    return text
  }
}
