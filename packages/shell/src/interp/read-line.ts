import { concat } from '@drydock/libc'
import { decodeBytes } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import type { Shell } from './shell.ts'

const NEWLINE = 10

/** A line without its newline; what follows is left to others. Undefined at the end. */
export function* readLine(shell: Shell, fd: number): Steps<string | undefined> {
  const parts: Uint8Array[] = []
  for (;;) {
    const bytes = yield* wait(shell.sys.readUntil(fd, NEWLINE, 4096))
    if (bytes.length === 0) return parts.length ? decodeBytes(concat(parts)) : undefined
    if (bytes[bytes.length - 1] === NEWLINE) return decodeBytes(concat([...parts, bytes.subarray(0, -1)]))
    parts.push(bytes)
  }
}
