import { isErrno } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, value } from '@drydock/libc'
import { parseSize } from '../format/parse-size.ts'
import { withArgv } from '../package-version.ts'
import { eachInput } from '../text/input.ts'

const options = {
  bytes: value('c', 'bytes'),
  lines: value('n', 'lines'),
  quiet: flag('q', 'quiet'),
  silent: flag('', 'silent'),
  verbose: flag('v', 'verbose'),
  zero: flag('z', 'zero-terminated'),
}
type Context = ProgramContext<typeof options>

interface Amount {
  readonly unit: 'lines' | 'bytes'
  readonly count: number
  /** All but the last `count`. */
  readonly exceptLast: boolean
}

function readAmount({ options: o, order }: Context): Amount {
  const unit = order.findLast((name) => name === 'bytes' || name === 'lines') === 'bytes' ? 'bytes' : 'lines'
  const text = (unit === 'bytes' ? o.bytes : o.lines) ?? '10'
  const count = parseSize(text.replace(/^[-+]/, ''))
  if (count === undefined) throw new HeadError(`invalid number of ${unit}: '${text}'`)
  return { unit, count, exceptLast: text.startsWith('-') }
}
/** A wrong amount: one line, no hint at --help. */
class HeadError extends Error {}

async function firstBytes({ sys, io }: Context, fd: number, count: number): Promise<void> {
  let left = count
  while (left > 0) {
    const bytes = await sys.read(fd, Math.min(left, 65536))
    if (bytes.length === 0) return
    left -= bytes.length
    await io.out.write(bytes)
  }
}

async function firstLines({ sys, io }: Context, fd: number, count: number, end: number): Promise<void> {
  let left = count
  while (left > 0) {
    const bytes = await sys.read(fd, 8192)
    if (bytes.length === 0) return
    let at = 0
    while (left > 0 && at < bytes.length) {
      const next = bytes.indexOf(end, at)
      at = next < 0 ? bytes.length : next + 1
      if (next >= 0) left--
    }
    if (left === 0) giveBack(sys, fd, bytes.length - at)
    await io.out.write(bytes.subarray(0, at))
  }
}

/** What was read too far goes back, so that the next reader of the same file starts where the lines end. */
function giveBack(sys: Context['sys'], fd: number, length: number): void {
  if (length === 0) return
  try {
    sys.lseek(fd, -length, 1)
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

/** Holds back the last `count` pieces (lines with their end, or bytes) until more have come. */
async function allButLast({ sys, io }: Context, fd: number, amount: Amount, end: number): Promise<void> {
  let held = new Uint8Array()
  for (;;) {
    const bytes = await sys.read(fd, 65536)
    if (bytes.length === 0) return
    const whole = new Uint8Array(held.length + bytes.length)
    whole.set(held)
    whole.set(bytes, held.length)
    const keepFrom = amount.unit === 'bytes' ? Math.max(0, whole.length - amount.count) : cut(whole, amount.count, end)
    await io.out.write(whole.slice(0, keepFrom))
    held = whole.slice(keepFrom)
  }
}

function cut(bytes: Uint8Array, lines: number, end: number): number {
  let at = bytes.length
  if (at > 0 && bytes[at - 1] === end) at--
  for (let i = 0; i < lines; i++) {
    const previous = bytes.lastIndexOf(end, at - 1)
    if (previous < 0 || at === 0) return 0
    at = previous
  }
  return lines === 0 ? bytes.length : at + 1
}

async function headOf(context: Context): Promise<number> {
  const { options: o, operands, io } = context
  const amount = readAmount(context)
  const end = o.zero ? 0 : 10
  const titles = !(o.quiet || o.silent) && (o.verbose > 0 || operands.length > 1)
  let first = true
  const complaint = (path: string, reason: string): string =>
    reason === 'Is a directory' ? `error reading '${path}': ${reason}` : `cannot open '${path}' for reading: ${reason}`
  const good = await eachInput(
    context,
    operands,
    async (fd) => {
      if (amount.exceptLast) return allButLast(context, fd, amount, end)
      return amount.unit === 'bytes'
        ? firstBytes(context, fd, amount.count)
        : firstLines(context, fd, amount.count, end)
    },
    complaint,
    async (path) => {
      if (titles) await io.print(`${first ? '' : '\n'}==> ${path === '-' ? 'standard input' : path} <==\n`)
      first = false
    },
  )
  return good ? 0 : 1
}

const OLD_FORM = /^-(\d+)([bkmclqvz]*)$/

/** `-5`, `-5q`, `-20c` as long ago. */
function rewrite(words: readonly string[]): readonly string[] {
  const match = OLD_FORM.exec(words[0] ?? '')
  if (!match) return words
  const [, count = '', letters = ''] = match
  const scale = letters.includes('k') ? 'K' : letters.includes('m') ? 'M' : letters.includes('b') ? 'b' : ''
  const unit = letters.includes('c') || scale ? '-c' : '-n'
  const rest = letters.replace(/[bkmcl]/g, '')
  return [unit, count + scale, ...(rest ? [`-${rest}`] : []), ...words.slice(1)]
}

/** head: the first part of files. GNU coreutils 9 head. */
export const head = withArgv(
  defineProgram({
    name: 'coreutils/head',
    paths: ['/usr/bin/head'],
    covers: 'full',
    summary: 'output the first part of files',
    sizeBytes: 43968,
    usage: 'head [OPTION]... [FILE]...',
    options,
    async main(context) {
      try {
        return await headOf(context)
      } catch (error) {
        if (!(error instanceof HeadError)) throw error
        await context.fail(error.message)
        return 1
      }
    },
  }),
  rewrite,
)
