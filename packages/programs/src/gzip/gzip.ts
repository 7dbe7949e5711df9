import { isDirectory, isErrno, isRegular, O_CREAT, O_EXCL, O_RDONLY, O_WRONLY, type Program } from '@drydock/abi'
import { Gunzip, gzip as pack, GzipError, isGzip } from '@drydock/codec'
import { defineProgram, flag, type ProgramContext, readAll, value, writeAll } from '@drydock/libc'
import { statOr } from '../coreutils/copy-tree.ts'
import { isTerminal } from '../text/terminal.ts'

const options = {
  stdout: flag('c', 'stdout'),
  toStdout: flag('', 'to-stdout'),
  decompress: flag('d', 'decompress'),
  uncompress: flag('', 'uncompress'),
  force: flag('f', 'force'),
  keep: flag('k', 'keep'),
  list: flag('l', 'list'),
  noName: flag('n', 'no-name'),
  name: flag('N', 'name'),
  quiet: flag('q', 'quiet'),
  recursive: flag('r', 'recursive'),
  suffix: value('S', 'suffix'),
  test: flag('t', 'test'),
  verbose: flag('v', 'verbose'),
  fast: flag('1', 'fast'),
  best: flag('9', 'best'),
  level: flag('2345678'),
  rsyncable: flag('', 'rsyncable'),
}
type Context = ProgramContext<typeof options>

/** A message for one file, after which the others go on. `status` 2 is a warning. */
class FileProblem extends Error {
  readonly status: number
  constructor(message: string, status = 1) {
    super(message)
    this.status = status
  }
}

function unpack(bytes: Uint8Array, path: string): Uint8Array[] {
  if (!isGzip(bytes))
    throw new FileProblem(bytes.length < 2 ? `${path}: unexpected end of file` : `${path}: not in gzip format`)
  const unpacker = new Gunzip()
  try {
    const parts = unpacker.push(bytes)
    unpacker.finish()
    return parts
  } catch (error) {
    if (!(error instanceof GzipError)) throw error
    throw new FileProblem(
      `${path}: ${error.message === 'unexpected EOF' ? 'unexpected end of file' : 'invalid compressed data--format violated'}`,
    )
  }
}

const levelOf = ({ options: o }: Context): 1 | 6 | 9 => (o.fast ? 1 : o.best ? 9 : 6)
const percent = (before: number, after: number): string =>
  `${(before === 0 ? 0 : (100 * (before - after)) / before).toFixed(1)}%`.padStart(6)

class Worker {
  status = 0
  private readonly context: Context
  private readonly decompress: boolean
  private readonly stdout: boolean
  private readonly suffix: string
  constructor(context: Context, flavour: 'gzip' | 'gunzip' | 'zcat') {
    const { options: o } = context
    this.context = context
    this.decompress = flavour !== 'gzip' || o.decompress > 0 || o.uncompress > 0
    this.stdout = flavour === 'zcat' || o.stdout > 0 || o.toStdout > 0
    this.suffix = o.suffix ?? '.gz'
  }

  async standardInput(): Promise<void> {
    const { sys, options: o } = this.context
    if (!this.decompress && !o.force && isTerminal(sys, 1))
      throw new FileProblem(
        'compressed data not written to a terminal. Use -f to force compression.\nFor help, type: gzip -h',
      )
    const bytes = await readAll(sys, 0)
    for (const part of this.work(bytes, 'stdin')) if (!o.test) await this.context.io.out.write(part)
  }

  private work(bytes: Uint8Array, path: string): Uint8Array[] {
    if (!this.decompress && !this.context.options.test) return [pack(bytes, { level: levelOf(this.context) })]
    if (this.context.options.force && this.stdout && !isGzip(bytes)) return [bytes]
    return unpack(bytes, path)
  }

  /** @returns the name of the result */
  private target(path: string): string {
    if (!this.decompress) {
      if (path.endsWith(this.suffix)) throw new FileProblem(`${path} already has ${this.suffix} suffix -- unchanged`, 2)
      return path + this.suffix
    }
    if (path.endsWith('.tgz')) return path.replace(/\.tgz$/, '.tar')
    for (const suffix of [this.suffix, '.z', '-gz', '.Z'])
      if (path.endsWith(suffix) && path.length > suffix.length) return path.slice(0, -suffix.length)
    throw new FileProblem(`${path}: unknown suffix -- ignored`, 2)
  }

  async operand(path: string): Promise<void> {
    const { sys, options: o } = this.context
    if (path === '-') return this.standardInput()
    const found = statOr(sys, path, true)
      ? path
      : this.decompress && statOr(sys, path + this.suffix, true)
        ? path + this.suffix
        : path
    const stat = sys.stat(found)
    if (isDirectory(stat.mode)) {
      if (!o.recursive) throw new FileProblem(`${path} is a directory -- ignored`, 2)
      for (const { name } of sys.readdir(path)) await this.guarded(`${path}/${name}`)
      return
    }
    if (!isRegular(stat.mode) && !this.stdout)
      throw new FileProblem(`${path} is not a directory or a regular file - ignored`, 2)
    const fd = sys.open(found, O_RDONLY)
    const bytes = await readAll(sys, fd)
    sys.close(fd)
    if (o.list) return this.list(found, bytes)
    const to = this.stdout || o.test ? '' : this.target(found)
    const parts = this.work(bytes, found)
    if (o.test) return o.verbose ? this.context.io.warn(`${found}:\t OK\n`) : undefined
    if (this.stdout) {
      for (const part of parts) await this.context.io.out.write(part)
      return
    }
    await this.replace(found, to, parts, bytes.length)
  }

  private async replace(from: string, to: string, parts: readonly Uint8Array[], before: number): Promise<void> {
    const { sys, options: o, io } = this.context
    const stat = sys.stat(from)
    if (statOr(sys, to, false)) {
      if (!o.force) throw new FileProblem(`${to} already exists;\tnot overwritten`, 2)
      sys.unlink(to)
    }
    const fd = sys.open(to, O_WRONLY | O_CREAT | O_EXCL, stat.mode & 0o777)
    for (const part of parts) await writeAll(sys, fd, part)
    sys.close(fd)
    sys.chmod(to, stat.mode & 0o7777)
    sys.utimes(to, stat.atimeMs, stat.mtimeMs)
    const after = parts.reduce((sum, part) => sum + part.length, 0)
    const [plain, packed] = this.decompress ? [after, before] : [before, after]
    if (o.verbose)
      await io.warn(`${from}:\t${percent(plain, packed)} -- ${o.keep ? 'created' : 'replaced with'} ${to}\n`)
    if (!o.keep) sys.unlink(from)
  }

  private async list(path: string, bytes: Uint8Array): Promise<void> {
    const plain = unpack(bytes, path).reduce((sum, part) => sum + part.length, 0)
    await this.context.io.print('         compressed        uncompressed  ratio uncompressed_name\n')
    await this.context.io.print(
      `${String(bytes.length).padStart(19)} ${String(plain).padStart(19)} ${percent(plain, bytes.length - 18)} ${path.replace(/\.gz$/, '')}\n`,
    )
  }

  async guarded(path: string): Promise<void> {
    const { io, options: o } = this.context
    const called = this.context.name
    const name = this.context.flavour === 'gnu' && (called === 'zcat' || called === 'gunzip') ? 'gzip' : called
    try {
      await this.operand(path)
    } catch (error) {
      if (error instanceof FileProblem) {
        if (!(o.quiet && error.status === 2))
          await io.warn(
            error.status === 2 || !/: (not in|unexpected|invalid)/.test(error.message)
              ? `${name}: ${error.message}\n`
              : `\n${name}: ${error.message}\n`,
          )
        this.status = Math.max(this.status === 1 ? 1 : 0, error.status === 1 ? 1 : this.status || 2)
      } else if (isErrno(error) && error.code !== 'EPIPE') {
        await io.warn(`${name}: ${path}: ${error.message}\n`)
        this.status = 1
      } else throw error
    }
  }
}

const row = (name: 'gzip' | 'gunzip' | 'zcat', summary: string): Program =>
  defineProgram({
    name: `gzip/${name}`,
    paths: [`/bin/${name}`],
    covers: 'partial',
    lacks: ['questions before overwriting', 'levels between 1, 6 and 9'],
    summary,
    sizeBytes: 98136,
    usage: `${name} [OPTION]... [FILE]...`,
    options,
    async main(context) {
      const worker = new Worker(context, name)
      for (const path of context.operands.length ? context.operands : ['-']) await worker.guarded(path)
      return worker.status
    },
  })

/** gzip, gunzip, zcat: compress and expand files. GNU gzip 1.12. */
export const gzip = row('gzip', 'compress files')
export const gunzip = row('gunzip', 'expand files')
export const zcat = row('zcat', 'expand files to standard output')
