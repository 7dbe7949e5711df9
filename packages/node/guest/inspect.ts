/** How console.log shows values: as util.inspect of node lays them out. */
import { showError } from './inspect/errors.ts'
import { joined } from './inspect/layout.ts'
import { classOf, functionName, prefixOf } from './inspect/names.ts'
import {
  COLORS,
  type Context,
  contextOf,
  customInspect,
  defaultOptions,
  type InspectOptions,
  STYLES,
} from './inspect/options.ts'
import { bigintText, numberText, plain, quote, showPrimitive, symbolText } from './inspect/text.ts'
import { promiseState } from './promises.ts'
import { proxyParts } from './proxies.ts'

export { customInspect, type InspectOptions } from './inspect/options.ts'
export { quote } from './inspect/text.ts'
export { plain as withoutColors }

/** `inspect(value, options)`, and as it was once: `inspect(value, showHidden, depth, colors)`. */
export function inspect(
  value: unknown,
  options?: InspectOptions | boolean | null,
  depth?: number | null,
  colors?: boolean,
): string {
  const given: InspectOptions =
    typeof options === 'object' && options !== null
      ? options
      : {
          ...(options ? { showHidden: true } : {}),
          ...(depth === undefined ? {} : { depth }),
          ...(colors === undefined ? {} : { colors }),
        }
  return show(contextOf(given), value, 0)
}
Object.assign(inspect, { custom: customInspect, colors: COLORS, styles: STYLES })
Object.defineProperty(inspect, 'defaultOptions', {
  get: () => defaultOptions,
  set(given: object) {
    Object.assign(defaultOptions, given)
  },
  configurable: true,
})

export const errorText = (error: Error): string => inspect(error)

type Shown = Record<PropertyKey, unknown>

function show(context: Context, value: unknown, level: number, typed = false): string {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return showPrimitive(context, value)
  const parts = proxyParts(value)
  if (parts && context.showProxy) return showProxy(context, [parts.target, parts.handler], level)
  const bare = bareOf(value)
  const custom = context.customInspect ? customOf(context, value, bare, level) : undefined
  if (custom !== undefined) return custom
  if (context.seen.includes(bare)) {
    context.circular ??= new Map()
    if (!context.circular.has(bare)) context.circular.set(bare, context.circular.size + 1)
    return context.paint(`[Circular *${context.circular.get(bare)}]`, 'special')
  }
  return showRaw(context, bare as Shown, level, typed)
}

const bareOf = (value: object): object => {
  const parts = proxyParts(value)
  return parts ? bareOf(parts.target) : value
}

function showProxy(context: Context, parts: readonly object[], level: number): string {
  if (context.depth !== null && level > context.depth) return context.paint('Proxy [Array]', 'special')
  context.indentation += 2
  const entries = parts.map((part) => show(context, part, level + 1))
  context.indentation -= 2
  return joined(context, entries, { base: '', braces: ['Proxy [', ']'], list: true, value: undefined }, level + 1)
}

/** @returns undefined where a value has no way of its own */
function customOf(context: Context, value: object, bare: object, level: number): string | undefined {
  const own = (bare as Shown)[customInspect]
  const maker = (bare as { constructor?: { prototype?: unknown } }).constructor
  if (typeof own !== 'function' || own === inspect || (maker && maker.prototype === bare)) return undefined
  const depth = context.depth === null ? null : context.depth - level
  const {
    seen: _seen,
    circular: _circular,
    indentation: _indentation,
    currentDepth: _depth,
    paint,
    ...options
  } = context
  const shown: unknown = own.call(value, depth, { ...options, stylize: paint, depth }, inspect)
  if (shown === value || shown === bare) return undefined
  if (typeof shown !== 'object' || shown === null)
    return String(shown).replaceAll('\n', `\n${' '.repeat(context.indentation)}`)
  return show(context, shown, level)
}

interface Raw {
  base: string
  braces: [string, string]
  list: boolean
  entries: (context: Context, level: number) => string[]
  /** Shown when there are no properties, whatever else there is. */
  alone?: string
  /** As it is, without brackets, when nothing is in it. */
  empty?: string
  keys: PropertyKey[]
}
const none = (): string[] => []

function showRaw(context: Context, value: Shown, level: number, typed: boolean): string {
  const name = classOf(value, (prototype) => inspect(prototype, { ...context, depth: -1, colors: false }))
  const raw = rawOf(context, value, name, tagOf(value, name))
  if (raw.alone !== undefined && raw.keys.length === 0) return raw.alone
  if (raw.empty !== undefined && raw.keys.length === 0) return raw.empty
  if (context.depth !== null && level > context.depth) {
    const named = prefixOf(name, tagOf(value, name), Array.isArray(value) ? 'Array' : 'Object').slice(0, -1)
    return context.paint(`[${name === null ? named.slice(1).replace(/\](.*)$/, '$1') : named}]`, 'special')
  }
  context.seen.push(value)
  context.currentDepth = level
  const entries = raw.entries(context, level + 1)
  for (const key of raw.keys) entries.push(property(context, value, key, level + 1, raw.list || typed))
  context.seen.pop()
  sort(context, entries, raw.list)
  const number = context.circular?.get(value)
  if (number !== undefined) {
    const mark = context.paint(`<ref *${number}>`, 'special')
    if (context.compact === true) raw.braces[0] = `${mark} ${raw.braces[0]}`
    else raw.base = raw.base === '' ? mark : `${mark} ${raw.base}`
  }
  return joined(
    context,
    entries,
    { base: raw.base, braces: raw.braces, list: raw.list, value: raw.list ? value : undefined },
    level,
  )
}

function sort(context: Context, entries: string[], list: boolean): void {
  if (!context.sorted || list) return
  if (typeof context.sorted === 'function') entries.sort(context.sorted)
  else entries.sort()
}

function tagOf(value: Shown, name: string | null): string {
  let tag: unknown
  try {
    tag = value[Symbol.toStringTag]
  } catch {
    return ''
  }
  if (typeof tag !== 'string' || tag === '') return ''
  // A tag that is the prototype's own says nothing that the class does not.
  const own = Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag) ? '' : tag
  return own === name ? '' : own
}

function keysOf(value: object, hidden: boolean, list = false): PropertyKey[] {
  const names = hidden ? Object.getOwnPropertyNames(value) : Object.keys(value)
  const symbols = Object.getOwnPropertySymbols(value)
  const shown = hidden ? symbols : symbols.filter((key) => Object.prototype.propertyIsEnumerable.call(value, key))
  return [...(list ? names.filter((key) => !/^(0|[1-9]\d*|length)$/.test(key)) : names), ...shown]
}

const isTyped = (value: unknown): value is Uint8Array => ArrayBuffer.isView(value) && !(value instanceof DataView)
const isBuffer = (value: unknown): value is ArrayBuffer =>
  value instanceof ArrayBuffer || (typeof SharedArrayBuffer === 'function' && value instanceof SharedArrayBuffer)

function rawOf(context: Context, value: Shown, name: string | null, tag: string): Raw {
  const raw = (part: Partial<Raw>): Raw => ({
    base: '',
    braces: ['{', '}'],
    list: false,
    entries: none,
    keys: keysOf(value, context.showHidden),
    ...part,
  })
  for (const [is, make] of KINDS) if (is(value)) return raw(make(context, value as never, name, tag))
  return raw(plainObject(context, value, name, tag))
}

type Make = (context: Context, value: never, name: string | null, tag: string) => Partial<Raw>
const sized = (name: string | null, tag: string, fallback: string, size: number): string =>
  prefixOf(name, tag, fallback, `(${size})`)

/** Kinds of objects that show otherwise than by their properties, the first that fits. */
const KINDS: readonly (readonly [is: (value: object) => boolean, make: Make])[] = [
  [
    Array.isArray,
    (context, value: unknown[], name, tag) => {
      const prefix = name === 'Array' && tag === '' ? '' : sized(name, tag, 'Array', value.length)
      const empty = value.length === 0 ? { empty: `${prefix}[]` } : {}
      return {
        braces: [`${prefix}[`, ']'],
        list: true,
        keys: keysOf(value, context.showHidden, true),
        entries: listed(value),
        ...empty,
      }
    },
  ],
  [
    (value) => value instanceof Set,
    (context, value: Set<unknown>, name, tag) => {
      const prefix = sized(name, tag, 'Set', value.size)
      const entries = (at: Context, level: number): string[] =>
        within(at, () => Array.from(setValues(value), (each) => show(at, each, level)))
      return {
        braces: [`${prefix}{`, '}'],
        entries,
        keys: keysOf(value, context.showHidden),
        ...(value.size === 0 && { empty: `${prefix}{}` }),
      }
    },
  ],
  [
    (value) => value instanceof Map,
    (context, value: Map<unknown, unknown>, name, tag) => {
      const prefix = sized(name, tag, 'Map', value.size)
      const entries = (at: Context, level: number): string[] =>
        within(at, () =>
          Array.from(mapEntries(value), ([key, each]) => `${show(at, key, level)} => ${show(at, each, level)}`),
        )
      return {
        braces: [`${prefix}{`, '}'],
        entries,
        keys: keysOf(value, context.showHidden),
        ...(value.size === 0 && { empty: `${prefix}{}` }),
      }
    },
  ],
  [
    isTyped,
    (context, value: Uint8Array, name, tag) => {
      const prefix = sized(name, tag, 'TypedArray', value.length)
      const entries = (at: Context): string[] =>
        capped(at, value.length, (i) => showPrimitive(at, value[i])).concat(at.showHidden ? viewFields(at, value) : [])
      const empty = value.length === 0 && !context.showHidden ? { empty: `${prefix}[]` } : {}
      return {
        braces: [`${prefix}[`, ']'],
        list: true,
        keys: keysOf(value, context.showHidden, true),
        entries,
        ...empty,
      }
    },
  ],
  [
    (value) => Object.prototype.toString.call(value) === '[object Arguments]',
    (_, value: ArrayLike<unknown>) => ({
      braces: ['[Arguments] [', ']'],
      list: true,
      keys: keysOf(value, false, true),
      entries: listed(value),
      ...(value.length === 0 && { empty: '[Arguments] []' }),
    }),
  ],
  [
    (value) => typeof value === 'function',
    (context, value: { name?: unknown }, name, tag) => {
      const base = functionName(value, name, tag)
      return { base, alone: context.paint(base, 'special') }
    },
  ],
  [
    (value) => value instanceof RegExp,
    (context, value: RegExp) => simple(context, RegExp.prototype.toString.call(value), 'regexp'),
  ],
  [
    (value) => value instanceof Date,
    (context, value: Date, name, tag) => {
      const text = Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString()
      const prefix = prefixOf(name, tag, 'Date')
      return simple(context, prefix === 'Date ' ? text : prefix + text, 'date')
    },
  ],
  [
    (value) => value instanceof Error,
    (context, value: Error, name, tag) => {
      const keys = keysOf(value, context.showHidden)
      const base = showError(value, name, tag, context, keys)
      return { base, alone: base, keys }
    },
  ],
  [
    isBuffer,
    (context, value: ArrayBuffer, name, tag) => ({
      braces: [`${prefixOf(name, tag, 'ArrayBuffer')}{`, '}'],
      entries: (at) => bufferFields(at, value),
      keys: keysOf(value, context.showHidden),
    }),
  ],
  [
    (value) => value instanceof DataView,
    (context, value: DataView, name, tag) => ({
      braces: [`${prefixOf(name, tag, 'DataView')}{`, '}'],
      entries: (at, level) =>
        within(at, () =>
          ['byteLength', 'byteOffset', 'buffer'].map((key) => `${key}: ${show(at, value[key as 'buffer'], level)}`),
        ),
      keys: keysOf(value, context.showHidden),
    }),
  ],
  [
    (value) => value instanceof Promise,
    (_, value: Promise<unknown>, name, tag) => ({
      braces: [`${prefixOf(name, tag, 'Promise')}{`, '}'],
      entries: (at, level) => {
        const [state, result] = promiseState(value)
        if (state === 'pending') return [at.paint('<pending>', 'special')]
        const text = within(at, () => show(at, result, level))
        return [state === 'rejected' ? `${at.paint('<rejected>', 'special')} ${text}` : text]
      },
    }),
  ],
  [
    (value) => value instanceof WeakSet || value instanceof WeakMap,
    (_, value: object, name, tag) => ({
      braces: [`${prefixOf(name, tag, value instanceof WeakSet ? 'WeakSet' : 'WeakMap')}{`, '}'],
      entries: (at) => [at.paint('<items unknown>', 'special')],
    }),
  ],
  [
    (value) => value instanceof WeakRef,
    (_, value: WeakRef<object>, name, tag) => ({
      braces: [`${prefixOf(name, tag, 'WeakRef')}{`, '}'],
      entries: (at, level) => [within(at, () => show(at, value.deref(), level))],
    }),
  ],
  [
    (value) => Object.prototype.toString.call(value) === '[object Module]' && Object.getPrototypeOf(value) === null,
    (context, value: Shown) => ({
      braces: [`${context.paint('[Module: null prototype]', 'special')} {`, '}'],
      keys: Object.keys(value),
    }),
  ],
  [
    (value) => [String, Number, Boolean, Symbol, BigInt].some((Boxed) => value instanceof (Boxed as never)),
    (context, value: object, name, tag) => {
      const text = boxed(value, name, tag)
      const keys = keysOf(value, context.showHidden, value instanceof String)
      return { base: text, alone: context.paint(text, kindOf(value)), keys }
    },
  ],
]

const kindOf = (value: object): 'string' | 'number' | 'boolean' | 'symbol' | 'bigint' =>
  typeof value.valueOf() as 'string' | 'number' | 'boolean' | 'symbol' | 'bigint'

function boxed(value: object, name: string | null, tag: string): string {
  const inner = value.valueOf()
  const kind = kindOf(value) === 'bigint' ? 'BigInt' : kindOf(value).replace(/^./, (first) => first.toUpperCase())
  const other = name === null ? ' (null prototype)' : name === kind ? '' : ` (${name})`
  const text =
    typeof inner === 'string'
      ? quote(inner)
      : typeof inner === 'symbol'
        ? symbolText(inner)
        : typeof inner === 'bigint'
          ? bigintText(inner, false)
          : typeof inner === 'number'
            ? numberText(inner, false)
            : String(inner)
  return `[${kind}${other}: ${text}]${tag !== '' && tag !== name ? ` [${tag}]` : ''}`
}

const simple = (context: Context, base: string, style: 'regexp' | 'date'): Partial<Raw> => ({
  base,
  alone: context.paint(base, style),
})

const setValues = (value: Set<unknown>): IterableIterator<unknown> =>
  Set.prototype.values.call(value) as IterableIterator<unknown>
const mapEntries = (value: Map<unknown, unknown>): IterableIterator<[unknown, unknown]> =>
  Map.prototype.entries.call(value) as IterableIterator<[unknown, unknown]>

function plainObject(context: Context, value: Shown, name: string | null, tag: string): Partial<Raw> {
  const prefix = name === 'Object' && tag === '' ? '' : prefixOf(name, tag, 'Object')
  void context
  return { braces: [`${prefix}{`, '}'], empty: `${prefix}{}` }
}

function within<T>(context: Context, call: () => T): T {
  context.indentation += 2
  try {
    return call()
  } finally {
    context.indentation -= 2
  }
}

const moreItems = (count: number): string => `... ${count} more item${count > 1 ? 's' : ''}`
function capped(context: Context, length: number, each: (at: number) => string): string[] {
  const shown = Math.min(Math.max(0, context.maxArrayLength), length)
  const texts = Array.from({ length: shown }, (_, at) => each(at))
  return length > shown ? [...texts, moreItems(length - shown)] : texts
}

const listed =
  (value: ArrayLike<unknown>) =>
  (context: Context, level: number): string[] => {
    const entries: string[] = []
    const most = Math.min(Math.max(0, context.maxArrayLength), value.length)
    let at = 0
    for (; at < value.length && entries.length < most; at++) {
      if (Object.hasOwn(value, at))
        entries.push(property(context, value as unknown as Shown, String(at), level, true, true))
      else at += hole(context, value, at, entries) - 1
    }
    if (at < value.length) entries.push(moreItems(value.length - at))
    if (context.showHidden) entries.push(`[length]: ${context.paint(String(value.length), 'number')}`)
    return entries
  }

function hole(context: Context, value: ArrayLike<unknown>, from: number, entries: string[]): number {
  let count = 0
  while (from + count < value.length && !Object.hasOwn(value, from + count)) count++
  entries.push(context.paint(`<${count} empty item${count > 1 ? 's' : ''}>`, 'undefined'))
  return count
}

function viewFields(context: Context, value: Uint8Array): string[] {
  return (['BYTES_PER_ELEMENT', 'length', 'byteLength', 'byteOffset', 'buffer'] as const).map(
    (key) => `[${key}]: ${within(context, () => show(context, value[key], 1))}`,
  )
}

function bufferFields(context: Context, value: ArrayBuffer): string[] {
  const bytes = [...new Uint8Array(value).subarray(0, context.maxArrayLength)]
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const over = value.byteLength - bytes.length
  const more = over > 0 ? ` ... ${over} more byte${over > 1 ? 's' : ''}` : ''
  return [
    `${context.paint('[Uint8Contents]', 'special')}: <${hex}${more}>`,
    `byteLength: ${context.paint(String(value.byteLength), 'number')}`,
  ]
}

function property(
  context: Context,
  value: Shown,
  key: PropertyKey,
  level: number,
  list: boolean,
  element = false,
): string {
  const descriptor = Object.getOwnPropertyDescriptor(value, key) ?? { value: value[key], enumerable: true }
  const wider = context.compact !== true || list ? 2 : 3
  let text: string
  if (descriptor.get || descriptor.set) text = accessor(context, value, descriptor, level)
  else {
    context.indentation += wider
    text = show(context, descriptor.value, level)
    context.indentation -= wider
  }
  if (element) return text
  const name = keyText(context, key, descriptor.enumerable !== false || list)
  return `${name}: ${text}`
}

function accessor(context: Context, value: Shown, { get, set }: PropertyDescriptor, level: number): string {
  if (!get) return context.paint('[Setter]', 'special')
  const label = set ? 'Getter/Setter' : 'Getter'
  const asked = context.getters === true || (context.getters === 'get' && !set) || (context.getters === 'set' && set)
  if (!asked) return context.paint(`[${label}]`, 'special')
  try {
    const got: unknown = get.call(value)
    context.indentation += 2
    const text = show(context, got, level)
    context.indentation -= 2
    return typeof got === 'object' && got !== null
      ? `${context.paint(`[${label}]`, 'special')} ${text}`
      : `${context.paint(`[${label}:`, 'special')} ${text}${context.paint(']', 'special')}`
  } catch (error) {
    return `${context.paint(`[${label}:`, 'special')} <Inspection threw (${(error as Error).message})>${context.paint(']', 'special')}`
  }
}

function keyText(context: Context, key: PropertyKey, enumerable: boolean): string {
  if (typeof key === 'symbol') return `[${context.paint(symbolText(key), 'symbol')}]`
  if (key === '__proto__') return "['__proto__']"
  if (!enumerable) return `[${String(key)}]`
  return /^[a-zA-Z_][a-zA-Z_0-9]*$/.test(String(key)) ? String(key) : context.paint(quote(String(key)), 'string')
}
