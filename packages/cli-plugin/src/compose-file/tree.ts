import { CliError } from '../session/cli-error.ts'

/** A Compose file's values as they were read: mappings keep the file's order. */
export type Tree = null | boolean | number | string | Tree[] | Mapping
export type Mapping = Map<string, Tree>

/** Where a value is: `['services', 'web', 'ports', '[]']`. */
export type Path = readonly string[]

/** What makes a file unusable; `path` says where, as far as is known. */
export class ComposeError extends CliError {
  readonly path: Path
  /** `/app/compose.yaml:3:5`, when it is known and the message has it not. */
  place: string | undefined
  constructor(message: string, path: Path = [], status = 1) {
    super(message, status)
    this.path = path
  }
}

export const isMapping = (value: Tree | undefined): value is Mapping => value instanceof Map
export const isList = (value: Tree | undefined): value is Tree[] => Array.isArray(value)
export const mappingAt = (value: Tree | undefined): Mapping => (isMapping(value) ? value : new Map())
export const listAt = (value: Tree | undefined): Tree[] => (isList(value) ? value : [])
export const textAt = (value: Tree | undefined): string => (typeof value === 'string' ? value : '')

/** Whether `services.*.ports` fits; `*` stands for one step. */
export function fits(pattern: Path, path: Path): boolean {
  return pattern.length === path.length && pattern.every((step, i) => step === '*' || step === path[i])
}

/** A rule for each of some places. */
export type PlaceTable<T> = readonly (readonly [pattern: Path, rule: T])[]
export const places = <T>(rows: Readonly<Record<string, T>>): PlaceTable<T> =>
  Object.entries(rows).map(([pattern, rule]) => [pattern.split('.'), rule] as const)
export const ruleFor = <T>(table: PlaceTable<T>, path: Path): T | undefined =>
  table.find(([pattern]) => fits(pattern, path))?.[1]

export function clone(value: Tree): Tree {
  if (isList(value)) return value.map(clone)
  return isMapping(value) ? new Map([...value].map(([key, each]) => [key, clone(each)])) : value
}

/** The words of Go's `fmt.Sprint`. */
export const sprint = (value: Tree): string =>
  value === null ? '<nil>' : typeof value === 'number' ? goNumber(value) : String(value)

function goNumber(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 2 ** 63) return value.toString()
  const exponent = Math.floor(Math.log10(Math.abs(value)))
  if (exponent >= -4 && exponent < 21) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** As Go's %T names it. */
export function goType(value: Tree): string {
  if (value === null) return '<nil>'
  if (isList(value)) return '[]interface {}'
  if (isMapping(value)) return 'map[string]interface {}'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float64'
  return typeof value === 'boolean' ? 'bool' : 'string'
}
