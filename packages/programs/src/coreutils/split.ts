import { isErrno, O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY, type Sys } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, readAll, UsageError, value, writeAll } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { withArgv } from '../package-version.ts'

const options = {
  bytes: value('b', 'bytes'),
  lineBytes: value('C', 'line-bytes'),
  lines: value('l', 'lines'),
  number: value('n', 'number'),
  suffixLength: value('a', 'suffix-length'),
  additional: value('', 'additional-suffix'),
  decimal: flag('d'),
  numeric: optional('', 'numeric-suffixes'),
  hex: flag('x'),
  hexFrom: optional('', 'hex-suffixes'),
  elide: flag('e', 'elide-empty-files'),
  separator: value('t', 'separator'),
  unbuffered: flag('u', 'unbuffered'),
  verbose: flag('', 'verbose'),
  filter: value('', 'filter'),
}
type Context = ProgramContext<typeof options>

/** Why split ends before its input does. */
class SplitError extends Error {}

interface Naming {
  readonly prefix: string
  readonly alphabet: string
  /** Undefined: two places, and more when they are used up. */
  readonly places: number | undefined
  readonly first: number
  readonly additional: string
}

function digits(index: number, alphabet: string, places: number): string {
  let text = ''
  for (let rest = index; text.length < places; rest = Math.floor(rest / alphabet.length))
    text = alphabet.charAt(rest % alphabet.length) + text
  return text
}

/** The name of a piece: aa … yz, then zaaa … zyzz and so on, so that names sort as they were made. */
function pieceName({ prefix, alphabet, places, first, additional }: Naming, index: number): string {
  let at = index + first
  if (places !== undefined) {
    if (at >= alphabet.length ** places) throw new SplitError('output file suffixes exhausted')
    return prefix + digits(at, alphabet, places) + additional
  }
  for (let level = 0; ; level++) {
    const count = (alphabet.length - 1) * alphabet.length ** (level + 1)
    if (at < count)
      return prefix + alphabet.charAt(alphabet.length - 1).repeat(level) + digits(at, alphabet, level + 2) + additional
    at -= count
  }
}

function naming({ options: o, operands }: Context): Naming {
  const hex = o.hex > 0 || o.hexFrom !== undefined
  const numeric = o.decimal > 0 || o.numeric !== undefined
  const from = o.hexFrom ? Number.parseInt(o.hexFrom, 16) : o.numeric ? Number(o.numeric) : 0
  const given = o.suffixLength === undefined ? undefined : Number(o.suffixLength)
  if (given !== undefined && !Number.isInteger(given))
    throw new UsageError(`invalid suffix length: '${o.suffixLength}'`)
  return {
    prefix: operands[1] ?? 'x',
    alphabet: hex ? '0123456789abcdef' : numeric ? '0123456789' : 'abcdefghijklmnopqrstuvwxyz',
    places: given || (o.number !== undefined || from > 0 ? 2 : undefined),
    first: from,
    additional: o.additional ?? '',
  }
}

/** Opens piece after piece. */
class Pieces {
  private readonly context: Context
  private readonly names: Naming
  private fd = -1
  private filter: number | undefined
  private index = 0

  constructor(context: Context) {
    this.context = context
    this.names = naming(context)
  }

  async next(): Promise<void> {
    const { sys, io, options: o } = this.context
    await this.close()
    const path = pieceName(this.names, this.index++)
    if (o.filter !== undefined) return this.startFilter(path, o.filter)
    if (o.verbose) await io.print(`creating file '${path}'\n`)
    try {
      this.fd = sys.open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
    } catch (error) {
      if (isErrno(error)) throw new SplitError(`${path}: ${error.message}`)
      throw error
    }
  }
  get open(): boolean {
    return this.fd >= 0
  }
  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.context.sys, this.fd, bytes)
  }
  /** --filter: the piece goes to a command of the shell, which finds the name in $FILE. */
  private async startFilter(path: string, command: string): Promise<void> {
    const { sys, env } = this.context
    const [reader, writer] = sys.pipe()
    const fds = new Map([
      [0, reader],
      [1, 1],
      [2, 2],
    ])
    const shell = env.get('SHELL') ?? '/bin/sh'
    const argv = [shell, '-c', command]
    this.filter = await sys.spawn(shell, { argv, env: new Map(env).set('FILE', path), fds })
    sys.close(reader)
    this.fd = writer
  }
  async close(): Promise<void> {
    const { sys } = this.context
    if (this.fd >= 0) sys.close(this.fd)
    this.fd = -1
    if (this.filter === undefined) return
    await sys.wait(this.filter)
    this.filter = undefined
  }
}

async function* blocks(sys: Sys, fd: number): AsyncGenerator<Uint8Array> {
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) return
    yield bytes
    const pause = sys.tick()
    if (pause) await pause
  }
}

async function byBytes(sys: Sys, fd: number, pieces: Pieces, size: number): Promise<void> {
  let room = 0
  for await (const block of blocks(sys, fd))
    for (let at = 0; at < block.length; ) {
      if (room === 0) {
        await pieces.next()
        room = size
      }
      const part = block.subarray(at, at + room)
      await pieces.write(part)
      at += part.length
      room -= part.length
    }
}

async function byLines(sys: Sys, fd: number, pieces: Pieces, count: number, separator: number): Promise<void> {
  let left = 0
  for await (const block of blocks(sys, fd))
    for (let at = 0; at < block.length; ) {
      if (left === 0) {
        await pieces.next()
        left = count
      }
      let end = at
      while (left > 0 && end < block.length) if (block[end++] === separator) left--
      await pieces.write(block.subarray(at, end))
      at = end
    }
}

/** Ends of lines, the last one at the end of the data. */
function lineEnds(data: Uint8Array, separator: number): number[] {
  const ends: number[] = []
  for (let i = 0; i < data.length; i++) if (data[i] === separator) ends.push(i + 1)
  if (data.length && ends.at(-1) !== data.length) ends.push(data.length)
  return ends
}

async function byLineBytes(data: Uint8Array, pieces: Pieces, size: number, separator: number): Promise<void> {
  const ends = lineEnds(data, separator)
  for (let at = 0; at < data.length; ) {
    const fitting = ends.findLast((end) => end > at && end <= at + size)
    const end = fitting ?? Math.min(at + size, data.length)
    await pieces.next()
    await pieces.write(data.subarray(at, end))
    at = end
  }
}

interface Chunks {
  readonly mode: string
  readonly count: number
  /** One chunk only, to standard output. */
  readonly only: number | undefined
}
function parseChunks(text: string): Chunks {
  const match = /^(?:([lr])\/)?(?:(\d+)\/)?(\d+)$/.exec(text)
  const count = Number(match?.[3] ?? 0)
  if (!match || count === 0) throw new SplitError(`invalid number of chunks: '${text.split('/').pop()}'`)
  return { mode: match[1] ?? '', count, only: match[2] === undefined ? undefined : Number(match[2]) }
}

/** The parts of `data` for -n: equal bytes, whole lines (l/), or lines dealt round (r/). */
function chunked(data: Uint8Array, { mode, count }: Chunks, separator: number): Uint8Array[][] {
  const parts = Array.from({ length: count }, (): Uint8Array[] => [])
  const size = data.length / count
  if (mode === '') {
    const base = Math.floor(size)
    const extra = data.length % count
    let at = 0
    parts.forEach((part, i) => {
      const end = at + base + (i < extra ? 1 : 0)
      part.push(data.subarray(at, end))
      at = end
    })
    return parts
  }
  let start = 0
  lineEnds(data, separator).forEach((end, i) => {
    const chunk = mode === 'r' ? i % count : Math.min(count - 1, Math.floor(start / Math.max(1, Math.floor(size))))
    parts[chunk]?.push(data.subarray(start, end))
    start = end
  })
  return parts
}

async function byNumber(
  context: Context,
  data: Uint8Array,
  pieces: Pieces,
  text: string,
  separator: number,
): Promise<void> {
  const chunks = parseChunks(text)
  const parts = chunked(data, chunks, separator)
  if (chunks.only !== undefined) {
    for (const bytes of parts[chunks.only - 1] ?? []) await context.io.print(bytes)
    return
  }
  for (const part of parts) {
    if (context.options.elide && part.every((bytes) => bytes.length === 0)) continue
    await pieces.next()
    for (const bytes of part) await pieces.write(bytes)
  }
}

function amount(text: string, what: string): number {
  const number = parseSize(text)
  if (number === 0) throw new SplitError(`invalid number of ${what}: '${text}': Numerical result out of range`)
  if (number === undefined) throw new SplitError(`invalid number of ${what}: '${text}'`)
  return number
}

async function divide(context: Context, fd: number): Promise<void> {
  const { sys, options: o } = context
  const pieces = new Pieces(context)
  const separator = o.separator === undefined ? 10 : o.separator === '\\0' ? 0 : o.separator.charCodeAt(0)
  if (o.number !== undefined) await byNumber(context, await readAll(sys, fd), pieces, o.number, separator)
  else if (o.bytes !== undefined) await byBytes(sys, fd, pieces, amount(o.bytes, 'bytes'))
  else if (o.lineBytes !== undefined)
    await byLineBytes(await readAll(sys, fd), pieces, amount(o.lineBytes, 'bytes'), separator)
  else await byLines(sys, fd, pieces, amount(o.lines ?? '1000', 'lines'), separator)
  await pieces.close()
}

const program = defineProgram({
  name: 'coreutils/split',
  paths: ['/usr/bin/split'],
  covers: 'full',
  summary: 'split a file into pieces',
  sizeBytes: 56352,
  usage: 'split [OPTION]... [FILE [PREFIX]]',
  options,
  async main(context) {
    const { sys, operands, options: o, fail } = context
    if (operands[2] !== undefined) throw new UsageError(`extra operand '${operands[2]}'`)
    if ([o.bytes, o.lineBytes, o.lines, o.number].filter((each) => each !== undefined).length > 1)
      throw new UsageError('cannot split in more than one way')
    const path = operands[0] ?? '-'
    try {
      await divide(context, path === '-' ? 0 : sys.open(path, O_RDONLY))
      return 0
    } catch (error) {
      if (error instanceof SplitError) await fail(error.message)
      else if (isErrno(error)) await fail(`cannot open '${path}' for reading: ${error.message}`)
      else throw error
      return 1
    }
  },
})

/** split: cut a file into pieces. GNU coreutils 9; `-100` is the old form of `-l 100`. */
export const split = withArgv(program, (words) =>
  words.map((word) => (/^-\d+$/.test(word) ? `-l${word.slice(1)}` : word)),
)
