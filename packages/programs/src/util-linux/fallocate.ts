import { EISDIR, isErrno, O_CREAT, O_RDWR } from '@drydock/abi'
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
  lacks: ['-c, -d, -i and -x', 'room that is taken at once: what nobody wrote costs nothing here'],
  summary: 'preallocate or deallocate space to a file',
  sizeBytes: 31_072,
  usage: 'fallocate [options] <filename>',
  options: {
    length: value('l', 'length'),
    offset: value('o', 'offset'),
    keepSize: flag('n', 'keep-size'),
    punch: flag('p', 'punch-hole'),
    zero: flag('z', 'zero-range'),
    verbose: flag('v', 'verbose'),
  },
  async main({ sys, io, operands, options: o, fail }) {
    const [path] = operands
    const length = o.length === undefined ? undefined : sizeOf(o.length)
    const offset = o.offset === undefined ? 0 : sizeOf(o.offset)
    const problem =
      path === undefined
        ? 'no filename specified'
        : operands.length > 1
          ? 'unexpected number of arguments'
          : o.length === undefined
            ? 'no length argument specified'
            : length === undefined || length === 0
              ? 'invalid length value specified'
              : offset === undefined
                ? 'invalid offset value specified'
                : undefined
    if (problem !== undefined || path === undefined || length === undefined || offset === undefined) {
      await fail(problem ?? '')
      return 1
    }
    try {
      const fd = sys.open(path, O_RDWR | (o.punch ? 0 : O_CREAT), 0o666)
      const { size } = sys.fstat(fd)
      const end = o.punch || o.keepSize ? Math.min(size, offset + length) : offset + length
      if (end > size) sys.ftruncate(fd, end)
      if (o.punch || o.zero) clear((at, bytes) => sys.pwrite(fd, bytes, at), offset, Math.min(size, end))
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

const PIECE = 65536
function clear(write: (at: number, bytes: Uint8Array) => void, start: number, end: number): void {
  for (let at = start; at < end; at += PIECE) write(at, new Uint8Array(Math.min(PIECE, end - at)))
}
