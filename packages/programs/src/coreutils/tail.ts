import { isErrno, isRegular, type Sys } from '@drydock/abi'
import { concat, defineProgram, flag, Heap, optional, type ProgramContext, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { withArgv } from '../package-version.ts'
import { eachInput } from '../text/input.ts'
import { follow, type Followed } from './tail-follow.ts'

const options = {
  bytes: value('c', 'bytes'),
  lines: value('n', 'lines'),
  follow: flag('f'),
  followLong: optional('', 'follow'),
  retryName: flag('F'),
  quiet: flag('q', 'quiet'),
  silent: flag('', 'silent'),
  verbose: flag('v', 'verbose'),
  sleep: value('s', 'sleep-interval'),
  pid: value('', 'pid'),
  retry: flag('', 'retry'),
  zero: flag('z', 'zero-terminated'),
}
type Context = ProgramContext<typeof options>

interface Amount {
  readonly unit: 'lines' | 'bytes'
  readonly count: number
  /** `+N`: from the Nth on. */
  readonly fromStart: boolean
}

function readAmount({ options: o, order }: Context): Amount | string {
  const unit = order.findLast((name) => name === 'bytes' || name === 'lines') === 'bytes' ? 'bytes' : 'lines'
  const text = (unit === 'bytes' ? o.bytes : o.lines) ?? '10'
  const count = parseSize(text.replace(/^[-+]/, ''))
  return count === undefined ? `invalid number of ${unit}: '${text}'` : { unit, count, fromStart: text.startsWith('+') }
}

async function copyRest({ sys, io }: Context, fd: number): Promise<void> {
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) return
    await io.out.write(bytes)
  }
}

async function fromStart(context: Context, fd: number, { unit, count }: Amount, end: number): Promise<void> {
  let skip = Math.max(0, count - 1)
  while (skip > 0) {
    const bytes = await context.sys.read(fd, 65536)
    if (bytes.length === 0) return
    let at = 0
    while (skip > 0 && at < bytes.length) {
      const next = unit === 'bytes' ? Math.min(bytes.length, at + skip) : bytes.indexOf(end, at) + 1
      if (unit === 'bytes') skip -= next - at
      else if (next > 0) skip--
      at = next > 0 ? next : bytes.length
    }
    await context.io.out.write(bytes.subarray(at))
  }
  await copyRest(context, fd)
}

/** Where the last `count` lines of `bytes` start; -1 when there may be fewer. */
function lastLines(bytes: Uint8Array, count: number, end: number): number {
  if (count === 0) return bytes.length
  let at = bytes.length - (bytes.at(-1) === end ? 1 : 0)
  for (let i = 0; i < count; i++) {
    const previous = at === 0 ? -1 : bytes.lastIndexOf(end, at - 1)
    if (previous < 0) return -1
    at = previous
  }
  return at + 1
}

/** A regular file is read backwards in blocks until enough is there. */
async function lastOfFile(context: Context, fd: number, amount: Amount, end: number): Promise<void> {
  const { sys, io } = context
  const { size } = sys.fstat(fd)
  let start = size
  const parts: Uint8Array[] = []
  for (;;) {
    if (start === 0 || (amount.unit === 'bytes' && size - start >= amount.count)) break
    const length = Math.min(65536, start)
    start -= length
    parts.unshift(sys.pread(fd, length, start))
    if (amount.unit === 'lines' && lastLines(concat(parts), amount.count, end) >= 0) break
  }
  const bytes = concat(parts)
  const from = amount.unit === 'bytes' ? bytes.length - amount.count : lastLines(bytes, amount.count, end)
  await io.out.write(bytes.subarray(Math.max(0, from)))
  sys.lseek(fd, size, 0)
  await copyRest(context, fd)
}

function count(bytes: Uint8Array, end: number): number {
  let found = 0
  for (let at = bytes.indexOf(end); at >= 0; at = bytes.indexOf(end, at + 1)) found++
  return found
}

/** Of a stream only as much is kept as may still be the end. */
async function lastOfStream({ sys, io }: Context, fd: number, amount: Amount, end: number): Promise<void> {
  const held: { readonly bytes: Uint8Array; readonly units: number }[] = []
  const heap = new Heap(sys)
  let units = 0
  // A line more than asked for: the last one may lack its end.
  const enough = amount.unit === 'bytes' ? amount.count : amount.count + 1
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) break
    const piece = { bytes, units: amount.unit === 'bytes' ? bytes.length : count(bytes, end) }
    held.push(piece)
    units += piece.units
    heap.add(bytes.length)
    for (let [first] = held; first && units - first.units >= enough && held.length > 1; [first] = held) {
      held.shift()
      units -= first.units
      heap.add(-first.bytes.length)
    }
  }
  const whole = concat(held.map(({ bytes }) => bytes))
  const from = amount.unit === 'bytes' ? whole.length - amount.count : lastLines(whole, amount.count, end)
  await io.out.write(whole.subarray(Math.max(0, from)))
}

const seekable = (sys: Sys, fd: number): boolean => isRegular(sys.fstat(fd).mode) && sys.fstat(fd).size > 0

async function tailOf(context: Context, fd: number, amount: Amount, end: number): Promise<void> {
  if (amount.fromStart) return fromStart(context, fd, amount, end)
  if (seekable(context.sys, fd) && position(context.sys, fd) === 0) return lastOfFile(context, fd, amount, end)
  return lastOfStream(context, fd, amount, end)
}

function position(sys: Sys, fd: number): number {
  try {
    return sys.lseek(fd, 0, 1)
  } catch (error) {
    if (isErrno(error)) return -1
    throw error
  }
}

const OLD_FORM = /^([-+])(\d*)([bcl]?)(f?)$/
/** `-5`, `+3`, `-20f`, `-5c` as long ago. */
function rewrite(words: readonly string[]): readonly string[] {
  const match = OLD_FORM.exec(words[0] ?? '')
  if (!match || words[0] === '-' || words[0] === '+' || /^-[cf]$/.test(words[0] ?? '')) return words
  const [, sign = '', count, unit, followed] = match
  return [
    unit === 'c' ? '-c' : '-n',
    (sign === '+' ? '+' : '') + (count || '10'),
    ...(followed ? ['-f'] : []),
    ...words.slice(1),
  ]
}

/** tail: the last part of files, and what is added to them. GNU coreutils 9 tail. */
export const tail = withArgv(
  defineProgram({
    name: 'coreutils/tail',
    paths: ['/usr/bin/tail'],
    covers: 'full',
    summary: 'output the last part of files',
    sizeBytes: 64464,
    usage: 'tail [OPTION]... [FILE]...',
    options,
    async main(context) {
      const { options: o, operands, io, sys } = context
      const amount = readAmount(context)
      if (typeof amount === 'string') {
        await context.fail(amount)
        return 1
      }
      const titles = !(o.quiet || o.silent) && (o.verbose > 0 || operands.length > 1)
      const followed: Followed[] = []
      const byName = o.retryName > 0 || o.followLong === 'name'
      const follows = o.follow > 0 || byName || o.followLong !== undefined
      let first = true
      const title = async (path: string): Promise<void> => {
        if (titles) await io.print(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`)
        first = false
      }
      const good = await eachInput(
        context,
        operands,
        async (fd, path) => {
          await tailOf(context, fd, amount, o.zero ? 0 : 10)
          if (follows && (path !== '-' || isRegular(sys.fstat(fd).mode)))
            followed.push({ path, fd: path === '-' ? 0 : sys.dup(fd, 3), shown: true })
        },
        (path, reason) =>
          reason === 'Is a directory'
            ? `error reading '${path}': ${reason}`
            : `cannot open '${path}' for reading: ${reason}`,
        title,
      )
      if (!good && context.flavour === 'busybox' && operands.length === 1) await context.fail('no files')
      if (!follows) return good ? 0 : 1
      if (byName)
        for (const path of operands)
          if (!followed.some((each) => each.path === path)) followed.push({ path, fd: -1, shown: false })
      await io.out.flush()
      if (followed.length === 0) {
        if (operands.length) await context.fail('no files remaining')
        return good ? 0 : 1
      }
      const seconds = Number(o.sleep ?? 1)
      return follow(context, followed, {
        byName,
        titles,
        intervalMs: seconds * 1000,
        pid: o.pid ? Number(o.pid) : undefined,
      })
    },
  }),
  rewrite,
)
