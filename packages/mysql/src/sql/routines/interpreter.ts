import type { Outcome, Value } from '../../protocol.ts'
import type { Token } from '../lexer.ts'
import { SqlError } from '../problem.ts'
import type { Condition, Handler, Step } from './body.ts'
import { Locals } from './locals.ts'

/** What a stored program asks of the engine. */
export interface ProgramHost {
  /** Runs one statement. @throws SqlError */
  execute(tokens: readonly Token[], locals: Locals): Outcome
  /** @throws SqlError */
  evaluate(tokens: readonly Token[], locals: Locals): Value
  typeOf(tokens: readonly Token[]): string
  setUserVariable(name: string, value: Value): void
  /** A result for the client. @throws SqlError where none may be given */
  give(outcome: Outcome): void
  /** Called by everything that repeats. */
  tick(): void
}

type Block = Extract<Step, { kind: 'block' }>

interface OpenCursor {
  readonly rows: readonly (readonly Value[])[]
  at: number
}

/** What leaves the statements around it. */
class Jump {
  readonly kind: 'leave' | 'iterate'
  readonly label: string
  constructor(kind: 'leave' | 'iterate', label: string) {
    this.kind = kind
    this.label = label.toLowerCase()
  }
}
class Returned {
  readonly value: Value
  constructor(value: Value) {
    this.value = value
  }
}
/** The block whose EXIT handler has run is over. */
class Exit {
  readonly block: Scope
  constructor(block: Scope) {
    this.block = block
  }
}

interface Scope {
  readonly block: Block
  readonly cursors: Map<string, OpenCursor>
}

const NO_DATA = 1329
export const noData = (): SqlError =>
  new SqlError(NO_DATA, '02000', 'No data - zero rows fetched, selected, or processed')

/** Runs the statements of one stored program. */
export class Interpreter {
  private readonly host: ProgramHost
  readonly locals: Locals
  private readonly scopes: Scope[] = []
  /** The blocks whose handlers may be asked: those of a handler that runs are not. */
  private readonly asked: Scope[] = []
  /** Up to where handlers were asked in vain, or failed themselves. */
  private readonly passed = new WeakMap<SqlError, number>()
  /** What handlers are running for: the newest last. */
  private readonly handled: SqlError[] = []

  constructor(host: ProgramHost, locals: Locals) {
    this.host = host
    this.locals = locals
  }

  /** @returns what a function gives back; undefined where it gave nothing @throws SqlError */
  run(step: Step): Value | undefined {
    try {
      this.step(step)
      return undefined
    } catch (end) {
      if (end instanceof Returned) return end.value
      throw end
    }
  }

  private step(step: Step): void {
    this.host.tick()
    const run = RUNS[step.kind] as (this: Interpreter, step: Step) => void
    run.call(this, step)
  }

  /** Statements in turn; what one of them fails with goes to the handlers that are declared around it. */
  private steps(steps: readonly Step[]): void {
    for (const step of steps)
      try {
        this.step(step)
      } catch (error) {
        if (!(error instanceof SqlError)) throw error
        this.failed(error)
      }
  }

  /** @throws SqlError when nobody handles it, and what the handler ends with */
  private failed(error: SqlError): void {
    for (let at = Math.min(this.asked.length, this.passed.get(error) ?? Infinity) - 1; at >= 0; at--) {
      const scope = this.asked[at] as Scope
      const handler = this.handlerIn(scope.block, error)
      if (!handler) continue
      this.handle(handler, error, at)
      if (handler.action === 'EXIT') throw new Exit(scope)
      return
    }
    this.passed.set(error, 0)
    throw error
  }

  private handle(handler: Handler, error: SqlError, at: number): void {
    const inner = this.asked.splice(at)
    this.handled.push(error)
    try {
      this.step(handler.step)
    } catch (failure) {
      if (failure instanceof SqlError) this.passed.set(failure, at)
      throw failure
    } finally {
      this.handled.pop()
      this.asked.push(...inner)
    }
  }

  /** The closest: a number goes before a state, and that before what stands for many. */
  private handlerIn({ handlers }: Block, error: SqlError): Handler | undefined {
    const fits = (rank: number): Handler | undefined =>
      handlers.find(({ conditions }) => conditions.some((each) => this.rank(each, error) === rank))
    return fits(0) ?? fits(1) ?? fits(2)
  }

  private rank(condition: Condition, error: SqlError): number | undefined {
    const found = condition.kind === 'named' ? this.named(condition.name) : condition
    const { code, state } = error
    if (found.kind === 'code') return found.code === code ? 0 : undefined
    if (found.kind === 'state') return found.state === state ? 1 : undefined
    if (found.kind === 'not found') return state.startsWith('02') ? 2 : undefined
    if (found.kind === 'warning') return state.startsWith('01') ? 2 : undefined
    return /^0[0-2]/.test(state) ? undefined : 2
  }

  private named(name: string): Condition {
    const found = this.scopes.findLast(({ block }) => block.conditions.has(name))?.block.conditions.get(name)
    if (!found) throw new SqlError(1319, '42000', `Undefined CONDITION: ${name}`)
    return found
  }

  // statements ------------------------------------------------------------------------------------------------------

  block(block: Block): void {
    const scope: Scope = { block, cursors: new Map() }
    this.locals.enter()
    this.scopes.push(scope)
    this.asked.push(scope)
    try {
      for (const { names, type, value } of block.variables) {
        const given = value.length > 0 ? this.host.evaluate(value, this.locals) : null
        for (const name of names) this.locals.declare(name, this.host.typeOf(type), given)
      }
      this.steps(block.steps)
    } catch (end) {
      const mine = (end instanceof Exit && end.block === scope) || isJump(end, 'leave', block.label)
      if (!mine) throw end
    } finally {
      this.scopes.pop()
      this.asked.splice(this.asked.lastIndexOf(scope), 1)
      this.locals.leave()
    }
  }

  private isTrue(tokens: readonly Token[]): boolean {
    const value = this.host.evaluate(tokens, this.locals)
    return value !== null && Number.parseFloat(String(value)) !== 0
  }

  when({ arms, otherwise }: Extract<Step, { kind: 'if' }>): void {
    this.steps(arms.find(({ when }) => this.isTrue(when))?.steps ?? otherwise)
  }

  choice({ value, arms, otherwise }: Extract<Step, { kind: 'case' }>): void {
    const fits = (when: readonly Token[]): boolean =>
      value.length === 0 ? this.isTrue(when) : this.isTrue([...value, EQUALS, ...when])
    const steps = arms.find(({ when }) => fits(when))?.steps ?? otherwise
    if (!steps) throw new SqlError(1339, '20000', 'Case not found for CASE statement')
    this.steps(steps)
  }

  loop({ label, before, after, steps }: Extract<Step, { kind: 'loop' }>): void {
    while (before.length === 0 || this.isTrue(before)) {
      this.host.tick()
      try {
        this.steps(steps)
      } catch (end) {
        if (isJump(end, 'leave', label)) return
        if (!isJump(end, 'iterate', label)) throw end
        continue
      }
      if (after.length > 0 && this.isTrue(after)) return
    }
  }

  jump({ kind, label }: Extract<Step, { kind: 'leave' | 'iterate' }>): void {
    throw new Jump(kind, label)
  }

  giveBack({ value }: Extract<Step, { kind: 'return' }>): void {
    throw new Returned(this.host.evaluate(value, this.locals))
  }

  private scopeOf(name: string): Scope {
    const scope = this.scopes.findLast(({ block }) => block.cursors.has(name))
    if (!scope) throw new SqlError(1324, '42000', `Undefined CURSOR: ${name}`)
    return scope
  }

  open({ cursor }: Extract<Step, { kind: 'open' | 'close' }>): void {
    const { block, cursors } = this.scopeOf(cursor)
    if (cursors.has(cursor)) throw new SqlError(1325, '24000', 'Cursor is already open')
    const { rows } = this.host.execute(block.cursors.get(cursor) ?? [], this.locals)
    cursors.set(cursor, { rows, at: 0 })
  }

  close({ cursor }: Extract<Step, { kind: 'open' | 'close' }>): void {
    if (!this.scopeOf(cursor).cursors.delete(cursor)) throw new SqlError(1326, '24000', 'Cursor is not open')
  }

  fetch({ cursor, into }: Extract<Step, { kind: 'fetch' }>): void {
    const open = this.scopeOf(cursor).cursors.get(cursor)
    if (!open) throw new SqlError(1326, '24000', 'Cursor is not open')
    const row = open.rows[open.at++]
    if (!row) throw noData()
    if (row.length !== into.length) throw new SqlError(1328, 'HY000', 'Incorrect number of FETCH variables')
    into.forEach((name, i) => this.assign(name, row[i] ?? null))
  }

  private assign(name: string, value: Value): void {
    if (name.startsWith('@')) this.host.setUserVariable(name.slice(1), value)
    else if (!this.locals.assign(name, value)) throw new SqlError(1327, '42000', `Undeclared variable: ${name}`)
  }

  signal({ again, condition, items }: Extract<Step, { kind: 'signal' }>): void {
    const current = this.handled.at(-1)
    if (again && !current) throw new SqlError(1645, '0K000', 'RESIGNAL when handler not active')
    const found = condition?.kind === 'named' ? this.named(condition.name) : condition
    const state = found?.kind === 'state' ? found.state : (current?.state ?? '45000')
    const facts = new Map(items.map(([name, value]) => [name, this.host.evaluate(value, this.locals)]))
    const standing = again && !condition ? current : undefined
    const usual = state.startsWith('01') ? 1642 : state.startsWith('02') ? 1643 : 1644
    const words = `Unhandled user-defined ${state.startsWith('01') ? 'warning' : state.startsWith('02') ? 'not found' : 'exception'} condition`
    throw new SqlError(
      Number(facts.get('MYSQL_ERRNO') ?? standing?.code ?? usual),
      state,
      String(facts.get('MESSAGE_TEXT') ?? standing?.message ?? words),
    )
  }

  set({ parts }: Extract<Step, { kind: 'set' }>): void {
    for (const part of parts) {
      const at = part.findIndex(({ kind, text }) => kind === 'op' && (text === '=' || text === ':='))
      const name = part
        .slice(0, at)
        .map(({ text }) => text)
        .join('')
      const isOwn = at > 0 && part[0]?.kind !== 'variable' && part[0]?.kind !== 'system'
      if (isOwn && this.locals.find(name)) this.locals.assign(name, this.host.evaluate(part.slice(at + 1), this.locals))
      else this.host.execute([SET, ...part], this.locals)
    }
  }

  sql({ tokens }: Extract<Step, { kind: 'sql' }>): void {
    if (tokens[0]?.upper === 'GET') return this.diagnostics(tokens)
    const outcome = this.host.execute(tokens, this.locals)
    if (outcome.columns.length > 0) this.host.give(outcome)
    // A SELECT … INTO that found nothing says so to a handler, where there is one.
    if (outcome.info === NOTHING_FOUND && this.scopes.some(({ block }) => this.handlerIn(block, noData())))
      throw noData()
  }

  /** GET DIAGNOSTICS [CONDITION n] target = ITEM, … */
  private diagnostics(tokens: readonly Token[]): void {
    const error = this.handled.at(-1)
    const facts: Readonly<Record<string, Value>> = {
      RETURNED_SQLSTATE: error?.state ?? '00000',
      MESSAGE_TEXT: error?.message ?? '',
      MYSQL_ERRNO: error?.code ?? 0,
      NUMBER: error ? 1 : 0,
    }
    tokens.forEach(({ kind, text }, i) => {
      const [target, item] = [tokens[i - 1], tokens[i + 1]]
      if (kind === 'op' && text === '=' && target && item)
        this.assign(`${target.kind === 'variable' ? '@' : ''}${target.text}`, facts[item.upper] ?? null)
    })
  }
}

/** The info of a SELECT … INTO that found no row. */
export const NOTHING_FOUND = 'no data'

const isJump = (end: unknown, kind: Jump['kind'], label: string): boolean =>
  end instanceof Jump && end.kind === kind && label !== '' && end.label === label.toLowerCase()
const word = (text: string, kind: Token['kind'] = 'word'): Token => ({
  kind,
  text,
  upper: text,
  before: true,
  at: 0,
  end: 0,
})
const SET = word('SET')
const EQUALS = word('=', 'op')

const RUNS: { readonly [K in Step['kind']]: (this: Interpreter, step: Extract<Step, { kind: K }>) => void } = {
  block: Interpreter.prototype.block,
  if: Interpreter.prototype.when,
  case: Interpreter.prototype.choice,
  loop: Interpreter.prototype.loop,
  leave: Interpreter.prototype.jump,
  iterate: Interpreter.prototype.jump,
  return: Interpreter.prototype.giveBack,
  open: Interpreter.prototype.open,
  close: Interpreter.prototype.close,
  fetch: Interpreter.prototype.fetch,
  signal: Interpreter.prototype.signal,
  set: Interpreter.prototype.set,
  sql: Interpreter.prototype.sql,
} as never
