import { EINVAL, ERANGE } from '@drydock/abi'
import type { TextSource } from '../fs/index.ts'

/** How control files spell their values. cgroup-v2.rst, "Conventions". */
export const limitText = (value: number): string => (value === Infinity ? 'max' : String(value))

/** @throws EINVAL for what is no natural number */
export function natural(text: string): number {
  if (!/^\d+$/.test(text.trim())) throw EINVAL
  return Number(text.trim())
}

export const limitOf = (text: string): number => (text.trim() === 'max' ? Infinity : natural(text))

const UNITS = new Map([
  ['', 1],
  ['k', 2 ** 10],
  ['m', 2 ** 20],
  ['g', 2 ** 30],
])
const PAGE_BYTES = 4096

/** Bytes, also as `64M`, in whole pages. memparse() of Linux. @throws EINVAL */
export function bytesOf(text: string): number {
  if (text.trim() === 'max') return Infinity
  const [, digits, unit = ''] = /^(\d+)([kmg]?)$/i.exec(text.trim()) ?? []
  if (digits === undefined) throw EINVAL
  const bytes = Number(digits) * (UNITS.get(unit.toLowerCase()) ?? 1)
  return Math.floor(bytes / PAGE_BYTES) * PAGE_BYTES
}

/** @throws EINVAL, ERANGE */
export function within(text: string, least: number, most: number): number {
  const value = natural(text)
  if (value < least || value > most) throw ERANGE
  return value
}

/** Lines of a file of counters. */
export const counters = (entries: readonly (readonly [string, number])[]): string =>
  entries.map(([key, value]) => `${key} ${Math.round(value)}\n`).join('')

export const shows = (read: () => string): TextSource => ({ read })

/** A limit that is shown as it was set. */
export const limit = (
  get: () => number,
  set: (value: number) => void,
  parse: (text: string) => number = limitOf,
): TextSource => ({
  read: () => `${limitText(get())}\n`,
  write: (text) => set(parse(text)),
})

/** Pressure stall information: nothing ever waits here for what the machine lacks. psi.rst */
export const pressure = (lines: readonly string[] = ['some', 'full']): TextSource =>
  shows(() => lines.map((kind) => `${kind} avg10=0.00 avg60=0.00 avg300=0.00 total=0\n`).join(''))
