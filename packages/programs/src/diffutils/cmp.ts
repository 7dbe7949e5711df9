import { isErrno, isRegular, O_RDONLY } from '@drydock/abi'
import { defineProgram, flag, readAll, UsageError, value } from '@drydock/libc'

const octal = (byte: number | undefined): string => (byte ?? 0).toString(8).padStart(3)

/** As cat -v shows it. */
function visible(byte = 0): string {
  if (byte >= 128) return `M-${visible(byte - 128)}`
  if (byte === 127) return '^?'
  return byte < 32 ? `^${String.fromCharCode(byte + 64)}` : String.fromCharCode(byte)
}

/** cmp: compare two files byte by byte. GNU diffutils 3.8. */
export const cmp = defineProgram({
  name: 'diffutils/cmp',
  paths: ['/usr/bin/cmp'],
  covers: 'full',
  summary: 'compare two files byte by byte',
  usage: 'cmp [OPTION]... FILE1 [FILE2 [SKIP1 [SKIP2]]]',
  usageStatus: 2,
  options: {
    verbose: flag('l', 'verbose'),
    silent: flag('s', 'silent'),
    quiet: flag('', 'quiet'),
    bytes: value('n', 'bytes'),
    skip: value('i', 'ignore-initial'),
    printBytes: flag('b', 'print-bytes'),
  },
  async main({ sys, io, operands, options: o, flavour, fail }) {
    const [first, second = '-', skip1, skip2] = operands
    if (first === undefined) throw new UsageError("missing operand after 'cmp'")
    const skips = (o.skip ?? `${skip1 ?? 0}:${skip2 ?? skip1 ?? 0}`).split(':').map(Number)
    const files: Uint8Array[] = []
    for (const [i, path] of [first, second].entries())
      try {
        const fd = path === '-' ? 0 : sys.open(path, O_RDONLY)
        const skip = skips[i] ?? skips[0] ?? 0
        files.push((await readAll(sys, fd)).subarray(skip, o.bytes === undefined ? undefined : skip + Number(o.bytes)))
        if (fd > 0) sys.close(fd)
      } catch (error) {
        if (!isErrno(error)) throw error
        if (!o.silent) await fail(`${path}: ${error.message}`)
        return 2
      }
    const [a = new Uint8Array(), b = new Uint8Array()] = files
    const length = Math.min(a.length, b.length)
    const silent = o.silent + o.quiet > 0
    // Of what is no regular file the length is not known beforehand.
    const sizes = [first, second].map((path) =>
      path === '-' || !isRegular(sys.stat(path).mode) ? undefined : sys.stat(path).size,
    )
    const width = flavour === 'gnu' && sizes.includes(undefined) ? 19 : String(length).length
    let line = 1
    let listing = ''
    let differs = false
    for (let i = 0; i < length; i++) {
      if (a[i] !== b[i]) {
        differs = true
        if (silent) return 1
        if (!o.verbose) {
          await io.print(
            `${first} ${second} differ: ${flavour === 'busybox' ? 'char' : 'byte'} ${i + 1}, line ${line}${o.printBytes ? ` is ${octal(a[i])} ${visible(a[i])} ${octal(b[i])} ${visible(b[i])}` : ''}\n`,
          )
          return 1
        }
        listing += `${String(i + 1).padStart(width)} ${octal(a[i])} ${o.printBytes ? `${visible(a[i]).padEnd(4)} ` : ''}${octal(b[i])}${o.printBytes ? ` ${visible(b[i])}` : ''}\n`
      }
      if (a[i] === 10) line++
    }
    if (a.length === b.length) {
      await io.print(listing)
      return differs ? 1 : 0
    }
    const shorter = a.length < b.length ? first : second
    if (flavour === 'busybox') await io.print(listing)
    await io.out.flush()
    if (!silent)
      await fail(
        length === 0
          ? `EOF on ${shorter} which is empty`
          : o.verbose
            ? `EOF on ${shorter} after byte ${length}`
            : `EOF on ${shorter} after byte ${length}, ${a[length - 1] === 10 || b[length - 1] === 10 ? `line ${line - 1}` : `in line ${line}`}`,
      )
    // The list is held back longer than the complaint where both go to one place.
    if (flavour === 'gnu') await io.print(listing)
    return 1
  },
})
