import { decodeBytes } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import type { Shell } from './shell.ts'

/** A line without its newline, byte by byte so that what follows is left to others; undefined at the end. */
export function* readLine(shell: Shell, fd: number): Steps<string | undefined> {
  const bytes: number[] = []
  for (;;) {
    const [byte] = yield* wait(shell.sys.read(fd, 1))
    if (byte === undefined) return bytes.length ? decodeBytes(Uint8Array.from(bytes)) : undefined
    if (byte === 10) return decodeBytes(Uint8Array.from(bytes))
    bytes.push(byte)
  }
}
