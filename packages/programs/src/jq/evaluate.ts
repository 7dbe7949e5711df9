import { type Definition, type Filter, JqError, type Json, type JsonObject, type Pattern } from './ast.ts'
import { fail, indexInto, truthy, valuesOf } from './access.ts'
import { BUILTINS, formatAs } from './builtins.ts'
import { arithmetic, isObject, shown, typeName } from './json.ts'
import { deletePaths, getPath, type Path, setPath, sliceOf } from './paths.ts'
import {
  below,
  Break,
  type Callable,
  findCallable,
  findLabel,
  Halt,
  type Item,
  type Items,
  lookUp,
  plain,
  Scope,
} from './scope.ts'

type Of<K extends Filter['kind']> = Extract<Filter, { kind: K }>

/** All results of a filter on one input. @throws JqError */
export function* evaluate(filter: Filter, input: Json, scope: Scope): Generator<Json, void, void> {
  for (const { value } of run(filter, plain(input), scope)) yield value
}

const run = (filter: Filter, input: Item, scope: Scope): Items => KINDS[filter.kind](filter as never, input, scope)

const KINDS: { readonly [K in Filter['kind']]: (filter: Of<K>, input: Item, scope: Scope) => Items } = {
  *identity(_, input) {
    yield input
  },
  *recurse(_, input) {
    yield* everything(input)
  },
  *literal({ value }) {
    yield plain(value)
  },
  *string({ format, parts }, input, scope) {
    for (const text of joined(parts, 0, '', format, input.value, scope)) yield plain(text)
  },
  *format({ name }, input) {
    yield plain(formatAs(name, input.value))
  },
  *index({ of, key }, input, scope) {
    for (const { value, path } of run(of, input, scope))
      for (const at of evaluate(key, input.value, scope)) yield { value: indexInto(value, at), path: below(path, at) }
  },
  *slice({ of, from, to }, input, scope) {
    for (const { value, path } of run(of, input, scope))
      for (const end of to ? evaluate(to, input.value, scope) : [null])
        for (const start of from ? evaluate(from, input.value, scope) : [null]) {
          const range = { start, end }
          yield { value: sliceOf(value, range), path: below(path, range) }
        }
  },
  *iterate({ of }, input, scope) {
    for (const { value, path } of run(of, input, scope)) yield* each(value, path)
  },
  *attempt({ body, otherwise }, input, scope) {
    try {
      yield* run(body, input, scope)
    } catch (error) {
      if (!(error instanceof JqError)) throw error
      if (otherwise) yield* run(otherwise, plain(error.value), scope)
    }
  },
  *pipe({ left, right }, input, scope) {
    for (const item of run(left, input, scope)) yield* run(right, item, scope)
  },
  *comma({ left, right }, input, scope) {
    yield* run(left, input, scope)
    yield* run(right, input, scope)
  },
  *and({ left, right }, { value }, scope) {
    for (const a of evaluate(left, value, scope)) {
      if (!truthy(a)) yield plain(false)
      else for (const b of evaluate(right, value, scope)) yield plain(truthy(b))
    }
  },
  *or({ left, right }, { value }, scope) {
    for (const a of evaluate(left, value, scope)) {
      if (truthy(a)) yield plain(true)
      else for (const b of evaluate(right, value, scope)) yield plain(truthy(b))
    }
  },
  *alternative({ left, right }, input, scope) {
    let found = false
    try {
      for (const item of run(left, input, scope)) {
        if (!truthy(item.value)) continue
        found = true
        yield item
      }
    } catch (error) {
      if (!(error instanceof JqError)) throw error
    }
    if (!found) yield* run(right, input, scope)
  },
  *binary({ operator, left, right }, { value }, scope) {
    for (const b of evaluate(right, value, scope))
      for (const a of evaluate(left, value, scope)) yield plain(arithmetic(operator, a, b))
  },
  *negate({ body }, { value: input }, scope) {
    for (const value of evaluate(body, input, scope))
      yield plain(typeof value === 'number' ? -value : fail(`${typeName(value)} (${shown(value)}) cannot be negated`))
  },
  *update({ operator, left, right }, { value }, scope) {
    if (operator === '|=') return yield plain(modify(left, value, scope, (old) => first(right, old, scope)))
    for (const other of evaluate(right, value, scope))
      yield plain(
        modify(left, value, scope, (old) => {
          if (operator === '=') return other
          if (operator === '//=') return truthy(old) ? old : other
          return arithmetic(operator.slice(0, -1), old, other)
        }),
      )
  },
  *array({ body }, { value }, scope) {
    yield plain(body ? Array.from(evaluate(body, value, scope)) : [])
  },
  *object({ entries }, { value }, scope) {
    for (const made of objects(entries, 0, {}, value, scope)) yield plain(made)
  },
  *if({ test, yes, no }, input, scope) {
    for (const value of evaluate(test, input.value, scope)) {
      if (truthy(value)) yield* run(yes, input, scope)
      else if (no) yield* run(no, input, scope)
      else yield input
    }
  },
  *reduce({ source, pattern, start, step }, input, scope) {
    for (const begun of run(start, input, scope)) {
      let state: Item | undefined = begun
      for (const { value } of run(source, input, scope))
        for (const inner of destructure(pattern, value, scope, scope)) {
          let last: Item | undefined
          for (const item of run(step, state ?? plain(null), inner)) last = item
          state = last ?? plain(null)
        }
      yield state
    }
  },
  *foreach({ source, pattern, start, step, extract }, input, scope) {
    for (const begun of run(start, input, scope)) {
      let state = begun
      for (const { value } of run(source, input, scope))
        for (const inner of destructure(pattern, value, scope, scope))
          for (const item of run(step, state, inner)) {
            state = item
            if (extract) yield* run(extract, item, inner)
            else yield item
          }
    }
  },
  *bind({ source, patterns, body }, input, scope) {
    for (const { value } of run(source, input, scope)) yield* bound(patterns, value, body, input, scope)
  },
  *define({ definition, body }, input, scope) {
    yield* run(body, input, scope.define(definition))
  },
  *label({ name, body }, input, scope) {
    const inner = new Scope(scope.host, scope, { label: name })
    try {
      yield* run(body, input, inner)
    } catch (error) {
      if (!(error instanceof Break) || error.label !== inner) throw error
    }
  },
  break({ name }, _, scope) {
    throw new Break(findLabel(scope, name))
  },
  *variable({ name }, _, scope) {
    if (name === '__loc__') yield plain({ file: '<top-level>', line: 1 })
    else yield plain(lookUp(scope, name))
  },
  *call({ name, args }, input, scope) {
    yield* call(name, args, input, scope)
  },
}

function* each(value: Json, path: Path | undefined): Items {
  if (isObject(value)) for (const [key, inner] of Object.entries(value)) yield { value: inner, path: below(path, key) }
  else for (const [at, inner] of valuesOf(value).entries()) yield { value: inner, path: below(path, at) }
}

function* everything(item: Item): Items {
  yield item
  if (typeof item.value === 'object' && item.value !== null)
    for (const inner of each(item.value, item.path)) yield* everything(inner)
}

/** The first result; nothing at all takes the place away, as `.a |= empty` does. */
function first(filter: Filter, input: Json, scope: Scope): Json | undefined {
  for (const value of evaluate(filter, input, scope)) return value
  return undefined
}

function* call(name: string, args: readonly Filter[], input: Item, scope: Scope): Items {
  const found = findCallable(scope, name, args.length)
  if (found) return yield* callDefined(found.callable, found.at, args, input, scope)
  const special = SPECIAL.get(`${name}/${args.length}`)
  if (special) return yield* special(args, input, scope)
  const builtin = BUILTINS.get(`${name}/${args.length}`)
  if (!builtin) throw new JqError(`${name}/${args.length} is not defined`)
  for (const value of builtin(
    input.value,
    args.map((arg) => (each: Json) => evaluate(arg, each, scope)),
  ))
    yield plain(value)
}

/** `name/arity` of all that is not written in jq itself. */
export const functionNames = (): string[] => [...SPECIAL.keys(), ...BUILTINS.keys()]

function* callDefined(
  { definition, scope: home, closure }: Callable,
  at: Scope,
  args: readonly Filter[],
  input: Item,
  caller: Scope,
): Items {
  if (closure) return yield* run(definition.body, input, home)
  yield* bindArguments(definition, 0, args, input, caller, at)
}

/** `$name` parameters take each value of their argument in turn, and are closures as well. */
function* bindArguments(
  definition: Definition,
  at: number,
  args: readonly Filter[],
  input: Item,
  caller: Scope,
  inner: Scope,
): Items {
  const param = definition.params[at]
  const arg = args[at]
  if (param === undefined || !arg) return yield* run(definition.body, input, inner)
  const name = param.replace(/^\$/, '')
  const closed = new Scope(inner.host, inner, {
    callable: { definition: { name, params: [], body: arg }, scope: caller, closure: true },
  })
  if (!param.startsWith('$')) return yield* bindArguments(definition, at + 1, args, input, caller, closed)
  for (const value of evaluate(arg, input.value, caller))
    yield* bindArguments(definition, at + 1, args, input, caller, closed.with(name, value))
}

type Special = (args: readonly Filter[], input: Item, scope: Scope) => Items
/** Builtins that know of paths, inputs or the end. */
const SPECIAL: ReadonlyMap<string, Special> = new Map<string, Special>([
  ['empty/0', function* () {}],
  [
    'path/1',
    function* ([of], { value }, scope) {
      if (of) for (const path of pathsOf(of, value, scope)) yield plain(path)
    },
  ],
  [
    'getpath/1',
    function* ([of], { value, path }, scope) {
      if (of)
        for (const keys of evaluate(of, value, scope)) {
          if (!Array.isArray(keys)) return fail('Path must be specified as an array')
          yield { value: getPath(value, keys), path: path && [...path, ...keys] }
        }
    },
  ],
  [
    'input/0',
    function* (_, __, scope) {
      yield plain(scope.host.input())
    },
  ],
  [
    'now/0',
    function* (_, __, scope) {
      yield plain(scope.host.nowSeconds)
    },
  ],
  [
    'debug/0',
    function* (_, input, scope) {
      scope.host.say(`${JSON.stringify(['DEBUG:', input.value])}\n`)
      yield input
    },
  ],
  [
    'debug/1',
    function* ([of], input, scope) {
      if (of)
        for (const value of evaluate(of, input.value, scope)) scope.host.say(`${JSON.stringify(['DEBUG:', value])}\n`)
      yield input
    },
  ],
  [
    'stderr/0',
    function* (_, input, scope) {
      scope.host.say(JSON.stringify(input.value))
      yield input
    },
  ],
  [
    'halt/0',
    () => {
      throw new Halt(0)
    },
  ],
  [
    'halt_error/1',
    ([of], { value }, scope) => {
      throw new Halt(Number(of ? first(of, value, scope) : 5), value)
    },
  ],
])

export function* pathsOf(filter: Filter, input: Json, scope: Scope): Generator<Path, void, void> {
  for (const { path, value } of run(filter, { value: input, path: [] }, scope)) {
    if (!path) return fail(`Invalid path expression with result ${shown(value)}`)
    yield path
  }
}

function modify(path: Filter, input: Json, scope: Scope, change: (old: Json) => Json | undefined): Json {
  let result = input
  const gone: Path[] = []
  for (const keys of Array.from(pathsOf(path, input, scope))) {
    const value = change(getPath(result, keys))
    if (value === undefined) gone.push(keys)
    else result = setPath(result, keys, value)
  }
  return gone.length > 0 ? deletePaths(result, gone) : result
}

/** Scopes with the variables of a pattern; keys may have many values. */
function* destructure(pattern: Pattern, value: Json, scope: Scope, outer: Scope): Generator<Scope, void, void> {
  if (pattern.kind === 'variable') return yield scope.with(pattern.name, value)
  if (pattern.kind === 'array') {
    if (value !== null && !Array.isArray(value)) return fail(`Cannot index ${typeName(value)} with number`)
    return yield* inTurn(
      pattern.items.map((item, at) => [item, indexInto(value, at)] as const),
      0,
      scope,
      outer,
    )
  }
  yield* objectPattern(pattern.entries, 0, value, scope, outer)
}

function* inTurn(
  rows: readonly (readonly [Pattern, Json])[],
  at: number,
  scope: Scope,
  outer: Scope,
): Generator<Scope, void, void> {
  const row = rows[at]
  if (!row) return yield scope
  for (const inner of destructure(row[0], row[1], scope, outer)) yield* inTurn(rows, at + 1, inner, outer)
}

function* objectPattern(
  entries: Extract<Pattern, { kind: 'object' }>['entries'],
  at: number,
  value: Json,
  scope: Scope,
  outer: Scope,
): Generator<Scope, void, void> {
  const entry = entries[at]
  if (!entry) return yield scope
  const [key, variable, pattern] = entry
  for (const name of evaluate(key, value, outer)) {
    const inner = indexInto(value, name)
    const named = variable === undefined ? scope : scope.with(variable, inner)
    for (const next of pattern ? destructure(pattern, inner, named, outer) : [named])
      yield* objectPattern(entries, at + 1, value, next, outer)
  }
}

/** `?//`: the next pattern is tried when the body fails with this one; variables of the others are null. */
function* bound(patterns: readonly Pattern[], value: Json, body: Filter, input: Item, scope: Scope): Items {
  const names = patterns.length > 1 ? patterns.flatMap(namesOf) : []
  const blank = names.reduce((inner, name) => inner.with(name, null), scope)
  for (const [at, pattern] of patterns.entries())
    try {
      for (const inner of destructure(pattern, value, blank, scope)) yield* run(body, input, inner)
      return
    } catch (error) {
      if (!(error instanceof JqError) || at === patterns.length - 1) throw error
    }
}

function namesOf(pattern: Pattern): string[] {
  if (pattern.kind === 'variable') return [pattern.name]
  if (pattern.kind === 'array') return pattern.items.flatMap(namesOf)
  return pattern.entries.flatMap(([, variable, inner]) => [
    ...(variable === undefined ? [] : [variable]),
    ...(inner ? namesOf(inner) : []),
  ])
}

function* joined(
  parts: readonly (string | Filter)[],
  at: number,
  text: string,
  format: string | undefined,
  input: Json,
  scope: Scope,
): Generator<string, void, void> {
  const part = parts[at]
  if (part === undefined) return yield text
  if (typeof part === 'string') return yield* joined(parts, at + 1, text + part, format, input, scope)
  for (const value of evaluate(part, input, scope))
    yield* joined(parts, at + 1, text + formatAs(format ?? '@text', value), format, input, scope)
}

function* objects(
  entries: readonly (readonly [Filter, Filter])[],
  at: number,
  sofar: JsonObject,
  input: Json,
  scope: Scope,
): Generator<Json, void, void> {
  const entry = entries[at]
  if (!entry) return yield sofar
  for (const key of evaluate(entry[0], input, scope)) {
    if (typeof key !== 'string') return fail(`Object keys must be strings`)
    for (const value of evaluate(entry[1], input, scope))
      yield* objects(entries, at + 1, { ...sofar, [key]: value }, input, scope)
  }
}
