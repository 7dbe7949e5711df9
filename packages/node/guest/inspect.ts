/** How console.log shows values: as node's util.inspect lays them out, line by line at 72 columns. */
export interface InspectOptions {
  depth?: number | null
  colors?: boolean
  compact?: boolean | number
  breakLength?: number
  showHidden?: boolean
  sorted?: boolean
}

export const customInspect = Symbol.for('nodejs.util.inspect.custom')
const STYLES: Readonly<Record<string, readonly [number, number]>> = {
  number: [33, 39],
  bigint: [33, 39],
  boolean: [33, 39],
  string: [32, 39],
  symbol: [32, 39],
  undefined: [90, 39],
  null: [1, 22],
  special: [36, 39],
  date: [35, 39],
  regexp: [31, 39],
}
const BREAK = 72
const MOST_ENTRIES = 6

interface Context {
  readonly depth: number
  readonly colors: boolean
  readonly seen: unknown[]
  readonly circular: Map<unknown, number>
  readonly breakLength: number
}

export function inspect(value: unknown, options: InspectOptions | boolean = {}): string {
  const given = typeof options === 'boolean' ? {} : options
  const depth = given.depth === null ? Number.POSITIVE_INFINITY : (given.depth ?? 2)
  return show(
    value,
    { depth, colors: given.colors ?? false, seen: [], circular: new Map(), breakLength: given.breakLength ?? 80 },
    0,
    0,
  )
}

const paint = (context: Context, style: string, text: string): string => {
  const codes = STYLES[style]
  return context.colors && codes ? `\x1b[${codes[0]}m${text}\x1b[${codes[1]}m` : text
}

export function quote(text: string): string {
  const mark = !text.includes("'") ? "'" : !text.includes('"') ? '"' : !text.includes('`') ? '`' : "'"
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll('\r', '\\r')
    .replaceAll('\x1b', '\\x1B')
  return mark + (mark === "'" ? escaped.replaceAll("'", "\\'") : escaped) + mark
}

function show(value: unknown, context: Context, level: number, indent: number): string {
  if (value === null) return paint(context, 'null', 'null')
  if (value === undefined) return paint(context, 'undefined', 'undefined')
  if (typeof value === 'string') return paint(context, 'string', quote(value))
  if (typeof value === 'number') return paint(context, 'number', Object.is(value, -0) ? '-0' : String(value))
  if (typeof value === 'bigint') return paint(context, 'bigint', `${value}n`)
  if (typeof value === 'boolean') return paint(context, 'boolean', String(value))
  if (typeof value === 'symbol') return paint(context, 'symbol', value.toString())
  return showObject(value as Record<PropertyKey, unknown>, context, level, indent)
}

function showObject(value: Record<PropertyKey, unknown>, context: Context, level: number, indent: number): string {
  const custom = value[customInspect]
  if (typeof custom === 'function') {
    const shown = custom.call(value, context.depth - level, { colors: context.colors }, inspect) as unknown
    return typeof shown === 'string' ? shown : show(shown, context, level, indent)
  }
  if (context.seen.includes(value)) {
    if (!context.circular.has(value)) context.circular.set(value, context.circular.size + 1)
    return paint(context, 'special', `[Circular *${context.circular.get(value)}]`)
  }
  context.seen.push(value)
  const text = layOut(value, context, level, indent)
  context.seen.pop()
  const number = context.circular.get(value)
  return number === undefined ? text : `${paint(context, 'special', `<ref *${number}>`)} ${text}`
}

const className = (value: object): string | undefined => {
  for (let at: object | null = value; at; at = Object.getPrototypeOf(at) as object | null) {
    const constructor = Object.getOwnPropertyDescriptor(at, 'constructor')?.value as { name?: string } | undefined
    if (typeof constructor === 'function' && (constructor as { name?: string }).name)
      return (constructor as { name: string }).name
  }
  return undefined
}

interface Shape {
  readonly prefix: string
  readonly brackets: readonly [string, string]
  readonly entries: string[]
  /** Elements of an array are put into columns. */
  readonly list?: boolean
  readonly keys: readonly PropertyKey[]
}

function layOut(value: Record<PropertyKey, unknown>, context: Context, level: number, indent: number): string {
  const name = className(value)
  const keys = ownKeys(value)
  const simple = primitiveLike(value, context, name)
  if (simple !== undefined && keys.length === 0) return simple
  const shape = shapeOf(value, name, keys, simple)
  const empty =
    simple === undefined && keys.length === 0 && (Array.isArray(value) ? value.length === 0 : name === 'Object')
  if (level > context.depth && !empty)
    return paint(
      context,
      'special',
      `[${simple === undefined ? (Array.isArray(value) ? 'Array' : (name ?? 'Object: null prototype')) : simple}]`,
    )
  const inner = (each: unknown): string => show(each, context, level + 1, indent + 2)
  shape.entries.push(...contents(value, inner, context))
  for (const key of shape.keys) shape.entries.push(property(value, key, inner, context))
  return join(shape, context, indent)
}

function ownKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key),
  )
  const names = Object.keys(value)
  return [...(isList(value) ? names.filter((key) => !/^\d+$/.test(key)) : names), ...symbols]
}

const isList = (value: unknown): value is ArrayLike<unknown> =>
  Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))

/** Objects that show as one word when they have no properties of their own. */
function primitiveLike(value: object, context: Context, name: string | undefined): string | undefined {
  if (typeof value === 'function') return paint(context, 'special', functionName(value, name))
  if (value instanceof RegExp) return paint(context, 'regexp', String(value))
  if (value instanceof Date)
    return paint(context, 'date', Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString())
  if (value instanceof Error) return errorText(value)
  if (value instanceof Promise) return `Promise { ${paint(context, 'special', '<pending>')} }`
  if (value instanceof WeakMap || value instanceof WeakSet)
    return `${name} { ${paint(context, 'special', '<items unknown>')} }`
  for (const Boxed of [String, Number, Boolean])
    if (value instanceof Boxed)
      return `[${Boxed.name}: ${typeof value.valueOf() === 'string' ? quote(String(value)) : String(value)}]`
  return undefined
}

function functionName(value: { name?: string }, name: string | undefined): string {
  const text = Function.prototype.toString.call(value)
  if (text.startsWith('class')) {
    const parent = (Object.getPrototypeOf(value) as { name?: string } | null)?.name
    return `[class ${value.name || '(anonymous)'}${parent ? ` extends ${parent}` : ''}]`
  }
  return `[${name ?? 'Function'}${value.name ? `: ${value.name}` : ' (anonymous)'}]`
}

/** Head and stack of an error, without the frames of node's own inside. */
export function errorText(error: Error): string {
  const name = error.name === 'AssertionError' ? 'AssertionError [ERR_ASSERTION]' : error.name
  const head = `${name}${error.message ? `: ${error.message}` : ''}`
  const frames = (typeof error.stack === 'string' ? error.stack : '').split('\n').filter((line) => /^\s+at /.test(line))
  return frames.length === 0 && !error.stack ? `[${head}]` : [head, ...frames].join('\n')
}

function shapeOf(value: object, name: string | undefined, keys: PropertyKey[], simple: string | undefined): Shape {
  if (simple !== undefined) return { prefix: `${simple} `, brackets: ['{', '}'], entries: [], keys }
  if (Array.isArray(value))
    return {
      prefix: name === 'Array' ? '' : `${name}(${value.length}) `,
      brackets: ['[', ']'],
      entries: [],
      list: true,
      keys,
    }
  if (isList(value)) return { prefix: `${name}(${value.length}) `, brackets: ['[', ']'], entries: [], list: true, keys }
  if (value instanceof Map || value instanceof Set)
    return { prefix: `${name}(${value.size}) `, brackets: ['{', '}'], entries: [], keys }
  const tag = (value as { [Symbol.toStringTag]?: string })[Symbol.toStringTag]
  const tagged = tag && tag !== name ? ` [${tag}]` : ''
  const prefix =
    name === undefined
      ? '[Object: null prototype] '
      : name === 'Object'
        ? tagged
          ? `Object${tagged} `
          : ''
        : `${name}${tagged} `
  return { prefix, brackets: ['{', '}'], entries: [], keys }
}

const MOST_ITEMS = 100

function contents(value: unknown, inner: (each: unknown) => string, context: Context): string[] {
  if (value instanceof Map) return [...value].map(([key, each]) => `${inner(key)} => ${inner(each)}`)
  if (value instanceof Set) return [...value].map(inner)
  if (!isList(value)) return []
  const shown: string[] = []
  for (let at = 0; at < Math.min(value.length, MOST_ITEMS); at++) {
    let holes = 0
    while (at + holes < value.length && !(at + holes in (value as object))) holes++
    if (holes > 0) shown.push(paint(context, 'undefined', `<${holes} empty item${holes > 1 ? 's' : ''}>`))
    else shown.push(inner(value[at]))
    if (holes > 0) at += holes - 1
  }
  const more = value.length - MOST_ITEMS
  if (more > 0) shown.push(`... ${more} more item${more > 1 ? 's' : ''}`)
  return shown
}

function property(
  value: Record<PropertyKey, unknown>,
  key: PropertyKey,
  inner: (each: unknown) => string,
  context: Context,
): string {
  const descriptor = Object.getOwnPropertyDescriptor(value, key)
  const name =
    typeof key === 'symbol'
      ? `[${paint(context, 'symbol', key.toString())}]`
      : /^[a-zA-Z_$][\w$]*$/.test(String(key))
        ? String(key)
        : paint(context, 'string', quote(String(key)))
  if (descriptor?.get) return `${name}: ${paint(context, 'special', descriptor.set ? '[Getter/Setter]' : '[Getter]')}`
  if (descriptor?.set) return `${name}: ${paint(context, 'special', '[Setter]')}`
  return `${name}: ${inner(value[key])}`
}

const bare = (text: string): number => text.replaceAll(/\x1b\[\d+m/g, '').length

function join(
  { prefix, brackets: [open, close], entries, list, keys }: Shape,
  context: Context,
  indent: number,
): string {
  if (entries.length === 0) return `${prefix}${open}${close}`
  const columns = list && entries.length > MOST_ENTRIES && keys.length === 0 ? group(entries, context) : entries
  if (columns === entries) {
    const length = entries.reduce((sum, entry) => sum + bare(entry) + 2, prefix.length + 2)
    const flat =
      length + indent <= Math.min(BREAK + 4, context.breakLength) && !entries.some((entry) => entry.includes('\n'))
    if (flat) return `${prefix}${open} ${entries.join(', ')} ${close}`
  }
  const pad = `\n${' '.repeat(indent + 2)}`
  return `${prefix}${open}${pad}${columns.join(`,${pad}`)}\n${' '.repeat(indent)}${close}`
}

/** Puts many short elements into columns of equal width, about as wide as high. */
function group(entries: string[], context: Context): string[] {
  const more = entries.at(-1)?.startsWith('... ') ? 1 : 0
  const count = entries.length - more
  const widths = entries.slice(0, count).map((entry) => bare(entry) + 2)
  const widest = Math.max(...widths)
  const total = widths.reduce((sum, width) => sum + width, 0)
  if (widest * 3 + 2 >= context.breakLength || (total / widest <= 5 && widest > 8)) return entries
  const bias = Math.sqrt(widest - total / entries.length)
  const columns = Math.min(
    Math.round(Math.sqrt(2.5 * Math.max(bias, 1) * count) / Math.max(bias, 1)),
    Math.floor((context.breakLength - 0) / widest),
    12,
    15,
  )
  if (columns <= 1) return entries
  const lineWidths = Array.from({ length: columns }, (_, column) =>
    Math.max(...widths.filter((_width, at) => at % columns === column)),
  )
  const right = entries.slice(0, count).every((entry) => /^(\x1b\[\d+m)?-?[\d.]+n?(\x1b\[\d+m)?$/.test(entry))
  const lines: string[] = []
  for (let at = 0; at < count; at += columns) {
    const row = entries.slice(at, Math.min(at + columns, count))
    lines.push(row.map((entry, column) => padded(entry, column, row.length, lineWidths[column] ?? 0, right)).join(''))
  }
  return more ? [...lines, entries.at(-1) ?? ''] : lines
}

function padded(entry: string, column: number, inRow: number, width: number, right: boolean): string {
  const last = column === inRow - 1
  if (right) return ' '.repeat(Math.max(0, width - 2 - bare(entry))) + entry + (last ? '' : ', ')
  return last ? entry : `${entry}, ${' '.repeat(Math.max(0, width - bare(entry) - 2))}`
}

/** printf in node's manner: %s %d %i %f %j %o %O %c %%, the rest appended. */
export function format(args: readonly unknown[], colors = false): string {
  const [first, ...rest] = args
  if (typeof first !== 'string')
    return args.map((each) => (typeof each === 'string' ? each : inspect(each, { colors }))).join(' ')
  let used = 0
  const text = first.replaceAll(/%[sdifjoOc%]/g, (mark) => {
    if (mark === '%%') return rest.length > 0 ? '%' : '%%'
    if (used >= rest.length) return mark
    return FORMATS[mark]?.(rest[used++]) ?? mark
  })
  return [text, ...rest.slice(used).map((each) => (typeof each === 'string' ? each : inspect(each, { colors })))].join(
    ' ',
  )
}

const FORMATS: Readonly<Record<string, (value: unknown) => string>> = {
  '%s': (value) =>
    typeof value === 'string'
      ? value
      : typeof value === 'object' && value !== null
        ? Object.hasOwn(value, 'toString')
          ? String(value)
          : inspect(value, { depth: 0 })
        : typeof value === 'bigint'
          ? `${value}n`
          : String(value),
  '%d': (value) => (typeof value === 'object' ? 'NaN' : String(Number(value))),
  '%i': (value) => String(Number.parseInt(String(value), 10)),
  '%f': (value) => String(Number.parseFloat(String(value))),
  '%j': (value) => JSON.stringify(value) ?? 'undefined',
  '%o': (value) => inspect(value, { depth: 4 }),
  '%O': (value) => inspect(value),
  '%c': () => '',
}
