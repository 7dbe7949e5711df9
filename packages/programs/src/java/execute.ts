import { type Ending, Evaluator, Thrown, typeText } from './evaluate.ts'
import type { ClassDecl, Stmt } from './syntax.ts'
import { Instance, type JClass, Scope, type Value, zeroOf } from './values.ts'

type Of<K extends Stmt['kind']> = Extract<Stmt, { kind: K }>
type Runners = {
  readonly [K in Stmt['kind']]: (statement: Of<K>, scope: Scope, label?: string) => Promise<Ending | undefined>
}

const OVER = 'over'

/** Statements by their kind. JLS 14 */
export abstract class Executor extends Evaluator {
  protected abstract readonly tick: () => unknown
  protected abstract declare(
    declared: ClassDecl,
    prefix: string,
    outer: JClass | undefined,
    scope: Scope | undefined,
  ): JClass
  abstract elementsOf(of: Value): AsyncGenerator<Value>

  private readonly runners: Runners = {
    block: ({ body }, scope) => this.block(body, new Scope(scope)),
    local: (statement, scope) => this.local(statement, scope),
    class: async ({ declared }, scope) =>
      void this.declare(declared, scope.inClass?.qualified ?? '', scope.inClass, scope),
    expression: async ({ value }, scope) => void (await this.evaluate(value, scope)),
    if: async ({ test, yes, no }, scope) => {
      if ((await this.evaluate(test, scope)) === true) return this.run(yes, scope)
      return no ? this.run(no, scope) : undefined
    },
    while: (statement, scope, label) => this.loop(statement, scope, label),
    for: (statement, scope, label) => this.counted(statement, scope, label),
    'for each': (statement, scope, label) => this.each(statement, scope, label),
    return: async ({ value }, scope) => ({ kind: 'return', value: value && (await this.evaluate(value, scope)) }),
    yield: async ({ value }, scope) => ({ kind: 'yield', value: await this.evaluate(value, scope) }),
    break: async ({ label }) => ({ kind: 'break', label }),
    continue: async ({ label }) => ({ kind: 'continue', label }),
    throw: async ({ value }, scope) => {
      const thrown = await this.evaluate(value, scope)
      if (thrown instanceof Instance) throw new Thrown(thrown)
      return this.throwNew('NullPointerException', 'Cannot throw exception because value is null')
    },
    try: (statement, scope) => this.tried(statement, scope),
    switch: async ({ on, cases }, scope) => {
      const ending = await this.chosen(on, cases, scope)
      const isOver = ending?.kind === 'yield' || (ending?.kind === 'break' && ending.label === undefined)
      return isOver ? undefined : ending
    },
    labeled: (statement, scope) => this.labeled(statement, scope),
    empty: async () => undefined,
  }

  protected async run(statement: Stmt, scope: Scope, label?: string): Promise<Ending | undefined> {
    return (this.runners[statement.kind] as (of: Stmt, scope: Scope, label?: string) => Promise<Ending | undefined>)(
      statement,
      scope,
      label,
    )
  }

  private async block(body: readonly Stmt[], scope: Scope): Promise<Ending | undefined> {
    for (const each of body) {
      const ending = await this.run(each, scope)
      if (ending) return ending
    }
    return undefined
  }

  private async local({ type, names }: Of<'local'>, scope: Scope): Promise<undefined> {
    for (const { name, dims, value } of names) {
      const whole = { ...type, dims: type.dims + dims }
      const text = type.name === 'var' ? '' : typeText(whole)
      scope.declare(name, text, value ? await this.initial(value, whole, scope) : zeroOf(text))
    }
  }

  private async loop({ test, body, first }: Of<'while'>, scope: Scope, label?: string): Promise<Ending | undefined> {
    for (let tests = first; ; tests = true) {
      if (tests && (await this.evaluate(test, scope)) !== true) return undefined
      const ending = await this.turn(body, new Scope(scope), label)
      if (ending !== undefined) return ending === OVER ? undefined : ending
    }
  }

  /** One turn of a loop. @returns OVER after a break, undefined to go on */
  private async turn(body: Stmt, scope: Scope, label?: string): Promise<Ending | typeof OVER | undefined> {
    await this.tick()
    const ending = await this.run(body, scope)
    if (ending?.kind === 'break' && ending.label === undefined) return OVER
    return ending?.kind === 'continue' && (ending.label === undefined || ending.label === label) ? undefined : ending
  }

  private async counted(
    { before, test, after, body }: Of<'for'>,
    scope: Scope,
    label?: string,
  ): Promise<Ending | undefined> {
    const head = new Scope(scope)
    for (const each of before) await this.run(each, head)
    for (;;) {
      if (test && (await this.evaluate(test, head)) !== true) return undefined
      const ending = await this.turn(body, new Scope(head), label)
      if (ending !== undefined) return ending === OVER ? undefined : ending
      for (const each of after) await this.evaluate(each, head)
    }
  }

  private async each(
    { type, name, of, body }: Of<'for each'>,
    scope: Scope,
    label?: string,
  ): Promise<Ending | undefined> {
    const text = type.name === 'var' ? '' : typeText(type)
    const over = await this.evaluate(of, scope)
    if (over === null) return this.throwNew('NullPointerException', 'Cannot iterate over null')
    for await (const value of this.elementsOf(over)) {
      const inner = new Scope(scope)
      inner.declare(name, text, value)
      const ending = await this.turn(body, inner, label)
      if (ending !== undefined) return ending === OVER ? undefined : ending
    }
    return undefined
  }

  private async labeled({ label, body }: Of<'labeled'>, scope: Scope): Promise<Ending | undefined> {
    const ending = await this.run(body, scope, label)
    return ending?.kind === 'break' && ending.label === label ? undefined : ending
  }

  private async tried({ resources, body, catches, after }: Of<'try'>, scope: Scope): Promise<Ending | undefined> {
    let ending: Ending | undefined
    try {
      ending = await this.withResources(resources, body, new Scope(scope))
    } catch (error) {
      const thrown = error instanceof Thrown ? error : await this.overflow(error)
      const fitting = catches.find(({ types }) => types.some(({ name }) => this.isA(thrown.value, name)))
      if (!fitting) throw thrown
      const inner = new Scope(scope)
      inner.declare(fitting.name, '', thrown.value)
      ending = await this.run(fitting.body, inner)
    } finally {
      const last = after && (await this.run(after, scope))
      if (last) ending = last
    }
    return ending
  }

  /** The stack of what runs this program is the program's own. */
  private async overflow(error: unknown): Promise<Thrown> {
    if (!(error instanceof RangeError)) throw error
    return new Thrown((await this.create('StackOverflowError', [], new Scope(undefined))) as Instance)
  }

  private async withResources(resources: readonly Stmt[], body: Stmt, scope: Scope): Promise<Ending | undefined> {
    const opened: Value[] = []
    try {
      for (const each of resources) {
        await this.run(each, scope)
        if (each.kind === 'local') opened.push(scope.find(each.names[0]?.name ?? '')?.value)
      }
      return await this.run(body, scope)
    } finally {
      for (const each of opened.toReversed()) if (each) await this.invoke(each, 'close', [])
    }
  }
}
