import {
  isBlockDevice,
  isCharDevice,
  isDirectory,
  isErrno,
  isFifo,
  isRegular,
  isSocket,
  isSymlink,
  type Program,
  type Stat,
  type Sys,
} from '@drydock/abi'
import { programName, Stdio, voiceOf } from '@drydock/libc'
import { isTerminal } from '../text/terminal.ts'

class TestError extends Error {}

const look = (sys: Sys, path: string, follow = true): Stat | undefined => {
  try {
    return follow ? sys.stat(path) : sys.lstat(path)
  } catch (error) {
    if (isErrno(error)) return undefined
    throw error
  }
}
const may = (sys: Sys, path: string, mode: number): boolean => {
  try {
    sys.access(path, mode)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
const mode =
  (is: (mode: number) => boolean) =>
  (sys: Sys, path: string): boolean =>
    is(look(sys, path)?.mode ?? 0)

const UNARY = new Map<string, (sys: Sys, operand: string) => boolean>([
  ['-b', mode(isBlockDevice)],
  ['-c', mode(isCharDevice)],
  ['-d', mode(isDirectory)],
  ['-e', (sys, path) => look(sys, path) !== undefined],
  ['-f', mode(isRegular)],
  ['-g', mode((bits) => (bits & 0o2000) !== 0)],
  ['-G', (sys, path) => look(sys, path)?.gid === sys.getgid()],
  ['-h', (sys, path) => isSymlink(look(sys, path, false)?.mode ?? 0)],
  ['-k', mode((bits) => (bits & 0o1000) !== 0)],
  ['-L', (sys, path) => isSymlink(look(sys, path, false)?.mode ?? 0)],
  ['-n', (_, text) => text !== ''],
  [
    '-N',
    (sys, path) => {
      const stat = look(sys, path)
      return stat !== undefined && stat.mtimeMs > stat.atimeMs
    },
  ],
  ['-O', (sys, path) => look(sys, path)?.uid === sys.geteuid()],
  ['-p', mode(isFifo)],
  ['-r', (sys, path) => may(sys, path, 4)],
  ['-s', (sys, path) => (look(sys, path)?.size ?? 0) > 0],
  ['-S', mode(isSocket)],
  ['-t', (sys, text) => isTerminal(sys, integer(text))],
  ['-u', mode((bits) => (bits & 0o4000) !== 0)],
  ['-w', (sys, path) => may(sys, path, 2)],
  ['-x', (sys, path) => may(sys, path, 1)],
  ['-z', (_, text) => text === ''],
])

function integer(text: string): number {
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new TestError(`invalid integer '${text}'`)
  return Number(text)
}
const numeric =
  (compare: (a: number, b: number) => boolean) =>
  (_: Sys, a: string, b: string): boolean =>
    compare(integer(a), integer(b))

const BINARY = new Map<string, (sys: Sys, a: string, b: string) => boolean>([
  ['=', (_, a, b) => a === b],
  ['==', (_, a, b) => a === b],
  ['!=', (_, a, b) => a !== b],
  ['<', (_, a, b) => a < b],
  ['>', (_, a, b) => a > b],
  ['-eq', numeric((a, b) => a === b)],
  ['-ne', numeric((a, b) => a !== b)],
  ['-lt', numeric((a, b) => a < b)],
  ['-le', numeric((a, b) => a <= b)],
  ['-gt', numeric((a, b) => a > b)],
  ['-ge', numeric((a, b) => a >= b)],
  ['-nt', (sys, a, b) => (look(sys, a)?.mtimeMs ?? -Infinity) > (look(sys, b)?.mtimeMs ?? -Infinity)],
  ['-ot', (sys, a, b) => (look(sys, a)?.mtimeMs ?? -Infinity) < (look(sys, b)?.mtimeMs ?? -Infinity)],
  [
    '-ef',
    (sys, a, b) => {
      const [x, y] = [look(sys, a), look(sys, b)]
      return x !== undefined && y !== undefined && x.ino === y.ino && x.dev === y.dev
    },
  ],
])

/** An expression of five words or more: -o, then -a, then !, as POSIX once had it. */
class Parser {
  private at = 0
  private readonly sys: Sys
  private readonly words: readonly string[]
  constructor(sys: Sys, words: readonly string[]) {
    this.sys = sys
    this.words = words
  }
  run(): boolean {
    const value = this.or()
    if (this.at < this.words.length) throw new TestError(`extra argument '${this.words[this.at]}'`)
    return value
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
    if (this.words[this.at] !== '!' || this.at + 1 >= this.words.length) return this.term()
    this.at++
    return !this.not()
  }
  private term(): boolean {
    const word = this.words[this.at]
    if (word === undefined) throw new TestError(`missing argument after '${this.words.at(-1) ?? ''}'`)
    const binary = BINARY.get(this.words[this.at + 1] ?? '')
    if (binary && this.words.length > this.at + 2) {
      this.at += 3
      return binary(this.sys, word, this.words[this.at - 1] ?? '')
    }
    if (word === '(') {
      this.at++
      const value = this.or()
      if (this.words[this.at++] !== ')') throw new TestError("')' expected")
      return value
    }
    const unary = UNARY.get(word)
    if (unary && this.at + 1 < this.words.length) {
      this.at += 2
      return unary(this.sys, this.words[this.at - 1] ?? '')
    }
    this.at++
    return word !== ''
  }
}

/** POSIX says what few words mean by their number alone. */
function evaluate(sys: Sys, words: readonly string[]): boolean {
  const [a = '', b = '', c = ''] = words
  if (words.length === 0) return false
  if (words.length === 1) return a !== ''
  if (words.length === 2) {
    if (a === '!') return b === ''
    const unary = UNARY.get(a)
    if (unary) return unary(sys, b)
    throw new TestError(a.startsWith('-') ? `'${a}': unary operator expected` : `missing argument after '${b}'`)
  }
  if (words.length === 3) {
    const binary = BINARY.get(b)
    if (binary) return binary(sys, a, c)
    if (a === '!') return !evaluate(sys, words.slice(1))
    if (a === '(' && c === ')') return b !== ''
    if (b !== '-a' && b !== '-o') throw new TestError(`'${b}': binary operator expected`)
  }
  if (words.length === 4 && a === '!') return !evaluate(sys, words.slice(1))
  return new Parser(sys, words).run()
}

const row = (name: string, path: string, closing: boolean): Program => ({
  name: `coreutils/${name}`,
  paths: [path],
  covers: 'full',
  summary: 'check file types and compare values',
  sizeBytes: 60208,
  async main(process) {
    const words = process.argv.slice(1)
    try {
      if (closing && words.pop() !== ']') throw new TestError("missing ']'")
      return evaluate(process.sys, words) ? 0 : 1
    } catch (error) {
      if (!(error instanceof TestError)) throw error
      await new Stdio(process.sys, voiceOf(process)).warn(`${programName(process)}: ${error.message}\n`)
      return 2
    }
  },
})

/** test and [: check files and compare values. POSIX.1-2024 test; GNU coreutils 9. */
export const test = row('test', '/usr/bin/test', false)
export const bracket = row('[', '/usr/bin/[', true)
