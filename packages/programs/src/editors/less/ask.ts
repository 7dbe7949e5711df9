/** A line typed at the bottom of the screen. */
import type { FullScreen } from '../screen/full-screen.ts'
import { cellsOf, cellsWidth } from '../screen/cells.ts'

const ERASE: readonly string[] = ['\x7f', '\b']
const CANCEL: readonly string[] = ['\x1b', '\x03', '<Interrupt>', '<Hangup>']

/** @returns undefined when it was given up */
export async function askLine(screen: FullScreen, label: string, first = ''): Promise<string | undefined> {
  let text = first
  for (;;) {
    await screen.write(
      `\x1b[${screen.rows};1H\x1b[K${label}${cellsOf(text, 8)
        .map((cell) => cell.text)
        .join('')}`,
    )
    await screen.write(`\x1b[${screen.rows};${1 + label.length + cellsWidth(cellsOf(text, 8))}H`)
    const key = await screen.nextKey()
    if (key === '\r' || key === '\n') return text
    if (CANCEL.includes(key)) return undefined
    if (ERASE.includes(key)) {
      if (text === '') return undefined
      text = Array.from(text).slice(0, -1).join('')
    } else if (key === '\x15') text = ''
    else if (key === '\x17') text = text.replace(/\S*\s*$/, '')
    else if (!key.startsWith('<') || key.length === 1) text += key
  }
}
