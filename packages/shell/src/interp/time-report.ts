import { encodeText } from '../syntax/ansi-escapes.ts'
import { type Steps, wait } from './flow.ts'
import type { Shell } from './shell.ts'
import { type Spent, spent } from './spent.ts'

const USUAL = '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS'
const PORTABLE = 'real %2R\nuser %2U\nsys %2S'
const KEYS = { R: 'realMs', U: 'userMs', S: 'systemMs' } as const

/** What `time` says, by TIMEFORMAT. bash(1), "TIMEFORMAT". */
export function* tellTime(shell: Shell, before: Spent, portable: boolean): Steps<void> {
  const now = spent(shell)
  const used: Spent = {
    realMs: now.realMs - before.realMs,
    userMs: now.userMs - before.userMs,
    systemMs: now.systemMs - before.systemMs,
  }
  const format = portable ? PORTABLE : (shell.variables.get('TIMEFORMAT') ?? USUAL)
  if (format === '') return
  const text = formatTimes(format, used)
  yield* wait(typeof text === 'string' ? shell.sys.write(2, encodeText(`${text}\n`)) : shell.complain(text.wrong))
}

/** @returns the text, or what is wrong with the format */
function formatTimes(format: string, used: Spent): string | { readonly wrong: string } {
  let wrong: string | undefined
  const text = format.replace(
    /%(%|P|([0-9]?)(l?)([RUS])|[0-9]?l?([^]?))/g,
    (_, all: string, places, long, key, bad) => {
      if (all === '%') return '%'
      if (all === 'P') return share(used)
      if (key)
        return duration(used[KEYS[key as keyof typeof KEYS]], places === '' ? 3 : Math.min(3, Number(places)), long)
      wrong ??= bad as string
      return ''
    },
  )
  return wrong === undefined ? text : { wrong: `TIMEFORMAT: \`${wrong}': invalid format character` }
}

/** Processor time for the time that went by, in percent. */
const share = ({ realMs, userMs, systemMs }: Spent): string =>
  (realMs > 0 ? Math.min(10_000, (100 * (userMs + systemMs)) / realMs) : 0).toFixed(2)

function duration(ms: number, places: number, long: string): string {
  const seconds = (rest: number): string => {
    const cut = 10 ** places
    return (Math.floor((rest / 1000) * cut) / cut).toFixed(places)
  }
  return long ? `${Math.floor(ms / 60_000)}m${seconds(ms % 60_000)}s` : seconds(ms)
}
