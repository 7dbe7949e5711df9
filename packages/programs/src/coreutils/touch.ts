import { ENOENT, isErrno, O_CREAT, O_NONBLOCK, O_WRONLY, type Sys } from '@drydock/abi'
import { defineProgram, flag, type ProgramContext, UsageError, value } from '@drydock/libc'
import { parseDate, parseTouchStamp } from '../format/parse-date.ts'
import { timeZone } from '../format/strftime.ts'

const options = {
  access: flag('a'),
  noCreate: flag('c', 'no-create'),
  date: value('d', 'date'),
  force: flag('f'),
  noDereference: flag('h', 'no-dereference'),
  modification: flag('m'),
  reference: value('r', 'reference'),
  stamp: value('t'),
  time: value('', 'time'),
}
type Context = ProgramContext<typeof options>

interface Times {
  readonly atimeMs: number
  readonly mtimeMs: number
}

function timesOf({ options: o, sys, env }: Context): Times | string {
  const now = sys.clock.now()
  const zone = timeZone(env)
  if (o.reference !== undefined) {
    const stat = sys.stat(o.reference)
    return { atimeMs: stat.atimeMs, mtimeMs: stat.mtimeMs }
  }
  const text = o.date ?? o.stamp
  if (text === undefined) return { atimeMs: now, mtimeMs: now }
  const at = o.date === undefined ? parseTouchStamp(text, now, zone) : parseDate(text, now, zone)
  return at === undefined ? `invalid date format '${text}'` : { atimeMs: at, mtimeMs: at }
}

function touchOne(sys: Sys, path: string, times: Times, { options: o }: Context): void {
  const follow = { follow: !o.noDereference }
  const both = o.access > 0 === o.modification > 0 && !o.time
  const access = both || o.access > 0 || /^(access|atime|use)$/.test(o.time ?? '')
  const modification = both || o.modification > 0 || /^(modify|mtime)$/.test(o.time ?? '')
  try {
    const old = o.noDereference ? sys.lstat(path) : sys.stat(path)
    sys.utimes(path, access ? times.atimeMs : old.atimeMs, modification ? times.mtimeMs : old.mtimeMs, follow)
  } catch (error) {
    if (error !== ENOENT) throw error
    if (o.noCreate) return
    sys.close(sys.open(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0o666))
    sys.utimes(path, times.atimeMs, times.mtimeMs, follow)
  }
}

/** touch: change file timestamps. GNU coreutils 9 touch. */
export const touch = defineProgram({
  name: 'coreutils/touch',
  paths: ['/bin/touch'],
  covers: 'full',
  summary: 'change file timestamps',
  sizeBytes: 109616,
  usage: 'touch [OPTION]... FILE...',
  options,
  async main(context) {
    const { operands, sys, options: o } = context
    if (operands.length === 0) throw new UsageError('missing file operand')
    let times: Times | string
    try {
      times = timesOf(context)
    } catch (error) {
      if (!isErrno(error)) throw error
      times = `failed to get attributes of '${o.reference}': ${error.message}`
    }
    if (typeof times === 'string') {
      await context.fail(times)
      return 1
    }
    let good = true
    for (const path of operands)
      try {
        touchOne(sys, path, times, context)
      } catch (error) {
        if (!isErrno(error)) throw error
        await context.fail(`cannot touch '${path}': ${error.message}`)
        good = false
      }
    return good ? 0 : 1
  },
})
