import { type Filter, JqError, type Json, type JsonObject } from './ast.ts'
import { fail, indexInto, type Results, truthy, valuesOf } from './access.ts'
import { BUILTINS, formatAs } from './builtins.ts'
import { arithmetic, isObject, shown, typeName } from './json.ts'

export type Scope = ReadonlyMap<string, Json>
type Of<K extends Filter['kind']> = Extract<Filter, { kind: K }>

function* recurse(value: Json): Results {
  yield value
  if (typeof value === 'object' && value !== null) for (const each of valuesOf(value)) yield* recurse(each)
}

/** All results of a filter on one input. @throws JqError */
export function evaluate(filter: Filter, input: Json, scope: Scope): Results {
  return KINDS[filter.kind](filter as never, input, scope)
}

const KINDS: { readonly [K in Filter['kind']]: (filter: Of<K>, input: Json, scope: Scope) => Results } = {
  *identity(_, input) {
    yield input
  },
  recurse: (_, input) => recurse(input),
  *literal({ value }) {
    yield value
  },
  *string({ format, parts }, input, scope) {
    yield* joined(parts, 0, '', format, input, scope)
  },
  *format({ name }, input) {
    yield formatAs(name, input)
  },
  *index({ of, key }, input, scope) {
    for (const value of evaluate(of, input, scope))
      for (const at of evaluate(key, input, scope)) yield indexInto(value, at)
  },
  *slice({ of, from, to }, input, scope) {
    for (const value of evaluate(of, input, scope))
      yield slice(value, first(from, input, scope), first(to, input, scope))
  },
  *iterate({ of }, input, scope) {
    for (const value of evaluate(of, input, scope)) yield* valuesOf(value)
  },
  *attempt({ body, otherwise }, input, scope) {
    try {
      yield* evaluate(body, input, scope)
    } catch (error) {
      if (!(error instanceof JqError)) throw error
      if (otherwise) yield* evaluate(otherwise, error.message, scope)
    }
  },
  *pipe({ left, right }, input, scope) {
    for (const value of evaluate(left, input, scope)) yield* evaluate(right, value, scope)
  },
  *comma({ left, right }, input, scope) {
    yield* evaluate(left, input, scope)
    yield* evaluate(right, input, scope)
  },
  *and({ left, right }, input, scope) {
    for (const a of evaluate(left, input, scope)) {
      if (!truthy(a)) yield false
      else for (const b of evaluate(right, input, scope)) yield truthy(b)
    }
  },
  *or({ left, right }, input, scope) {
    for (const a of evaluate(left, input, scope)) {
      if (truthy(a)) yield true
      else for (const b of evaluate(right, input, scope)) yield truthy(b)
    }
  },
  *alternative({ left, right }, input, scope) {
    const kept: Json[] = []
    try {
      for (const value of evaluate(left, input, scope)) if (truthy(value)) kept.push(value)
    } catch (error) {
      if (!(error instanceof JqError)) throw error
    }
    if (kept.length) yield* kept
    else yield* evaluate(right, input, scope)
  },
  *binary({ operator, left, right }, input, scope) {
    for (const b of evaluate(right, input, scope))
      for (const a of evaluate(left, input, scope)) yield arithmetic(operator, a, b)
  },
  *negate({ body }, input, scope) {
    for (const value of evaluate(body, input, scope))
      yield typeof value === 'number' ? -value : fail(`${typeName(value)} (${shown(value)}) cannot be negated`)
  },
  *update({ operator, left, right }, input, scope) {
    yield update(left, input, scope, (old) => {
      if (operator === '|=') return first(right, old, scope)
      const value = first(right, input, scope)
      if (operator === '=') return value
      if (operator === '//=') return truthy(old) ? old : value
      return arithmetic(operator.slice(0, -1), old, value)
    })
  },
  *array({ body }, input, scope) {
    yield body ? Array.from(evaluate(body, input, scope)) : []
  },
  *object({ entries }, input, scope) {
    yield* objects(entries, 0, {}, input, scope)
  },
  *if({ test, yes, no }, input, scope) {
    for (const value of evaluate(test, input, scope)) {
      if (truthy(value)) yield* evaluate(yes, input, scope)
      else if (no) yield* evaluate(no, input, scope)
      else yield input
    }
  },
  *reduce({ source, name, start, step }, input, scope) {
    let state = first(start, input, scope)
    for (const value of evaluate(source, input, scope)) state = first(step, state, new Map(scope).set(name, value))
    yield state
  },
  *bind({ source, name, body }, input, scope) {
    for (const value of evaluate(source, input, scope)) yield* evaluate(body, input, new Map(scope).set(name, value))
  },
  *variable({ name }, _, scope) {
    yield scope.get(name) ?? (scope.has(name) ? null : fail(`$${name} is not defined`))
  },
  *call({ name, args }, input, scope) {
    const builtin = BUILTINS.get(`${name}/${args.length}`)
    if (!builtin) throw new JqError(`${name}/${args.length} is not defined`)
    yield* builtin(
      input,
      args.map((arg) => (value: Json) => evaluate(arg, value, scope)),
    )
  },
}

/** The first result; null without one. */
function first(filter: Filter | undefined, input: Json, scope: Scope): Json {
  if (!filter) return null
  for (const value of evaluate(filter, input, scope)) return value
  return null
}

function slice(value: Json, from: Json, to: Json): Json {
  if (value === null) return null
  if (typeof value !== 'string' && !Array.isArray(value)) return fail(`Cannot index ${typeName(value)} with object`)
  return value.slice(typeof from === 'number' ? from : 0, typeof to === 'number' ? to : undefined) as Json
}

function* joined(
  parts: readonly (string | Filter)[],
  at: number,
  text: string,
  format: string | undefined,
  input: Json,
  scope: Scope,
): Results {
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
): Results {
  const entry = entries[at]
  if (!entry) return yield sofar
  for (const key of evaluate(entry[0], input, scope)) {
    if (typeof key !== 'string') return fail(`Object keys must be strings`)
    for (const value of evaluate(entry[1], input, scope))
      yield* objects(entries, at + 1, { ...sofar, [key]: value }, input, scope)
  }
}

/** A copy of the input with what the path names changed. */
function update(path: Filter, input: Json, scope: Scope, change: (old: Json) => Json): Json {
  if (path.kind === 'identity') return change(input)
  if (path.kind === 'pipe') return update(path.left, input, scope, (old) => update(path.right, old, scope, change))
  if (path.kind === 'comma') return update(path.right, update(path.left, input, scope, change), scope, change)
  if (path.kind === 'call' && path.name === 'select')
    return truthy(first(path.args[0], input, scope)) ? change(input) : input
  if (path.kind === 'index')
    return update(path.of, input, scope, (old) => setAt(old, first(path.key, input, scope), change))
  if (path.kind === 'iterate')
    return update(path.of, input, scope, (old) =>
      isObject(old)
        ? Object.fromEntries(Object.entries(old).map(([key, value]) => [key, change(value)]))
        : valuesOf(old).map(change),
    )
  return fail('Invalid path expression')
}

function setAt(old: Json, key: Json, change: (old: Json) => Json): Json {
  const value = change(indexInto(old, key))
  if (typeof key === 'string') return { ...(isObject(old) ? old : {}), [key]: value }
  const copy = Array.isArray(old) ? [...old] : []
  const at = typeof key === 'number' ? (key < 0 ? copy.length + key : key) : 0
  while (copy.length < at) copy.push(null)
  copy[at] = value
  return copy
}
