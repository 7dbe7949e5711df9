import { isErrno, O_RDONLY, type Program } from '@drydock/abi'
import { CHECK_NAMES, unxz, xz as pack, type XzContents, XzError } from '@drydock/codec'
import { defineProgram, flag, type ProgramContext, readAll, value } from '@drydock/libc'
import { FileProblem, packFile, type Packing } from '../compression/pack-files.ts'
import { isTerminal } from '../text/terminal.ts'

const options = {
  compress: flag('z', 'compress'),
  decompress: flag('d', 'decompress'),
  uncompress: flag('', 'uncompress'),
  test: flag('t', 'test'),
  list: flag('l', 'list'),
  keep: flag('k', 'keep'),
  force: flag('f', 'force'),
  stdout: flag('c', 'stdout'),
  toStdout: flag('', 'to-stdout'),
  suffix: value('S', 'suffix'),
  format: value('F', 'format'),
  check: value('C', 'check'),
  threads: value('T', 'threads'),
  memory: value('M', 'memlimit'),
  quiet: flag('q', 'quiet'),
  verbose: flag('v', 'verbose'),
  extreme: flag('e', 'extreme'),
  noWarn: flag('Q', 'no-warn'),
  level: flag('0123456789', 'fast'),
  best: flag('', 'best'),
  version: flag('V', 'version'),
}
type Context = ProgramContext<typeof options>

function unpacked(bytes: Uint8Array, path: string): XzContents {
  try {
    return unxz(bytes)
  } catch (error) {
    if (!(error instanceof XzError)) throw error
    throw new FileProblem(`${path}: ${error.message}`, 1)
  }
}

const SUFFIXES: readonly (readonly [packed: string, plain: string])[] = [
  ['.xz', ''],
  ['.txz', '.tar'],
  ['.lzma', ''],
  ['.tlz', '.tar'],
]

function packedName(path: string, suffix: string): string {
  if (path.endsWith(suffix)) throw new FileProblem(`${path}: File already has \`${suffix}' suffix, skipping`, 2)
  return path + suffix
}

function plainName(path: string, suffix: string | undefined): string {
  const known = suffix === undefined ? SUFFIXES : ([[suffix, ''], ...SUFFIXES] as const)
  const found = known.find(([packed]) => path.endsWith(packed) && path.length > packed.length)
  if (!found) throw new FileProblem(`${path}: Filename has an unknown suffix, skipping`, 2)
  return path.slice(0, -found[0].length) + found[1]
}

function packingOf({ sys, io, options: o, flavour }: Context, called: string): Packing {
  const unpack = called !== 'xz' || o.decompress + o.uncompress + o.test > 0
  return {
    sys,
    io,
    unpack: unpack && o.compress === 0,
    toStdout: called.endsWith('cat') || o.stdout + o.toStdout > 0,
    keep: o.keep > 0,
    force: o.force > 0,
    test: o.test > 0,
    work(bytes, path) {
      if (!this.unpack) return [pack(bytes)]
      return o.force && this.toStdout && bytes[0] !== 0xfd ? [bytes] : unpacked(bytes, path).parts
    },
    target(path) {
      return this.unpack ? plainName(path, o.suffix) : packedName(path, o.suffix ?? '.xz')
    },
    words: {
      directory: (path) => new FileProblem(`${path}: Is a directory, skipping`, 2),
      special: (path) => new FileProblem(`${path}: Not a regular file, skipping`, 2),
      missing: (path, reason) =>
        new FileProblem(flavour === 'busybox' ? `can't open '${path}': ${reason}` : `${path}: ${reason}`, 1),
      exists: (path) =>
        new FileProblem(flavour === 'busybox' ? `can't open '${path}': File exists` : `${path}: File exists`, 1),
    },
    async done(path, before, after) {
      if (o.verbose === 0 || o.test > 0) return
      const [plain, packed] = this.unpack ? [after, before] : [before, after]
      await io.warn(`${path} (1/1)\n  100 % ${sizeOf(packed)} / ${sizeOf(plain)} = ${ratio(packed, plain)}\n`)
    },
  }
}

/** `3893 B`, `12.5 KiB`, as lists have them in the C locale. */
function sizeOf(bytes: number): string {
  if (bytes < 10_000) return `${bytes} B`
  let value = bytes
  let unit = 0
  while (value >= 9999.95 && unit < 4) {
    value /= 1024
    unit++
  }
  if (unit === 0) {
    value /= 1024
    unit = 1
  }
  const [whole = '', part = ''] = value.toFixed(1).split('.')
  return `${whole}.${part} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`
}

const ratio = (packed: number, plain: number): string =>
  plain === 0 || packed / plain > 9.999 ? '---' : (packed / plain).toFixed(3)

const LIST_HEAD = 'Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n'

/** @returns a line of `--list` */
function listLine(path: string, packed: number, { streams, blocks, parts, check }: XzContents): string {
  const plain = parts.reduce((sum, part) => sum + part.length, 0)
  const columns = [
    String(streams).padStart(5),
    String(blocks).padStart(7),
    sizeOf(packed).padStart(12),
    sizeOf(plain).padStart(12),
    ratio(packed, plain).padStart(6),
  ]
  return `${columns[0]} ${columns[1]} ${columns[2]} ${columns[3]} ${columns[4]}  ${(CHECK_NAMES.get(check) ?? `Unknown-${check}`).padEnd(7)} ${path}\n`
}

async function list({ sys, io, operands }: Context): Promise<void> {
  for (const [at, path] of operands.entries()) {
    const fd = sys.open(path, O_RDONLY)
    const bytes = await readAll(sys, fd)
    sys.close(fd)
    if (at === 0) await io.print(LIST_HEAD)
    await io.print(listLine(path, bytes.length, unpacked(bytes, path)))
  }
}

async function main(context: Context, called: string): Promise<number> {
  const { sys, io, operands, options: o, fail } = context
  if (o.version) {
    await io.print('xz (XZ Utils) 5.4.1\nliblzma 5.4.1\n')
    return 0
  }
  const packing = packingOf(context, called)
  if (operands.length === 0 && !packing.unpack && !o.force && isTerminal(sys, 1)) {
    await fail(
      `Compressed data cannot be written to a terminal\n${context.name}: Try \`${context.name} --help' for more information.`,
    )
    return 1
  }
  let status = 0
  const complain = async (message: string, code: number): Promise<void> => {
    if (!(o.quiet > 1 || (o.quiet > 0 && code === 2))) await fail(message)
    status = status === 1 ? 1 : code
  }
  if (o.list) {
    try {
      await list(context)
    } catch (error) {
      if (error instanceof FileProblem) await complain(error.message, error.status)
      else if (isErrno(error)) await complain(`${operands[0]}: ${error.message}`, 1)
      else throw error
    }
    return status
  }
  for (const path of operands.length ? operands : ['-']) {
    try {
      await packFile(packing, path)
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error
      await complain(error.message, error.status)
    }
  }
  return status
}

const row = (name: string, paths: readonly string[], summary: string): Program =>
  defineProgram({
    name: `xz-utils/${name}`,
    paths,
    covers: 'partial',
    lacks: ['filter chains', '.lzma files', 'levels: all pack alike', 'details of --list -v'],
    summary,
    usage: `${name} [OPTION]... [FILE]...`,
    sizeBytes: 84_760,
    options,
    main: (context) => main(context, name),
  })

/** xz, unxz, xzcat: compress and expand .xz files. XZ Utils 5.4. */
export const xzPrograms: readonly Program[] = [
  row('xz', ['/usr/bin/xz'], 'compress or decompress .xz files'),
  row('unxz', ['/usr/bin/unxz'], 'decompress .xz files'),
  row('xzcat', ['/usr/bin/xzcat'], 'decompress .xz files to standard output'),
]
