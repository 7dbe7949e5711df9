import { type Callable, Instance, Lambda, numberOf, type Value } from '../values.ts'
import { orderOfTexts } from './text.ts'
import type { World } from './world.ts'

/** The natural order, or that of a comparator. */
export async function ordered(a: Value, b: Value, by: Value, world: World): Promise<number> {
  if (by !== undefined && by !== null) return numberOf(await world.program.invoke(by, 'compare', [a, b]))
  if (typeof a === 'string' && typeof b === 'string') return orderOfTexts(a, b)
  if (a instanceof Instance) return numberOf(await world.program.invoke(a, 'compareTo', [b]))
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : a > b ? 1 : 0
  return Math.sign(numberOf(a) - numberOf(b))
}

/** Stable, as List.sort is. */
export async function sorted(items: readonly Value[], by: Value, world: World): Promise<Value[]> {
  if (items.length < 2) return [...items]
  const half = items.length >> 1
  const [left, right] = [await sorted(items.slice(0, half), by, world), await sorted(items.slice(half), by, world)]
  const merged: Value[] = []
  let [i, j] = [0, 0]
  while (i < left.length && j < right.length)
    merged.push((await ordered(left[i], right[j], by, world)) <= 0 ? left[i++] : right[j++])
  return [...merged, ...left.slice(i), ...right.slice(j)]
}

/** A comparator by what a function takes from each. */
export const comparing = (key: Value, by: Value, world: World): Lambda =>
  new Lambda(
    async ([a, b]) => ordered(await world.call(key, [a], 'apply'), await world.call(key, [b], 'apply'), by, world),
    2,
  )

/** Methods of java.util.Comparator on what implements it. */
export function comparatorMethod(of: Lambda, name: string, world: World): Callable | undefined {
  if (name === 'reversed') return () => new Lambda(([a, b]) => of.call([b, a]), 2)
  if (!name.startsWith('thenComparing')) return undefined
  return ([next, by]) =>
    new Lambda(async ([a, b]) => {
      const first = numberOf(await of.call([a, b]))
      if (first !== 0) return first
      return isComparator(next) ? world.call(next, [a, b], 'compare') : comparing(next, by, world).call([a, b])
    })
}

/** A lambda of two parameters compares; one of one gives a key. */
const isComparator = (of: Value): boolean => of instanceof Lambda && of.takes === 2
