import type { MaybePromise, Sys } from '@drydock/abi'
import type { MainInput } from './main-input.ts'
import { RecordFields, Specials } from './record.ts'
import { Regexes } from './regexes.ts'
import type { Streams } from './streams.ts'
import { fromInput, toText, type Value, Variable } from './values.ts'

/** The variables of a call of a function. */
export type Frame = readonly Variable[]
export type Evaluate = (frame: Frame) => MaybePromise<Value>
/** What a statement ended with, where it is not simply done. */
export type Outcome = undefined | 'break' | 'continue' | 'next' | 'nextfile' | 'exit' | 'return'
export type Execute = (frame: Frame) => MaybePromise<Outcome>

export interface UserFunction {
  readonly parameters: readonly string[]
  body: Execute
}

/** An error at run time that ends the program with status 2. */
export class AwkError extends Error {}

/** Calls `use` now, or when the value has come. */
export const chain = <A, B>(value: MaybePromise<A>, use: (value: A) => MaybePromise<B>): MaybePromise<B> =>
  value instanceof Promise ? value.then(use) : use(value)

/** All that a running program has. */
export class Machine {
  readonly sys: Sys
  readonly streams: Streams
  readonly specials = new Specials()
  readonly regexes: Regexes
  readonly record: RecordFields
  readonly functions = new Map<string, UserFunction>()
  input: MainInput | undefined
  status = 0
  returned: Value = undefined
  depth = 0
  seed = 0
  random = 0x2545f491
  private readonly globals = new Map<string, Variable>()

  constructor(sys: Sys, streams: Streams, regexes: Regexes) {
    this.sys = sys
    this.streams = streams
    this.regexes = regexes
    this.record = new RecordFields(this.specials, regexes)
    for (const [name, variable] of Object.entries(this.specials))
      if (variable instanceof Variable) this.globals.set(name, variable)
  }

  variable(name: string): Variable {
    const known = this.globals.get(name)
    if (known) return known
    const fresh = new Variable()
    this.globals.set(name, fresh)
    return fresh
  }

  /** `name=text` of -v and of operands. */
  assign(name: string, text: string): void {
    this.setGlobal(name, fromInput(text))
  }

  setGlobal(name: string, value: Value): void {
    if (name === 'NF') return this.record.setCount(Number(toText(value, '%.6g')))
    if (name === 'FS' || name === 'RS') this.record.need()
    this.variable(name).scalar = value
  }

  text(value: Value): string {
    return typeof value === 'string' ? value : toText(value, this.specials.convfmt())
  }
}
