import { coerced, JArray, JList, JMap, JSet, Lambda, numberOf, type Callable, type Value } from '../values.ts'
import { comparators, entriesOf, put } from './maps.ts'
import { comparing, ordered, sorted } from './compare.ts'
import { collectors, optional } from './streams.ts'
import type { World } from './world.ts'
import type { Members, Classes } from './members.ts'

async function filled(map: JMap, args: readonly Value[], world: World): Promise<JMap> {
  const [first] = args
  if (first instanceof JMap)
    for (const { key, value } of await entriesOf(first, world)) await put(map, key, value, world)
  else if (map.type === 'TreeMap' && first !== undefined && !(typeof first === 'number')) comparators.set(map, first)
  return map
}

async function setWith(type: string, items: readonly Value[], world: World): Promise<JSet> {
  const map = new JMap(type)
  for (const each of items) await put(map, each, true, world)
  return new JSet(map)
}

export function collections(world: World): Classes {
  const list = (type?: string): { make: Callable } => ({
    make: async ([from]) =>
      new JList(from === undefined || typeof from === 'number' ? [] : await world.items(from), type),
  })
  const map = (type: string): { make: Callable } => ({ make: (args) => filled(new JMap(type), args, world) })
  const set = (type: string): { make: Callable } => ({
    make: async ([from]) => {
      const isCollection = from instanceof JList || from instanceof JSet
      const made = await setWith(type, isCollection ? await world.items(from) : [], world)
      if (type === 'TreeMap' && from !== undefined && !isCollection) comparators.set(made.map, from)
      return made
    },
  })
  const fixed: Callable = async (args) =>
    new JList(args.length === 1 && args[0] instanceof JArray ? [...args[0].items] : [...args], 'immutable')
  const pairs = async (args: readonly Value[]): Promise<JMap> => {
    const made = new JMap('immutable')
    for (let i = 0; i < args.length; i += 2) await put(made, args[i], args[i + 1], world)
    return made
  }
  return {
    ArrayList: list(),
    LinkedList: list('java.util.LinkedList'),
    ArrayDeque: list('java.util.ArrayDeque'),
    Stack: list('java.util.Stack'),
    Vector: list(),
    CopyOnWriteArrayList: list(),
    HashMap: map('HashMap'),
    LinkedHashMap: map('LinkedHashMap'),
    TreeMap: map('TreeMap'),
    ConcurrentHashMap: map('HashMap'),
    Hashtable: map('HashMap'),
    HashSet: set('HashMap'),
    LinkedHashSet: set('LinkedHashMap'),
    TreeSet: set('TreeMap'),
    List: { statics: { of: fixed, copyOf: async ([from]) => new JList(await world.items(from), 'immutable') } },
    Set: { statics: { of: (args) => setWith('immutable', args, world) } },
    Map: { statics: { of: pairs, entry: async ([key, value]) => (await world.items(await pairs([key, value])))[0] } },
    Collections: { statics: collectionTools(world) },
    Arrays: { statics: arrayTools(world) },
    Collectors: { statics: collectors(world) },
    Stream: {
      statics: {
        of: (args) => world.stream(args.length === 1 && args[0] instanceof JArray ? args[0].items : args),
        iterate: ([start, next]) => world.stream(iterated(start, next, world)),
        generate: ([make]) => world.stream(iterated(undefined, make, world)),
      },
    },
    IntStream: {
      statics: {
        range: ([a, b]) => world.program.invoke(world.stream(range(numberOf(a), numberOf(b))), 'mapToInt', [same]),
        rangeClosed: ([a, b]) =>
          world.program.invoke(world.stream(range(numberOf(a), numberOf(b) + 1)), 'mapToInt', [same]),
        of: (args) => world.program.invoke(world.stream(args), 'mapToInt', [same]),
      },
    },
    Optional: {
      statics: {
        of: ([value]) => optional(value, world),
        ofNullable: ([value]) => optional(value, world),
        empty: () => optional(null, world),
      },
    },
    Function: { statics: { identity: () => same } },
    UnaryOperator: { statics: { identity: () => same } },
    Comparator: {
      statics: {
        comparing: ([key, by]) => comparing(key, by, world),
        comparingInt: ([key]) => comparing(key, undefined, world),
        comparingLong: ([key]) => comparing(key, undefined, world),
        comparingDouble: ([key]) => comparing(key, undefined, world),
        naturalOrder: () => new Lambda(([a, b]) => ordered(a, b, undefined, world), 2),
        reverseOrder: () => new Lambda(([a, b]) => ordered(b, a, undefined, world), 2),
      },
    },
  }
}

const same = new Lambda(([value]) => value)

function* range(from: number, to: number): Generator<Value> {
  for (let i = from; i < to; i++) yield i
}

async function* iterated(start: Value, next: Value, world: World): AsyncGenerator<Value> {
  let value = start === undefined ? await world.call(next, [], 'get') : start
  for (;;) {
    yield value
    value = await world.call(next, start === undefined ? [] : [value], start === undefined ? 'get' : 'apply')
  }
}

function collectionTools(world: World): Members {
  const items = (of: Value): Value[] => (of instanceof JList ? of.items : [])
  const put = (of: Value, next: readonly Value[]): undefined => void items(of).splice(0, items(of).length, ...next)
  const best =
    (sign: number): Callable =>
    async ([of, by]) => {
      const all = await sorted(await world.items(of), by, world)
      return all.at(sign > 0 ? -1 : 0)
    }
  return {
    sort: async ([of, by]) => put(of, await sorted(items(of), by, world)),
    reverse: ([of]) => put(of, items(of).toReversed()),
    shuffle: ([of]) =>
      put(
        of,
        items(of)
          .map((each) => ({ each, by: world.chance() }))
          .toSorted((a, b) => a.by - b.by)
          .map(({ each }) => each),
      ),
    reverseOrder: () => new Lambda(([a, b]) => ordered(b, a, undefined, world), 2),
    max: best(1),
    min: best(-1),
    emptyList: () => new JList([], 'immutable'),
    emptyMap: () => new JMap('immutable'),
    singletonList: ([one]) => new JList([one], 'immutable'),
    unmodifiableList: ([of]) => new JList(items(of), 'immutable'),
    unmodifiableMap: ([of]) => of,
    synchronizedList: ([of]) => of,
    addAll: ([of, ...more]) => (items(of).push(...more), true),
    nCopies: ([count, one]) =>
      new JList(
        Array.from({ length: numberOf(count) }, () => one),
        'immutable',
      ),
    frequency: async ([of, one]) => {
      let count = 0
      for (const each of await world.items(of)) if (await world.program.equal(each, one)) count++
      return count
    },
  }
}

function arrayTools(world: World): Members {
  const items = (of: Value): Value[] => (of instanceof JArray ? of.items : [])
  const typeOf = (of: Value): string => (of instanceof JArray ? of.type : 'Object')
  const text = async (of: Value, deep: boolean): Promise<string> => {
    if (of === null) return 'null'
    const parts: string[] = []
    for (const each of items(of))
      parts.push(deep && each instanceof JArray ? await text(each, deep) : await world.textOf(each))
    return `[${parts.join(', ')}]`
  }
  const stream = (of: Value): Value | Promise<Value> => {
    const made = world.stream(items(of))
    const kind = { int: 'mapToInt', long: 'mapToLong', double: 'mapToDouble' }[typeOf(of)]
    return kind ? world.program.invoke(made, kind, [same]) : made
  }
  return {
    asList: (args) => new JList(args.length === 1 && args[0] instanceof JArray ? args[0].items : [...args]),
    toString: ([of]: readonly Value[]) => text(of, false),
    deepToString: ([of]) => text(of, true),
    stream: ([of]) => stream(of),
    sort: async ([of, by]) => void items(of).splice(0, items(of).length, ...(await sorted(items(of), by, world))),
    fill: ([of, value]) => void items(of).fill(coerced(typeOf(of), value)),
    copyOf: ([of, size]) =>
      new JArray(
        typeOf(of),
        Array.from(
          { length: numberOf(size) },
          (_, i) => items(of)[i] ?? coerced(typeOf(of), typeOf(of) === 'int' ? 0 : null),
        ),
      ),
    copyOfRange: ([of, from, to]) => new JArray(typeOf(of), items(of).slice(numberOf(from), numberOf(to))),
    equals: async ([a, b]: readonly Value[]) => (await text(a, false)) === (await text(b, false)),
  }
}
