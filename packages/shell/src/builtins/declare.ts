import { splitElement } from '../expand/subscript.ts'
import { assignArray, assignByText, assignScalar } from '../interp/assign.ts'
import { FatalError, LineError, type Steps, wait } from '../interp/flow.ts'
import type { Builtin, Shell } from '../interp/shell.ts'
import { arrayOf, type Attributes, newVariable, type Variable } from '../interp/variables.ts'
import type { Assignment } from '../syntax/ast.ts'
import { Parser } from '../syntax/parser.ts'
import { readAssignment } from '../syntax/simple.ts'
import { functionText } from '../syntax/print.ts'
import { listVariables, printVariables } from './declare-print.ts'
import { type Flags, parseFlags } from './flags.ts'
import { declarePlainLocals } from './plain-local.ts'

export const ATTRIBUTES: ReadonlyMap<string, keyof Attributes> = new Map<string, keyof Attributes>([
  ['x', 'exported'],
  ['r', 'readonly'],
  ['i', 'integer'],
  ['l', 'lower'],
  ['u', 'upper'],
  ['n', 'nameref'],
  ['t', 'trace'],
])
/** One of them turns the other off. */
const OPPOSITES: ReadonlyMap<string, keyof Attributes> = new Map<string, keyof Attributes>([
  ['l', 'upper'],
  ['u', 'lower'],
])

interface Operand {
  readonly name: string
  readonly index?: string
  /** undefined when only the name was given. */
  readonly operator: string | undefined
  readonly value: string
}

/** `name`, `name[subscript]`, either with `=value` or `+=value`; brackets nest. */
function parseOperand(text: string): Operand | undefined {
  const name = /^[A-Za-z_]\w*/.exec(text)?.[0]
  if (name === undefined) return undefined
  let at = name.length
  if (text.charAt(at) === '[') {
    at = closingBracket(text, at)
    if (at < 0) return undefined
  }
  const index = at > name.length ? text.slice(name.length + 1, at - 1) : undefined
  const rest = text.slice(at)
  const operator = /^\+?=/.exec(rest)?.[0]
  if (operator === undefined && rest !== '') return undefined
  return { name, operator, value: rest.slice(operator?.length ?? 0), ...(index === undefined ? {} : { index }) }
}

/** The place behind the bracket that closes the one at `open`; -1 when none does. */
function closingBracket(text: string, open: number): number {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '[') depth++
    if (text[at] === ']' && --depth === 0) return at + 1
  }
  return -1
}

interface Declaring {
  readonly flags: Flags
  readonly builtin: string
  /** The operand's array, which stands by the side. */
  readonly array: Assignment | undefined
}

/** The arrays among the arguments, by their place; they belong to one command only. */
function takeArrays(shell: Shell): Shell['declarations'] {
  const arrays = shell.declarations
  shell.declarations = new Map()
  return arrays
}

function* declareBuiltin(shell: Shell, args: readonly string[], name: string): Steps<number> {
  const arrays = takeArrays(shell)
  const flags = parseFlags(args, { flags: 'aAfFgiIlnrtuxp', plus: true })
  const shift = args.length - flags.operands.length + 1
  if (name === 'local' && !shell.variables.functionFrame()) {
    yield* wait(shell.complain('local: can only be used in a function'))
    return 1
  }
  if (flags.options.has('f') || flags.options.has('F')) return yield* functions(shell, flags, name)
  if (flags.operands.length === 0) return yield* listVariables(shell, flags, name)
  if (flags.options.has('p')) return yield* printVariables(shell, flags, name)
  let status = 0
  for (const [at, operand] of flags.operands.entries())
    if (operand === '-' && name === 'local') keepOptions(shell)
    else if (!(yield* declareAnyhow(shell, operand, { flags, builtin: name, array: arrays.get(at + shift) })))
      status = 1
  return status
}

/** An operand that cannot be declared leaves the others their turn, in bash. */
function* declareAnyhow(shell: Shell, text: string, how: Declaring): Steps<boolean> {
  try {
    return yield* declareOne(shell, text, how)
  } catch (error) {
    if (shell.dialect.name !== 'bash' || !(error instanceof FatalError) || error.exits || how.array) throw error
    yield* wait(shell.complain(`${how.builtin}: ${error.message}`))
    return false
  }
}

/** `local -`: options that the function sets are its own. */
function keepOptions({ variables, options }: Shell): void {
  const frame = variables.functionFrame()
  if (frame) frame.options ??= new Set(options)
}

/** @returns whether it worked */
function* declareOne(shell: Shell, text: string, how: Declaring): Steps<boolean> {
  const { flags, builtin } = how
  const { options, removed } = flags
  const operand = parseOperand(text)
  if (!operand) {
    yield* wait(shell.complain(`${builtin}: \`${text}': not a valid identifier`))
    return false
  }
  const { name, index, operator, value } = operand
  if (options.has('n') && value === name && !shell.variables.functionFrame())
    throw new FatalError(`${name}: nameref variable self references not allowed`, 1, false)
  if (options.has('n') && operator === '=' && !/^[A-Za-z_]\w*(?:\[[^]+\])?$/.test(value)) {
    yield* wait(shell.complain(`${builtin}: \`${value}': invalid variable name for name reference`))
    return false
  }
  const { variable, name: target } = variableFor(shell, name, how)
  const array = how.array ?? dynamicArray(shell, operand, variable, flags)
  if (variable.readonly && (operator !== undefined || removed.has('r') || array)) {
    yield* wait(shell.complain(`${builtin}: ${name}: readonly variable`))
    return false
  }
  becomeArray(variable, name, options)
  for (const [letter, key] of options.size + removed.size > 0 ? ATTRIBUTES : []) {
    if (letter === 'r') continue
    const opposite = OPPOSITES.get(letter)
    if (options.has(letter) && opposite) variable[opposite] = undefined
    if (options.has(letter)) variable[key] = true
    if (removed.has(letter)) variable[key] = undefined
  }
  if (array) yield* assignArray(shell, array, variable)
  else if (index !== undefined && operator !== undefined)
    yield* assignByText(shell, target, index, value, operator === '+=')
  else if (index !== undefined && !variable.assoc) arrayOf(variable)
  else if (operator !== undefined) give(shell, variable, target, operator === '+=', value)
  if (options.has('r')) variable.readonly = true
  return true
}

/** The variable that is meant: a local of the function, the global one, what a nameref names. @throws FatalError */
function variableFor(shell: Shell, name: string, { flags, builtin }: Declaring): { variable: Variable; name: string } {
  const { variables } = shell
  const { options, removed } = flags
  const frame = variables.functionFrame()
  const local = frame !== undefined && !options.has('g') && LOCAL.has(builtin)
  if (local) {
    const outer = variables.raw(name)
    if (outer?.readonly && !frame.covers(name)) throw new FatalError(`${name}: readonly variable`, 1, false)
    const inherits = !frame.covers(name) && outer && (options.has('I') || shell.shopt.get('localvar_inherit'))
    const variable = variables.cover(frame, name)
    if (inherits) Object.assign(variable, structuredClone({ ...outer, dynamic: undefined }))
    return { variable, name }
  }
  if (options.has('g') && frame) return { variable: variables.global(name), name }
  const itself = options.has('n') || removed.has('n')
  const target = itself ? name : variables.resolve(name)
  const known = variables.raw(splitElement(target)?.name ?? target)
  if (known) return { variable: known, name: target }
  const variable = newVariable()
  variables.visible.set(target, variable)
  return { variable, name: target }
}
const LOCAL: ReadonlySet<string> = new Set(['local', 'declare', 'typeset'])

/** `declare -a "$text"` where the text is `x=(…)`. */
function dynamicArray(shell: Shell, operand: Operand, variable: Variable, { options }: Flags): Assignment | undefined {
  const { name, operator, value, index } = operand
  const isArray = options.has('a') || options.has('A') || variable.array || variable.assoc
  if (!isArray || index !== undefined || operator === undefined || !/^\([^]*\)$/.test(value)) return undefined
  const { cursor } = new Parser(`${name}${operator}${value}`, shell.syntax)
  const assignment = readAssignment(cursor)
  return assignment?.array && cursor.atEnd ? assignment : undefined
}

/** -a and -A. @throws LineError when it is the other kind already */
function becomeArray(variable: Variable, name: string, options: ReadonlyMap<string, string>): void {
  if (options.has('A') && !variable.assoc) {
    if (variable.array) throw new LineError(`${name}: cannot convert indexed to associative array`)
    variable.assoc = variable.value === undefined ? new Map() : new Map([['0', variable.value]])
    variable.declared = variable.value === undefined
    variable.value = undefined
  }
  if (!options.has('a')) return
  if (variable.assoc) throw new LineError(`${name}: cannot convert associative to indexed array`)
  if (variable.array) return
  variable.declared = variable.value === undefined
  arrayOf(variable)
}

function give(shell: Shell, variable: Variable, name: string, append: boolean, value: string): void {
  if (variable.nameref) variable.value = value
  else if (shell.variables.raw(name) === variable) assignScalar(shell, name, value, append)
  else variable.value = append ? (variable.value ?? '') + value : value
}

function* functions(shell: Shell, flags: Flags, builtin: string): Steps<number> {
  if (flags.operands.length === 0) return yield* listFunctions(shell, flags)
  const { options, removed, operands } = flags
  let status = 0
  for (const name of operands) {
    const entry = shell.functions.get(name)
    if (!entry) status = 1
    else if (options.has('x') || removed.has('x')) entry.exported = !removed.has('x')
    else if (options.has('r')) entry.readonly = true
    else if (options.has('t') || removed.has('t')) entry.trace = !removed.has('t')
    else if (options.has('F')) yield* wait(shell.print(functionLine(shell, name)))
    else yield* wait(shell.print(`${functionText(name, entry.definition.body)}\n`))
    if (!entry && options.has('x')) yield* wait(shell.complain(`${builtin}: ${name}: not a function`))
  }
  return status
}

/** All that have the attributes asked for; those with attributes are followed by a line that tells them. */
function* listFunctions(shell: Shell, { options }: Flags): Steps<number> {
  for (const [name, entry] of [...shell.functions].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (FUNCTION_LETTERS.some(([letter, key]) => options.has(letter) && !entry[key])) continue
    const letters = FUNCTION_LETTERS.map(([letter, key]) => (entry[key] ? letter : '')).join('')
    const text = options.has('F') ? '' : `${functionText(name, entry.definition.body)}\n`
    yield* wait(shell.print(text + (options.has('F') || letters ? `declare -f${letters} ${name}\n` : '')))
  }
  return 0
}
const FUNCTION_LETTERS = [
  ['r', 'readonly'],
  ['t', 'trace'],
  ['x', 'exported'],
] as const

/** shopt extdebug adds where a function was defined. */
function functionLine(shell: Shell, name: string): string {
  const entry = shell.functions.get(name)
  if (!shell.shopt.get('extdebug') || !entry) return `${name}\n`
  return `${name} ${entry.definition.line} ${entry.source}\n`
}

/** export and readonly. */
function mark(letter: 'x' | 'r'): Builtin['run'] {
  return function* (shell, args, name): Steps<number> {
    const arrays = takeArrays(shell)
    const flags = parseFlags(args, { flags: shell.dialect.bash ? 'aAfnp' : 'p' })
    const shift = args.length - flags.operands.length + 1
    if (flags.options.has('f') && flags.operands.length === 0)
      return yield* functions(
        shell,
        {
          ...flags,
          options: new Map([
            ['f', ''],
            [letter, ''],
          ]),
        },
        name,
      )
    if (flags.options.has('f')) return yield* markFunctions(shell, flags, letter, name)
    if (flags.operands.length === 0)
      return yield* listVariables(shell, { ...flags, options: new Map([[letter, '']]) }, name)
    const options = new Map([...flags.options].filter(([each]) => each !== 'n' && each !== 'p'))
    const undone = flags.options.has('n') && letter === 'x'
    if (!undone) options.set(letter, '')
    const how = { ...flags, options, removed: new Set(undone ? ['x'] : []) }
    let status = 0
    for (const [at, text] of flags.operands.entries()) {
      const named = shell.dialect.name === 'bash' ? parseOperand(text)?.index === undefined : true
      if (!named) {
        yield* wait(shell.complain(`${name}: \`${text.replace(/=[^]*/, '')}': not a valid identifier`))
        status = 1
      } else if (!(yield* declareAnyhow(shell, text, { flags: how, builtin: name, array: arrays.get(at + shift) })))
        status = 1
    }
    if (status && !shell.dialect.bash) throw new FatalError('', 2)
    return status
  }
}

function* markFunctions(shell: Shell, { options, operands }: Flags, letter: 'x' | 'r', name: string): Steps<number> {
  let status = 0
  for (const each of operands) {
    const entry = shell.functions.get(each)
    if (!entry) {
      yield* wait(shell.complain(`${name}: ${each}: not a function`))
      status = 1
    } else if (letter === 'r') entry.readonly = true
    else entry.exported = !options.has('n')
  }
  return status
}

const local: Builtin['run'] = (shell, args, name) =>
  declarePlainLocals(shell, args) ? 0 : declareBuiltin(shell, args, name)

export const variableBuiltins: readonly (readonly [string, Builtin])[] = [
  ['declare', { run: declareBuiltin, pure: true }],
  ['typeset', { run: declareBuiltin, pure: true }],
  ['local', { run: local, pure: true }],
  ['export', { run: mark('x'), special: true, pure: true }],
  ['readonly', { run: mark('r'), special: true, pure: true }],
]
