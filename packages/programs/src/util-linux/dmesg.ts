import { isErrno, type Sys } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, readTextFile, UsageError, value } from '@drydock/libc'
import { strftime } from '../format/strftime.ts'
import { isTerminal } from '../text/terminal.ts'
import { type LogRecord, parseLog, priorityOf } from './log-records.ts'

const options = {
  clear: flag('C', 'clear'),
  readClear: flag('c', 'read-clear'),
  consoleOff: flag('D', 'console-off'),
  consoleOn: flag('E', 'console-on'),
  file: value('F', 'file'),
  facility: value('f', 'facility'),
  human: flag('H', 'human'),
  json: flag('J', 'json'),
  kernel: flag('k', 'kernel'),
  color: optional('L', 'color'),
  level: value('l', 'level'),
  consoleLevel: value('n', 'console-level'),
  noPager: flag('P', 'nopager'),
  forcePrefix: flag('p', 'force-prefix'),
  raw: flag('r', 'raw'),
  noEscape: flag('', 'noescape'),
  syslog: flag('S', 'syslog'),
  bufferSize: value('s', 'buffer-size'),
  userspace: flag('u', 'userspace'),
  follow: flag('w', 'follow'),
  followNew: flag('W', 'follow-new'),
  decode: flag('x', 'decode'),
  delta: flag('d', 'show-delta'),
  relative: flag('e', 'reltime'),
  clock: flag('T', 'ctime'),
  noTime: flag('t', 'notime'),
  timeFormat: value('', 'time-format'),
}
type Context = ProgramContext<typeof options>

const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warn', 'notice', 'info', 'debug']
const FACILITIES =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp res0 res1 res2 res3 local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

/** A word of the command line that names nothing. */
class UnknownName extends Error {}

/** @throws UnknownName for the first word that is none of `names` */
function numbersOf(words: string | undefined, names: readonly string[], what: string): ReadonlySet<number> | undefined {
  if (words === undefined) return undefined
  return new Set(
    words.split(',').map((word) => {
      const at = names.indexOf(word)
      if (at < 0) throw new UnknownName(`unknown ${what} '${word}'`)
      return at
    }),
  )
}

function filterOf({ options: o }: Context): (record: LogRecord) => boolean {
  const levels = numbersOf(o.level, LEVELS, 'level')
  const facilities = numbersOf(o.facility, FACILITIES, 'facility')
  return ({ level, facility }) =>
    (levels?.has(level) ?? true) &&
    (facilities?.has(facility) ?? true) &&
    (!o.kernel || facility === 0) &&
    (!o.userspace || facility > 0)
}

type TimeFormat = 'plain' | 'delta' | 'both' | 'reltime' | 'ctime' | 'ctime-delta' | 'iso' | 'notime'
const NAMED: ReadonlyMap<string, TimeFormat> = new Map([
  ['delta', 'delta'],
  ['reltime', 'reltime'],
  ['ctime', 'ctime'],
  ['notime', 'notime'],
  ['iso', 'iso'],
])

/** @throws UnknownName */
function timeFormat({ options: o }: Context): TimeFormat {
  if (o.timeFormat !== undefined) {
    const named = NAMED.get(o.timeFormat)
    if (named === undefined) throw new UnknownName(`unknown time format: ${o.timeFormat}`)
    return named
  }
  if (o.noTime) return 'notime'
  if (o.clock) return o.delta ? 'ctime-delta' : 'ctime'
  if (o.relative || o.human) return 'reltime'
  return o.delta ? 'both' : 'plain'
}

/** Moments: seconds since boot, milliseconds since the epoch, seconds since the record before. */
interface Moment {
  readonly seconds: number
  readonly dateMs: number
  readonly delta: number
  /** Whether the minute is the same as that of the record before. */
  readonly sameMinute: boolean
}

const fixed = (seconds: number, width: number): string => seconds.toFixed(6).padStart(width)
const date = (format: string, ms: number): string => strftime(format, ms)
const signed = (seconds: number): string => `+${seconds.toFixed(6)}`
const TIMES: Readonly<Record<TimeFormat, (moment: Moment) => string>> = {
  notime: () => '',
  plain: ({ seconds }) => `[${fixed(seconds, 12)}] `,
  delta: ({ delta }) => `[<${fixed(delta, 12)}>] `,
  both: ({ seconds, delta }) => `[${fixed(seconds, 12)} <${fixed(delta, 12)}>] `,
  ctime: ({ dateMs }) => `[${date('%a %b %e %H:%M:%S %Y', dateMs)}] `,
  'ctime-delta': ({ dateMs, delta }) => `[${date('%a %b %e %H:%M:%S %Y', dateMs)} <${fixed(delta, 12)}>] `,
  iso: ({ dateMs, seconds }) => `${date('%Y-%m-%dT%H:%M:%S', dateMs)},${seconds.toFixed(6).split('.')[1]}+00:00 `,
  reltime: ({ dateMs, delta, sameMinute }) =>
    sameMinute ? `[${signed(delta).padStart(11)}] ` : `[${date('%b%e %H:%M', dateMs)}] `,
}

const GREEN = '\x1b[32m'
const YELLOW = '\x1b[33m'
const RESET = '\x1b[0m'
const BY_LEVEL: ReadonlyMap<number, string> = new Map([
  [1, '\x1b[7m\x1b[31m'],
  [2, '\x1b[1m\x1b[31m'],
  [3, '\x1b[31m'],
  [4, '\x1b[1m'],
])
const paint = (color: string, text: string): string => (text === '' ? '' : `${color}${text}${RESET}`)

function painted({ level, text }: LogRecord): string {
  const subsystem = /^[^]*?:[ \t]/.exec(text)?.[0] ?? ''
  const rest = text.slice(subsystem.length)
  const color = text.includes('segfault at') ? '\x1b[2m\x1b[31m' : BY_LEVEL.get(level)
  return paint(YELLOW, subsystem) + (color ? paint(color, rest) : rest)
}

/** Prints records one after the other; knows the one before. */
class Printer {
  private last: { seconds: number; minute: number } | undefined = undefined
  private readonly context: Context
  private readonly bootMs: number
  private readonly format: TimeFormat
  private readonly isColored: boolean

  constructor(context: Context) {
    this.context = context
    const { sys, options: o } = context
    this.bootMs = sys.clock.now() - sys.sysinfo().uptimeMs
    this.format = timeFormat(context)
    this.isColored = o.color === 'always' || (o.color !== 'never' && isTerminal(sys, 1))
  }

  line(record: LogRecord): string {
    const { options: o } = this.context
    if (o.raw) return `${record.raw}\n`
    const time = TIMES[this.format](this.moment(record))
    const decoded = o.decode
      ? `${(FACILITIES[record.facility] ?? '').padEnd(6)}:${(LEVELS[record.level] ?? '').padEnd(6)}: `
      : ''
    return this.isColored ? `${decoded}${paint(GREEN, time)}${painted(record)}\n` : `${decoded}${time}${record.text}\n`
  }

  private moment({ seconds }: LogRecord): Moment {
    const dateMs = this.bootMs + seconds * 1000
    const minute = Math.floor(dateMs / 60_000)
    const { last } = this
    this.last = { seconds, minute }
    return { seconds, dateMs, delta: seconds - (last?.seconds ?? seconds), sameMinute: last?.minute === minute }
  }
}

function json(records: readonly LogRecord[]): string {
  const rows = records.map(
    (record) =>
      `{\n         "pri": ${priorityOf(record)},\n         "time": ${fixed(record.seconds, 12)},\n         "msg": ${JSON.stringify(record.text)}\n      }`,
  )
  return `{\n   "dmesg": [${rows.length > 0 ? `\n      ${rows.join(',')}` : ''}\n   ]\n}\n`
}

const READERS = ['clear', 'readClear', 'consoleOff', 'consoleOn'] as const

async function records({ sys, options: o }: Context): Promise<LogRecord[]> {
  return o.file === undefined
    ? parseLog(sys.dmesg())
    : parseLog((await readTextFile(sys, o.file)).trimEnd().split('\n'))
}

async function show(context: Context): Promise<void> {
  const { sys, io, options: o } = context
  const wanted = filterOf(context)
  const printer = new Printer(context)
  let shown = o.followNew ? sys.dmesg().length : 0
  for (;;) {
    const all = await records(context)
    const fresh = all.slice(shown).filter(wanted)
    if (o.json) await io.print(json(fresh))
    else for (const record of fresh) await io.print(printer.line(record))
    shown = all.length
    if (!o.follow && !o.followNew) return
    await io.out.flush()
    await sys.sleep(FOLLOW_MS)
  }
}
const FOLLOW_MS = 500

const isAction = ({ options: o }: Context): boolean =>
  o.clear + o.consoleOff + o.consoleOn > 0 || o.consoleLevel !== undefined
const clear = (sys: Sys): void => void sys.dmesg('clear')

/** dmesg: the kernel's log. util-linux 2.38. */
export const dmesg = defineProgram({
  name: 'util-linux/dmesg',
  paths: ['/bin/dmesg'],
  covers: 'partial',
  lacks: ['--since and --until', 'a pager for -H', 'a console for -D, -E and -n'],
  summary: 'print or control the kernel ring buffer',
  sizeBytes: 84752,
  usage: 'dmesg [options]',
  options,
  async main(context) {
    const { sys, options: o, operands, fail } = context
    if (operands.length > 0) throw new UsageError('bad usage')
    if (READERS.filter((name) => o[name] > 0).length > 1) {
      await fail('mutually exclusive arguments: --clear --console-off --console-on --read-clear --console-level --raw')
      return 1
    }
    if (o.raw && o.decode) {
      await fail('mutually exclusive arguments: --raw --decode')
      return 1
    }
    try {
      if (!isAction(context)) await show(context)
      if (o.clear || o.readClear) clear(sys)
      return 0
    } catch (error) {
      if (error instanceof UnknownName) {
        await fail(error.message)
        return 1
      }
      if (!isErrno(error)) throw error
      const what = o.clear || o.readClear ? 'clear kernel buffer failed' : 'read kernel buffer failed'
      await fail(`${what}: ${error.message}`)
      return 1
    }
  },
})
