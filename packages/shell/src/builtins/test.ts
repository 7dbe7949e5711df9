import { quickInteger } from '../expand/numbers.ts'
import { NUMERIC } from '../interp/conditional.ts'
import { fileBinary, fileUnary, isFileBinary, isUnary } from '../interp/file-tests.ts'
import { FatalError, wait, type Steps } from '../interp/flow.ts'
import type { Builtin, BuiltinResult, Shell } from '../interp/shell.ts'

/** Expressions of many words, by precedence. test(1) */
class TestExpression {
  private at = 0
  private readonly shell: Shell
  private readonly words: readonly string[]

  constructor(shell: Shell, words: readonly string[]) {
    this.shell = shell
    this.words = words
  }

  evaluate(): boolean {
    const result = this.or()
    if (this.at > 0 && this.at < this.words.length)
      throw new FatalError(
        `${this.words.length > 3 || isBinary(this.words[this.at] ?? '') ? 'too many arguments' : 'too many arguments'}`,
        2,
        false,
      )
    return result
  }

  private or(): boolean {
    let value = this.and()
    while (this.words[this.at] === '-o') {
      this.at++
      const right = this.and()
      value ||= right
    }
    return value
  }

  private and(): boolean {
    let value = this.not()
    while (this.words[this.at] === '-a') {
      this.at++
      const right = this.not()
      value &&= right
    }
    return value
  }

  private not(): boolean {
    if (this.words[this.at] === '!' && this.at + 1 < this.words.length) {
      this.at++
      return !this.not()
    }
    return this.primary()
  }

  private primary(): boolean {
    const { words, shell } = this
    const word = words[this.at]
    if (word === undefined) throw new FatalError('argument expected', 2, false)
    const operator = words[this.at + 1] ?? ''
    if (word === '(' && words[this.at + 2] === ')') {
      this.at += 3
      return operator !== ''
    }
    if (isBinary(operator) && this.at + 2 < words.length) {
      const right = words[this.at + 2] ?? ''
      this.at += 3
      return binary(shell, operator, word, right)
    }
    if (word === '(') {
      this.at++
      const value = this.or()
      if (words[this.at++] !== ')') throw new FatalError("`)' expected", 2, false)
      return value
    }
    if (isUnary(word) && this.at + 1 < words.length) {
      this.at += 2
      return fileUnary(shell, word, operator) ?? false
    }
    this.at++
    return word !== ''
  }
}

const COMPARE: ReadonlyMap<string, (a: string, b: string) => boolean> = new Map([
  ['=', (a: string, b: string) => a === b],
  ['==', (a: string, b: string) => a === b],
  ['!=', (a: string, b: string) => a !== b],
  ['<', (a: string, b: string) => a < b],
  ['>', (a: string, b: string) => a > b],
])
const isBinary = (operator: string): boolean => COMPARE.has(operator) || NUMERIC.has(operator) || isFileBinary(operator)

function binary(shell: Shell, operator: string, left: string, right: string): boolean {
  const text = COMPARE.get(operator)
  if (text) return text(left, right)
  const numeric = NUMERIC.get(operator)
  return numeric
    ? numeric(integerOf(shell, left), integerOf(shell, right))
    : (fileBinary(shell, operator, left, right) ?? false)
}

function integerOf(shell: Shell, text: string): number | bigint {
  const quick = quickInteger(text)
  if (quick !== undefined) return quick
  const trimmed = text.trim()
  if (/^[-+]?\d{1,15}$/.test(trimmed)) return Number(trimmed)
  const long = /^[-+]?\d+$/.test(trimmed) ? BigInt(trimmed) : undefined
  if (long !== undefined && BigInt.asIntN(64, long) === long) return long
  throw new FatalError(
    shell.dialect.name === 'dash' ? `Illegal number: ${text}` : `${text}: integer expression expected`,
    2,
    false,
  )
}

/** Up to four arguments there is no doubt; undefined for more. */
function byCount(shell: Shell, words: readonly string[]): boolean | undefined {
  const [a, b, c, d] = [words[0] ?? '', words[1] ?? '', words[2] ?? '', words[3] ?? '']
  switch (words.length) {
    case 0:
      return false
    case 1:
      return a !== ''
    case 2:
      if (a === '!') return b === ''
      if (isUnary(a)) return fileUnary(shell, a, b) ?? false
      throw new FatalError(`${a}: unary operator expected`, 2, false)
    case 3:
      if (isBinary(b)) return binary(shell, b, a, c)
      if (b === '-a') return a !== '' && c !== ''
      if (b === '-o') return a !== '' || c !== ''
      if (a === '!') return !byCount(shell, [b, c])
      if (a === '(' && c === ')') return b !== ''
      throw new FatalError(`${b}: binary operator expected`, 2, false)
    case 4:
      if (a === '!') return !byCount(shell, [b, c, d])
      if (a === '(' && d === ')') return byCount(shell, [b, c])
      return undefined
    default:
      return undefined
  }
}

function* missingBracket(shell: Shell): Steps<number> {
  yield* wait(shell.complain("[: missing `]'"))
  return 2
}

function test(shell: Shell, args: readonly string[], name: string): BuiltinResult {
  const count = name === '[' ? args.length - 1 : args.length
  if (name === '[' && args[count] !== ']') return missingBracket(shell)
  if (count === 3) {
    const compare = NUMERIC.get(args[1] ?? '')
    const left = compare && quickInteger(args[0] ?? '')
    const right = compare && quickInteger(args[2] ?? '')
    if (compare && left !== undefined && right !== undefined) return compare(left, right) ? 0 : 1
  }
  const words = count === args.length ? args : args.slice(0, -1)
  return (byCount(shell, words) ?? new TestExpression(shell, words).evaluate()) ? 0 : 1
}

export const testBuiltins: readonly (readonly [string, Builtin])[] = [
  ['test', { run: test, pure: true }],
  ['[', { run: test, pure: true }],
]
