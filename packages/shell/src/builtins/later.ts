import { type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'

type Run = (shell: Shell, args: readonly string[]) => Steps<number>

/** A builtin whose code is loaded when it is first called. */
const later = (load: () => Promise<Run>): Builtin['run'] =>
  function* (shell, args): Steps<number> {
    return yield* (yield* wait(load()))(shell, args)
  }

const stack = (name: 'dirs' | 'pushd' | 'popd'): Builtin['run'] =>
  later(async () => (await import('./directory-stack.ts'))[name])

const completion = (name: 'complete' | 'compgen' | 'compopt'): Builtin['run'] =>
  later(async () => (await import('./complete.ts'))[name])

const historyOf = (name: 'history' | 'fc'): Builtin['run'] => later(async () => (await import('./history.ts'))[name])

/** Builtins that no prompt waits for. */
export const laterBuiltins: readonly (readonly [string, Builtin])[] = [
  ['bind', { run: later(async () => (await import('./bind.ts')).bind), pure: true }],
  ['compgen', { run: completion('compgen') }],
  ['complete', { run: completion('complete') }],
  ['compopt', { run: completion('compopt') }],
  ['dirs', { run: stack('dirs'), pure: true }],
  ['fc', { run: historyOf('fc') }],
  ['hash', { run: later(async () => (await import('./type.ts')).hashBuiltin) }],
  ['help', { run: later(async () => (await import('./help-pages.ts')).showHelp) }],
  ['history', { run: historyOf('history') }],
  ['popd', { run: stack('popd') }],
  ['pushd', { run: stack('pushd') }],
  ['type', { run: later(async () => (await import('./type.ts')).typeBuiltin), pure: true }],
  ['ulimit', { run: later(async () => (await import('./ulimit.ts')).ulimit) }],
]
