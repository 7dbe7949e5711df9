import { isErrno } from '@drydock/abi'
import { defineProgram, flag, optional, type ProgramContext, UsageError, value } from '@drydock/libc'
import { parseDate } from '../format/parse-date.ts'
import { strftime, timeZone, UTC, type Zone } from '../format/strftime.ts'
import { eachInput } from '../text/input.ts'
import { LineReader } from '../text/line-reader.ts'

const options = {
  date: value('d', 'date'),
  file: value('f', 'file'),
  iso: optional('I', 'iso-8601'),
  email: flag('R', 'rfc-email'),
  rfc3339: value('', 'rfc-3339'),
  reference: value('r', 'reference'),
  set: value('s', 'set'),
  utc: flag('u', 'utc'),
  universal: flag('', 'universal'),
}
type Context = ProgramContext<typeof options>

const ISO = new Map([
  ['', '%Y-%m-%d'],
  ['date', '%Y-%m-%d'],
  ['hours', '%Y-%m-%dT%H%:z'],
  ['minutes', '%Y-%m-%dT%H:%M%:z'],
  ['seconds', '%Y-%m-%dT%H:%M:%S%:z'],
  ['ns', '%Y-%m-%dT%H:%M:%S,%N%:z'],
])
const RFC_3339 = new Map([
  ['date', '%Y-%m-%d'],
  ['seconds', '%Y-%m-%d %H:%M:%S%:z'],
  ['ns', '%Y-%m-%d %H:%M:%S.%N%:z'],
])

function formatOf({ options: o, operands }: Context): string {
  const [operand, extra] = operands
  if (extra !== undefined) throw new UsageError(`extra operand '${extra}'`)
  if (operand?.startsWith('+')) return operand.slice(1)
  const choose = (table: ReadonlyMap<string, string>, word: string, option: string): string => {
    const format = table.get(word)
    if (format === undefined) throw new UsageError(`invalid argument '${word}' for '${option}'`)
    return format
  }
  if (o.iso !== undefined) return choose(ISO, o.iso, '--iso-8601')
  if (o.rfc3339 !== undefined) return choose(RFC_3339, o.rfc3339, '--rfc-3339')
  return o.email ? '%a, %d %b %Y %H:%M:%S %z' : '%a %b %e %H:%M:%S %Z %Y'
}

async function printMany(context: Context, path: string, format: string, zone: Zone): Promise<number> {
  let good = true
  const opened = await eachInput(context, [path], async (fd) => {
    const reader = new LineReader(context.sys, fd)
    for (;;) {
      const line = await reader.next()
      if (line === undefined) return
      const at = parseDate(line, context.sys.clock.now(), zone)
      if (at === undefined) {
        good = false
        await context.fail(`invalid date '${line}'`)
      } else await context.io.print(`${strftime(format, at, zone)}\n`)
    }
  })
  return good && opened ? 0 : 1
}

/** What busybox reads: clock times, dates with digits only, seconds since the epoch. */
const BUSYBOX_DATE =
  /^(?:@\d+|\d{1,2}:\d\d(?::\d\d)?|(?:\d{4}\.)?\d\d?\.\d\d?-\d\d?:\d\d(?::\d\d)?|\d{4}-\d\d?-\d\d?(?:[ T]\d\d?:\d\d(?::\d\d)?)?(?: ?(?:UTC|Z))?|\d{2,12}(?:\.\d\d)?)$/

/** date: print the date and time. GNU coreutils 9 date; without a locale its default format is that of C. */
export const date = defineProgram({
  name: 'coreutils/date',
  paths: ['/bin/date'],
  covers: 'partial',
  lacks: ['setting the clock', 'some forms of --date'],
  summary: 'print or set the system date and time',
  sizeBytes: 121904,
  usage: 'date [OPTION]... [+FORMAT]',
  options,
  async main(context) {
    const { options: o, sys, env, io, operands } = context
    const zone = o.utc || o.universal ? UTC : timeZone(env)
    const format = formatOf(context)
    if (o.file !== undefined) return printMany(context, o.file, format, zone)
    let at: number | undefined = sys.clock.now()
    if (o.reference !== undefined) {
      try {
        at = sys.stat(o.reference).mtimeMs
      } catch (error) {
        if (!isErrno(error)) throw error
        await context.fail(`${o.reference}: ${error.message}`)
        return 1
      }
    }
    const words = o.set ?? o.date
    if (words !== undefined)
      at = context.flavour === 'busybox' && !BUSYBOX_DATE.test(words) ? undefined : parseDate(words, at, zone)
    const [operand] = operands
    if (operand !== undefined && !operand.startsWith('+')) at = undefined
    if (at === undefined) {
      await context.fail(`invalid date '${words ?? operand ?? ''}'`)
      return 1
    }
    if (o.set !== undefined) await context.fail('cannot set date: Operation not permitted')
    await io.print(`${strftime(format, at, zone)}\n`)
    return o.set === undefined ? 0 : 1
  },
})
