import { spread, words } from './assert-words.ts'
import { isEqual } from './deep-equal.ts'
import { headWith, nodeError } from './errors.ts'
import { inspect } from './inspect.ts'
import { callText } from './stack.ts'

interface Options {
  message?: string | undefined
  actual?: unknown
  expected?: unknown
  operator?: string | undefined
  generated?: boolean
  stackStartFn?: unknown
}
type Message = string | Error | undefined

export class AssertionError extends Error {
  declare generatedMessage: boolean
  declare code: 'ERR_ASSERTION'
  declare actual: unknown
  declare expected: unknown
  declare operator: string | undefined
  constructor(options: Options) {
    const { actual, expected, operator, message } = options
    super(message === undefined ? words(operator ?? '', actual, expected) : String(message))
    Object.defineProperty(this, 'name', { value: 'AssertionError', configurable: true, writable: true })
    headWith(this, 'AssertionError [ERR_ASSERTION]')
    this.generatedMessage = options.generated ?? message === undefined
    this.code = 'ERR_ASSERTION'
    this.actual = actual
    this.expected = expected
    this.operator = operator
  }
  override toString(): string {
    return `${this.name} [${this.code}]: ${this.message}`
  }
}
function failWith(message: Message, options: Options): never {
  if (message instanceof Error) throw message
  const { message: own, ...rest } = options
  throw new AssertionError({
    ...rest,
    message: message ?? own,
    generated: message === undefined && (options.generated ?? true),
  })
}
const check = (condition: unknown, message: Message, options: Options): void => {
  if (!condition) failWith(message, options)
}

type Expected = unknown
const received = (error: unknown): string => inspect(error).split('\n    at ')[0] ?? ''

/** @returns whether the error is what was expected. @throws AssertionError telling how it differs */
function matches(error: unknown, expected: Expected, message: Message, operator: string): void {
  if (expected === undefined || typeof expected === 'string') return
  if (expected instanceof RegExp) {
    if (expected.test(String(error))) return
    const told = `The input did not match the regular expression ${inspect(expected)}. Input:\n\n${inspect(String(error))}\n`
    failWith(message, { actual: error, expected, operator, message: told })
  }
  if (typeof expected === 'function') {
    if (expected.prototype !== undefined && error instanceof (expected as unknown as new () => unknown)) return
    if (Object.prototype.isPrototypeOf.call(Error, expected)) {
      const got =
        error instanceof Error
          ? `"${error.constructor.name}"\n\nError message:\n\n${error.message}`
          : `"${received(error)}"`
      const told = `The error is expected to be an instance of "${expected.name}". Received ${got}`
      failWith(message, { actual: error, expected, operator, message: told })
    }
    if ((expected as (error: unknown) => unknown)(error) === true) return
    const told = `The ${expected.name ? `"${expected.name}" ` : ''}validation function is expected to return "true". Received ${inspect((expected as (error: unknown) => unknown)(error))}\n\nCaught error:\n\n${received(error)}`
    failWith(message, { actual: error, expected, operator, message: told })
  }
  compareFields(error, expected as Record<string, unknown>, message, operator)
}

function compareFields(error: unknown, expected: Record<string, unknown>, message: Message, operator: string): void {
  const given = error as Record<string, unknown>
  const keys = Object.keys(expected)
  if (expected instanceof Error) keys.push('name', 'message')
  const alike = keys.every((key) =>
    expected[key] instanceof RegExp && typeof given[key] === 'string'
      ? (expected[key] as RegExp).test(given[key])
      : key in given && isEqual(given[key], expected[key], true),
  )
  if (alike) return
  class Comparison {
    constructor(from: Record<string, unknown>) {
      for (const key of keys) if (key in from) (this as Record<string, unknown>)[key] = from[key]
    }
  }
  const told = words('deepStrictEqual', new Comparison(given), new Comparison(expected))
  failWith(message, { actual: error, expected, operator, message: told, generated: true })
}

const missing = (kind: string, expected: Expected, message: Message): string => {
  const named = typeof expected === 'function' && expected.name ? ` (${expected.name})` : ''
  const extra = typeof expected === 'string' ? expected : message
  return `Missing expected ${kind}${named}${extra === undefined ? '.' : `: ${String(extra)}`}`
}

function throws(call: () => unknown, expected?: Expected, message?: Message): void {
  if (typeof call !== 'function')
    throw nodeError(
      TypeError,
      'ERR_INVALID_ARG_TYPE',
      `The "fn" argument must be of type function. Received ${inspect(call)}`,
    )
  try {
    call()
  } catch (error) {
    return matches(error, expected, message, 'throws')
  }
  failWith(undefined, {
    actual: undefined,
    expected,
    operator: 'throws',
    message: missing('exception', expected, message),
    generated: false,
  })
}

async function rejects(
  promise: Promise<unknown> | (() => Promise<unknown>),
  expected?: Expected,
  message?: Message,
): Promise<void> {
  try {
    await (typeof promise === 'function' ? promise() : promise)
  } catch (error) {
    return matches(error, expected, message, 'rejects')
  }
  failWith(undefined, {
    actual: undefined,
    expected,
    operator: 'rejects',
    message: missing('rejection', expected, message),
    generated: false,
  })
}

function unwanted(kind: string, error: unknown, operator: string, message: Message): never {
  const words = `Got unwanted ${kind}${message === undefined ? '.' : `: ${String(message)}`}\nActual message: "${(error as Error | undefined)?.message}"`
  failWith(undefined, { actual: error, expected: undefined, operator, message: words, generated: false })
}
function doesNotThrow(call: () => unknown, ...rest: Message[]): void {
  try {
    call()
  } catch (error) {
    unwanted(
      'exception',
      error,
      'doesNotThrow',
      rest.findLast((each) => typeof each === 'string'),
    )
  }
}
async function doesNotReject(promise: Promise<unknown> | (() => Promise<unknown>), ...rest: Message[]): Promise<void> {
  try {
    await (typeof promise === 'function' ? promise() : promise)
  } catch (error) {
    unwanted(
      'rejection',
      error,
      'doesNotReject',
      rest.findLast((each) => typeof each === 'string'),
    )
  }
}

/** A truth that does not hold says what was written. */
function truth(args: readonly unknown[]): void {
  const [value, message] = args as [unknown, Message]
  if (value) return
  if (args.length === 0)
    failWith(undefined, {
      actual: undefined,
      expected: true,
      operator: '==',
      message: 'No value argument passed to `assert.ok()`',
    })
  const written = message === undefined ? callText() : undefined
  const words = written === undefined ? undefined : `The expression evaluated to a falsy value:\n\n  ${written}\n`
  failWith(message ?? undefined, {
    actual: value,
    expected: true,
    operator: '==',
    message: words ?? `${spread(value)} == true`,
  })
}

type Comparing = (actual: unknown, expected: unknown, message?: Message) => void
const comparing =
  (operator: string, holds: (actual: unknown, expected: unknown) => boolean): Comparing =>
  (actual, expected, message) =>
    check(holds(actual, expected), message, { actual, expected, operator })
// Loose equality is what these mean.
const alike = (a: unknown, b: unknown): boolean => a == b || (a !== a && b !== b)

const input = (text: unknown, pattern: RegExp, wanted: boolean): string | undefined => {
  if (typeof text !== 'string')
    return `The "string" argument must be of type string. Received type ${typeof text} (${inspect(text)})`
  if (pattern.test(text) === wanted) return undefined
  return `The input ${wanted ? 'did not match' : 'was expected to not match'} the regular expression ${inspect(pattern)}. Input:\n\n${inspect(text)}\n`
}

function ifError(value: unknown): void {
  if (value === null || value === undefined) return
  const told = value instanceof Error ? value.message || value.constructor.name : inspect(value)
  failWith(undefined, {
    actual: value,
    expected: null,
    operator: 'ifError',
    message: `ifError got unwanted exception: ${told}`,
    generated: false,
  })
}

const strictEqual = comparing('strictEqual', Object.is)
const deepStrictEqual = comparing('deepStrictEqual', (a, b) => isEqual(a, b, true))
const notStrictEqual = comparing('notStrictEqual', (a, b) => !Object.is(a, b))
const notDeepStrictEqual = comparing('notDeepStrictEqual', (a, b) => !isEqual(a, b, true))

const members = {
  fail: (message: Message = 'Failed') =>
    failWith(message === 'Failed' ? undefined : message, { operator: 'fail', message: 'Failed' }),
  AssertionError,
  ok: (...args: unknown[]) => truth(args),
  equal: comparing('==', alike),
  notEqual: comparing('!=', (a, b) => !alike(a, b)),
  deepEqual: comparing('deepEqual', (a, b) => isEqual(a, b, false)),
  notDeepEqual: comparing('notDeepEqual', (a, b) => !isEqual(a, b, false)),
  deepStrictEqual,
  notDeepStrictEqual,
  strictEqual,
  notStrictEqual,
  throws,
  rejects,
  doesNotThrow,
  doesNotReject,
  ifError,
  match(text: unknown, pattern: RegExp, message?: Message) {
    const wrong = input(text, pattern, true)
    if (wrong !== undefined) failWith(message, { actual: text, expected: pattern, operator: 'match', message: wrong })
  },
  doesNotMatch(text: unknown, pattern: RegExp, message?: Message) {
    const wrong = input(text, pattern, false)
    if (wrong !== undefined)
      failWith(message, { actual: text, expected: pattern, operator: 'doesNotMatch', message: wrong })
  },
}

export const assert = Object.assign((...args: unknown[]): void => truth(args), members)
/** Where the short names are the strict ones. */
export const strictAssert = Object.assign((...args: unknown[]): void => truth(args), members, {
  equal: strictEqual,
  deepEqual: deepStrictEqual,
  notEqual: notStrictEqual,
  notDeepEqual: notDeepStrictEqual,
})
Object.assign(assert, { strict: strictAssert })
Object.assign(strictAssert, { strict: strictAssert })
for (const each of [assert, strictAssert]) Object.defineProperty(each, 'name', { value: 'ok' })
