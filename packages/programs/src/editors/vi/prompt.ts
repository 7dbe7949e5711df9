import { isErrno } from '@drydock/abi'
import type { Editor } from './editor.ts'

/** A line asked for at the bottom of the screen. vim's cmdline.txt. @returns undefined when it was left by Escape */
export async function askLine(editor: Editor, mark: string, begin = ''): Promise<string | undefined> {
  const history = editor.history.get(mark) ?? []
  let text = begin
  let at = begin.length
  let place = history.length
  const recall = (step: number): void => {
    place = Math.max(0, Math.min(history.length, place + step))
    text = history[place] ?? ''
    at = text.length
  }
  const replace = (from: number, to: number, by = ''): void => {
    text = text.slice(0, from) + by + text.slice(to)
    at = from + by.length
  }
  const keys = new Map<string, () => void>([
    ['<Left>', () => (at = Math.max(0, at - 1))],
    ['<Right>', () => (at = Math.min(text.length, at + 1))],
    ['<Home>', () => (at = 0)],
    ['\x02', () => (at = 0)],
    ['<End>', () => (at = text.length)],
    ['\x05', () => (at = text.length)],
    ['<Up>', () => recall(-1)],
    ['\x10', () => recall(-1)],
    ['<Down>', () => recall(1)],
    ['\x0e', () => recall(1)],
    ['<Del>', () => replace(at, at + 1)],
    ['\x15', () => replace(0, at)],
    ['\x17', () => replace(text.slice(0, at).replace(/(\w+|[^\w\s]+)\s*$/, '').length, at)],
  ])
  for (;;) {
    const key = await editor.promptKey(mark + text, mark.length + at)
    if (key === '\r' || key === '\n') break
    if (key === '\x1b' || key === '\x03') return undefined
    if (key === '\x7f' || key === '\b') {
      if (text === '') return undefined
      if (at > 0) replace(at - 1, at)
    } else if (key === '\x12') await pasteRegister(editor, (paste) => replace(at, at, paste))
    else if (key === '\x16') replace(at, at, await editor.promptKey(`${mark}${text}^`, mark.length + at))
    else if (key === '\t' && mark === ':') complete(editor, text, (whole) => ((text = whole), (at = whole.length)))
    else if (keys.has(key)) keys.get(key)?.()
    else if (key >= ' ' && !/^<\w/.test(key)) replace(at, at, key)
  }
  if (text !== '') editor.history.set(mark, [...history.filter((each) => each !== text), text])
  return text
}

async function pasteRegister(editor: Editor, put: (text: string) => void): Promise<void> {
  const name = await editor.promptKey('"', 1)
  if (name === '\x17') return put(/\w+/.exec(editor.line.slice(editor.cursor.col))?.[0] ?? '')
  put(editor.registers.get(name)?.text.replaceAll('\n', '\r') ?? '')
}

/** File names after a command. */
function complete(editor: Editor, text: string, put: (whole: string) => void): void {
  const [, head = '', folder = '', begun = ''] = /^(.*\s)?((?:[^\s/]*\/)*)([^\s/]*)$/.exec(text) ?? []
  if (head === '') return
  try {
    const entries = editor.sys
      .readdir(folder || '.')
      .filter(({ name }) => name.startsWith(begun) && (begun !== '' || !name.startsWith('.')))
    const names = entries.map(({ name }) => name).sort()
    const [first] = names
    if (first === undefined) return
    let common = first
    while (!names.every((name) => name.startsWith(common))) common = common.slice(0, -1)
    put(head + folder + (names.length > 1 && common === begun ? first : common))
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}
