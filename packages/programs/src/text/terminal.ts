import { isErrno, type Sys } from '@drydock/abi'

/** isatty(3): false for a descriptor that is not open, too. */
export function isTerminal(sys: Sys, fd: number): boolean {
  try {
    return sys.isatty(fd)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

/** The size of the first terminal among the standard descriptors; 24 by 80 without one. */
export function windowSize(sys: Sys): { rows: number; cols: number } {
  const fd = [1, 2, 0].find((each) => isTerminal(sys, each))
  const size = fd === undefined ? { rows: 24, cols: 80 } : sys.getWindowSize(fd)
  return { rows: size.rows || 24, cols: size.cols || 80 }
}
