import { arrayLiteral, attributeLetters } from '../expand/operators.ts'
import { IndexedArray } from '../interp/indexed-array.ts'
import { specialParameter } from '../expand/special.ts'
import { doubleQuote, quoteIfNeeded } from '../expand/quote.ts'
import { type Steps, wait } from '../interp/flow.ts'
import type { Shell } from '../interp/shell.ts'
import { type Attributes, variableOf, type Variable } from '../interp/variables.ts'
import { functionText } from '../syntax/print.ts'
import type { Flags } from './flags.ts'

const KEYS: readonly (readonly [letter: string, key: keyof Attributes])[] = [
  ['x', 'exported'],
  ['r', 'readonly'],
  ['i', 'integer'],
  ['l', 'lower'],
  ['u', 'upper'],
  ['n', 'nameref'],
  ['t', 'trace'],
]

/** The line of declare -p. */
export function declareLine(name: string, variable: Variable): string {
  return `declare -${attributeLetters(variable) || '-'} ${name}${valueText(variable)}\n`
}

function valueText(variable: Variable): string {
  if (variable.array || variable.assoc) {
    const size = variable.array?.size ?? variable.assoc?.size ?? 0
    if (size === 0) return variable.declared ? '' : '=()'
    return `=${arrayLiteral(variable)}`
  }
  const text = variable.dynamic ? variable.dynamic.read() : variable.value
  return text === undefined ? '' : `=${doubleQuote(text)}`
}

/** `name=value` as `set` and `declare` without options list it. */
export function setLine(name: string, variable: Variable): string | undefined {
  if (variable.array || variable.assoc) return `${name}=${arrayLiteral(variable)}\n`
  const value = variable.dynamic ? variable.dynamic.read() : variable.value
  return value === undefined ? undefined : `${name}=${value === '' ? '' : quoteIfNeeded(value)}\n`
}

const wanted = (variable: Variable, options: ReadonlyMap<string, string>): boolean =>
  KEYS.every(([letter, key]) => !options.has(letter) || variable[key]) &&
  (!options.has('a') || variable.array !== undefined) &&
  (!options.has('A') || variable.assoc !== undefined)

/** Arrays and `_` that bash keeps, and lists, besides the variables proper. */
const KEPT: readonly string[] = [
  'BASH_ALIASES',
  'BASH_ARGC',
  'BASH_ARGV',
  'BASH_CMDS',
  'BASH_LINENO',
  'BASH_SOURCE',
  'DIRSTACK',
  'GROUPS',
  'PIPESTATUS',
  '_',
]

export const listedNames = (shell: Shell): string[] =>
  shell.dialect.name === 'bash' ? [...new Set([...shell.variables.names(), ...KEPT])].sort() : shell.variables.names()

export function listedVariable(shell: Shell, name: string): Variable | undefined {
  const known = shell.variables.raw(name)
  if (known || !KEPT.includes(name)) return known
  if (name === '_') return variableOf({ value: shell.lastArgument })
  if (name === 'BASH_ALIASES') return variableOf({ value: undefined, assoc: new Map(shell.aliases) })
  if (name === 'BASH_CMDS')
    return variableOf({ value: undefined, assoc: new Map([...shell.hashed].map(([key, { path }]) => [key, path])) })
  const lists = name === 'PIPESTATUS' || name.startsWith('BASH_')
  const value = lists ? specialParameter(shell, name) : undefined
  return variableOf({ value: undefined, array: new IndexedArray((Array.isArray(value) ? value : []).entries()) })
}

/** What is no variable proper until somebody reads it, as declare -p shows it. */
function madeVariable(shell: Shell, name: string): Variable | undefined {
  if (shell.dialect.name !== 'bash' || name === 'PIPESTATUS' || !/^[A-Z]/.test(name)) return undefined
  const value = specialParameter(shell, name)
  if (Array.isArray(value)) return variableOf({ array: new IndexedArray(value.entries()) })
  if (KEPT.includes(name)) return listedVariable(shell, name)
  if (typeof value === 'string') return variableOf({ value, integer: name === 'BASHPID' || name === 'HISTCMD' })
  return name === 'FUNCNAME' ? variableOf({ array: new IndexedArray(), declared: true }) : undefined
}

/** Without operands: everything that has the attributes asked for. */
export function* listVariables(shell: Shell, { options }: Flags, builtin: string): Steps<number> {
  const frame = builtin === 'local' ? shell.variables.functionFrame() : undefined
  const names = frame ? frame.names().sort() : listedNames(shell)
  for (const name of names) {
    const variable = listedVariable(shell, name)
    if (!variable || !wanted(variable, options)) continue
    const line =
      shell.dialect.name !== 'bash'
        ? portableLine(shell, builtin, name, variable)
        : options.size > 0 || builtin === 'local'
          ? declareLine(name, variable)
          : setLine(name, variable)
    if (line !== undefined) yield* wait(shell.print(line))
  }
  if (options.size > 0 || frame || shell.dialect.name !== 'bash') return 0
  for (const [name, { definition }] of [...shell.functions].sort(([a], [b]) => (a < b ? -1 : 1)))
    yield* wait(shell.print(`${functionText(name, definition.body)}\n`))
  return 0
}

function portableLine(shell: Shell, builtin: string, name: string, { value }: Variable): string {
  if (value === undefined) return `${builtin} ${name}\n`
  const quoted = shell.dialect.name === 'dash' || /[^\w@%+=:,./-]/.test(value) || value === ''
  return `${builtin} ${name}=${quoted ? `'${value.replaceAll("'", `'"'"'`)}'` : `'${value}'`}\n`
}

/** `declare -p name…`; local knows only the function's own. */
export function* printVariables(shell: Shell, { operands }: Flags, builtin: string): Steps<number> {
  const frame = builtin === 'local' ? shell.variables.functionFrame() : undefined
  let status = 0
  for (const name of operands) {
    const variable = frame && !frame.covers(name) ? undefined : (shell.variables.raw(name) ?? madeVariable(shell, name))
    if (variable) yield* wait(shell.print(declareLine(name, variable)))
    else {
      yield* wait(shell.complain(`${builtin}: ${name}: not found`))
      status = 1
    }
  }
  return status
}
