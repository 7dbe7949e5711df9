import { DockerfileError } from './dockerfile-error.ts'

const UNITS: ReadonlyMap<string, number> = new Map([
  ['ns', 1],
  ['us', 1e3],
  ['µs', 1e3],
  ['ms', 1e6],
  ['s', 1e9],
  ['m', 60e9],
  ['h', 3600e9],
])
const LEAST = 1e6

/** Go's time.ParseDuration, as nanoseconds; empty is 0. @throws DockerfileError for other text, and below a millisecond */
export function parseDuration(text: string, flag: string): number {
  if (text === '' || text === '0') return 0
  if (!/^[+-]?(\d+(\.\d*)?|\.\d+)[a-zµ]+((\d+(\.\d*)?|\.\d+)[a-zµ]+)*$/.test(text))
    throw new DockerfileError(
      /^[+-]?[\d.]+$/.test(text)
        ? `time: missing unit in duration ${JSON.stringify(text)}`
        : `time: invalid duration ${JSON.stringify(text)}`,
    )
  let sum = 0
  for (const [, number = '', unit = ''] of text.matchAll(/([\d.]+)([a-zµ]+)/g)) {
    const scale = UNITS.get(unit)
    if (scale === undefined)
      throw new DockerfileError(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`)
    sum += Number(number) * scale
  }
  const nanoseconds = Math.round(text.startsWith('-') ? -sum : sum)
  if (nanoseconds !== 0 && nanoseconds < LEAST)
    throw new DockerfileError(`Interval ${JSON.stringify(flag)} cannot be less than 1ms`)
  return nanoseconds
}
