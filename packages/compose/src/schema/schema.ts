/** A JSON schema as far as the Compose specification's goes, and its check in the words of compose. */
import { isList, isMapping, type Path, type Tree } from '@drydock/cli-plugin/compose-file'

export type TypeName = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'object' | 'array'

export interface Schema {
  readonly types?: readonly TypeName[]
  readonly oneOf?: readonly Schema[]
  readonly words?: readonly string[]
  readonly pattern?: RegExp
  readonly min?: number
  readonly max?: number
  readonly items?: Schema
  readonly unique?: boolean
  readonly fields?: Readonly<Record<string, Schema>>
  /** For keys that users choose. */
  readonly keys?: RegExp
  readonly values?: Schema
  /** Whether other keys may stand there. */
  readonly open?: boolean
  readonly required?: readonly string[]
}

export const typed = (...types: readonly TypeName[]): Schema => ({ types })
export const object = (fields: Readonly<Record<string, Schema>>, more: Partial<Schema> = {}): Schema => ({
  types: ['object'],
  fields,
  ...more,
})
export const mapOf = (values: Schema, keys = /^[a-zA-Z0-9._-]+$/, more: Partial<Schema> = {}): Schema => ({
  types: ['object'],
  keys,
  values,
  ...more,
})
export const arrayOf = (items: Schema, unique = false): Schema => ({ types: ['array'], items, unique })
export const oneOf = (...choices: readonly Schema[]): Schema => ({ oneOf: choices })

export interface SchemaProblem {
  readonly path: Path
  readonly message: string
  /** What stands there but may not. */
  readonly unknownKeys?: readonly string[]
}

/** The most specific of all problems: the deepest, and among those the first. */
export function validate(schema: Schema, value: Tree): SchemaProblem | undefined {
  let worst: SchemaProblem | undefined
  for (const problem of problemsOf(schema, value, []))
    if (worst === undefined || depth(problem) > depth(worst)) worst = problem
  return worst
}
/** All problems; of the branches of a choice only the likeliest. */
export const problemsIn = (schema: Schema, value: Tree): SchemaProblem[] => [...problemsOf(schema, value, [])]

const depth = (problem: SchemaProblem): number => problem.path.length + (problem.unknownKeys ? 1 : 0)

const typeNames = (value: Tree): readonly TypeName[] => {
  if (value === null) return ['null']
  if (isList(value)) return ['array']
  if (isMapping(value)) return ['object']
  if (typeof value === 'number') return Number.isInteger(value) ? ['integer', 'number'] : ['number']
  return [typeof value === 'boolean' ? 'boolean' : 'string']
}

function* problemsOf(schema: Schema, value: Tree, path: Path): Generator<SchemaProblem, void, void> {
  const here = (words: string): SchemaProblem => ({ path, message: `${path.join('.')} ${words}` })
  if (schema.types && !schema.types.some((type) => typeNames(value).includes(type))) {
    yield here(`must be a ${typeWords(schema.types)}`)
    return
  }
  if (schema.words && !schema.words.includes(String(value)))
    yield here(
      schema.words.length === 1
        ? `value must be ${quoted(schema.words)}`
        : `value must be one of ${quoted(schema.words)}`,
    )
  if (schema.pattern && typeof value === 'string' && !schema.pattern.test(value))
    yield here(`'${value}' does not match pattern '${schema.pattern.source}'`)
  if (typeof value === 'number') {
    if (schema.min !== undefined && value < schema.min) yield here(`must be greater than or equal to ${schema.min}`)
    if (schema.max !== undefined && value > schema.max) yield here(`must be less than or equal to ${schema.max}`)
  }
  if (isMapping(value)) yield* mappingProblems(schema, value, path)
  if (isList(value)) yield* listProblems(schema, value, path)
  if (schema.oneOf) yield* choiceProblems(schema.oneOf, value, path)
}

function* mappingProblems(schema: Schema, value: ReadonlyMap<string, Tree>, path: Path): Generator<SchemaProblem> {
  const missing = (schema.required ?? []).filter((key) => !value.has(key))
  if (missing.length > 0)
    yield {
      path,
      message: `${path.join('.')} missing propert${missing.length === 1 ? 'y' : 'ies'} ${quoted(missing)}`,
    }
  if (!schema.fields && !schema.keys) return
  const unknown: string[] = []
  for (const [key, each] of value) {
    const known = schema.fields && Object.hasOwn(schema.fields, key) ? schema.fields[key] : undefined
    const inner = known ?? (schema.keys?.test(key) ? schema.values : undefined)
    if (inner) yield* problemsOf(inner, each, [...path, key])
    else if (!(schema.fields && key.startsWith('x-'))) unknown.push(key)
  }
  if (unknown.length > 0 && !schema.open) {
    const lead = path.length === 0 ? ' ' : `${path.join('.')} `
    yield { path, message: `${lead}additional properties ${quoted(unknown)} not allowed`, unknownKeys: unknown }
  }
}

function* listProblems(schema: Schema, value: readonly Tree[], path: Path): Generator<SchemaProblem> {
  if (schema.items) for (const [i, each] of value.entries()) yield* problemsOf(schema.items, each, [...path, String(i)])
  if (!schema.unique) return
  const seen = new Map<string, number>()
  for (const [i, each] of value.entries()) {
    const word = same(each)
    const before = seen.get(word)
    if (before !== undefined) {
      yield { path, message: `${path.join('.')} items at ${before} and ${i} are equal` }
      return
    }
    seen.set(word, i)
  }
}
const same = (value: Tree): string =>
  JSON.stringify(value, (_key, each: unknown) =>
    each instanceof Map ? [...(each as Map<string, Tree>)].toSorted() : each,
  )

function* choiceProblems(choices: readonly Schema[], value: Tree, path: Path): Generator<SchemaProblem> {
  const failures: SchemaProblem[] = []
  for (const choice of choices) {
    const problems = [...problemsOf(choice, value, path)]
    if (problems.length === 0) return
    failures.push(...problems)
  }
  yield* failures
}

const quoted = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')
function typeWords(types: readonly TypeName[]): string {
  const names = types.map((type) => (type === 'object' ? 'mapping' : type))
  if (names.length === 1) return names[0] ?? ''
  const sorted = names.toSorted()
  return `${sorted.slice(0, -1).join(', ')} or ${sorted.at(-1)}`
}
