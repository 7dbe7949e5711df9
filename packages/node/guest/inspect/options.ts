/** https://nodejs.org/api/util.html#utilinspectobject-options */
export interface InspectOptions {
  depth?: number | null
  colors?: boolean
  compact?: boolean | number
  breakLength?: number
  showHidden?: boolean
  showProxy?: boolean
  sorted?: boolean | ((a: string, b: string) => number) | undefined
  getters?: boolean | 'get' | 'set' | undefined
  maxArrayLength?: number | null
  maxStringLength?: number | null
  numericSeparator?: boolean
  customInspect?: boolean
}
export type Style =
  | ('special' | 'number' | 'bigint' | 'boolean' | 'undefined' | 'null' | 'string' | 'symbol')
  | ('date' | 'regexp' | 'module' | 'name')

export const customInspect: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
const title = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1)
const rows = (from: number, name: (plain: string) => string): [string, [number, number]][] =>
  NAMES.map((plain, at) => [name(plain), [from + at, from === 30 || from === 90 ? 39 : 49]])

/** Codes to turn a style on and off, ECMA-48 8.3.117; by the names of util.styleText. */
export const COLORS: Record<string, [number, number]> = Object.assign(
  Object.create(null) as object,
  Object.fromEntries<[number, number]>([
    ['reset', [0, 0]],
    ['bold', [1, 22]],
    ['dim', [2, 22]],
    ['italic', [3, 23]],
    ['underline', [4, 24]],
    ['blink', [5, 25]],
    ['inverse', [7, 27]],
    ['hidden', [8, 28]],
    ['strikethrough', [9, 29]],
    ['doubleunderline', [21, 24]],
    ...rows(30, (plain) => plain),
    ...rows(40, (plain) => `bg${title(plain)}`),
    ['framed', [51, 54]],
    ['overlined', [53, 55]],
    ['gray', [90, 39]],
    ...rows(90, (plain) => `${plain}Bright`).slice(1),
    ['bgGray', [100, 49]],
    ...rows(100, (plain) => `bg${title(plain)}Bright`).slice(1),
  ]),
)
for (const name of ['gray', 'bgGray'])
  Object.defineProperty(COLORS, name.replace('ay', 'ey'), {
    value: COLORS[name],
    enumerable: false,
    configurable: true,
  })

/** The style of each kind of value. */
export const STYLES: Record<string, string> = Object.assign(Object.create(null) as object, {
  special: 'cyan',
  number: 'yellow',
  bigint: 'yellow',
  boolean: 'yellow',
  undefined: 'grey',
  null: 'bold',
  string: 'green',
  symbol: 'green',
  date: 'magenta',
  regexp: 'red',
  module: 'underline',
})

export const defaultOptions = {
  showHidden: false,
  depth: 2 as number | null,
  colors: false,
  customInspect: true,
  showProxy: false,
  maxArrayLength: 100 as number | null,
  maxStringLength: 10_000 as number | null,
  breakLength: 128,
  compact: 3 as boolean | number,
  sorted: false as InspectOptions['sorted'],
  getters: false as InspectOptions['getters'],
  numericSeparator: false,
}

/** What one call of inspect carries along. */
export interface Context extends Required<Omit<InspectOptions, 'sorted' | 'getters'>> {
  readonly maxArrayLength: number
  readonly maxStringLength: number
  readonly sorted: InspectOptions['sorted']
  readonly getters: InspectOptions['getters']
  seen: object[]
  circular: Map<object, number> | undefined
  /** How far the line is indented now. */
  indentation: number
  /** The level of what was shown last: whether its surroundings still fit in a line depends on it. */
  currentDepth: number
  paint(text: string, style: Style): string
}

const limit = (given: number | null | undefined, usual: number | null): number => {
  const value = given === undefined ? usual : given
  return value === null ? Number.POSITIVE_INFINITY : value
}

export function contextOf(options: InspectOptions): Context {
  const colors = options.colors ?? defaultOptions.colors
  const context: Context = {
    ...defaultOptions,
    ...options,
    breakLength: options.breakLength ?? 80,
    maxArrayLength: limit(options.maxArrayLength, defaultOptions.maxArrayLength),
    maxStringLength: limit(options.maxStringLength, defaultOptions.maxStringLength),
    sorted: options.sorted ?? defaultOptions.sorted,
    getters: options.getters ?? defaultOptions.getters,
    seen: [],
    circular: undefined,
    indentation: 0,
    currentDepth: 0,
    paint: colors ? painted : (text) => text,
  }
  return context
}

function painted(text: string, style: Style): string {
  const [on, off] = COLORS[STYLES[style] ?? ''] ?? []
  return on === undefined ? text : `\x1b[${on}m${text}\x1b[${off}m`
}
