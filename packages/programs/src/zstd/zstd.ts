import { isErrno, O_RDONLY, type Program } from '@drydock/abi'
import { isZstd, zstd as pack, ZstdError, type ZstdFrame, zstdFrames } from '@drydock/codec'
import { defineProgram, flag, optional, type ProgramContext, readAll, value } from '@drydock/libc'
import { FileProblem, packFile, type Packing } from '../compression/pack-files.ts'
import { isTerminal } from '../text/terminal.ts'

const options = {
  compress: flag('z', 'compress'),
  decompress: flag('d', 'decompress'),
  uncompress: flag('', 'uncompress'),
  test: flag('t', 'test'),
  list: flag('l', 'list'),
  keep: flag('k', 'keep'),
  remove: flag('', 'rm'),
  force: flag('f', 'force'),
  stdout: flag('c', 'stdout'),
  output: value('o', 'output'),
  quiet: flag('q', 'quiet'),
  verbose: flag('v', 'verbose'),
  level: flag('0123456789'),
  fast: optional('', 'fast'),
  ultra: flag('', 'ultra'),
  long: optional('', 'long'),
  threads: value('T', 'threads'),
  memory: value('M', 'memory'),
  check: flag('C', 'check'),
  noCheck: flag('', 'no-check'),
  noProgress: flag('', 'no-progress'),
  progress: flag('', 'progress'),
  version: flag('V', 'version'),
}
type Context = ProgramContext<typeof options>

const SUFFIXES: readonly (readonly [packed: string, plain: string])[] = [
  ['.zst', ''],
  ['.tzst', '.tar'],
]

function plainName(path: string): string {
  const found = SUFFIXES.find(([packed]) => path.endsWith(packed))
  if (found) return path.slice(0, -found[0].length) + found[1]
  throw new FileProblem(
    `${path}: unknown suffix (.zst/.tzst/.gz/.tgz/.lzma/.xz/.txz/.lz4/.tlz4 expected). Can't derive the output file name. Specify it with -o dstFileName. Ignoring.`,
    1,
  )
}

/** Messages that begin with the file's name stand without the program's. */
class BareProblem extends FileProblem {}

function frames(bytes: Uint8Array, path: string): ZstdFrame[] {
  try {
    if (bytes.length === 0) return []
    if (bytes.length >= 4 && !isZstd(bytes) && bytes[1] !== 0x2a)
      throw new FileProblem(`${path}: unsupported format`, 1)
    return [...zstdFrames(bytes)]
  } catch (error) {
    if (!(error instanceof ZstdError)) throw error
    const isShort = error.message === 'premature end'
    throw new BareProblem(`${path} : ${isShort ? 'Read error (39)' : 'Decoding error (36)'} : ${error.message}`, 1)
  }
}

const named = (path: string): string => (path === '(stdin)' ? '/*stdin*\\' : path)

/** `8.68 KiB`, `119   B` right in its columns. UTIL_makeHumanReadableSize() */
function humanSize(bytes: number, width = 6): string {
  let size = bytes
  let unit = 0
  for (; size >= 1024 && unit < 4; unit++) size /= 1024
  const digits = size >= 100 || size === bytes ? 0 : size >= 10 ? 1 : size > 1 ? 2 : 3
  return `${size.toFixed(digits).padStart(width)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][unit]}`
}

const percent = (packed: number, plain: number): string => ((100 * packed) / Math.max(1, plain)).toFixed(2)

/** What was done with all files, where there were several. */
interface Totals {
  files: number
  before: number
  after: number
}

function packingOf(context: Context, called: string, totals: Totals): Packing {
  const { sys, io, options: o, operands } = context
  const unpack = called === 'unzstd' || called === 'zstdcat' || o.decompress + o.uncompress + o.test > 0
  const toStdout = called === 'zstdcat' || o.stdout > 0
  const target = (path: string, isUnpacking: boolean): string =>
    o.output ?? (isUnpacking ? plainName(path) : `${path}.zst`)
  return {
    sys,
    io,
    unpack: unpack && o.compress === 0,
    toStdout,
    keep: o.remove === 0,
    force: o.force > 0,
    test: o.test > 0,
    work(bytes, path) {
      if (!this.unpack) return [pack(bytes)]
      const isOther = bytes.length > 0 && !isZstd(bytes)
      return isOther && o.force && toStdout ? [bytes] : frames(bytes, named(path)).map(({ content }) => content)
    },
    target(path) {
      return target(path, this.unpack)
    },
    words: {
      directory: (path) => new FileProblem(`${path} is a directory -- ignored`, 1),
      special: (path) => new FileProblem(`${path} is not a regular file -- ignored`, 1),
      missing: (path, reason) => new FileProblem(`can't stat ${path} : ${reason} -- ignored`, 1),
      exists: (path) =>
        new FileProblem(
          `${path} already exists; ${o.quiet > 0 ? 'not overwritten ' : 'overwrite (y/n) ? Not overwritten  \n'}`,
          1,
        ),
    },
    async done(path, before, after) {
      totals.files++
      totals.before += before
      totals.after += after
      if (o.quiet > 0 || toStdout || operands.length > 1 || (path === '(stdin)' && o.test === 0)) return
      await io.warn(
        this.unpack
          ? `${named(path).padEnd(20)}: ${after} bytes \n`
          : `${path.padEnd(20)} :${percent(after, before).padStart(6)}%   (${humanSize(before)} => ${humanSize(after)}, ${target(path, false)}) \n`,
      )
    },
  }
}

async function tellTotals({ io, options: o }: Context, packing: Packing, totals: Totals): Promise<void> {
  if (totals.files < 2 || o.quiet > 0 || packing.toStdout) return
  const { files, before, after } = totals
  await io.warn(
    packing.unpack
      ? `${files} files decompressed : ${String(after).padStart(6)} bytes total \n`
      : `${String(files).padStart(3)} files compressed : ${percent(after, before)}% (${humanSize(before)} => ${humanSize(after)})\n`,
  )
}

const LIST_HEAD = 'Frames  Skips  Compressed  Uncompressed  Ratio  Check  Filename\n'

interface Listed {
  readonly frames: number
  readonly packed: number
  readonly plain: number
  readonly check: string
}

const listLine = ({ frames: count, packed, plain, check }: Listed, name: string): string =>
  `${String(count).padStart(6)}  ${'0'.padStart(5)}  ${listSize(packed, 6)}  ${listSize(plain, 8)}  ${(plain / Math.max(1, packed)).toFixed(3).padStart(5)}  ${check.padStart(5)}  ${name}\n`
/** Units stand in a column of their own, four wide. */
function listSize(bytes: number, width: number): string {
  const [size = '', unit = ''] = humanSize(bytes, 0).split(' ')
  return size.padStart(width) + unit.padStart(4)
}

async function list({ sys, io, operands }: Context): Promise<void> {
  await io.print(LIST_HEAD)
  const all: Listed[] = []
  for (const path of operands) {
    const fd = sys.open(path, O_RDONLY)
    const bytes = await readAll(sys, fd)
    sys.close(fd)
    const found = frames(bytes, path)
    const plain = found.reduce((sum, { content }) => sum + content.length, 0)
    const check = found.every(({ checksum }) => checksum !== undefined) ? 'XXH64' : 'None'
    const listed = { frames: found.length, packed: bytes.length, plain, check }
    all.push(listed)
    await io.print(listLine(listed, path))
  }
  if (all.length < 2) return
  const sum = (pick: (one: Listed) => number): number => all.reduce((total, one) => total + pick(one), 0)
  const total = { frames: sum((one) => one.frames), packed: sum((one) => one.packed), plain: sum((one) => one.plain) }
  await io.print(`${'-'.repeat(65)} \n${listLine({ ...total, check: all[0]?.check ?? '' }, `${all.length} files`)}`)
}

async function main(context: Context, called: string): Promise<number> {
  const { sys, io, operands, options: o } = context
  if (o.version) {
    await io.print('*** Zstandard CLI (64-bit) v1.5.4, by Yann Collet ***\n')
    return 0
  }
  const totals: Totals = { files: 0, before: 0, after: 0 }
  const packing = packingOf(context, called, totals)
  if (operands.length === 0 && isTerminal(sys, packing.unpack ? 0 : 1)) {
    await io.warn(`${called}: ${packing.unpack ? 'stdin is a console, aborting' : 'stdout is a console, aborting'} \n`)
    return 1
  }
  let status = 0
  const attempt = async (path: string, work: () => Promise<void>): Promise<void> => {
    try {
      await work()
    } catch (error) {
      status = 1
      if (error instanceof FileProblem)
        await io.warn(`${error instanceof BareProblem ? '' : `${called}: `}${error.message} \n`)
      else if (isErrno(error)) await io.warn(`${called}: can't stat ${path} : ${error.message} -- ignored \n`)
      else throw error
    }
  }
  if (o.list) await attempt(operands[0] ?? '', () => list(context))
  else for (const path of operands.length ? operands : ['-']) await attempt(path, () => packFile(packing, path))
  await tellTotals(context, packing, totals)
  return status
}

const row = (name: string, summary: string): Program =>
  defineProgram({
    name: `zstd/${name}`,
    paths: [`/usr/bin/${name}`],
    covers: 'partial',
    lacks: ['dictionaries', '-r', '-b', 'levels: all pack alike', '--no-check', 'other formats than .zst', '-lv'],
    summary,
    usage: `${name} [OPTIONS...] [INPUT... | -] [-o OUTPUT]`,
    sizeBytes: 186_400,
    options,
    main: (context) => main(context, name),
  })

/** zstd, unzstd, zstdcat, zstdmt: compress and expand .zst files. Zstandard CLI 1.5.4. */
export const zstdPrograms: readonly Program[] = [
  row('zstd', 'compress or decompress .zst files'),
  row('zstdmt', 'compress .zst files with several threads'),
  row('unzstd', 'decompress .zst files'),
  row('zstdcat', 'print the content of .zst files'),
]
