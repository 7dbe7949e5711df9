import { isErrno } from '@drydock/abi'
import { defineProgram, list, type ProgramContext, readAll, readTextFile } from '@drydock/libc'
import { decodeText } from '../text/encoding.ts'
import {
  add,
  compare,
  type Decimal,
  divide,
  formatNumber,
  fromInteger,
  lengthOf,
  modulo,
  multiply,
  ONE,
  parseNumber,
  power,
  rescale,
  squareRoot,
  subtract,
  ZERO,
} from './bc/number.ts'

type Value = Decimal | string
const isText = (value: Value): value is string => typeof value === 'string'

/** Goes on with the next command after `dc: message`. */
class DcError extends Error {}
class Quit {
  levels: number
  constructor(levels: number) {
    this.levels = levels
  }
}

const options = { expressions: list('e', 'expression'), files: list('f', 'file') }
type Context = ProgramContext<typeof options>

/** The stack, registers and what is printed. dc(1), GNU dc 1.4. */
class Calculator {
  private stack: Value[] = []
  private readonly registers = new Map<string, Value[]>()
  private readonly arrays = new Map<string, Map<string, Value>>()
  private scale = 0
  private inputBase = 10
  private outputBase = 10
  private readonly context: Context
  private text = ''
  private at = 0

  constructor(context: Context) {
    this.context = context
  }

  /** @throws Quit */
  async run(text: string): Promise<void> {
    const outer = { text: this.text, at: this.at }
    this.text = text
    this.at = 0
    try {
      while (this.at < this.text.length) await this.step()
    } finally {
      this.text = outer.text
      this.at = outer.at
    }
  }

  private async step(): Promise<void> {
    try {
      await this.command(this.text.charAt(this.at))
    } catch (error) {
      const problem =
        error instanceof RangeError ? 'divide by zero' : error instanceof DcError ? error.message : undefined
      if (problem === undefined) throw error
      await this.context.io.out.flush()
      await this.context.fail(problem)
    }
  }

  private async command(char: string): Promise<void> {
    const number = /^_?(?:[0-9A-F]+\.?[0-9A-F]*|\.[0-9A-F]+)/.exec(this.text.slice(this.at))
    if (number) {
      this.at += number[0].length
      const value = parseNumber(number[0].replace('_', ''), this.inputBase)
      this.push(number[0].startsWith('_') ? subtract(ZERO, value) : value)
      return
    }
    this.at++
    const run = COMMANDS.get(char)
    if (run) return run.call(undefined, this)
    if (!/\s/.test(char))
      throw new DcError(
        `${/[!-~]/.test(char) ? `'${char}' (0${char.charCodeAt(0).toString(8)})` : `0${char.charCodeAt(0).toString(8)}`} unimplemented`,
      )
  }

  push(value: Value): void {
    this.stack.push(value)
  }

  pop(): Value {
    const value = this.stack.pop()
    if (value === undefined) throw new DcError('stack empty')
    return value
  }

  private top(): Value {
    const value = this.stack.at(-1)
    if (value === undefined) throw new DcError('stack empty')
    return value
  }

  number(): Decimal {
    const value = this.pop()
    if (!isText(value)) return value
    this.push(value)
    throw new DcError('non-numeric value')
  }

  /** Two numbers and what comes of them; both stay when it cannot be. */
  binary(work: (a: Decimal, b: Decimal, scale: number) => Decimal | readonly Decimal[]): void {
    if (this.stack.length < 2) throw new DcError('stack empty')
    const [a, b] = this.stack.slice(-2)
    if (a === undefined || b === undefined || isText(a) || isText(b)) throw new DcError('non-numeric value')
    const result = work(a, b, this.scale)
    this.stack.splice(-2)
    for (const value of Array.isArray(result) ? result : [result]) this.push(value as Decimal)
  }

  root(): void {
    const value = this.number()
    if (value.digits < 0n) {
      this.push(value)
      throw new DcError('square root of negative number')
    }
    this.push(squareRoot(value, this.scale))
  }

  shown(value: Value): string {
    return isText(value) ? value : formatNumber(value, this.outputBase)
  }

  async print(end: string): Promise<void> {
    await this.context.io.print(this.shown(this.top()) + end)
  }

  async printPopped(): Promise<void> {
    await this.context.io.print(this.shown(this.pop()))
  }

  /** P: a text as it is, a number as the bytes it is made of. */
  async printBytes(): Promise<void> {
    const value = this.pop()
    if (isText(value)) return void (await this.context.io.print(value))
    const bytes: number[] = []
    for (let left = rescale(value, 0).digits; left > 0n; left /= 256n) bytes.unshift(Number(left % 256n))
    await this.context.io.out.write(Uint8Array.from(bytes))
  }

  async printStack(): Promise<void> {
    for (const value of this.stack.toReversed()) await this.context.io.print(`${this.shown(value)}\n`)
  }

  register(): string {
    const name = this.text.charAt(this.at++)
    if (name === '') throw new DcError('unexpected end of file')
    return name
  }

  store(): void {
    const name = this.register()
    const stack = this.registers.get(name) ?? []
    stack.splice(-1, 1, this.pop())
    this.registers.set(name, stack)
  }

  load(): void {
    const name = this.register()
    this.push(this.registers.get(name)?.at(-1) ?? ZERO)
  }

  pushRegister(): void {
    const name = this.register()
    const value = this.pop()
    this.registers.set(name, [...(this.registers.get(name) ?? []), value])
  }

  popRegister(): void {
    const name = this.register()
    const value = this.registers.get(name)?.pop()
    if (value === undefined) throw new DcError(`stack register '${name}' (0${name.charCodeAt(0).toString(8)}) is empty`)
    this.push(value)
  }

  storeInArray(): void {
    const name = this.register()
    const index = rescale(this.number(), 0).digits.toString()
    const array = this.arrays.get(name) ?? new Map<string, Value>()
    this.arrays.set(name, array.set(index, this.pop()))
  }

  loadFromArray(): void {
    const name = this.register()
    const index = rescale(this.number(), 0).digits.toString()
    this.push(this.arrays.get(name)?.get(index) ?? ZERO)
  }

  /** Text between brackets that belong together. */
  string(): void {
    let depth = 1
    const from = this.at
    while (this.at < this.text.length && depth > 0) {
      const char = this.text.charAt(this.at++)
      if (char === '[') depth++
      else if (char === ']') depth--
    }
    this.push(this.text.slice(from, depth === 0 ? this.at - 1 : this.at))
  }

  async execute(value = this.pop()): Promise<void> {
    if (!isText(value)) return this.push(value)
    try {
      await this.run(value)
    } catch (error) {
      if (!(error instanceof Quit) || error.levels <= 1) {
        if (error instanceof Quit) return
        throw error
      }
      error.levels--
      throw error
    }
  }

  /** `<r`, `!>r` and so on: the register runs when the top two compare so. */
  async compared(holds: (order: number) => boolean): Promise<void> {
    const name = this.register()
    const [a, b] = [this.number(), this.number()]
    const value = this.registers.get(name)?.at(-1)
    if (holds(compare(a, b)) && value !== undefined) await this.execute(value)
  }

  async negatedComparison(): Promise<void> {
    const char = this.text.charAt(this.at++)
    const holds = COMPARISONS.get(char)
    if (!holds) throw new DcError('Running shell commands is not supported')
    await this.compared((order) => !holds(order))
  }

  duplicate(): void {
    this.push(this.top())
  }

  swap(): void {
    const [b, a] = [this.pop(), this.pop()]
    this.push(b)
    this.push(a)
  }

  clear(): void {
    this.stack = []
  }

  depth(): void {
    this.push(fromInteger(this.stack.length))
  }

  digits(): void {
    const value = this.pop()
    this.push(fromInteger(isText(value) ? value.length : lengthOf(value)))
  }

  fraction(): void {
    const value = this.pop()
    this.push(fromInteger(isText(value) ? 0 : value.scale))
  }

  setScale(): void {
    const value = Number(rescale(this.number(), 0).digits)
    if (value < 0) throw new DcError('scale must be a nonnegative integer')
    this.scale = value
  }

  setInputBase(): void {
    const value = Number(rescale(this.number(), 0).digits)
    if (value < 2 || value > 16) throw new DcError('input base must be a number between 2 and 16 (inclusive)')
    this.inputBase = value
  }

  setOutputBase(): void {
    const value = Number(rescale(this.number(), 0).digits)
    if (value < 2) throw new DcError('output base must be a number greater than 1')
    this.outputBase = value
  }

  setting(name: 'scale' | 'inputBase' | 'outputBase'): void {
    this.push(fromInteger({ scale: this.scale, inputBase: this.inputBase, outputBase: this.outputBase }[name]))
  }

  /** `a`: the first character of a text, or the one with that number. */
  character(): void {
    const value = this.pop()
    this.push(isText(value) ? value.charAt(0) : String.fromCharCode(Number(rescale(value, 0).digits & 0xffn)))
  }

  comment(): void {
    const end = this.text.indexOf('\n', this.at)
    this.at = end < 0 ? this.text.length : end
  }

  quit(levels: number): never {
    throw new Quit(levels)
  }
}

const COMPARISONS: ReadonlyMap<string, (order: number) => boolean> = new Map([
  ['<', (order: number) => order < 0],
  ['>', (order: number) => order > 0],
  ['=', (order: number) => order === 0],
])

function modularPower(base: Decimal, exponent: Decimal, modulus: Decimal): Decimal {
  const [whole, most] = [rescale(base, 0).digits, rescale(modulus, 0).digits]
  let result = 1n
  let factor = whole % most
  for (let left = rescale(exponent, 0).digits; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * factor) % most
    factor = (factor * factor) % most
  }
  return { digits: result, scale: 0 }
}

const COMMANDS: ReadonlyMap<string, (dc: Calculator) => Promise<void> | void> = new Map<
  string,
  (dc: Calculator) => Promise<void> | void
>([
  ['p', (dc) => dc.print('\n')],
  ['n', (dc) => dc.printPopped()],
  ['P', (dc) => dc.printBytes()],
  ['f', (dc) => dc.printStack()],
  ['+', (dc) => dc.binary(add)],
  ['-', (dc) => dc.binary(subtract)],
  ['*', (dc) => dc.binary(multiply)],
  ['/', (dc) => dc.binary(divide)],
  ['%', (dc) => dc.binary(modulo)],
  ['~', (dc) => dc.binary((a, b, scale) => [divide(a, b, scale), modulo(a, b, scale)])],
  ['^', (dc) => dc.binary(power)],
  [
    '|',
    (dc) => {
      const [modulus, exponent, base] = [dc.number(), dc.number(), dc.number()]
      if (modulus.digits === 0n) throw new DcError('remainder by zero')
      dc.push(modularPower(base, exponent, modulus))
    },
  ],
  ['v', (dc) => dc.root()],
  ['c', (dc) => dc.clear()],
  ['d', (dc) => dc.duplicate()],
  ['r', (dc) => dc.swap()],
  ['s', (dc) => dc.store()],
  ['l', (dc) => dc.load()],
  ['S', (dc) => dc.pushRegister()],
  ['L', (dc) => dc.popRegister()],
  [':', (dc) => dc.storeInArray()],
  [';', (dc) => dc.loadFromArray()],
  ['i', (dc) => dc.setInputBase()],
  ['o', (dc) => dc.setOutputBase()],
  ['k', (dc) => dc.setScale()],
  ['I', (dc) => dc.setting('inputBase')],
  ['O', (dc) => dc.setting('outputBase')],
  ['K', (dc) => dc.setting('scale')],
  ['[', (dc) => dc.string()],
  ['x', (dc) => dc.execute()],
  ...[...COMPARISONS].map(([char, holds]) => [char, (dc: Calculator) => dc.compared(holds)] as const),
  ['!', (dc) => dc.negatedComparison()],
  ['q', (dc) => dc.quit(2)],
  ['Q', (dc) => dc.quit(Number(rescale(dc.number(), 0).digits))],
  ['z', (dc) => dc.depth()],
  ['Z', (dc) => dc.digits()],
  ['X', (dc) => dc.fraction()],
  ['a', (dc) => dc.character()],
  ['R', (dc) => void dc.pop()],
  ['#', (dc) => dc.comment()],
  ['N', (dc) => dc.push(dc.number().digits === 0n ? ONE : ZERO)],
])

/** dc: an arbitrary precision calculator in reverse Polish notation. */
export const dc = defineProgram({
  name: 'dc/dc',
  paths: ['/usr/bin/dc'],
  covers: 'partial',
  lacks: ['! (shell commands)', '? (reading a line)'],
  summary: 'an arbitrary precision calculator',
  usage: 'dc [OPTION] [file ...]',
  sizeBytes: 52_032,
  options,
  async main(context) {
    const { sys, options: o, operands, fail } = context
    const calculator = new Calculator(context)
    try {
      for (const text of o.expressions) await calculator.run(text)
      for (const path of [...o.files, ...operands]) await calculator.run(await readTextFile(sys, path))
      if (o.expressions.length + o.files.length + operands.length === 0)
        await calculator.run(decodeText(await readAll(sys, 0)))
      return 0
    } catch (error) {
      if (error instanceof Quit) return 0
      if (!isErrno(error)) throw error
      await fail(`Could not open file ${[...o.files, ...operands].at(-1)}`)
      return 1
    }
  },
})
