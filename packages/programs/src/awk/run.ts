import type { MaybePromise } from '@drydock/abi'
import type { AwkProgram, Rule } from './ast.ts'
import { Unwind } from './compile-expression.ts'
import { StatementCompiler } from './compile-statement.ts'
import { type Execute, type Machine, type Outcome, chain, type UserFunction } from './machine.ts'
import { toBoolean } from './values.ts'

const PRINT = { kind: 'print', args: [] } as const

/** BEGIN, then the rules for each record, then END. */
export async function runAwk(program: AwkProgram, machine: Machine): Promise<number> {
  defineFunctions(program, machine)
  const compiler = new StatementCompiler(machine)
  const begin = program.begin.map((each) => compiler.compile(each))
  const rules = program.rules.map((rule) => compileRule(rule, compiler))
  const end = program.end.map((each) => compiler.compile(each))
  const finished = (await runAll(begin)) === 'exit'
  const left = finished || (rules.length + end.length > 0 && (await eachRecord(rules, machine)))
  if (!left || end.length > 0) await runAll(end)
  return machine.status
}

function defineFunctions({ functions }: AwkProgram, machine: Machine): void {
  for (const { name, parameters, body } of functions.values()) {
    const compiled: UserFunction = { parameters, body: () => undefined }
    machine.functions.set(name, compiled)
    compiled.body = new StatementCompiler(machine, parameters).compile(body)
  }
}

async function runAll(blocks: readonly Execute[]): Promise<Outcome> {
  for (const block of blocks) if ((await guarded(() => block([]))) === 'exit') return 'exit'
  return undefined
}

/** An exit or next from within a function comes up as an exception. */
async function guarded(run: () => MaybePromise<Outcome>): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof Unwind) return error.outcome
    throw error
  }
}

/** @returns whether the program was left by exit */
async function eachRecord(rules: readonly Execute[], machine: Machine): Promise<boolean> {
  const { input, record, sys } = machine
  if (!input) return false
  for (;;) {
    const got = input.next()
    const text = got instanceof Promise ? await got : got
    if (text === undefined) return false
    record.setRecord(text)
    const ran = runRules(rules, 0)
    const outcome = ran instanceof Promise ? await ran : ran
    if (outcome === 'exit') return true
    if (outcome === 'nextfile') input.skipFile()
    const pause = sys.tick()
    if (pause) await pause
  }
}

/** From one rule on, with a promise only where one has to wait. */
function runRules(rules: readonly Execute[], from: number): MaybePromise<Outcome> {
  try {
    for (let at = from; at < rules.length; at++) {
      const ran = rules[at]?.([])
      if (ran instanceof Promise) return goOn(rules, at + 1, ran)
      if (ran !== undefined) return ran
    }
    return undefined
  } catch (error) {
    if (error instanceof Unwind) return error.outcome
    throw error
  }
}

async function goOn(rules: readonly Execute[], from: number, ran: Promise<Outcome>): Promise<Outcome> {
  const outcome = await guarded(() => ran)
  return outcome ?? runRules(rules, from)
}

function compileRule({ pattern, until, action }: Rule, compiler: StatementCompiler): Execute {
  const act = compiler.compile(action ?? PRINT)
  if (!pattern) return act
  const test = compiler.expression(pattern)
  if (!until) return (frame) => chain(test(frame), (value) => (toBoolean(value) ? act(frame) : undefined))
  const stop = compiler.expression(until)
  let inside = false
  return async (frame) => {
    if (!inside && !toBoolean(await test(frame))) return undefined
    inside = !toBoolean(await stop(frame))
    return act(frame)
  }
}
