import { askWeb } from './ask-web.ts'

/**
 * ECMA-402 by the JavaScript around the machine: objects here only remember locales and options, and ask for each answer.
 */
type Options = Record<string, unknown>
const zone = (): string | undefined => {
  const { process } = globalThis as unknown as { process?: { env?: Record<string, string> } }
  return process?.env?.TZ ?? 'UTC'
}
const plain = (value: unknown): unknown =>
  value instanceof Date ? value.getTime() : typeof value === 'bigint' ? String(value) : value

const METHODS: Readonly<Record<string, readonly string[]>> = {
  NumberFormat: ['format', 'formatToParts', 'formatRange', 'formatRangeToParts'],
  DateTimeFormat: ['format', 'formatToParts', 'formatRange', 'formatRangeToParts'],
  Collator: ['compare'],
  PluralRules: ['select', 'selectRange'],
  RelativeTimeFormat: ['format', 'formatToParts'],
  ListFormat: ['format', 'formatToParts'],
  DisplayNames: ['of'],
  Segmenter: ['segment'],
}
/** Getters that give a function bound to its object. */
const BOUND = new Set(['NumberFormat.format', 'DateTimeFormat.format', 'Collator.compare'])

function optionsOf(kind: string, options: Options | undefined): Options | undefined {
  return kind === 'DateTimeFormat' ? { timeZone: zone(), ...options } : options
}

function makeKind(kind: string, methods: readonly string[]): unknown {
  class Kind {
    readonly #locales: unknown
    readonly #options: Options | undefined
    constructor(locales?: unknown, options?: Options) {
      this.#locales = locales ?? null
      this.#options = optionsOf(kind, options)
      this.ask('resolvedOptions', [])
    }
    ask(method: string, args: readonly unknown[]): unknown {
      return askWeb('intl', kind, this.#locales, this.#options ?? null, method, args.map(plain))
    }
    resolvedOptions(): unknown {
      return this.ask('resolvedOptions', [])
    }
    static supportedLocalesOf(...args: unknown[]): unknown {
      return askWeb('intlStatic', kind, 'supportedLocalesOf', args)
    }
    get [Symbol.toStringTag](): string {
      return `Intl.${kind}`
    }
  }
  for (const method of methods) {
    const call = (self: Kind, args: unknown[]): unknown =>
      self.ask(
        method,
        kind === 'DateTimeFormat' && args[0] === undefined
          ? [Date.now(), ...args.slice(1)]
          : args.map((each) => (kind === 'ListFormat' ? [...(each as Iterable<unknown>)] : each)),
      )
    if (BOUND.has(`${kind}.${method}`))
      Object.defineProperty(Kind.prototype, method, {
        get(this: Kind) {
          return (...args: unknown[]) => call(this, args)
        },
        configurable: true,
      })
    else
      Object.defineProperty(Kind.prototype, method, {
        value(this: Kind, ...args: unknown[]) {
          return call(this, args)
        },
        configurable: true,
        writable: true,
      })
  }
  Object.defineProperty(Kind.prototype, 'ask', { enumerable: false })
  const callable = function (this: unknown, locales?: unknown, options?: Options): unknown {
    return new Kind(locales, options)
  }
  Object.defineProperty(callable, 'name', { value: kind, configurable: true })
  callable.prototype = Kind.prototype
  Object.defineProperty(Kind.prototype, 'constructor', { value: callable, configurable: true, writable: true })
  return Object.assign(callable, { supportedLocalesOf: Kind.supportedLocalesOf })
}

class Locale {
  readonly #tag: string
  constructor(tag: string) {
    this.#tag = askWeb<string[]>('intlSelf', 'getCanonicalLocales', [tag])[0] ?? tag
  }
  get baseName(): string {
    return this.#tag
  }
  get language(): string {
    return this.#tag.split('-')[0] ?? ''
  }
  get region(): string | undefined {
    return this.#tag.split('-').find((part) => /^[A-Z]{2}$/.test(part))
  }
  toString(): string {
    return this.#tag
  }
}

const intl = {
  ...Object.fromEntries(Object.entries(METHODS).map(([kind, methods]) => [kind, makeKind(kind, methods)])),
  Locale,
  getCanonicalLocales: (locales?: unknown) => askWeb('intlSelf', 'getCanonicalLocales', [locales]),
  supportedValuesOf: (key: string) => askWeb('intlSelf', 'supportedValuesOf', [key]),
}
Object.defineProperty(intl, Symbol.toStringTag, { value: 'Intl', configurable: true })
Object.defineProperty(globalThis, 'Intl', { value: intl, configurable: true, writable: true })

const format = (kind: string, locales: unknown, options: Options | undefined, value: unknown): string =>
  askWeb('intl', kind, locales ?? null, optionsOf(kind, options) ?? null, 'format', [plain(value)])

/** What a date shows when only its day or only its time is asked for. ECMA-402, 19.4 */
const DAY = { year: 'numeric', month: 'numeric', day: 'numeric' }
const TIME = { hour: 'numeric', minute: 'numeric', second: 'numeric' }
const DAY_KEYS = ['weekday', 'year', 'month', 'day', 'dateStyle']
const TIME_KEYS = ['dayPeriod', 'hour', 'minute', 'second', 'fractionalSecondDigits', 'timeStyle']
const has = (options: Options | undefined, keys: readonly string[]): boolean =>
  keys.some((key) => options?.[key] !== undefined)

function dateText(
  date: Date,
  locales: unknown,
  options: Options | undefined,
  usual: object,
  keys: readonly string[],
): string {
  if (Number.isNaN(date.getTime())) return 'Invalid Date'
  return format('DateTimeFormat', locales, has(options, keys) ? options : { ...options, ...usual }, date)
}

const define = (
  target: object,
  methods: Readonly<Record<string, (this: never, ...args: never[]) => unknown>>,
): void => {
  for (const [name, value] of Object.entries(methods))
    Object.defineProperty(target, name, { value, configurable: true, writable: true, enumerable: false })
}
define(Number.prototype, {
  toLocaleString(this: number, locales: unknown, options: Options) {
    return format('NumberFormat', locales, options, Number(this))
  },
})
define(BigInt.prototype, {
  toLocaleString(this: bigint, locales: unknown, options: Options) {
    return format('NumberFormat', locales, options, BigInt.prototype.valueOf.call(this))
  },
})
define(Date.prototype, {
  toLocaleString(this: Date, locales: unknown, options: Options) {
    return dateText(this, locales, options, { ...DAY, ...TIME }, [...DAY_KEYS, ...TIME_KEYS])
  },
  toLocaleDateString(this: Date, locales: unknown, options: Options) {
    return dateText(this, locales, options, DAY, DAY_KEYS)
  },
  toLocaleTimeString(this: Date, locales: unknown, options: Options) {
    return dateText(this, locales, options, TIME, TIME_KEYS)
  },
})
define(String.prototype, {
  localeCompare(this: string, other: string, locales: unknown, options: Options) {
    return askWeb('text', 'localeCompare', String(this), [String(other), locales ?? undefined, options ?? undefined])
  },
  toLocaleLowerCase(this: string, locales: unknown) {
    return locales === undefined
      ? String(this).toLowerCase()
      : askWeb('text', 'toLocaleLowerCase', String(this), [locales])
  },
  toLocaleUpperCase(this: string, locales: unknown) {
    return locales === undefined
      ? String(this).toUpperCase()
      : askWeb('text', 'toLocaleUpperCase', String(this), [locales])
  },
})
define(Array.prototype, {
  toLocaleString(this: unknown[], locales: unknown, options: Options) {
    return Array.from(this, (each) =>
      each === null || each === undefined
        ? ''
        : (each as { toLocaleString: (...args: unknown[]) => string }).toLocaleString(locales, options),
    ).join(',')
  },
})
