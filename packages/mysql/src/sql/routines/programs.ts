import type { Outcome, Value } from '../../protocol.ts'
import { Cursor } from '../create-table.ts'
import { type Token, tokensOf } from '../lexer.ts'
import { SqlError } from '../problem.ts'
import { partsOf } from '../render.ts'
import { NOTHING, type Work } from '../work.ts'
import { BodyParser, type Step } from './body.ts'
import { type Creation, typeOf } from './creation.ts'
import { Interpreter, type ProgramHost } from './interpreter.ts'
import { fitted, Locals } from './locals.ts'
import type { Program, ProgramStore } from './store.ts'

/** What stored programs ask of the engine. */
export interface ProgramsHost {
  readonly store: ProgramStore
  readonly isMaria: boolean
  /** Runs one more statement of the session. @throws SqlError */
  execute(work: Work, text: string, tokens: readonly Token[], locals: Locals): Outcome
  /** @throws SqlError */
  evaluate(work: Work, text: string, tokens: readonly Token[], locals: Locals): Value
  setUserVariable(work: Work, name: string, value: Value): void
}

/** Statements of one call after which it is given up: nobody could end it otherwise. */
const STEPS_AT_MOST = 20_000_000
/** Functions and triggers that call one another. */
const DEPTH_AT_MOST = 100

/** Procedures, functions and triggers: what they are made of, and running them. */
export class Programs {
  private readonly host: ProgramsHost
  private readonly bodies = new WeakMap<Program, Step>()
  /** What runs inside of one another. */
  private readonly running: Program[] = []
  private steps = 0
  /** Rows that the statements of the procedure have changed, and its last one: MySQL tells the latter. */
  private changed = { all: 0, last: 0 }

  constructor(host: ProgramsHost) {
    this.host = host
  }

  /** @throws SqlError where it is there already */
  create({ database: other, program, replaces, lenient }: Creation, work: Work): Outcome {
    const { store } = this.host
    const database = other ?? chosenDatabase(work)
    const { kind, name } = program
    if (store.find(database, kind, name)) {
      if (lenient) return NOTHING
      if (!replaces)
        throw kind === 'TRIGGER'
          ? new SqlError(1359, 'HY000', `Trigger '${database}.${name}' already exists`)
          : new SqlError(1304, '42000', `${kind} ${name} already exists`)
      store.drop(database, kind, name)
    }
    store.add(database, program)
    return NOTHING
  }

  drop(kind: Program['kind'], work: Work, cursor: Cursor): Outcome {
    const lenient = cursor.take('IF', 'EXISTS')
    const { database: other, name } = cursor.qualified()
    const database = other ?? chosenDatabase(work)
    if (this.host.store.drop(database, kind, name)) return NOTHING
    const missing =
      kind === 'TRIGGER' ? new SqlError(1360, 'HY000', 'Trigger does not exist') : noProgram(kind, database, name)
    if (!lenient) throw missing
    return { ...NOTHING, warnings: [{ level: 'Note', ...missing.problem }] }
  }

  private bodyOf(program: Program): Step {
    const known = this.bodies.get(program)
    if (known) return known
    const body = new BodyParser(new Cursor(tokensOf(program.body)), program.body).body()
    this.bodies.set(program, body)
    return body
  }

  // running ---------------------------------------------------------------------------------------------------------

  /** CALL p(…). @throws SqlError */
  call(work: Work, cursor: Cursor): Outcome {
    const { database: other, name } = cursor.qualified()
    const database = other ?? chosenDatabase(work)
    const program = this.host.store.find(database, 'PROCEDURE', name)
    if (!program) throw noProgram('PROCEDURE', database, name)
    const given = cursor.done ? [] : partsOf(cursor.group())
    this.count(program, database, given.length)
    const outer = work.locals ?? new Locals()
    const inner = new Locals()
    inner.enter()
    program.parameters.forEach(({ name: parameter, type, mode }, i) => {
      const tokens = given[i] ?? []
      if (mode !== 'IN') this.checkTarget(program, database, tokens, outer, i)
      const value = mode === 'OUT' ? null : this.host.evaluate(work, work.sql, tokens, outer)
      inner.declare(parameter, type, value)
    })
    const results: Outcome[] = []
    const changed = this.changed
    this.changed = { all: 0, last: 0 }
    this.run(program, work, inner, (outcome) => void results.push(outcome))
    const affected = this.host.isMaria ? this.changed.all : this.changed.last
    this.changed = changed
    program.parameters.forEach(({ name: parameter, mode }, i) => {
      const [target] = given[i] ?? []
      if (mode === 'IN' || !target) return
      const value = inner.find(parameter)?.value ?? null
      if (target.kind === 'variable') this.host.setUserVariable(work, target.text, value)
      else outer.assign(target.text, value)
    })
    return { ...NOTHING, results, affected }
  }

  private count({ kind, name, parameters }: Program, database: string, given: number): void {
    if (given === parameters.length) return
    const words = `Incorrect number of arguments for ${kind} ${database}.${name}; expected ${parameters.length}, got ${given}`
    throw new SqlError(1318, '42000', words)
  }

  private checkTarget(program: Program, database: string, tokens: readonly Token[], outer: Locals, at: number): void {
    const [only] = tokens
    if (tokens.length === 1 && only && (only.kind === 'variable' || only.kind === 'local' || outer.find(only.text)))
      return
    throw new SqlError(
      1414,
      '42000',
      `OUT or INOUT argument ${at + 1} for routine ${database}.${program.name} is not a variable or NEW pseudo-variable in BEFORE trigger`,
    )
  }

  /** SIGNAL outside of a program. @throws SqlError */
  single(work: Work, cursor: Cursor): Outcome {
    const step = new BodyParser(new Cursor(cursor.tokens), work.sql).body()
    const { host } = this
    const program: Pick<ProgramHost, 'evaluate'> = {
      evaluate: (tokens, scope) => host.evaluate(work, work.sql, tokens, scope),
    }
    new Interpreter({ ...NO_HOST, ...program }, new Locals()).run(step)
    return NOTHING
  }

  /** A stored function in an expression. @throws SqlError */
  function(work: Work, database: string, name: string, given: readonly Value[]): Value {
    const program = this.host.store.find(database, 'FUNCTION', name)
    if (!program) throw noProgram('FUNCTION', database, name)
    this.count(program, database, given.length)
    const locals = new Locals()
    locals.enter()
    program.parameters.forEach(({ name: parameter, type }, i) => locals.declare(parameter, type, given[i] ?? null))
    const value = this.run(program, work, locals, () => {
      throw new SqlError(1415, '0A000', 'Not allowed to return a result set from a function')
    })
    if (value === undefined) throw new SqlError(1321, '2F005', `FUNCTION ${name} ended without RETURN`)
    return fitted(value, program.returns)
  }

  /** @param rows NEW and OLD; what BEFORE changes is in them afterwards @throws SqlError */
  fire(program: Program, work: Work, rows: Locals): void {
    this.run(program, work, rows, () => {
      throw new SqlError(1415, '0A000', 'Not allowed to return a result set from a trigger')
    })
  }

  private run(program: Program, work: Work, locals: Locals, give: ProgramHost['give']): Value | undefined {
    this.checkDepth(program)
    if (this.running.length === 0) this.steps = 0
    const { host } = this
    const { body } = program
    this.running.push(program)
    try {
      return new Interpreter(
        {
          execute: (tokens, scope) => {
            const outcome = host.execute(work, body, tokens, scope)
            for (const result of outcome.results ?? []) give(result)
            if (outcome.columns.length === 0)
              this.changed = { all: this.changed.all + outcome.affected, last: outcome.affected }
            return outcome
          },
          evaluate: (tokens, scope) => host.evaluate(work, body, tokens, scope),
          typeOf: (tokens) => typeOf(work.renderer, tokens),
          setUserVariable: (name, value) => host.setUserVariable(work, name, value),
          give,
          tick: () => this.tick(),
        },
        locals,
      ).run(this.bodyOf(program))
    } finally {
      this.running.pop()
    }
  }

  private checkDepth(program: Program): void {
    const { kind, name } = program
    if (kind === 'FUNCTION' && this.running.includes(program))
      throw new SqlError(1424, 'HY000', 'Recursive stored functions and triggers are not allowed.')
    if (this.running.length < DEPTH_AT_MOST) return
    throw new SqlError(
      1456,
      'HY000',
      `Recursive limit ${DEPTH_AT_MOST} (as set by the max_sp_recursion_depth variable) was exceeded for routine ${name}`,
    )
  }

  private tick(): void {
    if (++this.steps <= STEPS_AT_MOST) return
    throw new SqlError(1317, '70100', 'Query execution was interrupted')
  }
}

/** Of a statement that has no program around it. */
const NO_HOST: Omit<ProgramHost, 'evaluate'> = {
  execute: () => NOTHING,
  typeOf: () => '',
  setUserVariable: () => undefined,
  give: () => undefined,
  tick: () => undefined,
}

const noProgram = (kind: string, database: string, name: string): SqlError =>
  new SqlError(1305, '42000', `${kind} ${database}.${name} does not exist`)

function chosenDatabase({ session }: Work): string {
  if (session.database === '') throw new SqlError(1046, '3D000', 'No database selected')
  return session.database
}
