import { arithmetic } from '../expand/numbers.ts'
import { expandSubscript, splitElement } from '../expand/subscript.ts'
import { begin, FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, BuiltinResult, Shell } from '../interp/shell.ts'
import { nextIndex } from '../interp/variables.ts'
import { parseFlags } from './flags.ts'

const NAME = /^[A-Za-z_]\w*$/

/** Whether it names a variable that is there, or with -v one that may not be, and nothing keeps it. */
function isPlain({ variables }: Shell, name: string, given: boolean): boolean {
  const variable = variables.raw(name)
  return variable ? !variable.readonly && !variable.nameref : given && NAME.test(name)
}

/** POSIX, unset; bash(1) for elements of arrays. Plain variables, which nearly all are, go without steps. */
function unset(shell: Shell, args: readonly string[]): BuiltinResult {
  const from = args[0] === '-v' ? 1 : 0
  for (let at = from; at < args.length; at++)
    if (!isPlain(shell, args[at] ?? '', from === 1)) return begin(unsetSteps(shell, args))
  for (let at = from; at < args.length; at++) unsetVariable(shell, args[at] ?? '')
  return 0
}

function unsetVariable(shell: Shell, name: string): void {
  shell.variables.unset(name, shell.dialect.name === 'bash' && !shell.shopt.get('localvar_unset'))
  if (name === 'PATH') shell.hashed.clear()
}

function* unsetSteps(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: shell.dialect.bash ? 'fvn' : 'fv' })
  if (options.has('f') && options.has('v') && shell.dialect.name === 'bash')
    throw new FatalError('cannot simultaneously unset a function and a variable', 1, false)
  let status = 0
  for (const operand of operands) {
    try {
      yield* unsetOne(shell, operand, options)
    } catch (error) {
      if (!(error instanceof FatalError) || error.exits) throw error
      yield* wait(shell.complain(`unset: ${error.message}`))
      status = 1
    }
  }
  if (status && !shell.dialect.bash) throw new FatalError('', 2)
  return status
}

function* unsetOne(shell: Shell, operand: string, options: ReadonlyMap<string, string>): Steps<void> {
  if (options.has('f')) return removeFunction(shell, operand)
  const element = shell.dialect.name === 'bash' ? splitElement(operand) : undefined
  if (element) return yield* unsetElement(shell, element.name, element.index)
  if (!NAME.test(operand)) {
    if (shell.dialect.name !== 'bash') throw new FatalError(`${operand}: bad variable name`, 2, false)
    if (options.has('v')) throw new FatalError(`\`${operand}': not a valid identifier`, 1, false)
    return removeFunction(shell, operand)
  }
  if (options.has('n')) return shell.variables.drop(operand)
  if (shell.variables.raw(operand) || options.has('v')) unsetVariable(shell, operand)
  else if (shell.dialect.name === 'bash') removeFunction(shell, operand)
}

function removeFunction(shell: Shell, name: string): void {
  if (shell.functions.get(name)?.readonly) throw new FatalError(`${name}: cannot unset: readonly function`, 1, false)
  shell.functions.delete(name)
}

function* unsetElement(shell: Shell, name: string, subscript: string): Steps<void> {
  const variable = shell.variables.find(name)
  if (!variable) return
  if (variable.readonly) throw new FatalError(`${name}: cannot unset: readonly variable`, 1, false)
  const index = yield* expandSubscript(shell, subscript)
  if (variable.assoc) {
    if ((subscript === '@' || subscript === '*') && !variable.assoc.has(subscript)) return shell.variables.unset(name)
    variable.assoc.delete(index)
    return
  }
  if (subscript === '@' || subscript === '*') return shell.variables.unset(name)
  const value = Number(arithmetic(shell, index))
  if (variable.array) {
    const place = value < 0 ? nextIndex(variable) + value : value
    if (place < 0) throw new FatalError(`[${subscript}]: bad array subscript`, 1, false)
    variable.array.delete(place)
  } else if (value === 0) shell.variables.unset(name)
  else throw new FatalError(`${name}: not an array variable`, 1, false)
}

export const unsetBuiltins: readonly (readonly [string, Builtin])[] = [
  ['unset', { run: unset, special: true, pure: true }],
]
