import type { Terminal } from '@xterm/xterm'
import type { Transcript } from '../hints/rules.ts'

const MOST_LINES = 200

/**
 * The last finished command on the screen and what it printed, read off the terminal's own buffer: the prompt's second
 * line is `$ ` or `# `. Undefined while no new prompt stands below it.
 */
export function lastTranscript(terminal: Terminal): Transcript | undefined {
  const lines = screenLines(terminal)
  const prompts = lines.flatMap((line, index) => (/^(\$|#|.*[#$]) /.test(`${line} `) && isPrompt(line) ? [index] : []))
  const current = prompts.at(-1)
  const before = prompts.at(-2)
  if (current === undefined || before === undefined) return undefined
  if (!/^[$#]\s*$/.test(lines[current] ?? '')) return undefined
  return { command: (lines[before] ?? '').slice(2), output: lines.slice(before + 1, current).join('\n') }
}

const isPrompt = (line: string): boolean => /^[$#](\s|$)/.test(line)

/** Lines above and with the cursor, wrapped ones joined. */
function screenLines(terminal: Terminal): string[] {
  const buffer = terminal.buffer.active
  const end = buffer.baseY + buffer.cursorY
  const lines: string[] = []
  for (let y = Math.max(0, end - MOST_LINES); y <= end; y++) {
    const line = buffer.getLine(y)
    const text = line?.translateToString(true) ?? ''
    if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += text
    else lines.push(text)
  }
  return lines
}
