import type { Definition, Json } from './ast.ts'
import { fail } from './access.ts'
import type { Path } from './paths.ts'

/** A result, and where it stands in the input as long as that can be said. */
export interface Item {
  readonly value: Json
  readonly path: Path | undefined
}
/** Results, one after the other. */
export type Items = Generator<Item, void, void>

/** What the surroundings give a filter. */
export interface Host {
  /** @throws JqError when there is none left */
  input(): Json
  readonly nowSeconds: number
  /** For `debug` and `stderr`. */
  readonly say: (text: string) => void
}
/** Ends jq at once. */
export class Halt extends Error {
  readonly status: number
  readonly output: Json | undefined
  constructor(status: number, output?: Json) {
    super('halt')
    this.status = status
    this.output = output
  }
}
/** `break` of a label. */
export class Break extends Error {
  readonly label: Scope
  constructor(label: Scope) {
    super('break')
    this.label = label
  }
}

/** A function, or a parameter that is one. */
export interface Callable {
  readonly definition: Definition
  readonly scope: Scope
  /** A closure parameter is its filter in the caller's scope. */
  readonly closure: boolean
}

/** Names that are known at a place: a chain, so that a new one costs nothing. */
export class Scope {
  readonly parent: Scope | undefined
  readonly host: Host
  readonly variable: string | undefined
  readonly value: Json
  readonly callable: Callable | undefined
  readonly label: string | undefined

  constructor(
    host: Host,
    parent?: Scope,
    own: { variable?: string; value?: Json; callable?: Callable; label?: string } = {},
  ) {
    this.host = host
    this.parent = parent
    this.variable = own.variable
    this.value = own.value ?? null
    this.callable = own.callable
    this.label = own.label
  }

  with(variable: string, value: Json): Scope {
    return new Scope(this.host, this, { variable, value })
  }
  define(definition: Definition): Scope {
    return new Scope(this.host, this, { callable: { definition, scope: this, closure: false } })
  }
}

export function lookUp(scope: Scope, variable: string): Json {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.variable === variable) return at.value
  return fail(`$${variable} is not defined`)
}

export function findCallable(scope: Scope, name: string, arity: number): { callable: Callable; at: Scope } | undefined {
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const { callable } = at
    if (callable && callable.definition.name === name && callable.definition.params.length === arity)
      return { callable, at }
  }
  return undefined
}

export function findLabel(scope: Scope, name: string): Scope {
  for (let at: Scope | undefined = scope; at; at = at.parent) if (at.label === name) return at
  return fail(`$*label-${name} is not defined`)
}

export const plain = (value: Json): Item => ({ value, path: undefined })
export const below = (path: Path | undefined, key: Json): Path | undefined => (path ? [...path, key] : undefined)
