import {
  EISDIR,
  EOPNOTSUPP,
  FALLOC_FL_KEEP_SIZE,
  FALLOC_FL_PUNCH_HOLE,
  FALLOC_FL_ZERO_RANGE,
  isErrno,
  O_CREAT,
  O_RDWR,
  type Sys,
} from '@drydock/abi'
import { defineProgram, flag, value } from '@drydock/libc'

const POWERS = ['', 'K', 'M', 'G', 'T']

/** `10M`, `1GiB` by 1024, `1GB` by 1000. @returns undefined for what is no size */
function sizeOf(text: string): number | undefined {
  const [, digits, unit = '', kind = ''] = /^(\d+)([KMGT]?)(i?B)?$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  return Number(digits) * (kind === 'B' ? 1000 : 1024) ** POWERS.indexOf(unit.toUpperCase())
}

/** fallocate: reserves room for a file, or gives some back. util-linux 2.38. */
export const fallocate = defineProgram({
  name: 'util-linux/fallocate',
  paths: ['/usr/bin/fallocate'],
  covers: 'partial',
  lacks: ['-i and -x'],
  summary: 'preallocate or deallocate space to a file',
  sizeBytes: 31_072,
  usage: 'fallocate [options] <filename>',
  options: {
    length: value('l', 'length'),
    offset: value('o', 'offset'),
    keepSize: flag('n', 'keep-size'),
    punch: flag('p', 'punch-hole'),
    zero: flag('z', 'zero-range'),
    collapse: flag('c', 'collapse-range'),
    dig: flag('d', 'dig-holes'),
    verbose: flag('v', 'verbose'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const [path] = operands
    const length = o.length === undefined ? (o.dig ? 0 : undefined) : sizeOf(o.length)
    const offset = o.offset === undefined ? 0 : sizeOf(o.offset)
    const problem =
      path === undefined
        ? 'no filename specified'
        : operands.length > 1
          ? 'unexpected number of arguments'
          : o.length === undefined && !o.dig
            ? 'no length argument specified'
            : !o.dig && (length === undefined || length === 0)
              ? 'invalid length value specified'
              : offset === undefined
                ? 'invalid offset value specified'
                : undefined
    if (problem !== undefined || path === undefined || length === undefined || offset === undefined) {
      await fail(problem ?? '')
      return 1
    }
    try {
      const keeps = o.punch || o.keepSize
      const fd = sys.open(path, O_RDWR | (o.punch || o.collapse || o.dig ? 0 : O_CREAT), 0o666)
      if (o.collapse) throw EOPNOTSUPP
      if (o.dig) dig(sys, fd)
      else sys.fallocate(fd, modeOf(o.punch > 0, o.zero > 0) | (keeps ? FALLOC_FL_KEEP_SIZE : 0), offset, length)
      sys.close(fd)
    } catch (error) {
      if (!isErrno(error)) throw error
      await fail(error === EISDIR ? `cannot open ${path}: ${error.message}` : `fallocate failed: ${error.message}`)
      return 1
    }
    if (o.verbose)
      await io.print(`${path}: ${length} bytes ${o.punch ? 'hole created' : o.zero ? 'zeroed' : 'allocated'}.\n`)
    return 0
  },
})

const modeOf = (punch: boolean, zero: boolean): number =>
  punch ? FALLOC_FL_PUNCH_HOLE : zero ? FALLOC_FL_ZERO_RANGE : 0

const BLOCK = 4096
/** -d: blocks of zeros become holes. */
function dig(sys: Sys, fd: number): void {
  const { size } = sys.fstat(fd)
  for (let at = 0; at + BLOCK <= size; at += BLOCK)
    if (sys.pread(fd, BLOCK, at).every((byte) => byte === 0))
      sys.fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, at, BLOCK)
}
