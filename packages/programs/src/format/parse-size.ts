/** Numbers with the suffixes of GNU programs: `10K`, `5MB`, `2b`, `1kB`. */
const POWERS = new Map<string, number>([...'KMGTPE'].map((letter, i) => [letter, i + 1]))

/** @returns undefined when `text` is no such number */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+)(b|([kKMGTPE])(iB|B)?)?$/.exec(text)
  if (!match) return undefined
  const [, digits, suffix, letter, unit] = match
  if (!suffix) return Number(digits)
  if (suffix === 'b') return Number(digits) * 512
  return Number(digits) * (unit === 'B' ? 1000 : 1024) ** (POWERS.get((letter ?? 'K').toUpperCase()) ?? 1)
}
