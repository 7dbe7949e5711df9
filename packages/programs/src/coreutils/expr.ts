import type { Program } from '@drydock/abi'
import { programName, Stdio, voiceOf } from '@drydock/libc'
import { compileRegex, RegexError } from '../regex/posix.ts'
import { encodeText } from '../text/encoding.ts'

class ExprError extends Error {}
const isInteger = (text: string): boolean => /^-?\d+$/.test(text)
const isNull = (text: string): boolean => text === '' || /^-?0+$/.test(text)

function number(text: string): bigint {
  if (!isInteger(text)) throw new ExprError('non-integer argument')
  return BigInt(text)
}

/** Like `:`: anchored at the start; the first group, or how many characters matched. */
function match(text: string, pattern: string): string {
  const found = compileRegex(`^${pattern.replace(/^\^/, '')}`, 'basic').exec(text)
  const grouped = /\\\(/.test(pattern)
  if (!found) return grouped ? '' : '0'
  return grouped ? (found[1] ?? '') : String([...found[0]].length)
}

const compare = (a: string, b: string): number =>
  isInteger(a) && isInteger(b) ? Number(number(a) - number(b)) : a < b ? -1 : a > b ? 1 : 0
const truth = (yes: boolean): string => (yes ? '1' : '0')

const divided =
  (operate: (a: bigint, b: bigint) => bigint) =>
  (a: string, b: string): string => {
    const divisor = number(b)
    if (divisor === 0n) throw new ExprError('division by zero')
    return String(operate(number(a), divisor))
  }

/** From what binds least to what binds most. */
const LEVELS: readonly ReadonlyMap<string, (a: string, b: string) => string>[] = [
  new Map([['|', (a: string, b: string) => (isNull(a) ? (isNull(b) ? '0' : b) : a)]]),
  new Map([['&', (a: string, b: string) => (isNull(a) || isNull(b) ? '0' : a)]]),
  new Map([
    ['<', (a: string, b: string) => truth(compare(a, b) < 0)],
    ['<=', (a: string, b: string) => truth(compare(a, b) <= 0)],
    ['=', (a: string, b: string) => truth(compare(a, b) === 0)],
    ['==', (a: string, b: string) => truth(compare(a, b) === 0)],
    ['!=', (a: string, b: string) => truth(compare(a, b) !== 0)],
    ['>=', (a: string, b: string) => truth(compare(a, b) >= 0)],
    ['>', (a: string, b: string) => truth(compare(a, b) > 0)],
  ]),
  new Map([
    ['+', (a: string, b: string) => String(number(a) + number(b))],
    ['-', (a: string, b: string) => String(number(a) - number(b))],
  ]),
  new Map([
    ['*', (a: string, b: string) => String(number(a) * number(b))],
    ['/', divided((a, b) => a / b)],
    ['%', divided((a, b) => a % b)],
  ]),
  new Map([[':', match]]),
]

class Parser {
  private at = 0
  private readonly words: readonly string[]
  constructor(words: readonly string[]) {
    this.words = words
  }
  run(): string {
    const value = this.level(0)
    if (this.at < this.words.length) throw new ExprError(`syntax error: unexpected argument '${this.words[this.at]}'`)
    return value
  }
  private level(depth: number): string {
    const operators = LEVELS[depth]
    if (!operators) return this.primary()
    let left = this.level(depth + 1)
    for (;;) {
      const operate = operators.get(this.words[this.at] ?? '')
      if (!operate) return left
      this.at++
      left = operate(left, this.level(depth + 1))
    }
  }
  private take(): string {
    const word = this.words[this.at]
    if (word === undefined) throw new ExprError(`syntax error: missing argument after '${this.words.at(-1) ?? ''}'`)
    this.at++
    return word
  }
  private primary(): string {
    const word = this.take()
    if (word === '(') {
      const value = this.level(0)
      const close = this.words[this.at++]
      if (close !== ')')
        throw new ExprError(
          close === undefined
            ? `syntax error: expecting ')' after '${this.words.at(-1)}'`
            : `syntax error: expecting ')' instead of '${close}'`,
        )
      return value
    }
    if (word === ')') throw new ExprError("syntax error: unexpected ')'")
    if (word === '+') return this.take()
    if (word === 'length' && this.at < this.words.length) return String([...this.level(6)].length)
    if (word === 'match' && this.at + 1 < this.words.length) return match(this.level(6), this.level(6))
    if (word === 'index' && this.at + 1 < this.words.length) return index(this.level(6), this.level(6))
    if (word === 'substr' && this.at + 2 < this.words.length)
      return substring(this.level(6), this.level(6), this.level(6))
    return word
  }
}
const index = (text: string, chars: string): string => String([...text].findIndex((char) => chars.includes(char)) + 1)
function substring(text: string, start: string, length: string): string {
  if (!isInteger(start) || !isInteger(length) || Number(start) < 1 || Number(length) < 1) return ''
  return [...text].slice(Number(start) - 1, Number(start) - 1 + Number(length)).join('')
}

/** expr: evaluate an expression. POSIX.1-2024 expr; GNU coreutils 9. */
export const expr: Program = {
  name: 'coreutils/expr',
  paths: ['/usr/bin/expr'],
  covers: 'full',
  summary: 'evaluate expressions',
  sizeBytes: 43952,
  async main(process) {
    const io = new Stdio(process.sys, voiceOf(process))
    const name = programName(process)
    const words = process.argv[1] === '--' ? process.argv.slice(2) : process.argv.slice(1)
    if (words.length === 0) {
      await io.warn(`${name}: missing operand\nTry '${name} --help' for more information.\n`)
      return 2
    }
    try {
      const value = new Parser(words).run()
      await io.print(encodeText(`${value}\n`))
      await io.out.flush()
      return isNull(value) ? 1 : 0
    } catch (error) {
      if (!(error instanceof ExprError || error instanceof RegexError)) throw error
      await io.warn(`${name}: ${error.message}\n`)
      return 2
    }
  },
}
