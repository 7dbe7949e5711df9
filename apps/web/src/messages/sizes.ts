const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
const DECIMAL = ['B', 'kB', 'MB', 'GB', 'TB']

const places = (value: number, power: number): number => (power === 0 || value >= 100 ? 0 : value >= 10 ? 1 : 2)

function text(count: number, base: number, units: readonly string[]): string {
  const power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log(count) / Math.log(base)))
  const value = count / base ** power
  return `${value.toFixed(places(value, power))} ${units[power]}`
}

/** Memory: `10.3 MiB`. */
export const bytesText = (count: number): string => text(count, 1024, BINARY)
/** What an image or a volume weighs, as Docker counts: `188 MB`. */
export const sizeText = (count: number): string => text(count, 1000, DECIMAL)

const AGES: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
]

/** `3 minutes ago`, in the language given. */
export function ageText(thenSeconds: number, nowMs: number, tongue: string): string {
  const seconds = Math.max(0, nowMs / 1000 - thenSeconds)
  const [unit, length] = AGES.find(([, length]) => seconds >= length) ?? (['second', 1] as const)
  return new Intl.RelativeTimeFormat(tongue, { numeric: 'auto' }).format(-Math.floor(seconds / length), unit)
}
