import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'

/** Reads one key: a character, a control character, or an escape sequence as a whole; undefined at a hang-up. */
export function* readKey(shell: Shell): Steps<string | undefined> {
  const first = yield* readByte(shell)
  if (first === undefined) return undefined
  if (first === 27) return yield* readEscape(shell)
  if (first < 0x80) return String.fromCharCode(first)
  const more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1
  const bytes = [first]
  for (let i = 0; i < more; i++) {
    const next = yield* readByte(shell)
    if (next !== undefined) bytes.push(next)
  }
  return new TextDecoder().decode(Uint8Array.from(bytes))
}

function* readByte(shell: Shell): Steps<number | undefined> {
  const [byte] = yield* wait(shell.sys.read(0, 1))
  return byte
}

function* readEscape(shell: Shell): Steps<string> {
  let text = '\x1b'
  for (;;) {
    const byte = yield* readByte(shell)
    if (byte === undefined) return text
    text += String.fromCharCode(byte)
    if (text === '\x1b[' || text === '\x1bO') continue
    if (text.startsWith('\x1b[') ? byte >= 64 && byte <= 126 : true) return text
  }
}
