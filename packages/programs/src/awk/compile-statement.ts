import type { MaybePromise } from '@drydock/abi'
import type { Expression, Redirection, Statement } from './ast.ts'
import { ExpressionCompiler } from './compile-expression.ts'
import { sprintf } from './format.ts'
import { type Execute, type Frame, type Machine, type Outcome, chain } from './machine.ts'
import { joined, toBoolean, toNumber, toText, type Value } from './values.ts'

type Of<K extends Statement['kind']> = Extract<Statement, { kind: K }>

/** Turns statements into closures. */
export class StatementCompiler {
  private readonly machine: Machine
  private readonly expressions: ExpressionCompiler

  constructor(machine: Machine, parameters: readonly string[] = []) {
    this.machine = machine
    this.expressions = new ExpressionCompiler(machine, parameters)
  }

  expression(expression: Expression): (frame: Frame) => MaybePromise<Value> {
    return this.expressions.compile(expression)
  }

  compile(statement: Statement): Execute {
    return this.kinds[statement.kind](statement as never)
  }

  private readonly kinds: { readonly [K in Statement['kind']]: (statement: Of<K>) => Execute } = {
    block: ({ body }) => sequence(body.map((each) => this.compile(each))),
    expression: ({ value }) => this.valueOnly(value),
    print: (statement) => this.print(statement),
    printf: (statement) => this.print(statement),
    if: (statement) => this.condition(statement),
    while: ({ test, body }) => this.loop(test, body, undefined, true),
    do: ({ test, body }) => this.loop(test, body, undefined, false),
    for: (statement) => this.forLoop(statement),
    forin: (statement) => this.forIn(statement),
    delete: (statement) => this.deletion(statement),
    break: () => () => 'break',
    continue: () => () => 'continue',
    next: () => () => 'next',
    nextfile: () => () => 'nextfile',
    exit: ({ value }) => this.leave('exit', value),
    return: ({ value }) => this.leave('return', value),
  }

  private valueOnly(value: Expression): Execute {
    const compute = this.expressions.compile(value)
    return (frame) => {
      const result = compute(frame)
      return result instanceof Promise ? result.then(nothing) : undefined
    }
  }

  private condition({ test, yes, no }: Of<'if'>): Execute {
    const decide = this.expressions.compile(test)
    const first = this.compile(yes)
    const second = no ? this.compile(no) : nothing
    return (frame) => chain(decide(frame), (value) => (toBoolean(value) ? first(frame) : second(frame)))
  }

  private forLoop({ start, test, step, body }: Of<'for'>): Execute {
    const loop = this.loop(test, body, step, true)
    if (!start) return loop
    const begin = this.compile(start)
    return (frame) => chain(begin(frame), () => loop(frame))
  }

  private loop(
    test: Expression | undefined,
    body: Statement,
    step: Statement | undefined,
    testFirst: boolean,
  ): Execute {
    const decide = test ? this.expressions.compile(test) : () => 1
    const run = this.compile(body)
    const after = step ? this.compile(step) : undefined
    const { sys } = this.machine
    return async (frame) => {
      for (let first = true; ; first = false) {
        if (testFirst || !first) {
          const go = decide(frame)
          if (!toBoolean(go instanceof Promise ? await go : go)) return undefined
        }
        const ran = run(frame)
        const outcome = ran instanceof Promise ? await ran : ran
        if (outcome === 'break') return undefined
        if (outcome !== undefined && outcome !== 'continue') return outcome
        const stepped = after?.(frame)
        if (stepped instanceof Promise) await stepped
        const pause = sys.tick()
        if (pause) await pause
      }
    }
  }

  private forIn({ variable, array, body }: Of<'forin'>): Execute {
    const place = this.expressions.locate({ kind: 'variable', name: variable })
    const table = this.expressions.bind(array)
    const run = this.compile(body)
    return async (frame) => {
      for (const key of Array.from(table(frame).array.keys())) {
        ;(await place(frame)).set(key)
        const ran = run(frame)
        const outcome = ran instanceof Promise ? await ran : ran
        if (outcome === 'break') return undefined
        if (outcome !== undefined && outcome !== 'continue') return outcome
      }
      return undefined
    }
  }

  private deletion({ array, subscript }: Of<'delete'>): Execute {
    const table = this.expressions.bind(array)
    if (!subscript) return (frame) => void table(frame).array.clear()
    const key = this.expressions.subscript(subscript)
    return (frame) => chain(key(frame), (text) => void table(frame).array.delete(text))
  }

  private leave(kind: 'exit' | 'return', value: Expression | undefined): Execute {
    const { machine } = this
    if (!value) return () => kind
    const compute = this.expressions.compile(value)
    return (frame) =>
      chain(compute(frame), (result): Outcome => {
        if (kind === 'return') machine.returned = result
        else machine.status = Math.trunc(toNumber(result)) & 255
        return kind
      })
  }

  private print({ kind, args, to }: Of<'print'> | Of<'printf'>): Execute {
    const values = this.expressions.all(args)
    const text = kind === 'printf' ? (given: Value[]) => this.formatted(given) : (given: Value[]) => this.printed(given)
    const emit = this.emitter(to)
    const show = (frame: Frame, given: Value[]): MaybePromise<undefined> => chain(emit(frame, text(given)), nothing)
    return (frame) => {
      const given = values(frame)
      return given instanceof Promise ? given.then((came) => show(frame, came)) : show(frame, given)
    }
  }

  private formatted([format, ...args]: Value[]): string {
    return sprintf(this.machine.text(format), args, this.machine.specials.convfmt())
  }

  /** print writes numbers by OFMT. */
  private printed(values: Value[]): string {
    const { specials, record } = this.machine
    const end = specials.text(specials.ORS)
    if (values.length === 0) return record.record() + end
    return joined(values, specials.text(specials.OFS), toText(specials.OFMT.scalar, '%.6g')) + end
  }

  private emitter(to: Redirection | undefined): (frame: Frame, text: string) => MaybePromise<void> {
    const { machine } = this
    if (!to) return (_, text) => machine.streams.print(text)
    const target = this.expressions.compile(to.to)
    return (frame, text) => chain(target(frame), (name) => machine.streams.printTo(to.kind, machine.text(name), text))
  }
}

const nothing = (): undefined => undefined

function sequence(steps: readonly Execute[]): Execute {
  const [only] = steps
  if (only && steps.length === 1) return only
  return (frame) => {
    for (let i = 0; i < steps.length; i++) {
      const outcome = steps[i]?.(frame)
      if (outcome instanceof Promise) return remaining(outcome, steps, i + 1, frame)
      if (outcome !== undefined) return outcome
    }
    return undefined
  }
}

async function remaining(
  pending: Promise<Outcome>,
  steps: readonly Execute[],
  from: number,
  frame: Frame,
): Promise<Outcome> {
  const first = await pending
  if (first !== undefined) return first
  for (let i = from; i < steps.length; i++) {
    const ran = steps[i]?.(frame)
    const outcome = ran instanceof Promise ? await ran : ran
    if (outcome !== undefined) return outcome
  }
  return undefined
}
