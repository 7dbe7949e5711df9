import {
  coerced,
  JArray,
  JDouble,
  JList,
  JMap,
  JSet,
  Lambda,
  Native,
  numberOf,
  type Callable,
  type Value,
} from '../values.ts'
import { hashMap, put } from './maps.ts'
import { ordered, sorted } from './compare.ts'
import type { World } from './world.ts'

type Items = Iterable<Value> | AsyncIterable<Value>

/** java.util.Optional */
export function optional(value: Value, world: World): Native {
  const none = value === null || value === undefined
  const missing = (): Promise<Value> => world.fail('NoSuchElementException', 'No value present')
  const get: Callable = () => (none ? missing() : value)
  return new Native('Optional', {
    isPresent: () => !none,
    isEmpty: () => none,
    get,
    getAsInt: get,
    getAsDouble: get,
    getAsLong: get,
    orElseThrow: () => (none ? missing() : value),
    orElse: ([other]) => (none ? other : value),
    orElseGet: ([other]) => (none ? world.call(other, [], 'get') : value),
    ifPresent: ([run]) => (none ? undefined : world.call(run, [value], 'accept')),
    map: async ([by]) => (none ? optional(null, world) : optional(await world.call(by, [value], 'apply'), world)),
    filter: async ([test]) =>
      !none && (await world.call(test, [value], 'test')) === true ? optional(value, world) : optional(null, world),
    toString: async () => (none ? 'Optional.empty' : `Optional[${await world.textOf(value)}]`),
  })
}

async function* mapped(items: Items, by: (value: Value) => Promise<Value>): AsyncGenerator<Value> {
  for await (const each of items) yield by(each)
}

async function* kept(items: Items, test: Value, world: World): AsyncGenerator<Value> {
  for await (const each of items) if ((await world.call(test, [each], 'test')) === true) yield each
}

async function* limited(items: Items, count: number): AsyncGenerator<Value> {
  if (count <= 0) return
  let left = count
  for await (const each of items) {
    yield each
    if (--left === 0) return
  }
}

async function* skipped(items: Items, count: number): AsyncGenerator<Value> {
  let left = count
  for await (const each of items) if (left-- <= 0) yield each
}

async function* flat(items: Items, by: Value, world: World): AsyncGenerator<Value> {
  for await (const each of items) {
    const inner = await world.call(by, [each], 'apply')
    if (inner instanceof Native && inner.methods['items']) yield* await world.items(await inner.methods['items']([]))
  }
}

async function* distinct(items: Items, world: World): AsyncGenerator<Value> {
  const seen = new Set<string>()
  for await (const each of items) {
    const key = await world.program.keyOf(each)
    if (!seen.has(key)) yield each
    seen.add(key)
  }
}

async function* later(all: () => Promise<Value[]>): AsyncGenerator<Value> {
  yield* await all()
}

async function all(items: Items): Promise<Value[]> {
  const list: Value[] = []
  for await (const each of items) list.push(each)
  return list
}

const DOUBLE = 'DoubleStream'

/** java.util.stream.Stream and its kin of numbers, by what is drawn through them. */
export function streamOf(items: Items, world: World, type = 'Stream'): Native {
  const again = (next: Items, kind = type): Native => streamOf(next, world, kind)
  const by = (run: Value) => (value: Value) => world.call(run, [value], 'apply')
  const listed = async (): Promise<Value> => new JList(await all(items), 'immutable')
  const best = async (sign: number, order: Value): Promise<Value> => {
    let found: Value
    for await (const each of items)
      if (found === undefined || (await ordered(each, found, order, world)) * sign > 0) found = each
    return optional(found, world)
  }
  const sum = async (): Promise<Value> => {
    let total: Value = type === DOUBLE ? new JDouble(0) : 0
    for (const each of await all(items)) total = await add(total, each)
    return total
  }
  const matches = async (test: Value, wanted: boolean): Promise<boolean> => {
    for await (const each of items) if (((await world.call(test, [each], 'test')) === true) === wanted) return true
    return false
  }
  return new Native(type, {
    items: listed,
    map: ([run]) => again(mapped(items, by(run))),
    mapToObj: ([run]) => again(mapped(items, by(run)), 'Stream'),
    mapToInt: ([run]) =>
      again(
        mapped(items, async (each) => coerced('int', await by(run)(each))),
        'IntStream',
      ),
    mapToLong: ([run]) =>
      again(
        mapped(items, async (each) => coerced('long', await by(run)(each))),
        'LongStream',
      ),
    mapToDouble: ([run]) =>
      again(
        mapped(items, async (each) => coerced('double', await by(run)(each))),
        DOUBLE,
      ),
    boxed: () => again(items, 'Stream'),
    asDoubleStream: () =>
      again(
        mapped(items, async (each) => coerced('double', each)),
        DOUBLE,
      ),
    filter: ([test]) => again(kept(items, test, world)),
    limit: ([count]) => again(limited(items, numberOf(count))),
    skip: ([count]) => again(skipped(items, numberOf(count))),
    flatMap: ([run]) => again(flat(items, run, world)),
    distinct: () => again(distinct(items, world)),
    sorted: ([order]) => again(later(async () => sorted(await all(items), order, world))),
    peek: ([run]) => again(mapped(items, async (each) => (await world.call(run, [each], 'accept'), each))),
    parallel: () => again(items),
    forEach: async ([run]) => {
      for await (const each of items) await world.call(run, [each], 'accept')
      return undefined
    },
    count: async () => BigInt((await all(items)).length),
    sum,
    average: async () => {
      const list = await all(items)
      const total = list.reduce((so: number, each) => so + numberOf(each), 0)
      return optional(list.length === 0 ? null : new JDouble(total / list.length), world)
    },
    min: ([order]) => best(-1, order),
    max: ([order]) => best(1, order),
    reduce: (args) => reduced(items, args, world),
    anyMatch: ([test]) => matches(test, true),
    allMatch: async ([test]) => !(await matches(test, false)),
    noneMatch: async ([test]) => !(await matches(test, true)),
    findFirst: async () => optional((await all(limited(items, 1)))[0], world),
    findAny: async () => optional((await all(limited(items, 1)))[0], world),
    toList: listed,
    toArray: async () => new JArray(type === 'IntStream' ? 'int' : 'Object', await all(items)),
    collect: async ([collector]) => world.call(collector, [new JList(await all(items))], 'finish'),
    iterator: async () => iteratorOf(await all(items), world),
  })
}

const add = async (a: Value, b: Value): Promise<Value> => {
  if (a instanceof JDouble || b instanceof JDouble) return new JDouble(numberOf(a) + numberOf(b))
  return typeof b === 'bigint' ? BigInt(numberOf(a)) + b : (numberOf(a) + numberOf(b)) | 0
}

async function reduced(items: Items, args: readonly Value[], world: World): Promise<Value> {
  const [start, run] = args.length === 1 ? [undefined, args[0]] : args
  let so = start
  for await (const each of items) so = so === undefined ? each : await world.call(run, [so, each], 'apply')
  return args.length === 1 ? optional(so, world) : so
}

export function iteratorOf(items: readonly Value[], world: World): Native {
  let at = 0
  return new Native('Iterator', {
    hasNext: () => at < items.length,
    next: () => (at < items.length ? items[at++] : world.fail('NoSuchElementException', 'null')),
  })
}

type Collect = (items: readonly Value[]) => Value | Promise<Value>

const collector = (run: Collect): Lambda => new Lambda(([list]) => run(list instanceof JList ? list.items : []))

/** java.util.stream.Collectors */
export function collectors(world: World): Readonly<Record<string, Callable>> {
  const finish = (of: Value, items: Value[]): Promise<Value> => world.call(of, [new JList(items)], 'finish')
  const toSet: Collect = async (items) => {
    const map = hashMap(world)
    for (const each of items) await put(map, each, true, world)
    return new JSet(map)
  }
  return {
    toList: () => collector((items) => new JList([...items])),
    toUnmodifiableList: () => collector((items) => new JList([...items], 'immutable')),
    toSet: () => collector(toSet),
    counting: () => collector((items) => BigInt(items.length)),
    joining: ([by = '', before = '', after = '']) =>
      collector(
        async (items) =>
          String(before) +
          (await Promise.all(items.map((each) => world.textOf(each)))).join(String(by)) +
          String(after),
      ),
    summingInt: ([key]) => collector(async (items) => streamSum(items, key, world)),
    averagingInt: ([key]) =>
      collector(async (items) => new JDouble(numberOf(await streamSum(items, key, world)) / items.length)),
    mapping: ([key, next]) =>
      collector(async (items) =>
        finish(next, await Promise.all(items.map((each) => world.call(key, [each], 'apply')))),
      ),
    toMap: ([key, value, merge]) => collector((items) => toMap(items, key, value, merge, world)),
    groupingBy: ([key, ...rest]) =>
      collector((items) => grouped(items, key, rest.at(-1), rest.length > 1 ? rest[0] : undefined, world)),
    partitioningBy: ([test, next]) => collector((items) => grouped(items, test, next, undefined, world)),
  }
}

async function streamSum(items: readonly Value[], key: Value, world: World): Promise<Value> {
  let total: Value = 0
  for (const each of items) total = await add(total, await world.call(key, [each], 'apply'))
  return total
}

async function toMap(items: readonly Value[], key: Value, value: Value, merge: Value, world: World): Promise<JMap> {
  const map = hashMap(world)
  for (const each of items) {
    const [at, next] = [await world.call(key, [each], 'apply'), await world.call(value, [each], 'apply')]
    const before = map.entries.get(await world.program.keyOf(at))
    if (before && !merge) return world.fail('IllegalStateException', `Duplicate key ${await world.textOf(at)}`)
    await put(map, at, before ? await world.call(merge, [before.value, next], 'apply') : next, world)
  }
  return map
}

async function grouped(items: readonly Value[], key: Value, next: Value, maker: Value, world: World): Promise<JMap> {
  const made = maker ? await world.call(maker, [], 'get') : undefined
  const map = made instanceof JMap ? made : hashMap(world)
  for (const each of items) {
    const at = await world.call(key, [each], 'apply')
    const before = map.entries.get(await world.program.keyOf(at))?.value
    if (before instanceof JList) before.items.push(each)
    else await put(map, at, new JList([each]), world)
  }
  if (next) for (const entry of map.entries.values()) entry.value = await world.call(next, [entry.value], 'finish')
  return map
}
