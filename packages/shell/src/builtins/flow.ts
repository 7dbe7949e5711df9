import { ENOENT, isErrno } from '@drydock/abi'
import { environmentOf } from '../interp/environment.ts'
import { begin, ExitShell, finish, type Outcome, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, BuiltinResult, Shell } from '../interp/shell.ts'
import { callBuiltin } from '../interp/builtin-command.ts'
import { findCommand } from '../interp/external-command.ts'
import { source } from './source.ts'
import { runAgain } from '../interp/script.ts'
import { arithmetic, quickInteger } from '../expand/numbers.ts'
import { truth } from '../expand/arithmetic.ts'
import { parseFlags } from './flags.ts'
import { usageOf } from './usage.ts'
import { tooMany } from './numeric.ts'
import { SHELL_SIGNALS } from '../interp/child.ts'
import { waitForeground } from '../interp/wait.ts'

function* numeric(shell: Shell, name: string, text: string): Steps<number | undefined> {
  if (/^[-+]?\d+$/.test(text)) return Number(text)
  yield* wait(shell.complain(`${name}: ${text}: numeric argument required`))
  return undefined
}

function* leaveLoop(shell: Shell, args: readonly string[], name: string): Steps<number> {
  if (shell.loops === 0) {
    if (shell.dialect.bash)
      yield* wait(shell.complain(`${name}: only meaningful in a \`for', \`while', or \`until' loop`))
    return 0
  }
  const levels = args[0] === undefined ? 1 : yield* numeric(shell, name, args[0])
  if (levels === undefined) throw new ExitShell(128)
  if (args.length > 1 && shell.dialect.name === 'bash') yield* tooMany(shell, name)
  if (levels < 1) {
    yield* wait(shell.complain(`${name}: ${args[0]}: loop count out of range`))
    shell.jump = { kind: 'break', levels: shell.loops }
    return 1
  }
  shell.jump = { kind: name === 'break' ? 'break' : 'continue', levels: Math.min(levels, shell.loops) }
  return 0
}

function returnBuiltin(shell: Shell, args: readonly string[]): BuiltinResult {
  const [text] = args
  const status = text === undefined ? shell.status : quickInteger(text)
  if (args.length > 1 || status === undefined || (shell.calls.length === 0 && shell.sourcing === 0))
    return begin(returnSteps(shell, args))
  shell.jump = { kind: 'return', levels: 1, before: shell.status }
  return status & 255
}

function* returnSteps(shell: Shell, [text, more]: readonly string[]): Steps<number> {
  if (more !== undefined && shell.dialect.name === 'bash') yield* tooMany(shell, 'return')
  if (shell.calls.length === 0 && shell.sourcing === 0) {
    if (!shell.dialect.bash) throw new ExitShell(text === undefined ? shell.status : Number(text) & 255)
    yield* wait(shell.complain("return: can only `return' from a function or sourced script"))
    return 2
  }
  const status = text === undefined ? shell.status : ((yield* numeric(shell, 'return', text)) ?? 2) & 255
  shell.jump = { kind: 'return', levels: 1, before: shell.status }
  return status
}

function exitBuiltin(shell: Shell, args: readonly string[], name: string): BuiltinResult {
  const [text] = args
  const status = text === undefined ? shell.status : quickInteger(text)
  if (name !== 'exit' || shell.interactive || args.length > 1 || status === undefined)
    return exitSteps(shell, args, name)
  throw new ExitShell(status & 255)
}

function* exitSteps(shell: Shell, [text, more]: readonly string[], name: string): Steps<number> {
  if (name === 'logout' && !shell.login) {
    yield* wait(shell.complain("logout: not login shell: use `exit'"))
    return 1
  }
  if (shell.interactive && shell.dialect.name === 'bash')
    yield* wait(shell.sys.write(2, new TextEncoder().encode(shell.login ? 'logout\n' : 'exit\n')))
  if (text === undefined) throw new ExitShell(shell.status)
  const status = yield* numeric(shell, name, text)
  if (status === undefined) throw new ExitShell(2)
  if (more !== undefined && shell.dialect.name === 'bash') yield* tooMany(shell, name)
  throw new ExitShell(status & 255)
}

const withoutDashes = (args: readonly string[]): { operands: readonly string[] } => ({
  operands: args[0] === '--' ? args.slice(1) : args,
})

function evalBuiltin(shell: Shell, args: readonly string[]): Outcome {
  const { operands } = shell.dialect.name === 'bash' ? parseFlags(args, { flags: '' }) : withoutDashes(args)
  if (operands.length === 0) return 0
  const before: Evaluating = { line: shell.line, told: shell.told }
  shell.indirection++
  let outcome: Outcome | undefined
  try {
    outcome = runAgain(shell, operands.join(' '), { firstLine: shell.line, label: 'eval' })
    return typeof outcome === 'number' ? outcome : evalSteps(shell, before, outcome)
  } finally {
    if (typeof outcome !== 'object') evaluated(shell, before)
  }
}

type Evaluating = Pick<Shell, 'line' | 'told'>

function* evalSteps(shell: Shell, before: Evaluating, steps: Steps<number>): Steps<number> {
  try {
    return yield* steps
  } finally {
    evaluated(shell, before)
  }
}

function evaluated(shell: Shell, { line, told }: Evaluating): void {
  shell.line = line
  if (!shell.inTrap) shell.told = told
  shell.indirection--
}

function* execBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'cl', values: 'a' })
  const [name] = operands
  if (name === undefined) return 0
  const path = findCommand(shell, name)
  if (isErrno(path)) {
    yield* wait(shell.complain(`exec: ${name}: not found`))
    return unreplaced(shell, 127)
  }
  const env = options.has('c') ? new Map<string, string>() : environmentOf(shell)
  const argv0 = options.get('a') ?? (options.has('l') ? `-${name}` : name)
  if (shell.interactive) for (const signal of SHELL_SIGNALS) shell.sys.sigaction(signal, 'SIG_DFL')
  try {
    return yield* wait(shell.sys.exec(path, [argv0, ...operands.slice(1)], env))
  } catch (error) {
    if (!isErrno(error)) throw error
    yield* wait(shell.complain(`${path}: ${error.message}`))
    return unreplaced(shell, error === ENOENT ? 127 : 126)
  }
}

/** A shell that could not be replaced ends, unless somebody types or shopt execfail is set. */
function unreplaced({ interactive, shopt }: Shell, status: number): number {
  if (interactive || shopt.get('execfail')) return status
  throw new ExitShell(status)
}

function* commandBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'pvV' })
  const [name] = operands
  if (name === undefined) return 0
  if (options.has('v') || options.has('V')) {
    const { describe } = yield* wait(import('./type.ts'))
    return yield* describe(shell, operands, options.has('v') ? 'command' : 'verbose', { label: 'command' })
  }
  const builtin = shell.machinery.builtins.get(name)
  if (builtin) return yield* finish(callBuiltin(shell, builtin, operands))
  const path = findCommand(shell, name)
  if (isErrno(path)) {
    yield* wait(shell.complain(shell.dialect.notFound(name)))
    return 127
  }
  const group = shell.jobControl ? { pgid: 0, foreground: true } : {}
  try {
    const pid = yield* wait(
      shell.sys.spawn(path, {
        argv: operands,
        env: environmentOf(shell),
        ...group,
        ...(shell.interactive ? { defaultSignals: SHELL_SIGNALS } : {}),
      }),
    )
    return yield* waitForeground(shell, pid, [pid], `command ${operands.join(' ')}`)
  } catch (error) {
    if (!isErrno(error)) throw error
    yield* wait(shell.complain(`${name}: ${error.message}`))
    return 126
  }
}

function* builtinBuiltin(shell: Shell, args: readonly string[]): Steps<number> {
  const words = parseFlags(args, { flags: '' }).operands
  const builtin = shell.machinery.builtins.get(words[0] ?? '')
  if (words.length === 0) return 0
  if (builtin) return yield* finish(callBuiltin(shell, builtin, words))
  yield* wait(shell.complain(`builtin: ${words[0]}: not a shell builtin`))
  return 1
}

function letBuiltin(shell: Shell, args: readonly string[]): number | Promise<number> {
  if (args.length === 0) return Promise.resolve(shell.complain('let: expression expected')).then(() => 1)
  let value: number | bigint = 0
  for (const arg of args) value = arithmetic(shell, arg)
  return truth(value) ? 0 : 1
}

function* caller(shell: Shell, args: readonly string[]): Steps<number> {
  const [text] = parseFlags(args, { flags: '' }).operands
  const depth = Number(text ?? 0)
  if (!Number.isInteger(depth) || depth < 0) {
    yield* wait(shell.complain(`caller: ${text}: invalid number\n${yield* usageOf('caller')}`))
    return 2
  }
  const call = shell.calls.at(-1 - depth)
  if (!call && text === undefined && shell.script !== '') {
    yield* wait(shell.print('0 NULL\n'))
    return 0
  }
  if (!call) return 1
  const outer = shell.calls.at(-2 - depth)
  // What was typed or given with -c is no file.
  const file = outer ? outer.source || 'environment' : shell.script
  if (text !== undefined && !outer && file === '') return 1
  const where = text === undefined ? file || 'NULL' : `${outer?.name ?? 'main'} ${file}`
  yield* wait(shell.print(`${call.line} ${where}\n`))
  return 0
}

export const flowBuiltins: readonly (readonly [string, Builtin])[] = [
  [':', { run: () => 0, special: true, pure: true }],
  ['true', { run: () => 0, pure: true }],
  ['false', { run: () => 1, pure: true }],
  ['break', { run: leaveLoop, special: true, pure: true }],
  ['continue', { run: leaveLoop, special: true, pure: true }],
  ['return', { run: returnBuiltin, special: true, pure: true }],
  ['exit', { run: exitBuiltin, special: true, pure: true }],
  ['logout', { run: exitBuiltin }],
  ['eval', { run: evalBuiltin, special: true }],
  ['exec', { run: execBuiltin, special: true }],
  ['command', { run: commandBuiltin }],
  ['builtin', { run: builtinBuiltin }],
  ['let', { run: letBuiltin, pure: true }],
  ['caller', { run: caller }],
  ['.', { run: source, special: true }],
  ['source', { run: source, special: true }],
]
