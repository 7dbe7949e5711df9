import type { IBuffer, Terminal } from '@xterm/xterm'

/** Behind a prompt: `$ `, `/ # `, `root@4f2e:/# `, `postgres=# `, `redis:6379> `. */
const PROMPT = /^.{0,80}?[#$>] (.*\S)/
const MOST_ROWS = 12

/**
 * The command that the line under the cursor holds, as far as it can be seen: behind a prompt, and not in a program that
 * has the whole screen. `typed` is what comes with the Enter itself, when something was pasted.
 */
export function enteredLine({ buffer, cols }: Terminal, typed: string): string | undefined {
  if (buffer.active.type === 'alternate') return undefined
  const { active } = buffer
  let y = active.baseY + active.cursorY
  let text = textOf(active, y)
  for (let rows = 0; goesOn(active, y, cols) && rows < MOST_ROWS; rows++) text = textOf(active, --y) + text
  return PROMPT.exec(text + typed)?.[1]
}

const textOf = (buffer: IBuffer, y: number): string => buffer.getLine(y)?.translateToString(true) ?? ''

/** Whether a row goes on with the one above it: a shell that edits lines breaks them itself, at a row that is full. */
function goesOn(buffer: IBuffer, y: number, cols: number): boolean {
  if (buffer.getLine(y)?.isWrapped) return true
  return (
    (buffer
      .getLine(y - 1)
      ?.getCell(cols - 1)
      ?.getChars() ?? '') !== ''
  )
}
