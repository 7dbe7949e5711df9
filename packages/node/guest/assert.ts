import { inspect } from './inspect.ts'

export class AssertionError extends Error {
  readonly code = 'ERR_ASSERTION'
  readonly actual: unknown
  readonly expected: unknown
  readonly operator: string
  readonly generatedMessage: boolean
  constructor(options: { message?: string | undefined; actual?: unknown; expected?: unknown; operator: string }) {
    super(options.message ?? `${inspect(options.actual)} ${options.operator} ${inspect(options.expected)}`)
    Object.defineProperty(this, 'name', { value: 'AssertionError', configurable: true })
    this.actual = options.actual
    this.expected = options.expected
    this.operator = options.operator
    this.generatedMessage = options.message === undefined
  }
}

/** Deep equality; `strict` compares with Object.is and prototypes. */
function isEqual(a: unknown, b: unknown, strict: boolean, seen: unknown[] = []): boolean {
  // Loose equality is what assert.equal means.
  if (strict ? Object.is(a, b) : a == b || (a !== a && b !== b)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false
  if (strict && Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false
  if (seen.includes(a)) return true
  const next = [...seen, a]
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime()
  if (a instanceof RegExp && b instanceof RegExp) return String(a) === String(b)
  if (a instanceof Map && b instanceof Map)
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isEqual(value, b.get(key), strict, next))
  if (a instanceof Set && b instanceof Set)
    return (
      a.size === b.size &&
      [...a].every((value) => b.has(value) || [...b].some((other) => isEqual(value, other, strict, next)))
    )
  if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) return false
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>]
  const keys = Object.keys(left)
  return (
    keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && isEqual(left[key], right[key], strict, next))
  )
}

type Message = string | Error | undefined
function check(
  condition: unknown,
  message: Message,
  options: { actual?: unknown; expected?: unknown; operator: string; words?: string },
): void {
  if (condition) return
  if (message instanceof Error) throw message
  throw new AssertionError({ ...options, message: message ?? options.words })
}

const differ = (actual: unknown, expected: unknown): string =>
  `Expected values to be strictly equal:\n\n${inspect(actual)} !== ${inspect(expected)}\n`
const differDeep = (actual: unknown, expected: unknown): string =>
  `Expected values to be strictly deep-equal:\n+ actual - expected\n\n+ ${inspect(actual)}\n- ${inspect(expected)}\n`

function matches(error: unknown, expected: unknown): boolean {
  if (expected === undefined || typeof expected === 'string') return true
  if (expected instanceof RegExp) return expected.test(String(error))
  if (typeof expected === 'function')
    return error instanceof (expected as new () => unknown) || (expected as (error: unknown) => unknown)(error) === true
  return Object.entries(expected as object).every(([key, value]) =>
    value instanceof RegExp
      ? value.test(String((error as Record<string, unknown>)[key]))
      : isEqual((error as Record<string, unknown>)[key], value, true),
  )
}

function throws(call: () => unknown, expected?: unknown, message?: Message): void {
  try {
    call()
  } catch (error) {
    if (matches(error, expected)) return
    throw error
  }
  check(false, message, { operator: 'throws', words: 'Missing expected exception.' })
}

async function rejects(
  promise: Promise<unknown> | (() => Promise<unknown>),
  expected?: unknown,
  message?: Message,
): Promise<void> {
  try {
    await (typeof promise === 'function' ? promise() : promise)
  } catch (error) {
    if (matches(error, expected)) return
    throw error
  }
  check(false, message, { operator: 'rejects', words: 'Missing expected rejection.' })
}

const ok = (value: unknown, message?: Message): void =>
  check(value, message, {
    actual: value,
    expected: true,
    operator: '==',
    words: 'The expression evaluated to a falsy value',
  })
const strictEqual = (actual: unknown, expected: unknown, message?: Message): void =>
  check(Object.is(actual, expected), message, {
    actual,
    expected,
    operator: 'strictEqual',
    words: differ(actual, expected),
  })
const deepStrictEqual = (actual: unknown, expected: unknown, message?: Message): void =>
  check(isEqual(actual, expected, true), message, {
    actual,
    expected,
    operator: 'deepStrictEqual',
    words: differDeep(actual, expected),
  })

export const assert = Object.assign((value: unknown, message?: Message) => ok(value, message), {
  AssertionError,
  isEqual,
  ok,
  strictEqual,
  deepStrictEqual,
  throws,
  rejects,
  equal: (actual: unknown, expected: unknown, message?: Message) =>
    check(isEqual(actual, expected, false) && typeof actual !== 'object', message, {
      actual,
      expected,
      operator: '==',
    }),
  notEqual: (actual: unknown, expected: unknown, message?: Message) =>
    check(!isEqual(actual, expected, false), message, { actual, expected, operator: '!=' }),
  notStrictEqual: (actual: unknown, expected: unknown, message?: Message) =>
    check(!Object.is(actual, expected), message, { actual, expected, operator: 'notStrictEqual' }),
  deepEqual: (actual: unknown, expected: unknown, message?: Message) =>
    check(isEqual(actual, expected, false), message, {
      actual,
      expected,
      operator: 'deepEqual',
      words: `Expected values to be loosely deep-equal:\n\n${inspect(actual)}\n\nshould loosely deep-equal\n\n${inspect(expected)}`,
    }),
  notDeepStrictEqual: (actual: unknown, expected: unknown, message?: Message) =>
    check(!isEqual(actual, expected, true), message, { actual, expected, operator: 'notDeepStrictEqual' }),
  match: (text: string, pattern: RegExp, message?: Message) =>
    check(pattern.test(text), message, { actual: text, expected: pattern, operator: 'match' }),
  fail: (message: Message = 'Failed') => check(false, message, { operator: 'fail' }),
  doesNotThrow: (call: () => unknown) => void call(),
  ifError: (value: unknown) => {
    if (value !== null && value !== undefined) throw value as Error
  },
})
Object.assign(assert, { strict: assert })
