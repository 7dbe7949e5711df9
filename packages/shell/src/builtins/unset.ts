import { arithmetic } from '../expand/numbers.ts'
import { expandSubscript, splitElement } from '../expand/subscript.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { nextIndex } from '../interp/variables.ts'
import { parseFlags } from './flags.ts'

/** POSIX, unset; bash(1) for elements of arrays. */
function* unset(shell: Shell, args: readonly string[]): Steps<number> {
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
  if (!/^[A-Za-z_]\w*$/.test(operand)) {
    if (shell.dialect.name !== 'bash') throw new FatalError(`${operand}: bad variable name`, 2, false)
    if (options.has('v')) throw new FatalError(`\`${operand}': not a valid identifier`, 1, false)
    return removeFunction(shell, operand)
  }
  if (options.has('n')) return shell.variables.drop(operand)
  if (shell.variables.raw(operand) || options.has('v')) {
    shell.variables.unset(operand, shell.dialect.name === 'bash' && !shell.shopt.get('localvar_unset'))
    if (operand === 'PATH') shell.hashed.clear()
  } else if (shell.dialect.name === 'bash') removeFunction(shell, operand)
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
