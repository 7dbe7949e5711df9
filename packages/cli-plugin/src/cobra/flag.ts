import type { Requirement } from './requirements.ts'

/** Flags of commands, as spf13/pflag reads them; the words of errors are strconv's and go-units'. */
export interface Flag<T> extends Requirement {
  /** What stands behind the name in help: `string`, `list`…; '' for a switch. */
  readonly type: string
  readonly short?: string
  readonly usage: string
  readonly initial: T
  /** The default as help shows it, quotes and all; none when left out. */
  readonly shown?: string
  /** The value meant when none is given (`--rm`). */
  readonly bare?: string
  readonly hidden?: boolean
  /** Said when the flag is used although it is deprecated. */
  readonly deprecated?: string
  /** The flag whose value this one sets. */
  readonly aliasOf?: string
  /** Category of values, for completion: `network`, `container`… */
  readonly completes?: string
  /** @throws FlagValueError */
  parse(text: string, before: T): T
}
export type FlagTable = Readonly<Record<string, Flag<unknown>>>
export type FlagValues<F extends FlagTable> = {
  readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never
}

/** Why a flag's value can't be. */
export class FlagValueError extends Error {}

const TRUE = ['1', 't', 'T', 'true', 'TRUE', 'True']
const FALSE = ['0', 'f', 'F', 'false', 'FALSE', 'False']
function parseBool(text: string): boolean {
  if (TRUE.includes(text)) return true
  if (FALSE.includes(text)) return false
  throw new FlagValueError(`strconv.ParseBool: parsing ${quote(text)}: invalid syntax`)
}

/** Go's %q of plain text. */
export const quote = (text: string): string => JSON.stringify(text)

/** The flag, where the engine's API has it. */
export const since = <F extends Flag<unknown>>(version: string, flag: F): F => ({ ...flag, since: version })

/** The flag, where the engine is such a one. */
export const wanting = <F extends Flag<unknown>>(requirement: Requirement, flag: F): F => ({ ...flag, ...requirement })

const withShort = (short: string): { short?: string } => (short === '' ? {} : { short })

export const bool = (short: string, usage: string, initial = false): Flag<boolean> => ({
  type: '',
  ...withShort(short),
  usage,
  initial,
  bare: 'true',
  ...(initial ? { shown: 'true' } : {}),
  parse: parseBool,
})

export const string = (short: string, usage: string, initial = '', type = 'string'): Flag<string> => ({
  type,
  ...withShort(short),
  usage,
  initial,
  ...(initial === '' ? {} : { shown: quote(initial) }),
  parse: (text) => text,
})

function parseInteger(text: string, parser: 'ParseInt' | 'ParseUint', max: number): number {
  const digits = parser === 'ParseInt' ? /^[+-]?(\d+|0x[0-9a-fA-F]+|0o[0-7]+|0b[01]+)$/ : /^(\d+|0x[0-9a-fA-F]+)$/
  if (!digits.test(text)) throw new FlagValueError(`strconv.${parser}: parsing ${quote(text)}: invalid syntax`)
  const value = text.startsWith('-') ? -Number(text.slice(1)) : Number(text.replace(/^\+/, ''))
  if (Math.abs(value) > max) throw new FlagValueError(`strconv.${parser}: parsing ${quote(text)}: value out of range`)
  return value
}

export const int = (short: string, usage: string, initial = 0, type = 'int'): Flag<number> => ({
  type,
  ...withShort(short),
  usage,
  initial,
  ...(initial === 0 ? {} : { shown: String(initial) }),
  parse: (text) => parseInteger(text, 'ParseInt', 2 ** 63),
})

const UINT_MAX: Readonly<Record<string, number>> = { uint: 2 ** 64, uint16: 65535, uint32: 2 ** 32 - 1 }
export const uint = (short: string, usage: string, type = 'uint', shown?: string): Flag<number> => ({
  type,
  ...withShort(short),
  usage,
  initial: 0,
  ...(shown === undefined ? {} : { shown }),
  parse: (text) => parseInteger(text, 'ParseUint', UINT_MAX[type] ?? 2 ** 64),
})

export interface ListSettings {
  readonly type?: string
  readonly shown?: string
  /** Gives the value to keep. @throws FlagValueError */
  readonly check?: (text: string) => string
  readonly completes?: string
}
const extras = (settings: ListSettings): { shown?: string; completes?: string } => ({
  ...(settings.shown === undefined ? {} : { shown: settings.shown }),
  ...(settings.completes === undefined ? {} : { completes: settings.completes }),
})

/** A flag that may be given many times. */
export const list = (short: string, usage: string, settings: ListSettings = {}): Flag<readonly string[]> => ({
  type: settings.type ?? 'list',
  ...withShort(short),
  usage,
  initial: [],
  ...extras(settings),
  parse: (text, before) => [...before, settings.check ? settings.check(text) : text],
})

/** As {@link list}, and one word may hold many values, parted by commas. */
export const strings = (short: string, usage: string, settings: ListSettings = {}): Flag<readonly string[]> => ({
  ...list(short, usage, { type: 'strings', ...settings }),
  parse: (text, before) => [...before, ...text.split(',')],
})

/** `a=1,b=2`, as words `a=1` and `b=2`. pflag's stringToString. */
export const pairs = (short: string, usage: string): Flag<readonly string[]> => ({
  ...list(short, usage, { type: 'stringToString', shown: '[]' }),
  parse: (text, before) => {
    const words = text.split('=').length === 2 ? [text] : text.split(',')
    for (const word of words)
      if (!word.includes('=')) throw new FlagValueError(`${word} must be formatted as key=value`)
    return [...before, ...words]
  },
})

const SUFFIX: Readonly<Record<string, number>> = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40, p: 2 ** 50 }
/** Whatever stands behind the last digit is the suffix. */
function sizeProblem(text: string): string {
  const [, number = '', suffix = ''] = /^(.*[\d. ])(.*)$/s.exec(text) ?? []
  return /^\d+(\.\d*)? ?$/.test(number) ? `invalid suffix: '${suffix.toLowerCase()}'` : `invalid size: '${text}'`
}

/** Bytes of `512m`, `1.5GiB`. go-units RAMInBytes. */
export function parseBytes(text: string): number {
  const match = /^(\d+(?:\.\d+)*) ?([kKmMgGtTpP])?[iI]?[bB]?$/.exec(text)
  const number = Number(match?.[1])
  if (!match || Number.isNaN(number)) throw new FlagValueError(sizeProblem(text))
  return Math.trunc(number * (SUFFIX[(match[2] ?? '').toLowerCase()] ?? 1))
}
export const bytes = (short: string, usage: string, settings: { unlimited?: boolean } = {}): Flag<number> => ({
  type: 'bytes',
  ...withShort(short),
  usage,
  initial: 0,
  parse: (text) => (settings.unlimited && text === '-1' ? -1 : parseBytes(text)),
})

const NANO: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9, m: 6e10, h: 3.6e12 }
/** Nanoseconds of `1m30s`. Go's time.ParseDuration. */
export function parseDuration(text: string): number {
  const body = text.replace(/^[-+]/, '')
  if (body === '0') return 0
  const parts = [...body.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|ms|s|m|h)/g)]
  if (parts.map(([all]) => all).join('') !== body || body === '') throw new FlagValueError(durationProblem(text, body))
  const sum = parts.reduce((total, [, number, unit = '']) => total + Number(number) * (NANO[unit] ?? 0), 0)
  return Math.round(text.startsWith('-') ? -sum : sum)
}
function durationProblem(text: string, body: string): string {
  if (/^(\d+\.?\d*|\.\d+)$/.test(body)) return `time: missing unit in duration ${quote(text)}`
  const unknown = /^(?:\d+\.?\d*|\.\d+)([a-zA-Z]+)/.exec(body)
  if (unknown && !((unknown[1] ?? '') in NANO))
    return `time: unknown unit ${quote(unknown[1] ?? '')} in duration ${quote(text)}`
  return `time: invalid duration ${quote(text)}`
}
export const duration = (short: string, usage: string, settings: { shown?: string } = {}): Flag<number> => ({
  type: 'duration',
  ...withShort(short),
  usage,
  initial: 0,
  ...settings,
  parse: parseDuration,
})

/** Billionths of a processor. */
export function parseCpus(text: string): number {
  const fraction = /^([+-]?\d+)\/(\d+)$/.exec(text)
  const value = fraction
    ? Number(fraction[1]) / Number(fraction[2])
    : /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)
      ? Number(text)
      : Number.NaN
  if (!Number.isFinite(value)) throw new FlagValueError(`failed to parse ${text} as a rational number`)
  if (Math.abs(value * 1e9 - Math.round(value * 1e9)) > 1e-6) throw new FlagValueError('value is too precise')
  return Math.round(value * 1e9)
}
export const decimal = (short: string, usage: string): Flag<number> => ({
  type: 'decimal',
  ...withShort(short),
  usage,
  initial: 0,
  parse: parseCpus,
})

export const float = (short: string, usage: string, shown?: string): Flag<number> => ({
  type: 'float',
  ...withShort(short),
  usage,
  initial: 0,
  ...(shown === undefined ? {} : { shown }),
  parse: (text) => {
    if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text))
      throw new FlagValueError(`strconv.ParseFloat: parsing ${quote(text)}: invalid syntax`)
    return Number(text)
  },
})

/** `--filter name=value`, lower-cased name. */
function checkFilter(text: string): string {
  const equals = text.indexOf('=')
  if (equals < 0) throw new FlagValueError('bad format of filter (expected name=value)')
  return `${text.slice(0, equals).trim().toLowerCase()}=${text.slice(equals + 1).trim()}`
}
export const filter = (short: string, usage: string): Flag<readonly string[]> => ({
  ...list(short, usage, { type: 'filter' }),
  parse: (text, before) => (text === '' ? before : [...before, checkFilter(text)]),
})

/** A second name that help does not show. */
export const hiddenAlias = <T>(flag: Flag<T>, aliasOf: string, deprecated?: string): Flag<T> => {
  const { short: _, ...rest } = flag
  return { ...rest, hidden: true, aliasOf, ...(deprecated === undefined ? {} : { deprecated }) }
}
/** The flag, unseen in help. */
export const hidden = <T>(flag: Flag<T>): Flag<T> => ({ ...flag, hidden: true })
