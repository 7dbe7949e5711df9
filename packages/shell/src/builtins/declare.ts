import { arithmetic } from '../expand/numbers.ts'
import { arrayLiteral, attributeLetters } from '../expand/operators.ts'
import { doubleQuote, quoteIfNeeded } from '../expand/quote.ts'
import { assignArray, assignScalar } from '../interp/assign.ts'
import { FatalError, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { arrayOf, type Attributes, type Variable } from '../interp/variables.ts'
import { functionText } from '../syntax/print.ts'
import { type Flags, parseFlags } from './flags.ts'
import { setNamed } from './echo.ts'

const ATTRIBUTES: ReadonlyMap<string, keyof Attributes> = new Map<string, keyof Attributes>([
  ['x', 'exported'],
  ['r', 'readonly'],
  ['i', 'integer'],
  ['l', 'lower'],
  ['u', 'upper'],
  ['n', 'nameref'],
  ['t', 'trace'],
])
const OPERAND = /^([A-Za-z_]\w*)(?:\[([^]*?)\])?(\+?=)?([^]*)$/

/** The line of declare -p. */
export function declareLine(name: string, variable: Variable): string {
  const letters = attributeLetters(variable) || '-'
  const value =
    variable.array || variable.assoc
      ? (variable.array?.size ?? variable.assoc?.size)
        ? `=${arrayLiteral(variable)}`
        : '=()'
      : variable.value === undefined
        ? variable.dynamic
          ? `=${doubleQuote(variable.dynamic.read())}`
          : ''
        : `=${doubleQuote(variable.value)}`
  return `declare -${letters} ${name}${value}\n`
}

function* declareBuiltin(shell: Shell, args: readonly string[], name: string): Steps<number> {
  const flags = parseFlags(args, { flags: 'aAfFgiIlnrtuxp', plus: true })
  const shift = args.length - flags.operands.length + 1
  if (name === 'local' && !shell.variables.functionFrame()) {
    yield* wait(shell.complain('local: can only be used in a function'))
    return 1
  }
  if (flags.options.has('f') || flags.options.has('F')) return yield* functions(shell, flags)
  if (flags.options.has('p') || flags.operands.length === 0) return yield* print(shell, flags, name)
  let status = 0
  for (const [at, operand] of flags.operands.entries()) {
    const failed = yield* declareOne(shell, operand, at + shift, flags, name)
    if (failed) status = 1
  }
  return status
}

/** @returns whether it failed */
function* declareOne(shell: Shell, operand: string, place: number, flags: Flags, builtin: string): Steps<boolean> {
  const match = OPERAND.exec(operand)
  const [, name = '', index, operator, value = ''] = match ?? []
  if (!match || (operator === undefined && value !== '')) {
    yield* wait(shell.complain(`${builtin}: \`${operand}': not a valid identifier`))
    return true
  }
  const { options, removed } = flags
  const local =
    shell.variables.functionFrame() &&
    !options.has('g') &&
    (builtin === 'local' || builtin === 'declare' || builtin === 'typeset')
  const frame = local ? shell.variables.functionFrame() : undefined
  const inherited = local ? shell.variables.raw(name) : undefined
  if (
    frame &&
    inherited?.readonly &&
    !frame.covered.has(name) &&
    shell.variables.frames.length > 0 &&
    options.size === 0 &&
    operator === undefined
  )
    throw new FatalError(`${name}: readonly variable`, 1, false)
  const variable = frame
    ? shell.variables.cover(frame, name)
    : options.has('n') || removed.has('n')
      ? (shell.variables.raw(name) ?? create(shell, name))
      : (shell.variables.find(name) ?? create(shell, name))
  if (variable.readonly && (operator !== undefined || removed.has('r') || shell.declarations.has(place)))
    throw new FatalError(`${name}: readonly variable`, 1, false)
  if (options.has('A') && !variable.assoc) {
    if (variable.array?.size) throw new FatalError(`${name}: cannot convert indexed to associative array`, 1, false)
    variable.assoc = new Map()
    delete variable.array
  }
  if (options.has('a') && !variable.array && !variable.assoc) arrayOf(variable)
  for (const [letter, key] of ATTRIBUTES) {
    if (letter === 'r') continue
    if (options.has(letter)) variable[key] = true
    if (removed.has(letter)) delete variable[key]
  }
  const array = shell.declarations.get(place)
  if (array) yield* assignArray(shell, array, variable)
  else if (operator !== undefined) give(shell, variable, { name, index, append: operator === '+=', value })
  if (options.has('r')) variable.readonly = true
  return false
}

function create(shell: Shell, name: string): Variable {
  const variable: Variable = { value: undefined }
  shell.variables.visible.set(name, variable)
  return variable
}

function give(
  shell: Shell,
  variable: Variable,
  { name, index, append, value }: { name: string; index: string | undefined; append: boolean; value: string },
): void {
  if (index !== undefined) return setNamed(shell, `${name}[${index}]`, value)
  if (variable.nameref) variable.value = value
  else if (variable.integer)
    assignScalar(shell, name, String(arithmetic(shell, append ? `${variable.value ?? 0}+(${value})` : value)), false)
  else assignScalar(shell, name, value, append)
}

function* functions(shell: Shell, { options, operands }: Flags): Steps<number> {
  let status = 0
  const names = operands.length ? operands : [...shell.functions.keys()].sort()
  for (const name of names) {
    const entry = shell.functions.get(name)
    if (!entry) status = 1
    else if (options.has('x')) entry.exported = true
    else if (options.has('F')) yield* wait(shell.print(operands.length ? `${name}\n` : `declare -f ${name}\n`))
    else yield* wait(shell.print(`${functionText(name, entry.definition.body)}\n`))
  }
  return status
}

function* print(shell: Shell, { options, operands }: Flags, builtin: string): Steps<number> {
  let status = 0
  const filter = [...ATTRIBUTES].filter(([letter]) => options.has(letter))
  const wanted = (variable: Variable): boolean =>
    filter.every(([, key]) => variable[key]) &&
    (!options.has('a') || variable.array !== undefined) &&
    (!options.has('A') || variable.assoc !== undefined)
  if (operands.length === 0) {
    const frame = builtin === 'local' ? shell.variables.functionFrame() : undefined
    const names = frame ? [...frame.covered.keys()].sort() : shell.variables.names()
    for (const name of names) {
      const variable = shell.variables.raw(name)
      if (!variable || !wanted(variable)) continue
      yield* wait(
        shell.print(
          options.size
            ? declareLine(name, variable)
            : `${name}=${variable.array || variable.assoc ? arrayLiteral(variable) : quoteIfNeeded(variable.value ?? '')}\n`,
        ),
      )
    }
    return 0
  }
  for (const name of operands) {
    const variable = shell.variables.raw(name)
    if (variable) yield* wait(shell.print(declareLine(name, variable)))
    else {
      yield* wait(shell.complain(`${builtin}: ${name}: not found`))
      status = 1
    }
  }
  return status
}

/** export and readonly. */
function mark(letter: 'x' | 'r'): Builtin['run'] {
  const key = letter === 'x' ? 'exported' : 'readonly'
  return function* (shell, args, name): Steps<number> {
    const flags = parseFlags(args, { flags: 'aAfnp' })
    const shift = args.length - flags.operands.length + 1
    if (flags.options.has('f')) {
      for (const each of flags.operands) {
        const entry = shell.functions.get(each)
        if (entry && letter === 'x') entry.exported = !flags.options.has('n')
      }
      return 0
    }
    if (flags.operands.length === 0) {
      for (const each of shell.variables.names()) {
        const variable = shell.variables.raw(each)
        if (!variable?.[key]) continue
        const line =
          shell.dialect.name === 'bash'
            ? declareLine(each, variable)
            : `${name} ${each}${variable.value === undefined ? '' : `='${variable.value.replaceAll("'", "'\\''")}'`}\n`
        yield* wait(shell.print(line))
      }
      return 0
    }
    let status = 0
    for (const [at, operand] of flags.operands.entries()) {
      const options = new Map(flags.options)
      options.delete('n')
      options.delete('p')
      const extra =
        flags.options.has('n') && letter === 'x' ? { removed: new Set(['x']) } : { removed: new Set<string>() }
      if (extra.removed.size === 0) options.set(letter, '')
      if (yield* declareOne(shell, operand, at + shift, { ...flags, options, ...extra }, name)) status = 1
    }
    return status
  }
}

function* unset(shell: Shell, args: readonly string[]): Steps<number> {
  const { options, operands } = parseFlags(args, { flags: 'fvn' })
  let status = 0
  for (const operand of operands) {
    const match = /^([A-Za-z_]\w*)(?:\[([^]*)\])?$/.exec(operand)
    if (options.has('f')) shell.functions.delete(operand)
    else if (!match) {
      if (shell.functions.delete(operand)) continue
      yield* wait(shell.complain(`unset: \`${operand}': not a valid identifier`))
      status = 1
    } else if (match[2] !== undefined) unsetElement(shell, match[1] ?? '', match[2])
    else if (options.has('n')) shell.variables.drop(operand)
    else if (shell.variables.raw(operand) || options.has('v')) {
      const failure = attemptUnset(shell, operand)
      if (failure) {
        yield* wait(shell.complain(`unset: ${failure}`))
        status = 1
      }
      if (operand === 'PATH') shell.hashed.clear()
    } else shell.functions.delete(operand)
  }
  return status
}

function attemptUnset(shell: Shell, name: string): string | undefined {
  try {
    shell.variables.unset(name)
    return undefined
  } catch (error) {
    if (error instanceof FatalError) return error.message
    throw error
  }
}

function unsetElement(shell: Shell, name: string, index: string): void {
  const variable = shell.variables.find(name)
  if (!variable) return
  if (variable.assoc) variable.assoc.delete(index.replace(/^(['"])(.*)\1$/s, '$2'))
  else if (index === '@' || index === '*') shell.variables.unset(name)
  else if (variable.array) {
    const value = Number(arithmetic(shell, index))
    variable.array.delete(value < 0 ? Math.max(-1, ...variable.array.keys()) + 1 + value : value)
  } else if (Number(arithmetic(shell, index)) === 0) shell.variables.unset(name)
}

export const variableBuiltins: readonly (readonly [string, Builtin])[] = [
  ['declare', { run: declareBuiltin, pure: true }],
  ['typeset', { run: declareBuiltin, pure: true }],
  ['local', { run: declareBuiltin, pure: true }],
  ['export', { run: mark('x'), special: true, pure: true }],
  ['readonly', { run: mark('r'), special: true, pure: true }],
  ['unset', { run: unset, special: true, pure: true }],
]
