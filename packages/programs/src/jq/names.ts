import type { Definition, Filter, Pattern } from './ast.ts'

/** What is known at a place of a filter: `name/arity` of functions, variables, labels. */
interface Known {
  readonly functions: ReadonlySet<string>
  readonly variables: ReadonlySet<string>
  readonly labels: ReadonlySet<string>
}
const and = (known: ReadonlySet<string>, ...more: readonly string[]): ReadonlySet<string> =>
  new Set([...known, ...more])

/** Names that a filter uses and nobody defines, as jq's compiler says them: `nosuch/0`, `$x`. */
export function unknownNames(
  filter: Filter,
  functions: Iterable<string>,
  variables: Iterable<string>,
  definitions: readonly Definition[] = [],
): string[] {
  const unknown: string[] = []
  const own = definitions.map(({ name, params }) => `${name}/${params.length}`)
  const known = { functions: new Set([...functions, ...own]), variables: new Set(variables), labels: new Set<string>() }
  visit(filter, known, unknown)
  return unknown
}

function visit(filter: Filter, known: Known, unknown: string[]): void {
  const go = (inner: Filter | undefined, at: Known = known): void => void (inner && visit(inner, at, unknown))
  const withVariables = (names: readonly string[]): Known => ({ ...known, variables: and(known.variables, ...names) })
  switch (filter.kind) {
    case 'variable':
      if (filter.name !== '__loc__' && !known.variables.has(filter.name)) unknown.push(`$${filter.name}`)
      return
    case 'break':
      if (!known.labels.has(filter.name)) unknown.push(`$*label-${filter.name}`)
      return
    case 'call':
      if (!known.functions.has(`${filter.name}/${filter.args.length}`))
        unknown.push(`${filter.name}/${filter.args.length}`)
      for (const arg of filter.args) go(arg)
      return
    case 'define': {
      const { name, params, body } = filter.definition
      const functions = and(known.functions, `${name}/${params.length}`)
      const bare = params.map((param) => param.replace(/^\$/, ''))
      const inside = { ...withVariables(bare), functions: and(functions, ...bare.map((param) => `${param}/0`)) }
      go(body, inside)
      return go(filter.body, { ...known, functions })
    }
    case 'label':
      return go(filter.body, { ...known, labels: and(known.labels, filter.name) })
    case 'bind':
      go(filter.source)
      for (const pattern of filter.patterns) visitKeys(pattern, known, unknown)
      return go(filter.body, withVariables(filter.patterns.flatMap(variablesOf)))
    case 'reduce':
    case 'foreach': {
      go(filter.source)
      go(filter.start)
      const inside = withVariables(variablesOf(filter.pattern))
      go(filter.step, inside)
      return go(filter.kind === 'foreach' ? filter.extract : undefined, inside)
    }
    default:
      for (const inner of childrenOf(filter)) go(inner)
  }
}

/** Filters in a node that brings no names. */
function childrenOf(filter: Filter): Filter[] {
  const found: Filter[] = []
  const collect = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) collect(each)
    else if (isFilter(value)) found.push(value)
  }
  if (filter.kind !== 'literal') for (const value of Object.values(filter)) collect(value)
  return found
}

const isFilter = (value: unknown): value is Filter => typeof value === 'object' && value !== null && 'kind' in value

/** Keys of an object's pattern may be filters. */
function visitKeys(pattern: Pattern, known: Known, unknown: string[]): void {
  if (pattern.kind === 'array') for (const item of pattern.items) visitKeys(item, known, unknown)
  if (pattern.kind !== 'object') return
  for (const [key, variable, inner] of pattern.entries) {
    if (variable === undefined) visit(key, known, unknown)
    if (inner) visitKeys(inner, known, unknown)
  }
}

function variablesOf(pattern: Pattern): string[] {
  if (pattern.kind === 'variable') return [pattern.name]
  if (pattern.kind === 'array') return pattern.items.flatMap(variablesOf)
  return pattern.entries.flatMap(([, variable, inner]) => [
    ...(variable === undefined ? [] : [variable]),
    ...(inner ? variablesOf(inner) : []),
  ])
}
