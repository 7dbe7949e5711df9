import { isErrno } from '@drydock/abi'
import { defineProgram, flag, UsageError, value } from '@drydock/libc'
import * as paths from '../paths.ts'

/** basename: strip folder and suffix. POSIX.1-2024 basename; GNU -a -s -z. */
export const basename = defineProgram({
  name: 'coreutils/basename',
  paths: ['/usr/bin/basename'],
  covers: 'full',
  summary: 'strip directory and suffix from filenames',
  sizeBytes: 39760,
  usage: 'basename NAME [SUFFIX]',
  stopAtOperand: true,
  options: { multiple: flag('a', 'multiple'), suffix: value('s', 'suffix'), zero: flag('z', 'zero') },
  async main({ operands, options: o, io }) {
    const [first, second, extra] = operands
    if (first === undefined) throw new UsageError('missing operand')
    const many = o.multiple > 0 || o.suffix !== undefined
    if (!many && extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
    const suffix = many ? (o.suffix ?? '') : (second ?? '')
    for (const operand of many ? operands : [first]) {
      const name = paths.basename(operand)
      const stripped = suffix && name !== suffix && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name
      await io.print(stripped + (o.zero ? '\0' : '\n'))
    }
    return 0
  },
})

/** dirname: strip the last part of a name. */
export const dirname = defineProgram({
  name: 'coreutils/dirname',
  paths: ['/usr/bin/dirname'],
  covers: 'full',
  summary: 'strip last component from file name',
  sizeBytes: 39760,
  usage: 'dirname [OPTION] NAME...',
  options: { zero: flag('z', 'zero') },
  async main({ operands, options: o, io }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    for (const operand of operands) await io.print(paths.dirname(operand) + (o.zero ? '\0' : '\n'))
    return 0
  },
})

type Existence = 'all' | 'last-may-miss' | 'any'

/** Resolves what exists and, as far as allowed, keeps the names of what does not. */
function canonical(
  sys: { realpath(path: string): string; getcwd(): string },
  path: string,
  existence: Existence,
): string {
  try {
    return sys.realpath(path)
  } catch (error) {
    if (!isErrno(error) || existence === 'all' || path === '') throw error
    if (error.code !== 'ENOENT' && existence !== 'any') throw error
    const trimmed = path.replace(/(.)\/+$/, '$1')
    const parent = paths.dirname(trimmed)
    const folder = existence === 'any' && parent !== trimmed ? canonical(sys, parent, 'any') : sys.realpath(parent)
    return paths.normalize(paths.join(folder, paths.basename(trimmed)), sys.getcwd())
  }
}

const existenceOf = (o: { existing: number; missing: number }, fallback: Existence): Existence =>
  o.existing ? 'all' : o.missing ? 'any' : fallback

/** realpath: print the resolved path. GNU coreutils 9 realpath. */
export const realpath = defineProgram({
  name: 'coreutils/realpath',
  paths: ['/usr/bin/realpath'],
  covers: 'partial',
  lacks: ['-L'],
  summary: 'print the resolved path',
  sizeBytes: 48048,
  usage: 'realpath [OPTION]... FILE...',
  options: {
    existing: flag('e', 'canonicalize-existing'),
    missing: flag('m', 'canonicalize-missing'),
    logical: flag('L', 'logical'),
    physical: flag('P', 'physical'),
    quiet: flag('q', 'quiet'),
    relativeTo: value('', 'relative-to'),
    relativeBase: value('', 'relative-base'),
    strip: flag('s', 'strip'),
    noSymlinks: flag('', 'no-symlinks'),
    zero: flag('z', 'zero'),
  },
  async main({ operands, options: o, sys, io, fail }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    const resolve = (path: string): string =>
      o.strip || o.noSymlinks
        ? paths.normalize(path, sys.getcwd())
        : canonical(sys, path, existenceOf(o, 'last-may-miss'))
    const base = o.relativeTo === undefined ? undefined : resolve(o.relativeTo)
    let status = 0
    for (const operand of operands)
      try {
        const path = resolve(operand)
        await io.print((base === undefined ? path : paths.relative(base, path)) + (o.zero ? '\0' : '\n'))
      } catch (error) {
        if (!isErrno(error) || error.code === 'EPIPE') throw error
        if (!o.quiet) await fail(`${operand}: ${error.message}`)
        status = 1
      }
    return status
  },
})

/** readlink: where a symbolic link leads. GNU coreutils 9 readlink. */
export const readlink = defineProgram({
  name: 'coreutils/readlink',
  paths: ['/bin/readlink'],
  covers: 'full',
  summary: 'print resolved symbolic links or canonical file names',
  sizeBytes: 43888,
  usage: 'readlink [OPTION]... FILE...',
  options: {
    canonicalize: flag('f', 'canonicalize'),
    existing: flag('e', 'canonicalize-existing'),
    missing: flag('m', 'canonicalize-missing'),
    noNewline: flag('n', 'no-newline'),
    quiet: flag('qs', 'quiet'),
    silent: flag('', 'silent'),
    verbose: flag('v', 'verbose'),
    zero: flag('z', 'zero'),
  },
  async main({ operands, options: o, sys, io, fail }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    const whole = o.canonicalize + o.existing + o.missing > 0
    let status = 0
    for (const operand of operands)
      try {
        const path = whole ? canonical(sys, operand, existenceOf(o, 'last-may-miss')) : sys.readlink(operand)
        await io.print(path + (o.zero ? '\0' : o.noNewline && operands.length === 1 ? '' : '\n'))
      } catch (error) {
        if (!isErrno(error) || error.code === 'EPIPE') throw error
        if (o.verbose) await fail(`${operand}: ${error.message}`)
        status = 1
      }
    return status
  },
})
