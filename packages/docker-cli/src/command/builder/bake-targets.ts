import { type BakeFile, BakeScope, type BakeTarget } from './bake-file.ts'
import { evaluate, EvaluationError, isList, isMap, type Scope, textOf } from './hcl/evaluate.ts'
import type { Expr, Value } from './hcl/syntax.ts'

export interface Resolved {
  readonly groups: ReadonlyMap<string, { readonly targets: readonly string[] }>
  readonly targets: ReadonlyMap<string, BakeTarget>
}

/** Not part of what is built. */
const OWN_KEYS: ReadonlySet<string> = new Set(['name', 'matrix', 'inherits', 'description'])
/** As buildx's struct has them. */
const ORDER =
  'annotations attest context contexts dockerfile dockerfile-inline args labels tags cache-from cache-to target secret ssh platforms output pull no-cache network no-cache-filter shm-size ulimits call entitlements extra-hosts'.split(
    ' ',
  )
const MAPS: ReadonlySet<string> = new Set(['args', 'labels', 'contexts', 'extra-hosts'])
const LISTS: ReadonlySet<string> = new Set(
  'tags platforms output secret no-cache-filter cache-from cache-to ssh attest annotations ulimits entitlements'.split(
    ' ',
  ),
)

/** @throws EvaluationError for what is not there or has no value */
export function resolveTargets(
  file: BakeFile,
  names: readonly string[],
  env: (name: string) => string | undefined,
  overrides: readonly string[],
): Resolved {
  return new Targets(file, new BakeScope(file, env), overrides).resolve(names.length > 0 ? names : ['default'])
}

export const listTargets = (file: BakeFile, env: (name: string) => string | undefined) =>
  new Targets(file, new BakeScope(file, env), []).list()

/** A target of the file, or one of those that its matrix makes. */
interface Definition {
  readonly name: string
  readonly values: Readonly<Record<string, Value>>
  readonly inherits: readonly string[]
}

class Targets {
  private readonly file: BakeFile
  private readonly scope: BakeScope
  private readonly overrides: readonly string[]
  private readonly definitions = new Map<string, Definition>()
  /** Those that are written, and one for each target with a matrix. */
  private readonly groups = new Map<string, readonly string[]>()

  constructor(file: BakeFile, scope: BakeScope, overrides: readonly string[]) {
    this.file = file
    this.scope = scope
    this.overrides = overrides
  }

  resolve(asked: readonly string[]): Resolved {
    for (const [label, parts] of this.file.targets) this.define(label, new Map(parts.flatMap((part) => [...part])))
    for (const [label, parts] of this.file.groups) this.group(label, parts)
    for (const [pattern = ''] of this.overrides.map((text) => text.split('.')))
      if (!this.groups.has(pattern) && !this.definitions.has(pattern)) this.matching(pattern, true)
    const names = [...new Set(asked.flatMap((name) => this.matching(name)))]
    const flat = [...new Set(names.flatMap((name) => this.flatten(name, [])))]
    const targets = new Map(flat.toSorted().map((name) => [name, this.target(name)]))
    for (const name of flat) this.link(name, targets, [])
    return { groups: this.shownGroups(names), targets: new Map([...targets].toSorted(([a], [b]) => (a < b ? -1 : 1))) }
  }

  /** Everything that has a name, and what it is said to be: for groups, what is in them. */
  list(): { name: string; description: string; group: boolean }[] {
    for (const [label, parts] of this.file.targets) this.define(label, new Map(parts.flatMap((part) => [...part])))
    for (const [label, parts] of this.file.groups) this.group(label, parts)
    const targets = [...this.definitions.values()].map(({ name, values }) => {
      return { name, description: textOf(values['description'] ?? ''), group: false }
    })
    const groups = [...this.groups].map(([name, members]) => {
      const expr = this.file.groups
        .get(name)
        ?.findLast((part) => part.has('description'))
        ?.get('description')
      const [told, list] = [expr ? textOf(evaluate(expr, this.scope)) : '', members.toSorted().join(', ')]
      return { name, description: told === '' ? list : `${told} (${list})`, group: true }
    })
    return [...targets, ...groups]
      .filter(({ name }) => !name.startsWith('_'))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1))
  }

  private group(label: string, parts: readonly ReadonlyMap<string, Expr>[]): void {
    const members = parts.flatMap((part) => {
      const expr = part.get('targets')
      const value = expr ? evaluate(expr, this.scope) : []
      return isList(value) ? value.map(textOf) : []
    })
    this.groups.set(label, [...new Set([...(this.groups.get(label) ?? []), ...members])])
  }

  private define(label: string, attributes: ReadonlyMap<string, Expr>): void {
    const matrix = attributes.get('matrix')
    if (!matrix) return this.add(label, attributes, this.scope)
    const made: string[] = []
    for (const names of combinations(evaluate(matrix, this.scope))) {
      const scope = this.scope.inside(names)
      const expr = attributes.get('name')
      if (!expr) throw new EvaluationError(`target ${label} has a matrix, and needs a name`)
      const name = textOf(evaluate(expr, scope)).replaceAll(/[^a-zA-Z0-9_-]+/g, '_')
      this.add(name, attributes, scope)
      made.push(name)
    }
    this.groups.set(label, made)
  }

  private add(name: string, attributes: ReadonlyMap<string, Expr>, scope: Scope): void {
    const values: Record<string, Value> = {}
    for (const [key, expr] of attributes) if (!['matrix', 'name'].includes(key)) values[key] = evaluate(expr, scope)
    const { inherits = [] } = values
    this.definitions.set(name, { name, values, inherits: isList(inherits) ? inherits.map(textOf) : [] })
  }

  /** Of targets, by a pattern of shells. */
  private matching(name: string, mustBe = false): string[] {
    if (this.groups.has(name) || this.definitions.has(name) || (!mustBe && !/[*?[]/.test(name))) return [name]
    const regex = new RegExp(
      `^${name
        .replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`)
        .replaceAll('*', '[^/]*')
        .replaceAll('?', '.')}$`,
    )
    const found = [...this.definitions.keys()].filter((each) => regex.test(each))
    if (found.length === 0) throw new EvaluationError(`could not find any target matching '${name}'`)
    return found
  }

  private flatten(name: string, above: readonly string[]): string[] {
    const group = this.groups.get(name)
    if (above.includes(name)) return []
    if (group) return group.flatMap((each) => this.flatten(each, [...above, name]))
    if (this.definitions.has(name)) return [name]
    throw new EvaluationError(`failed to find target ${name}`)
  }

  private shownGroups(names: readonly string[]): Map<string, { targets: readonly string[] }> {
    const shown = new Map<string, { targets: readonly string[] }>()
    const visit = (name: string): void => {
      const members = this.groups.get(name)
      if (!members || shown.has(name)) return
      shown.set(name, { targets: members })
      for (const member of members) visit(member)
    }
    for (const name of names) visit(name)
    const others = names.filter((name) => name !== 'default')
    if (others.length > 0 || !shown.has('default'))
      shown.set('default', { targets: [...new Set([...(shown.get('default')?.targets ?? []), ...others])].toSorted() })
    return new Map([...shown].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** `contexts = { base = "target:base" }`: what a target builds upon is built as well. */
  private link(name: string, targets: Map<string, BakeTarget>, above: readonly string[]): void {
    for (const place of Object.values(targets.get(name)?.contexts ?? {})) {
      const other = place.startsWith('target:') ? place.slice('target:'.length) : undefined
      if (other === undefined) continue
      if (other === name) throw new EvaluationError(`target ${other} cannot link to itself`)
      if (above.includes(other)) throw new EvaluationError(`infinite loop from ${name} to ${other}`)
      if (!targets.has(other)) targets.set(other, { ...this.target(other), output: ['type=cacheonly'] })
      this.link(other, targets, [...above, name])
    }
  }

  private target(name: string): BakeTarget {
    const values = this.overridden(name, this.inherited(name, []))
    const filled: Record<string, Value> = { context: '.', dockerfile: 'Dockerfile', ...values }
    const rank = (key: string): number => (ORDER.includes(key) ? ORDER.indexOf(key) : ORDER.length)
    const keys = Object.keys(filled)
      .filter((key) => !OWN_KEYS.has(key) && filled[key] !== null && !isEmpty(filled[key]))
      .toSorted((a, b) => rank(a) - rank(b))
    return Object.fromEntries(keys.map((key) => [key, shaped(key, filled[key] ?? null)])) as unknown as BakeTarget
  }

  private inherited(name: string, above: readonly string[]): Readonly<Record<string, Value>> {
    const own = this.definitions.get(name)
    if (!own) throw new EvaluationError(`failed to find target ${name}`)
    if (above.includes(name)) throw new EvaluationError(`infinite recursion in target ${name}`)
    const parents = own.inherits.map((parent) => this.inherited(parent, [...above, name]))
    return [...parents, own.values].reduce(merge, {})
  }

  /** `--set name.args.KEY=value`, `--set *.tags+=more`. */
  private overridden(name: string, base: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
    const replaced = new Set<string>()
    return this.overrides.reduce((sofar, text) => {
      const [, pattern = '', key = '', inner, plus, value = ''] =
        /^([^.]+)\.([^.=+]+)(?:\.([^=+]+))?(\+?)=([\s\S]*)$/.exec(text) ?? []
      if (pattern === '' || !this.matches(pattern, name)) return sofar
      if (inner !== undefined) return { ...sofar, [key]: { ...mapOf(sofar[key]), [inner]: value } }
      if (!LISTS.has(key)) return { ...sofar, [key]: value === 'true' ? true : value === 'false' ? false : value }
      const old = plus || replaced.has(key) ? listOf(sofar[key]) : []
      replaced.add(key)
      return { ...sofar, [key]: [...old, value] }
    }, base)
  }

  private matches(pattern: string, name: string): boolean {
    if (this.groups.has(pattern)) return this.flatten(pattern, []).includes(name)
    return pattern === name || (/[*?]/.test(pattern) && this.matching(pattern).includes(name))
  }
}

const listOf = (value: Value | undefined): readonly Value[] => (isList(value) ? value : [])
const mapOf = (value: Value | undefined): { readonly [key: string]: Value } => (isMap(value) ? value : {})
const isEmpty = (value: Value | undefined): boolean =>
  isList(value) ? value.length === 0 : isMap(value) && Object.keys(value).length === 0

function merge(below: Readonly<Record<string, Value>>, above: Readonly<Record<string, Value>>) {
  const merged: Record<string, Value> = { ...below, ...above }
  for (const key of MAPS) if (key in below && key in above) merged[key] = { ...mapOf(below[key]), ...mapOf(above[key]) }
  return merged
}

/** Texts where the builder wants texts; what is null in a map is not there. */
function shaped(key: string, value: Value): Value {
  if (isList(value))
    return value.filter((each) => each !== null && each !== '').map((each) => (isMap(each) ? spec(each) : textOf(each)))
  if (!MAPS.has(key) || !isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, textOf(each)]),
  )
}

/** `{ type = "local", dest = "out" }` as the flag has it. */
const spec = (fields: { readonly [key: string]: Value }): string =>
  Object.entries(fields)
    .map(([key, value]) => `${key}=${textOf(value)}`)
    .join(',')

/** Every combination of a matrix. */
function combinations(matrix: Value): Map<string, Value>[] {
  return Object.entries(mapOf(matrix)).reduce<Map<string, Value>[]>(
    (sofar, [name, values]) =>
      sofar.flatMap((names) => listOf(values).map((value) => new Map([...names, [name, value]]))),
    [new Map()],
  )
}
