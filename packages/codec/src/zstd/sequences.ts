import type { Distribution } from './fse.ts'

/** How a code of a sequence becomes a number: what it starts with, and how many bits are added. */
export interface Codes {
  readonly bases: readonly number[]
  readonly bits: readonly number[]
  /** The table that needs not be written down. */
  readonly usual: Distribution
  /** Largest accuracy of a table that is. */
  readonly maxLog: number
}

const run = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, at) => from + at)
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value)

/** RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2.1 */
export const LITERAL_LENGTHS: Codes = {
  bases: [
    ...run(0, 16),
    ...[18, 20, 22, 24, 28, 32, 40, 48, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536],
  ],
  bits: [...times(16, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, ...run(6, 16)],
  usual: {
    log: 6,
    counts: [4, 3, ...times(11, 2), 1, 1, 1, ...times(9, 2), 3, 2, ...times(5, 1), ...times(4, -1)],
  },
  maxLog: 9,
}

/** RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2.2 */
export const MATCH_LENGTHS: Codes = {
  bases: [
    ...run(3, 35),
    ...[37, 39, 41, 43, 47, 51, 59, 67, 83, 99, 131, 259, 515, 1027, 2051, 4099, 8195, 16387, 32771, 65539],
  ],
  bits: [...times(32, 0), 1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, ...run(7, 16)],
  usual: { log: 6, counts: [1, 4, 3, ...times(6, 2), ...times(37, 1), ...times(7, -1)] },
  maxLog: 9,
}

/** RFC 8878, 3.1.1.3.2.1.1 and 3.1.1.3.2.2.3 */
export const OFFSETS: Codes = {
  bases: run(0, 31).map((code) => 2 ** code),
  bits: run(0, 31),
  usual: { log: 5, counts: [...times(6, 1), 2, 2, 2, ...times(15, 1), ...times(5, -1)] },
  maxLog: 8,
}

/** Offsets of matches, of which the last three have short names. RFC 8878, 3.1.1.5 */
export class RepeatedOffsets {
  private last: readonly [number, number, number] = [1, 4, 8]

  /** @param value as a sequence has it: 1 to 3 are names, others are three more than the offset */
  resolve(value: number, literals: number): number {
    const [first, second, third] = this.last
    if (value > 3) {
      this.last = [value - 3, first, second]
      return value - 3
    }
    const at = literals === 0 ? value : value - 1
    const offset = [first, second, third, first - 1][at] ?? first
    if (at === 1) this.last = [offset, first, third]
    else if (at > 1) this.last = [offset, first, second]
    return offset
  }
}
