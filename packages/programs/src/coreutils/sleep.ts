import { defineProgram, UsageError } from '@drydock/libc'

const SECONDS = new Map([
  ['', 1],
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
])

/** `1.5`, `2m`, `1h`, `infinity` in milliseconds; undefined for anything else. */
export function parseInterval(text: string): number | undefined {
  if (/^inf(inity)?$/i.test(text)) return Infinity
  const match = /^(\d+\.?\d*|\.\d+)(?:e(\d+))?([smhd]?)$/.exec(text)
  if (!match) return undefined
  return Number(match[1]) * 10 ** Number(match[2] ?? 0) * (SECONDS.get(match[3] ?? '') ?? 1) * 1000
}

/** sleep: wait. GNU coreutils 9: several intervals add up. */
export const sleep = defineProgram({
  name: 'coreutils/sleep',
  paths: ['/bin/sleep'],
  covers: 'full',
  summary: 'delay for a specified amount of time',
  sizeBytes: 43888,
  usage: 'sleep NUMBER[SUFFIX]...',
  options: {},
  async main({ operands, sys }) {
    if (operands.length === 0) throw new UsageError('missing operand')
    let total = 0
    for (const text of operands) {
      const interval = parseInterval(text)
      if (interval === undefined) throw new UsageError(`invalid time interval '${text}'`)
      total += interval
    }
    const DAY_MS = 86_400_000
    for (; total > DAY_MS; total -= DAY_MS) await sys.sleep(DAY_MS)
    await sys.sleep(total)
    return 0
  },
})
