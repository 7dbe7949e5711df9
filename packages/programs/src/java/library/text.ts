import {
  type Callable,
  ClassRef,
  coerced,
  hashOfText,
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
  type Value,
} from '../values.ts'
import type { World } from './world.ts'

/** What a pattern of java.util.regex is in JavaScript: both come from Perl. */
export function regexOf(pattern: Value, flags = 'g'): RegExp {
  const text = String(pattern)
  return text.startsWith('(?i)') ? new RegExp(text.slice(4), `${flags}i`) : new RegExp(text, flags)
}

const chars = (text: string): JArray =>
  new JArray(
    'char',
    Array.from({ length: text.length }, (_, i) => new JChar(text.charCodeAt(i))),
  )

/** split drops empty pieces at the end. String.split */
export function split(text: string, pattern: string, limit = 0): string[] {
  if (text === '') return ['']
  const pieces: string[] = []
  let last = 0
  for (const found of text.matchAll(regexOf(pattern))) {
    if (limit > 0 && pieces.length === limit - 1) break
    if (found[0] === '' && (found.index === 0 || found.index === text.length)) continue
    if (found.index === 0 && found[0].length > 0 && last === 0) pieces.push('')
    else pieces.push(text.slice(last, found.index))
    last = found.index + found[0].length
  }
  pieces.push(text.slice(last))
  if (limit === 0) while (pieces.length > 1 && pieces.at(-1) === '') pieces.pop()
  return pieces
}

const asText = (value: Value): string =>
  value instanceof JChar || value instanceof Text
    ? value.text
    : typeof value === 'number'
      ? String.fromCharCode(value)
      : String(value)

/** Methods of java.lang.String by name. */
export function stringMethods(text: string, world: World): Readonly<Record<string, Callable>> {
  const bounds = async (begin: number, end: number): Promise<string> => {
    if (begin >= 0 && end <= text.length && begin <= end) return text.slice(begin, end)
    return world.fail('StringIndexOutOfBoundsException', `begin ${begin}, end ${end}, length ${text.length}`)
  }
  return {
    length: () => text.length,
    isEmpty: () => text === '',
    isBlank: () => text.trim() === '',
    charAt: ([at]) =>
      numberOf(at) >= 0 && numberOf(at) < text.length
        ? new JChar(text.charCodeAt(numberOf(at)))
        : world.fail('StringIndexOutOfBoundsException', `Index ${String(at)} out of bounds for length ${text.length}`),
    codePointAt: ([at]) => text.codePointAt(numberOf(at)) ?? 0,
    substring: ([from, to]) => bounds(numberOf(from), to === undefined ? text.length : numberOf(to)),
    indexOf: ([of, from]) => text.indexOf(asText(of), from === undefined ? 0 : numberOf(from)),
    lastIndexOf: ([of]) => text.lastIndexOf(asText(of)),
    contains: ([of]) => text.includes(asText(of)),
    startsWith: ([of, from]) => text.startsWith(asText(of), from === undefined ? 0 : numberOf(from)),
    endsWith: ([of]) => text.endsWith(asText(of)),
    equals: ([of]) => text === of,
    contentEquals: ([of]) => text === asText(of),
    equalsIgnoreCase: ([of]) => typeof of === 'string' && text.toLowerCase() === of.toLowerCase(),
    compareTo: ([of]) => orderOfTexts(text, String(of)),
    compareToIgnoreCase: ([of]) => orderOfTexts(text.toLowerCase(), String(of).toLowerCase()),
    hashCode: () => hashOfText(text),
    toString: () => text,
    toUpperCase: () => text.toUpperCase(),
    toLowerCase: () => text.toLowerCase(),
    trim: () => text.trim(),
    strip: () => text.trim(),
    stripLeading: () => text.trimStart(),
    stripTrailing: () => text.trimEnd(),
    concat: ([of]) => text + asText(of),
    replace: ([from, to]) => text.replaceAll(asText(from), () => asText(to)),
    replaceAll: ([from, to]) => text.replaceAll(regexOf(from), String(to)),
    replaceFirst: ([from, to]) => text.replace(regexOf(from, ''), String(to)),
    matches: ([pattern]) => new RegExp(`^(?:${String(pattern)})$`, 's').test(text),
    split: ([pattern, limit]) =>
      new JArray('String', split(text, String(pattern), limit === undefined ? 0 : numberOf(limit))),
    repeat: ([count]) => text.repeat(numberOf(count)),
    toCharArray: () => chars(text),
    chars: () => world.stream(chars(text).items.map((each) => numberOf(each))),
    lines: () => world.stream(text.replace(/\n$/, '').split('\n')),
    getBytes: () =>
      new JArray(
        'byte',
        [...new TextEncoder().encode(text)].map((each) => coerced('byte', each)),
      ),
    formatted: (args) => world.format(text, args),
    intern: () => text,
  }
}

export function orderOfTexts(a: string, b: string): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++)
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return a.charCodeAt(i) - b.charCodeAt(i)
  return a.length - b.length
}

/** Methods of java.lang.StringBuilder by name. */
export function builderMethods(of: Text, world: World): Readonly<Record<string, Callable>> {
  const changed = (text: string): Text => {
    of.text = text
    return of
  }
  return {
    append: async ([value]) => changed(of.text + (await world.textOf(value))),
    appendCodePoint: ([code]) => changed(of.text + String.fromCodePoint(numberOf(code))),
    insert: async ([at, value]) =>
      changed(of.text.slice(0, numberOf(at)) + (await world.textOf(value)) + of.text.slice(numberOf(at))),
    reverse: () => changed([...of.text].toReversed().join('')),
    deleteCharAt: ([at]) => changed(of.text.slice(0, numberOf(at)) + of.text.slice(numberOf(at) + 1)),
    delete: ([from, to]) => changed(of.text.slice(0, numberOf(from)) + of.text.slice(numberOf(to))),
    setLength: ([length]) => void changed(of.text.slice(0, numberOf(length)).padEnd(numberOf(length), '\0')),
    setCharAt: ([at, char]) =>
      void changed(of.text.slice(0, numberOf(at)) + asText(char) + of.text.slice(numberOf(at) + 1)),
    replace: ([from, to, by]) => changed(of.text.slice(0, numberOf(from)) + String(by) + of.text.slice(numberOf(to))),
    ...without(stringMethods(of.text, world), 'replace', 'equals', 'getClass'),
  }
}

function without(methods: Readonly<Record<string, Callable>>, ...names: string[]): Record<string, Callable> {
  return Object.fromEntries(Object.entries(methods).filter(([name]) => !names.includes(name)))
}

/** Names of the classes and interfaces that values of the library are of, the nearest first. */
export function kindsOf(value: Value): readonly string[] {
  if (typeof value === 'string') return ['String', 'CharSequence', 'Comparable']
  if (typeof value === 'number') return ['int', 'Integer', 'Number', 'short', 'byte', 'Comparable']
  if (typeof value === 'bigint') return ['long', 'Long', 'Number', 'Comparable']
  if (typeof value === 'boolean') return ['boolean', 'Boolean']
  if (value instanceof JDouble) return ['double', 'Double', 'float', 'Float', 'Number', 'Comparable']
  if (value instanceof JChar) return ['char', 'Character', 'Comparable']
  if (value instanceof JList)
    return [
      'List',
      'ArrayList',
      'LinkedList',
      'Collection',
      'Iterable',
      'Deque',
      'Queue',
      'ArrayDeque',
      'Stack',
      'Vector',
    ]
  if (value instanceof JMap) return ['Map', value.type]
  if (value instanceof JSet) return ['Set', value.map.type.replace('Map', 'Set'), 'Collection', 'Iterable']
  if (value instanceof Text) return ['StringBuilder', 'StringBuffer', 'CharSequence']
  if (value instanceof ClassRef) return ['Class']
  if (value instanceof Native) return [value.type]
  return value instanceof Lambda ? FUNCTIONAL : []
}

/** The class that getClass tells. */
export function classNameOf(value: Value): string {
  if (value instanceof JList) return value.type === 'immutable' ? 'java.util.ImmutableCollections$ListN' : value.type
  if (value instanceof JArray) return `${value.type}[]`
  const [, boxed] = kindsOf(value)
  const name = typeof value === 'string' || value instanceof Text ? kindsOf(value)[0] : boxed
  return `${value instanceof JMap || value instanceof JSet ? 'java.util' : 'java.lang'}.${name ?? 'Object'}`
}

export const FUNCTIONAL =
  'Runnable Callable Supplier Consumer BiConsumer Function BiFunction Predicate BiPredicate UnaryOperator BinaryOperator IntFunction IntPredicate IntUnaryOperator IntBinaryOperator IntConsumer IntSupplier ToIntFunction ToLongFunction ToDoubleFunction DoubleSupplier LongSupplier BooleanSupplier Comparator HttpHandler CommandLineRunner ApplicationRunner'.split(
    ' ',
  )
