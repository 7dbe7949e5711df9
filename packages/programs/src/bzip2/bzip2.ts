import { isErrno, type Program } from '@drydock/abi'
import { bunzip2, bzip2 as pack, Bzip2Error, isBzip2 } from '@drydock/codec'
import { defineProgram, flag, type ProgramContext } from '@drydock/libc'
import { FileProblem, packFile, type Packing } from '../compression/pack-files.ts'
import { isTerminal } from '../text/terminal.ts'

const options = {
  decompress: flag('d', 'decompress'),
  compress: flag('z', 'compress'),
  keep: flag('k', 'keep'),
  force: flag('f', 'force'),
  test: flag('t', 'test'),
  stdout: flag('c', 'stdout'),
  quiet: flag('q', 'quiet'),
  verbose: flag('v', 'verbose'),
  small: flag('s', 'small'),
  one: flag('1', 'fast'),
  nine: flag('9', 'best'),
  two: flag('2'),
  three: flag('3'),
  four: flag('4'),
  five: flag('5'),
  six: flag('6'),
  seven: flag('7'),
  eight: flag('8'),
  version: flag('VL', 'version'),
}
type Context = ProgramContext<typeof options>

const LEVELS = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'] as const
const levelOf = ({ options: o }: Context): number => LEVELS.findLastIndex((name) => o[name] > 0) + 1 || 9

const SUFFIXES: readonly (readonly [packed: string, plain: string])[] = [
  ['.bz2', ''],
  ['.bz', ''],
  ['.tbz2', '.tar'],
  ['.tbz', '.tar'],
]

function packedName(path: string): string {
  const known = SUFFIXES.find(([suffix]) => path.endsWith(suffix))
  if (known) throw new FileProblem(`Input file ${path} already has ${known[0]} suffix.`, 1)
  return `${path}.bz2`
}

function unpacked(bytes: Uint8Array, path: string): Uint8Array[] {
  if (!isBzip2(bytes)) throw new FileProblem(`${path} is not a bzip2 file.`, 2)
  try {
    return bunzip2(bytes)
  } catch (error) {
    if (!(error instanceof Bzip2Error)) throw error
    const reason =
      error.message === 'unexpected end of file'
        ? 'Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.'
        : 'Data integrity error when decompressing.'
    throw new FileProblem(`\n${reason}\n\tInput file = ${path}, output file = (stdout)`, 2)
  }
}

function packingOf(context: Context, called: string): Packing {
  const { sys, io, options: o, flavour, name } = context
  const unpack = (called !== 'bzip2' || o.decompress + o.test > 0) && o.compress === 0
  return {
    sys,
    io,
    unpack,
    toStdout: called === 'bzcat' || o.stdout > 0,
    keep: o.keep > 0,
    force: o.force > 0,
    test: o.test > 0,
    work: (bytes, path) => (unpack ? unpacked(bytes, path) : [pack(bytes, levelOf(context))]),
    target(path) {
      if (!unpack) return packedName(path)
      const known = SUFFIXES.find(([suffix]) => path.endsWith(suffix))
      if (known) return path.slice(0, -known[0].length) + known[1]
      void io.warn(`${name}: Can't guess original name for ${path} -- using ${path}.out\n`)
      return `${path}.out`
    },
    words: {
      directory: (path) => new FileProblem(`Input file ${path} is a directory.`, 1),
      special: (path) => new FileProblem(`Input file ${path} is not a normal file.`, 1),
      missing: (path, reason) =>
        new FileProblem(
          flavour === 'busybox'
            ? `can't open '${path}': ${reason}`
            : `Can't open input ${o.test ? '' : 'file '}${path}: ${reason}.`,
          1,
        ),
      exists: (path) =>
        new FileProblem(
          flavour === 'busybox' ? `can't open '${path}': File exists` : `Output file ${path} already exists.`,
          1,
        ),
    },
    async done(path, before, after) {
      if (o.verbose === 0) return
      if (unpack) return void (await io.warn(`  ${path}: ${o.test ? 'ok' : 'done'}\n`))
      if (before === 0) return void (await io.warn(`  ${path}:  no data compressed.\n`))
      const saved = 100 * (1 - after / before)
      await io.warn(
        `  ${path}: ${(before / after).toFixed(3).padStart(6)}:1, ${((after * 8) / before).toFixed(3).padStart(6)} bits/byte, ${saved.toFixed(2).padStart(5)}% saved, ${before} in, ${after} out.\n`,
      )
    },
  }
}

async function main(context: Context, called: string): Promise<number> {
  const { sys, io, operands, options: o, fail, name } = context
  if (o.version) {
    await io.warn('bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.\n')
    return 0
  }
  const packing = packingOf(context, called)
  if (operands.length === 0 && !packing.unpack && isTerminal(sys, 1)) {
    await io.warn(
      `${name}: I won't write compressed data to a terminal.\n${name}: For help, type: \`${name} --help'.\n`,
    )
    return 1
  }
  let status = 0
  for (const path of operands.length ? operands : ['-']) {
    try {
      await packFile(packing, path)
    } catch (error) {
      if (error instanceof FileProblem) {
        if (!(o.quiet && error.status < 2)) await fail(error.message)
        status = Math.max(status, error.status)
      } else if (isErrno(error) && error.code !== 'EPIPE') {
        await fail(`${path}: ${error.message}`)
        status = 1
      } else throw error
    }
  }
  return status
}

const row = (name: string, paths: readonly string[], summary: string): Program =>
  defineProgram({
    name: `bzip2/${name}`,
    paths,
    covers: 'full',
    summary,
    usage: `${name} [flags and input files in any order]`,
    sizeBytes: 39_144,
    options,
    main: (context) => main(context, name),
  })

/** bzip2, bunzip2, bzcat: a block-sorting file compressor. bzip2 1.0.8. */
export const bzip2Programs: readonly Program[] = [
  row('bzip2', ['/bin/bzip2', '/usr/bin/bzip2'], 'a block-sorting file compressor'),
  row('bunzip2', ['/bin/bunzip2', '/usr/bin/bunzip2'], 'decompress .bz2 files'),
  row('bzcat', ['/bin/bzcat', '/usr/bin/bzcat'], 'decompress .bz2 files to standard output'),
]
