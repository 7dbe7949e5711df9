import {
  ClassRef,
  coerced,
  doubleText,
  JArray,
  JChar,
  JDouble,
  JList,
  JMap,
  JSet,
  Lambda,
  Native,
  numberOf,
  Text,
  type Callable,
  type Value,
} from '../values.ts'
import { comparators, entriesOf, hashMap, put } from './maps.ts'
import { comparing, ordered, sorted } from './compare.ts'
import { collectors, optional } from './streams.ts'
import { Exit, type World } from './world.ts'

export type Members = Readonly<Record<string, Callable | Exclude<Value, undefined>>>
export type Classes = Readonly<Record<string, { readonly statics?: Members; readonly make?: Callable }>>

const double = (value: number): JDouble => new JDouble(value)

async function parsed(text: Value, radix: Value, low: number, high: number, world: World): Promise<number> {
  const base = radix === undefined ? 10 : numberOf(radix)
  const value = typeof text === 'string' && /^[+-]?[\da-z]+$/i.test(text) ? Number.parseInt(text, base) : Number.NaN
  const whole =
    typeof text === 'string' &&
    value.toString(base) ===
      text
        .toLowerCase()
        .replace(/^\+/, '')
        .replace(/^(-?)0+(?=.)/, '$1')
  if (whole && value >= low && value <= high) return value
  const shown = text === null ? 'Cannot parse null string: null' : `For input string: "${String(text)}"`
  return world.fail('NumberFormatException', shown + (base === 10 ? '' : ` under radix ${base}`))
}

async function parsedDouble(text: Value, world: World): Promise<JDouble> {
  const plain = String(text).trim()
  const value = plain === '' ? Number.NaN : Number(plain.replace(/[fd]$/i, ''))
  if (Number.isNaN(value) && plain !== 'NaN')
    return world.fail('NumberFormatException', plain === '' ? 'empty String' : `For input string: "${plain}"`)
  return double(value)
}

const compared = ([a, b]: readonly Value[]): number => {
  const [left, right] = [numberOf(a), numberOf(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function numbers(world: World): Classes {
  const int = ([text, radix]: readonly Value[]): Promise<number> => parsed(text, radix, -(2 ** 31), 2 ** 31 - 1, world)
  const based =
    (radix: number): Callable =>
    ([value]) =>
      (typeof value === 'bigint' ? BigInt.asUintN(64, value) : BigInt(numberOf(value) >>> 0)).toString(radix)
  const texts = { toBinaryString: based(2), toHexString: based(16), toOctalString: based(8), compare: compared }
  const common = {
    max: ([a, b]: readonly Value[]) => (compared([a, b]) >= 0 ? a : b),
    min: ([a, b]: readonly Value[]) => (compared([a, b]) <= 0 ? a : b),
  }
  const longValue: Callable = async ([text]) =>
    typeof text === 'string' && /^[+-]?\d+$/.test(text) ? BigInt(text) : parsed(text, undefined, 0, -1, world)
  return {
    Integer: {
      statics: {
        ...texts,
        ...common,
        MAX_VALUE: 2 ** 31 - 1,
        MIN_VALUE: -(2 ** 31),
        parseInt: int,
        valueOf: (args: readonly Value[]) => (typeof args[0] === 'string' ? int(args) : coerced('int', args[0])),
        toString: ([value, radix]: readonly Value[]) =>
          numberOf(value).toString(radix === undefined ? 10 : numberOf(radix)),
        sum: ([a, b]) => (numberOf(a) + numberOf(b)) | 0,
        bitCount: ([value]) => [...(numberOf(value) >>> 0).toString(2)].filter((each) => each === '1').length,
        signum: ([value]) => Math.sign(numberOf(value)),
      },
    },
    Long: {
      statics: {
        ...texts,
        ...common,
        MAX_VALUE: 2n ** 63n - 1n,
        MIN_VALUE: -(2n ** 63n),
        parseLong: longValue,
        valueOf: (args: readonly Value[]) => (typeof args[0] === 'string' ? longValue(args) : coerced('long', args[0])),
        toString: ([value]: readonly Value[]) => String(value),
        sum: ([a, b]) => BigInt.asIntN(64, BigInt(numberOf(a)) + BigInt(numberOf(b))),
      },
    },
    Double: {
      statics: {
        ...common,
        MAX_VALUE: double(Number.MAX_VALUE),
        MIN_VALUE: double(Number.MIN_VALUE),
        NaN: double(Number.NaN),
        POSITIVE_INFINITY: double(Number.POSITIVE_INFINITY),
        parseDouble: ([text]) => parsedDouble(text, world),
        valueOf: ([text]: readonly Value[]) =>
          typeof text === 'string' ? parsedDouble(text, world) : coerced('double', text),
        toString: ([value]: readonly Value[]) => doubleText(numberOf(value)),
        isNaN: ([value]) => Number.isNaN(numberOf(value)),
        compare: compared,
        sum: ([a, b]) => double(numberOf(a) + numberOf(b)),
      },
    },
    Float: { statics: { parseFloat: ([text]) => parsedDouble(text, world) } },
    Boolean: {
      statics: {
        TRUE: true,
        FALSE: false,
        parseBoolean: ([text]) => String(text).toLowerCase() === 'true',
        valueOf: ([text]: readonly Value[]) => text === true || String(text).toLowerCase() === 'true',
        toString: ([value]: readonly Value[]) => String(value),
      },
    },
    Character: { statics: characters() },
    Math: { statics: maths() },
  }
}

const letterOf = (value: Value): string => String.fromCharCode(numberOf(value))

function characters(): Members {
  const is =
    (pattern: RegExp): Callable =>
    ([value]) =>
      pattern.test(letterOf(value))
  const changed =
    (run: (text: string) => string): Callable =>
    ([value]) => {
      const code = run(letterOf(value)).charCodeAt(0)
      return value instanceof JChar ? new JChar(code) : code
    }
  return {
    isDigit: is(/\p{Nd}/u),
    isLetter: is(/\p{L}/u),
    isLetterOrDigit: is(/[\p{L}\p{Nd}]/u),
    isAlphabetic: is(/\p{L}/u),
    isWhitespace: is(/\s/),
    isUpperCase: is(/\p{Lu}/u),
    isLowerCase: is(/\p{Ll}/u),
    toUpperCase: changed((text) => text.toUpperCase()),
    toLowerCase: changed((text) => text.toLowerCase()),
    getNumericValue: ([value]) => Number.parseInt(letterOf(value), 36),
    toString: ([value]: readonly Value[]) => letterOf(value),
    valueOf: ([value]: readonly Value[]) => value,
  }
}

const DOUBLE_FUNCTIONS = 'sqrt cbrt sin cos tan asin acos atan exp log log10 ceil floor'.split(' ')

function maths(): Members {
  const kept =
    (run: (...values: number[]) => number): Callable =>
    (args) => {
      const value = run(...args.map(numberOf))
      if (args.some((each) => each instanceof JDouble)) return double(value)
      return args.some((each) => typeof each === 'bigint') ? BigInt(value) : value | 0
    }
  const functions = Object.fromEntries(
    DOUBLE_FUNCTIONS.map((name): [string, Callable] => [
      name,
      ([value]) => double((Math[name as 'sqrt'] as (of: number) => number)(numberOf(value))),
    ]),
  )
  return {
    ...functions,
    PI: double(Math.PI),
    E: double(Math.E),
    abs: kept(Math.abs),
    max: kept(Math.max),
    min: kept(Math.min),
    pow: ([a, b]) => double(numberOf(a) ** numberOf(b)),
    atan2: ([a, b]) => double(Math.atan2(numberOf(a), numberOf(b))),
    hypot: ([a, b]) => double(Math.hypot(numberOf(a), numberOf(b))),
    signum: ([a]) => double(Math.sign(numberOf(a))),
    rint: ([a]) => double(Math.round(numberOf(a))),
    round: ([a]) => coerced('long', double(Math.floor(numberOf(a) + 0.5))),
    random: () => double(Math.random()),
    floorMod: ([a, b]) => (((numberOf(a) % numberOf(b)) + numberOf(b)) % numberOf(b)) | 0,
    floorDiv: ([a, b]) => Math.floor(numberOf(a) / numberOf(b)) | 0,
    toRadians: ([a]) => double((numberOf(a) * Math.PI) / 180),
    toDegrees: ([a]) => double((numberOf(a) * 180) / Math.PI),
  }
}

/** java.io.PrintStream */
function printer(world: World, write: (text: string) => unknown): Native {
  const text = async (value: Value): Promise<string> =>
    value instanceof JArray && value.type === 'char' ? value.items.map(letterOf).join('') : world.textOf(value)
  const formats: Callable = async ([format, ...args]) =>
    void (await write(await world.format(String(format), spread(args))))
  return new Native('PrintStream', {
    println: async (args) => void (await write(`${args.length === 0 ? '' : await text(args[0])}\n`)),
    print: async ([value]) => void (await write(await text(value))),
    printf: formats,
    format: formats,
    flush: async () => void (await world.machine.io.out.flush()),
    write: async ([value]) => void (await write(letterOf(value))),
  })
}

const spread = (args: readonly Value[]): readonly Value[] =>
  args.length === 1 && args[0] instanceof JArray && args[0].type === 'Object' ? args[0].items : args

function environment(world: World): Callable {
  return async ([name]) => {
    const { env } = world.machine.process
    if (name !== undefined) return env.get(String(name)) ?? null
    const map = hashMap()
    for (const [key, value] of env) await put(map, key, value, world)
    return map
  }
}

function system(world: World): Members {
  const { process, io, properties } = world.machine
  return {
    out: printer(world, (text) => io.print(text)),
    err: printer(world, (text) => io.warn(text)),
    in: new Native('InputStream', {}),
    currentTimeMillis: () => BigInt(Math.floor(process.sys.clock.now())),
    nanoTime: () => BigInt(Math.floor(process.sys.clock.now() * 1e6)),
    getenv: environment(world),
    getProperty: ([name, other]) => properties.get(String(name)) ?? other ?? null,
    setProperty: ([name, value]) => void properties.set(String(name), String(value)),
    lineSeparator: () => '\n',
    exit: ([code]) => {
      throw new Exit(numberOf(code))
    },
    identityHashCode: () => 1,
    gc: () => undefined,
    arraycopy: ([from, at, to, start, count]) => {
      if (from instanceof JArray && to instanceof JArray)
        to.items.splice(
          numberOf(start),
          numberOf(count),
          ...from.items.slice(numberOf(at), numberOf(at) + numberOf(count)),
        )
      return undefined
    },
  }
}

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

function collections(world: World): Classes {
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
          .map((each) => ({ each, by: Math.random() }))
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

/** java.util.Random: the generator that its documentation describes, so that a seed gives the same numbers. */
function random(seed: bigint): Native {
  const mask = (1n << 48n) - 1n
  let state = (seed ^ 0x5deece66dn) & mask
  const next = (bits: number): number => {
    state = (state * 0x5deece66dn + 0xbn) & mask
    return Number(BigInt.asIntN(32, state >> BigInt(48 - bits)))
  }
  const below = (bound: number): number => {
    if ((bound & -bound) === bound) return Number((BigInt(bound) * BigInt(next(31))) >> 31n)
    for (;;) {
      const bits = next(31)
      const value = bits % bound
      if (bits - value + (bound - 1) < 2 ** 31) return value
    }
  }
  return new Native('Random', {
    nextInt: ([a, b]) =>
      a === undefined
        ? next(32)
        : b === undefined
          ? below(numberOf(a))
          : numberOf(a) + below(numberOf(b) - numberOf(a)),
    nextDouble: () => double((next(26) * 2 ** 27 + next(27)) / 2 ** 53),
    nextBoolean: () => next(1) !== 0,
    nextLong: () => BigInt.asIntN(64, (BigInt(next(32)) << 32n) + BigInt(next(32))),
  })
}

function objects(world: World): Members {
  return {
    equals: ([a, b]: readonly Value[]) => world.program.equal(a, b),
    isNull: ([a]) => a === null,
    nonNull: ([a]) => a !== null,
    requireNonNull: ([a, message]) => (a === null ? world.fail('NullPointerException', String(message ?? 'null')) : a),
    requireNonNullElse: ([a, other]) => a ?? other,
    toString: ([a]: readonly Value[]) => world.textOf(a),
    hashCode: async ([a]: readonly Value[]) => (a === null ? 0 : world.program.invoke(a, 'hashCode', [])),
    hash: async (args) => {
      let hash = 1
      for (const each of args)
        hash =
          (Math.imul(hash, 31) + (each === null ? 0 : numberOf(await world.program.invoke(each, 'hashCode', [])))) | 0
      return hash
    },
  }
}

function atomic(type: string, start: Value): Native {
  let value = start
  const plus = (by: Value): Value =>
    typeof value === 'bigint' ? value + BigInt(numberOf(by)) : (numberOf(value) + numberOf(by)) | 0
  const set = (next: Value): Value => (value = next)
  const before = (next: Value): Value => {
    const old = value
    value = next
    return old
  }
  return new Native(type, {
    get: () => value,
    set: ([next]) => void set(next),
    intValue: () => value,
    incrementAndGet: () => set(plus(1)),
    decrementAndGet: () => set(plus(-1)),
    addAndGet: ([by]) => set(plus(by)),
    getAndIncrement: () => before(plus(1)),
    getAndDecrement: () => before(plus(-1)),
    getAndAdd: ([by]) => before(plus(by)),
    getAndSet: ([next]) => before(next),
    compareAndSet: ([expected, next]) => (value === expected ? (set(next), true) : false),
    toString: () => String(value),
  })
}

/** java.lang and java.util, as much as there is. */
export function langClasses(world: World): Classes {
  const builder: Callable = async ([text]) =>
    new Text(text === undefined || typeof text === 'number' ? '' : await world.textOf(text))
  return {
    ...numbers(world),
    ...collections(world),
    System: { statics: system(world) },
    Objects: { statics: objects(world) },
    String: {
      statics: {
        valueOf: async ([value]: readonly Value[]) =>
          value instanceof JArray ? value.items.map(letterOf).join('') : world.textOf(value),
        format: ([format, ...args]) => world.format(String(format), spread(args)),
        join: async ([by, ...args]) => {
          const parts = args.length === 1 && typeof args[0] !== 'string' ? await world.items(args[0] ?? null) : args
          return (await Promise.all(parts.map((each) => world.textOf(each)))).join(String(by))
        },
        CASE_INSENSITIVE_ORDER: new Lambda(([a, b]) =>
          ordered(String(a).toLowerCase(), String(b).toLowerCase(), undefined, world),
        ),
      },
      make: async ([from]) =>
        from instanceof JArray
          ? from.type === 'byte'
            ? new TextDecoder().decode(Uint8Array.from(from.items.map(numberOf)))
            : from.items.map(letterOf).join('')
          : from === undefined
            ? ''
            : world.textOf(from),
    },
    StringBuilder: { make: builder },
    StringBuffer: { make: builder },
    Object: { make: () => new Native('Object', {}) },
    Random: {
      make: ([seed]) =>
        random(seed === undefined ? BigInt(Math.floor(Math.random() * 2 ** 40)) : BigInt(numberOf(seed))),
    },
    AtomicInteger: { make: ([start = 0]) => atomic('AtomicInteger', start) },
    AtomicLong: { make: ([start = 0n]) => atomic('AtomicLong', coerced('long', start)) },
    StandardCharsets: { statics: { UTF_8: 'UTF-8', US_ASCII: 'US-ASCII' } },
    Class: { statics: {} },
  }
}

/** Methods of numbers, characters and booleans when boxed, and of classes. */
export function boxedMethods(of: Value, world: World): Readonly<Record<string, Callable>> {
  if (of instanceof ClassRef) {
    const qualified = of.own?.qualified ?? of.name
    return {
      getName: () => qualified,
      getSimpleName: () => of.name.slice(of.name.lastIndexOf('.') + 1),
      getPackageName: () => qualified.replace(/\.?[^.]*$/, ''),
      toString: () => world.textOf(of),
    }
  }
  return {
    intValue: () => coerced('int', of),
    longValue: () => coerced('long', of),
    doubleValue: () => coerced('double', of),
    charValue: () => of,
    booleanValue: () => of,
    equals: ([other]: readonly Value[]) => world.program.equal(of, other),
    compareTo: ([other]) => ordered(of, other, undefined, world),
    toString: () => world.textOf(of),
    hashCode: () =>
      of instanceof JDouble ? of.value | 0 : typeof of === 'boolean' ? (of ? 1231 : 1237) : numberOf(of) | 0,
    isNaN: () => Number.isNaN(numberOf(of)),
  }
}
