import type { Value } from '../protocol.ts'
import { number, text } from './call.ts'
import { type Json, parsed, shown, DOCUMENT } from './json-functions.ts'

/** What is gathered over the rows of a group. */
export interface Aggregate {
  add(args: readonly Value[]): void
  value(): Value
}

const element = (value: Value | undefined): Json => {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return value
  const string = text(value)
  return string.startsWith(DOCUMENT) ? (parsed(string) ?? null) : string
}

/** Of numbers: NULLs are left out. */
const numbers = (result: (values: readonly number[]) => Value) => (): Aggregate => {
  const values: number[] = []
  return {
    add: ([value]) => void (value === null || value === undefined ? undefined : values.push(number(value))),
    value: () => result(values),
  }
}

function variance(values: readonly number[], sample: boolean): number | null {
  const count = values.length - (sample ? 1 : 0)
  if (count <= 0) return null
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  return values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / count
}
const root = (value: number | null): number | null => (value === null ? null : Math.sqrt(value))

/** The bits of whole numbers of 64 bits. */
const bits = (start: bigint, join: (a: bigint, b: bigint) => bigint): (() => Aggregate) =>
  numbers((values) => {
    const all = values.reduce((sum, each) => BigInt.asUintN(64, join(sum, BigInt(Math.round(each)))), start)
    return all <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(all) : String(all)
  })

/** Aggregates of MySQL that SQLite has not. */
export const AGGREGATES: ReadonlyMap<string, () => Aggregate> = new Map<string, () => Aggregate>([
  ['stddev', numbers((values) => root(variance(values, false)))],
  ['stddev_pop', numbers((values) => root(variance(values, false)))],
  ['stddev_samp', numbers((values) => root(variance(values, true)))],
  ['variance', numbers((values) => variance(values, false))],
  ['var_pop', numbers((values) => variance(values, false))],
  ['var_samp', numbers((values) => variance(values, true))],
  ['bit_or', bits(0n, (a, b) => a | b)],
  ['bit_xor', bits(0n, (a, b) => a ^ b)],
  ['bit_and', bits(2n ** 64n - 1n, (a, b) => a & b)],
  [
    'drydock_arrayagg',
    () => {
      const values: Json[] = []
      return {
        add: ([value]) => void values.push(element(value)),
        value: () => (values.length === 0 ? null : `[${values.map(shown).join(',')}]`),
      }
    },
  ],
  [
    'drydock_objectagg',
    () => {
      const members = new Map<string, Json>()
      return {
        add: ([key, value]) => void members.set(text(key), element(value)),
        value: () =>
          members.size === 0
            ? null
            : `{${[...members].map(([key, value]) => `${JSON.stringify(key)}:${shown(value)}`).join(', ')}}`,
      }
    },
  ],
])
