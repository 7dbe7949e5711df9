import type { Termios, WindowSize } from '@drydock/abi'
import { answer, asNumber, asText, type ForeignCall } from '@drydock/libc'

/** Terminals, and locks of files. */
export const TERMINAL_CALLS: readonly (readonly [name: string, ForeignCall])[] = [
  ['tcgetattr', (sys, [fd]) => answer(sys.tcgetattr(asNumber(fd)))],
  ['tcsetattr', (sys, [fd, termios, drop]) => answer(sys.tcsetattr(asNumber(fd), termios as Termios, drop === true))],
  ['setWindowSize', (sys, [fd, size]) => answer(sys.setWindowSize(asNumber(fd), size as WindowSize))],
  ['tcgetpgrp', (sys, [fd]) => answer(sys.tcgetpgrp(asNumber(fd)))],
  ['tcsetpgrp', (sys, [fd, pgid]) => answer(sys.tcsetpgrp(asNumber(fd), asNumber(pgid)))],
  ['ttyname', (sys, [fd]) => answer(sys.ttyname(asNumber(fd)))],
  ['openpty', (sys) => answer(sys.openpty({ rows: 0, cols: 0 }))],
  ['flock', async (sys, [fd, operation]) => answer(await sys.flock(asNumber(fd), asNumber(operation)))],
  [
    'lockRecord',
    async (sys, [fd, lock, wait]) => answer(await sys.lockRecord(asNumber(fd), lock as never, wait === true)),
  ],
  ['mknod', (sys, [path, mode, device]) => answer(sys.mknod(asText(path), asNumber(mode), asNumber(device)))],
]
