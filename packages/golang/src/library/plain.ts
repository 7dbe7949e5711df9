import type { Interpreter } from '../interpret.ts'
import { errorValue } from '../panic.ts'
import { order } from '../format.ts'
import {
  bare,
  bytesOf,
  Closure,
  Float,
  GoMap,
  keyOf,
  Named,
  type Native,
  numberOf,
  Opaque,
  Slice,
  stringOf,
  textOfBytes,
  Tuple,
  type Value,
} from '../values.ts'

type Members = Readonly<Record<string, Value>>

const text =
  (run: (...args: string[]) => Value): Native =>
  (args) =>
    run(...args.map(stringOf))
const texts = (values: readonly string[]): Slice => new Slice([...values], 'string')
const float =
  (run: (...args: number[]) => number): Native =>
  (args) =>
    new Float(run(...args.map(numberOf)))
const itemsOf = (value: Value): Value[] => {
  const inner = bare(value)
  return inner instanceof Slice ? inner.all() : []
}
const fields = (value: string): string[] => value.split(/\s+/).filter((each) => each !== '')
const escaped = (value: string): string => value.replaceAll(/[-\]\\^]/g, String.raw`\$&`)

/** Package strings. */
export const stringsPackage = (program: Interpreter): Members => ({
  Contains: text((a = '', b = '') => a.includes(b)),
  HasPrefix: text((a = '', b = '') => a.startsWith(b)),
  HasSuffix: text((a = '', b = '') => a.endsWith(b)),
  Index: text((a = '', b = '') => a.indexOf(b)),
  LastIndex: text((a = '', b = '') => a.lastIndexOf(b)),
  Count: text((a = '', b = '') => a.split(b).length - 1),
  ToUpper: text((a = '') => a.toUpperCase()),
  ToLower: text((a = '') => a.toLowerCase()),
  Title: text((a = '') => a.replaceAll(/\b\w/g, (sign) => sign.toUpperCase())),
  TrimSpace: text((a = '') => a.trim()),
  Trim: text((a = '', set = '') => a.replaceAll(new RegExp(`^[${escaped(set)}]+|[${escaped(set)}]+$`, 'g'), '')),
  TrimLeft: text((a = '', set = '') => a.replace(new RegExp(`^[${escaped(set)}]+`), '')),
  TrimRight: text((a = '', set = '') => a.replace(new RegExp(`[${escaped(set)}]+$`), '')),
  TrimPrefix: text((a = '', b = '') => (a.startsWith(b) ? a.slice(b.length) : a)),
  TrimSuffix: text((a = '', b = '') => (b !== '' && a.endsWith(b) ? a.slice(0, -b.length) : a)),
  Replace: (args) => {
    const [a = '', from = '', to = ''] = args.map(stringOf)
    const times = numberOf(args[3])
    if (times < 0) return a.replaceAll(from, to)
    let out = a
    for (let i = 0, at = 0; i < times; i++) {
      const found = out.indexOf(from, at)
      if (found < 0) break
      out = out.slice(0, found) + to + out.slice(found + from.length)
      at = found + to.length
    }
    return out
  },
  ReplaceAll: text((a = '', from = '', to = '') => a.replaceAll(from, to)),
  Split: text((a = '', by = '') => texts(by === '' ? [...a] : a.split(by))),
  SplitN: ([a, by, n]) => {
    const parts = stringOf(a).split(stringOf(by))
    const most = numberOf(n)
    return texts(
      most > 0 && parts.length > most ? [...parts.slice(0, most - 1), parts.slice(most - 1).join(stringOf(by))] : parts,
    )
  },
  Fields: text((a = '') => texts(fields(a))),
  Join: ([list, by]) => itemsOf(list).map(stringOf).join(stringOf(by)),
  Repeat: ([a, n]) => stringOf(a).repeat(numberOf(n)),
  EqualFold: text((a = '', b = '') => a.toLowerCase() === b.toLowerCase()),
  Map: async ([run, a]) => {
    let out = ''
    for (const sign of stringOf(a))
      out += String.fromCodePoint(numberOf(await program.call(run, [sign.codePointAt(0)])))
    return out
  },
  NewReader: ([a]) => new Opaque('*strings.Reader', { 'all bytes': () => a }),
  'new Builder': () => builder(),
})

function builder(): Opaque {
  let whole = ''
  const add: Native = ([value]) => {
    whole += typeof value === 'number' ? String.fromCodePoint(value) : stringOf(value)
    return new Tuple([stringOf(value).length, undefined])
  }
  return new Opaque('strings.Builder', {
    WriteString: add,
    WriteRune: add,
    WriteByte: add,
    Write: add,
    String: () => whole,
    Len: () => bytesOf(whole).length,
    Reset: () => void (whole = ''),
  })
}

/** Package strconv. */
export const strconvPackage: Members = {
  Itoa: ([value]) => String(numberOf(value)),
  Atoi: ([value]) => parsed('Atoi', stringOf(value), /^[+-]?\d+$/, Number),
  ParseInt: ([value]) => parsed('ParseInt', stringOf(value), /^[+-]?\d+$/, Number),
  ParseFloat: ([value]) =>
    parsed('ParseFloat', stringOf(value), /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, (each) => new Float(Number(each))),
  ParseBool: ([value]) =>
    parsed('ParseBool', stringOf(value), /^(1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/, (each) =>
      /^(1|t)/i.test(each),
    ),
  FormatInt: ([value, base]) => numberOf(value).toString(numberOf(base) || 10),
  FormatBool: ([value]) => String(value),
  Quote: ([value]) => JSON.stringify(stringOf(value)),
}

function parsed(name: string, value: string, form: RegExp, read: (text: string) => Value): Tuple {
  if (form.test(value)) return new Tuple([read(value), undefined])
  return new Tuple([0, errorValue(`strconv.${name}: parsing ${JSON.stringify(value)}: invalid syntax`)])
}

/** Package math. */
export const mathPackage: Members = {
  Pi: new Float(Math.PI),
  E: new Float(Math.E),
  MaxInt: Number.MAX_SAFE_INTEGER,
  MaxInt64: Number.MAX_SAFE_INTEGER,
  MaxInt32: 2 ** 31 - 1,
  MinInt32: -(2 ** 31),
  MaxFloat64: new Float(Number.MAX_VALUE),
  Sqrt: float(Math.sqrt),
  Pow: float(Math.pow),
  Abs: float(Math.abs),
  Floor: float(Math.floor),
  Ceil: float(Math.ceil),
  Round: float(Math.round),
  Trunc: float(Math.trunc),
  Max: float(Math.max),
  Min: float(Math.min),
  Mod: float((a, b) => a % b),
  Log: float(Math.log),
  Log2: float(Math.log2),
  Log10: float(Math.log10),
  Exp: float(Math.exp),
  Sin: float(Math.sin),
  Cos: float(Math.cos),
  Tan: float(Math.tan),
  Hypot: float(Math.hypot),
  Inf: ([sign]) => new Float(numberOf(sign) < 0 ? -Infinity : Infinity),
  IsNaN: ([value]) => Number.isNaN(numberOf(value)),
}

/** Package sort, and what of slices is the same. */
export const sortPackage = (program: Interpreter): Members => {
  const inPlace =
    (less: (a: Value, b: Value) => number): Native =>
    ([list]) => {
      const slice = bare(list)
      if (slice instanceof Slice) write(slice, slice.all().toSorted(less))
      return undefined
    }
  const byIndex: Native = async ([list, less]) => {
    const slice = bare(list)
    if (!(slice instanceof Slice)) return undefined
    // By insertion: the program's function compares what stands at two places.
    for (let i = 1; i < slice.length; i++)
      for (let j = i; j > 0 && (await program.call(less, [j, j - 1])) === true; j--) {
        const [a, b] = [slice.items[slice.from + j - 1], slice.items[slice.from + j]]
        slice.items[slice.from + j - 1] = b
        slice.items[slice.from + j] = a
      }
    return undefined
  }
  return {
    Strings: inPlace(order),
    Ints: inPlace(order),
    Float64s: inPlace(order),
    Sort: inPlace(order),
    Slice: byIndex,
    SliceStable: byIndex,
    Contains: ([list, value]) => itemsOf(list).some((each) => keyOf(each) === keyOf(value)),
    Reverse: ([list]) => {
      const slice = bare(list)
      if (slice instanceof Slice) write(slice, slice.all().reverse())
      return undefined
    },
  }
}

function write(slice: Slice, values: readonly Value[]): void {
  for (const [i, value] of values.entries()) slice.items[slice.from + i] = value
}

/** Package errors. */
export const errorsPackage = (program: Interpreter): Members => ({
  New: ([value]) => errorValue(stringOf(value)),
  Unwrap: ([value]) => program.call(program.methodOf(value, 'Unwrap'), []),
  Is: async ([value, target]) => {
    for (let at = value; at !== undefined; ) {
      if (at === target) return true
      const unwrap = program.methodOf(at, 'Unwrap')
      at = unwrap === undefined ? undefined : await program.call(unwrap, [])
    }
    return false
  },
})

/** Package sync; goroutines take turns only where they wait, so a lock is a queue. */
export const syncPackage = (program: Interpreter): Members => ({
  'new WaitGroup': () => waitGroup(program),
  'new Mutex': () => mutex(),
  'new RWMutex': () => mutex(),
  'new Once': () => {
    let done = false
    return new Opaque('sync.Once', {
      Do: ([run]) => {
        if (done) return undefined
        done = true
        return program.call(run, [])
      },
    })
  },
})

function waitGroup(program: Interpreter): Opaque {
  let [count, waiters] = [0, [] as (() => void)[]]
  const add = (by: number): undefined => {
    count += by
    if (count > 0) return undefined
    for (const waiter of waiters) waiter()
    waiters = []
    return undefined
  }
  return new Opaque('sync.WaitGroup', {
    Add: ([by]) => add(numberOf(by)),
    Done: () => add(-1),
    Wait: () => (count > 0 ? new Promise<Value>((resolve) => waiters.push(() => resolve(undefined))) : undefined),
    Go: ([run]) => {
      add(1)
      void program.call(run, []).then(() => add(-1))
      return undefined
    },
  })
}

function mutex(): Opaque {
  let held = false
  const queue: (() => void)[] = []
  const lock: Native = () => {
    if (held) return new Promise<Value>((resolve) => queue.push(() => resolve(undefined)))
    held = true
    return undefined
  }
  const unlock: Native = () => {
    const next = queue.shift()
    if (next) next()
    else held = false
    return undefined
  }
  return new Opaque('sync.Mutex', { Lock: lock, Unlock: unlock, RLock: lock, RUnlock: unlock })
}

/** Package encoding/json: of what a program has to what JSON knows. */
export const jsonPackage: Members = {
  Marshal: ([value]) => new Tuple([new Slice(bytesOf(JSON.stringify(plain(value))), 'uint8'), undefined]),
  MarshalIndent: ([value, , indent]) =>
    new Tuple([new Slice(bytesOf(JSON.stringify(plain(value), undefined, stringOf(indent))), 'uint8'), undefined]),
  NewEncoder: ([writer]) =>
    new Opaque('*json.Encoder', {
      Encode: ([value]) => {
        const write = writer instanceof Opaque ? writer.members['Write'] : undefined
        return typeof write === 'function'
          ? Promise.resolve(write([`${JSON.stringify(plain(value))}\n`])).then(() => undefined)
          : undefined
      },
    }),
}

function plain(value: Value): unknown {
  const inner = bare(value)
  if (inner instanceof Float) return inner.value
  if (inner instanceof Slice) return inner.of === 'uint8' ? btoa(textOfBytes(inner.all())) : inner.all().map(plain)
  if (inner instanceof GoMap)
    return Object.fromEntries(
      [...inner.entries.values()]
        .toSorted((a, b) => order(a.key, b.key))
        .map((each) => [stringOf(each.key) || String(numberOf(each.key)), plain(each.value)]),
    )
  if (inner instanceof Named || inner instanceof Closure || typeof inner === 'function') return undefined
  if (inner instanceof Opaque) return inner.text
  if (inner !== undefined && typeof inner === 'object' && 'fields' in inner)
    return Object.fromEntries(
      [...inner.fields].filter(([name]) => /^\p{Lu}/u.test(name)).map(([name, each]) => [name, plain(each)]),
    )
  if (inner !== undefined && typeof inner === 'object' && 'get' in inner) return plain(inner.get())
  return inner ?? null
}
