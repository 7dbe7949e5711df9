import type { Failure } from './test-events.ts'
import { inspect } from './inspect.ts'

interface Thrown {
  readonly name?: string
  readonly message?: string
  readonly code?: string
  readonly expected?: unknown
  readonly actual?: unknown
  readonly operator?: string
  readonly stack?: string
  readonly failureType?: Failure['kind']
}

export const isFailed = ({
  failure,
  todo,
}: {
  readonly failure: Failure | undefined
  readonly todo: unknown
}): boolean => failure !== undefined && todo === undefined

/** A value as rows of YAML, as node's reporter writes it. */
function yamlOf(value: unknown, pad: string): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "\\'")}'`
  if (value === null || value === undefined) return '~'
  if (typeof value !== 'object') return String(value)
  return Object.entries(value)
    .map(([key, each]) => {
      const text = yamlOf(each, `${pad}  `)
      return `\n${pad}  ${key}:${text.startsWith('\n') ? text : ` ${text}`}`
    })
    .join('')
}

/** What was thrown, in plain values. */
export function failureOf(error: unknown, kind: Failure['kind']): Failure {
  if (typeof error !== 'object' || error === null) {
    const message = String(error)
    return { kind, message, code: 'ERR_TEST_FAILURE', frames: [], shown: inspect(error) }
  }
  const { name, message = inspect(error), code, operator, stack = '', failureType, ...rest } = toldBy(error)
  const frames = stack.split('\n').filter((line) => /^ {4}at /.test(line))
  const late = failureType === 'testTimeoutFailure'
  const compared = 'expected' in rest || code === 'ERR_ASSERTION'
  return {
    kind: failureType ?? kind,
    message,
    code: code ?? 'ERR_TEST_FAILURE',
    ...(name !== undefined && name !== 'Error' && !late && { name }),
    ...(compared && { expected: yamlOf(rest.expected, ''), actual: yamlOf(rest.actual, '') }),
    ...(operator !== undefined && { operator }),
    frames: late ? [] : frames.map((line) => line.slice(7)),
    shown: late ? `'${message}'` : inspect(error),
  }
}

const toldBy = (error: object): Thrown => {
  const { name, message, code, operator, stack, failureType } = error as Thrown
  const compared = 'expected' in error ? { expected: (error as Thrown).expected, actual: (error as Thrown).actual } : {}
  return { name, message, code, operator, stack, failureType, ...compared } as Thrown
}
