import {
  type Callable,
  hashOfText,
  Instance,
  JDouble,
  JList,
  JMap,
  JSet,
  type MapEntry,
  Native,
  numberOf,
  type Value,
} from '../values.ts'
import { sorted } from './compare.ts'
import type { World } from './world.ts'

export const hashMap = (_world?: World): JMap => new JMap('HashMap')

export async function put(map: JMap, key: Value, value: Value, world: World): Promise<Value> {
  const at = await world.program.keyOf(key)
  const before = map.entries.get(at)
  if (before) {
    const old = before.value
    before.value = value
    return old
  }
  map.entries.set(at, { key, value })
  return null
}

const LEAST = 16

/** java.util.HashMap.hash, and the table it is put into. */
function slotOf(key: Value, size: number): number {
  const hash = hashOf(key)
  return (hash ^ (hash >>> 16)) & (size - 1)
}

function hashOf(key: Value): number {
  if (typeof key === 'string') return hashOfText(key)
  if (typeof key === 'bigint') return Number(BigInt.asIntN(32, key ^ (key >> 32n)))
  if (typeof key === 'boolean') return key ? 1231 : 1237
  if (key instanceof Instance) return key.serial
  return key instanceof JDouble ? key.value | 0 : numberOf(key ?? 0) | 0
}

/** Entries in the order in which Java goes through them: by slot, by order, or as they came. */
export async function entriesOf(map: JMap, world: World): Promise<MapEntry[]> {
  const entries = [...map.entries.values()]
  if (map.type === 'TreeMap') {
    const keys = await sorted(
      entries.map(({ key }) => key),
      map.entries.size > 0 ? comparators.get(map) : undefined,
      world,
    )
    return Promise.all(keys.map(async (key) => map.entries.get(await world.program.keyOf(key)) as MapEntry))
  }
  if (map.type !== 'HashMap') return entries
  let size = LEAST
  while (entries.length > size * 0.75) size *= 2
  return entries.toSorted((a, b) => slotOf(a.key, size) - slotOf(b.key, size))
}

/** What orders a TreeMap that was made with a comparator. */
export const comparators = new WeakMap<JMap, Value>()

function entryOf(entry: MapEntry, world: World): Native {
  return new Native('Entry', {
    getKey: () => entry.key,
    getValue: () => entry.value,
    setValue: ([value]) => void (entry.value = value),
    toString: async () => `${await world.textOf(entry.key)}=${await world.textOf(entry.value)}`,
  })
}

/** What iterating gives: entries of a map, members of a set. */
export async function elementsOf(of: Value, world: World): Promise<Value[] | undefined> {
  if (of instanceof JList) return of.items
  if (of instanceof JSet) return (await entriesOf(of.map, world)).map(({ key }) => key)
  if (of instanceof JMap) return (await entriesOf(of, world)).map((entry) => entryOf(entry, world))
  return undefined
}

/** Methods of java.util.Map by name. */
export function mapMethods(map: JMap, world: World): Readonly<Record<string, Callable>> {
  const at = async (key: Value): Promise<MapEntry | undefined> => map.entries.get(await world.program.keyOf(key))
  const fixed = map.type === 'immutable'
  const change =
    (run: Callable): Callable =>
    (args) =>
      fixed ? world.fail('UnsupportedOperationException', 'null') : run(args)
  const ends = async (last: boolean): Promise<MapEntry | undefined> => (await entriesOf(map, world)).at(last ? -1 : 0)
  return {
    put: change(([key, value]) => put(map, key, value, world)),
    get: async ([key]) => (await at(key))?.value ?? null,
    getOrDefault: async ([key, other]) => ((await at(key)) ? (await at(key))?.value : other),
    containsKey: async ([key]) => (await at(key)) !== undefined,
    containsValue: async ([value]) => {
      for (const each of map.entries.values()) if (await world.program.equal(each.value, value)) return true
      return false
    },
    remove: change(async ([key]) => {
      const before = await at(key)
      map.entries.delete(await world.program.keyOf(key))
      return before?.value ?? null
    }),
    size: () => map.entries.size,
    isEmpty: () => map.entries.size === 0,
    clear: change(() => void map.entries.clear()),
    keySet: () => new JSet(map),
    values: async () => new JList((await entriesOf(map, world)).map(({ value }) => value)),
    entrySet: async () => new JList((await elementsOf(map, world)) ?? []),
    putAll: change(async ([other]) => {
      if (other instanceof JMap)
        for (const { key, value } of await entriesOf(other, world)) await put(map, key, value, world)
      return undefined
    }),
    putIfAbsent: change(async ([key, value]) => (await at(key))?.value ?? put(map, key, value, world)),
    computeIfAbsent: change(async ([key, make]) => {
      const before = (await at(key))?.value
      if (before !== undefined && before !== null) return before
      const made = await world.call(make, [key], 'apply')
      await put(map, key, made, world)
      return made
    }),
    computeIfPresent: change(async ([key, make]) => {
      const before = await at(key)
      if (!before) return null
      before.value = await world.call(make, [key, before.value], 'apply')
      return before.value
    }),
    compute: change(async ([key, make]) => {
      const made = await world.call(make, [key, (await at(key))?.value ?? null], 'apply')
      await put(map, key, made, world)
      return made
    }),
    merge: change(async ([key, value, by]) => {
      const before = await at(key)
      const made = before ? await world.call(by, [before.value, value], 'apply') : value
      await put(map, key, made, world)
      return made
    }),
    forEach: async ([run]) => {
      for (const { key, value } of await entriesOf(map, world)) await world.call(run, [key, value], 'accept')
      return undefined
    },
    firstKey: async () => (await ends(false))?.key ?? world.fail('NoSuchElementException', 'null'),
    lastKey: async () => (await ends(true))?.key ?? world.fail('NoSuchElementException', 'null'),
    equals: async ([other]) => world.program.equal(map, other),
    toString: () => world.textOf(map),
    hashCode: async () => hashOfText(await world.program.keyOf(map)),
  }
}

/** Methods of java.util.Set by name. */
export function setMethods(of: JSet, world: World): Readonly<Record<string, Callable>> {
  const { map } = of
  const has = async (value: Value): Promise<boolean> => map.entries.has(await world.program.keyOf(value))
  const all = async (): Promise<Value[]> => (await elementsOf(of, world)) ?? []
  const fixed = (): Promise<never> => world.fail('UnsupportedOperationException', 'null')
  const remove = async (value: Value): Promise<boolean> => map.entries.delete(await world.program.keyOf(value))
  return {
    add: async ([value]) => {
      if (map.type === 'immutable') return fixed()
      if (await has(value)) return false
      await put(map, value, true, world)
      return true
    },
    contains: ([value]) => has(value),
    remove: ([value]) => (map.type === 'immutable' ? fixed() : remove(value)),
    size: () => map.entries.size,
    isEmpty: () => map.entries.size === 0,
    clear: () => void map.entries.clear(),
    addAll: async ([other]) => {
      const before = map.entries.size
      for (const each of await world.items(other)) if (!(await has(each))) await put(map, each, true, world)
      return map.entries.size > before
    },
    removeAll: async ([other]) => {
      for (const each of await world.items(other)) await remove(each)
      return undefined
    },
    retainAll: async ([other]) => {
      const keep = new Set(await Promise.all((await world.items(other)).map((each) => world.program.keyOf(each))))
      for (const key of [...map.entries.keys()]) if (!keep.has(key)) map.entries.delete(key)
      return undefined
    },
    containsAll: async ([other]) => {
      for (const each of await world.items(other)) if (!(await has(each))) return false
      return true
    },
    first: async () => (await all())[0] ?? world.fail('NoSuchElementException', 'null'),
    last: async () => (await all()).at(-1) ?? world.fail('NoSuchElementException', 'null'),
    stream: async () => world.stream(await all()),
    forEach: async ([run]) => {
      for (const each of await all()) await world.call(run, [each], 'accept')
      return undefined
    },
    equals: async ([other]) => world.program.equal(of, other),
    toString: () => world.textOf(of),
  }
}
