import type { Terminal } from '@xterm/xterm'

/** Behind a prompt: `$ `, `/ # `, `root@4f2e:/# `, `postgres=# `, `redis:6379> `. */
const PROMPT = /^.{0,80}?[#$>] (.*\S)/
const MOST_ROWS = 12

/**
 * The command that the line under the cursor holds, as far as it can be seen: behind a prompt, and not in a program that
 * has the whole screen. `typed` is what comes with the Enter itself, when something was pasted.
 */
export function enteredLine({ buffer }: Terminal, typed: string): string | undefined {
  if (buffer.active.type === 'alternate') return undefined
  const { active } = buffer
  let y = active.baseY + active.cursorY
  let text = active.getLine(y)?.translateToString(true) ?? ''
  for (let rows = 0; active.getLine(y)?.isWrapped && rows < MOST_ROWS; rows++)
    text = (active.getLine(--y)?.translateToString(true) ?? '') + text
  return PROMPT.exec(text + typed)?.[1]
}
