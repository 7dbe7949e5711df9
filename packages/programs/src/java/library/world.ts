import type { Process } from '@drydock/abi'
import type { Stdio } from '@drydock/libc'
import type { Interpreter } from '../interpret.ts'
import type { Value } from '../values.ts'
import { formatted } from './format.ts'
import { streamOf } from './streams.ts'

/** System.exit on its way up. */
export class Exit extends Error {
  readonly code: number
  constructor(code: number) {
    super('exit')
    this.code = code
  }
}

/** What a virtual machine was started with. */
export interface Machine {
  readonly process: Process
  readonly io: Stdio
  /** System properties. */
  readonly properties: Map<string, string>
}

/** The program and its machine, as the library's classes ask of them. */
export class World {
  readonly program: Interpreter
  readonly machine: Machine
  /** What keeps the machine running after main has returned. */
  readonly threads = new Set<Promise<unknown>>()

  constructor(program: Interpreter, machine: Machine) {
    this.program = program
    this.machine = machine
  }

  textOf(value: Value): Promise<string> {
    return this.program.textOf(value)
  }

  fail(name: string, message: string): Promise<never> {
    return this.program.throwNew(name, message)
  }

  format(text: string, args: readonly Value[]): Promise<string> {
    return formatted(
      text,
      args,
      (value) => this.textOf(value),
      (name, message) => this.fail(name, message),
    )
  }

  /** Calls what implements a functional interface, a lambda or an object with one method. */
  async call(of: Value, args: readonly Value[], name = 'call'): Promise<Value> {
    return this.program.invoke(of, name, args)
  }

  /** From 0 to 1, of the machine's chance. */
  chance(): number {
    const [number = 0] = new Uint32Array(this.machine.process.sys.entropy.bytes(4).slice().buffer)
    return number / 2 ** 32
  }

  stream(items: Iterable<Value> | AsyncIterable<Value>): Value {
    return streamOf(items, this)
  }

  async items(of: Value): Promise<Value[]> {
    const items: Value[] = []
    for await (const each of this.program.elementsOf(of)) items.push(each)
    return items
  }
}
