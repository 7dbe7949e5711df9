/** The syntax tree of a jq filter. jq(1). */
export type Filter =
  | { readonly kind: 'identity' }
  | { readonly kind: 'recurse' }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'string'; readonly format: string | undefined; readonly parts: readonly (string | Filter)[] }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly of: Filter; readonly key: Filter }
  | { readonly kind: 'slice'; readonly of: Filter; readonly from: Filter | undefined; readonly to: Filter | undefined }
  | { readonly kind: 'iterate'; readonly of: Filter }
  | { readonly kind: 'attempt'; readonly body: Filter; readonly otherwise: Filter | undefined }
  | { readonly kind: 'pipe' | 'comma' | 'and' | 'or' | 'alternative'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'negate'; readonly body: Filter }
  | { readonly kind: 'update'; readonly operator: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'array'; readonly body: Filter | undefined }
  | { readonly kind: 'object'; readonly entries: readonly (readonly [Filter, Filter])[] }
  | { readonly kind: 'if'; readonly test: Filter; readonly yes: Filter; readonly no: Filter | undefined }
  | {
      readonly kind: 'reduce'
      readonly source: Filter
      readonly pattern: Pattern
      readonly start: Filter
      readonly step: Filter
    }
  | {
      readonly kind: 'foreach'
      readonly source: Filter
      readonly pattern: Pattern
      readonly start: Filter
      readonly step: Filter
      readonly extract: Filter | undefined
    }
  | {
      readonly kind: 'bind'
      readonly source: Filter
      readonly patterns: readonly Pattern[]
      readonly body: Filter
    }
  | { readonly kind: 'define'; readonly definition: Definition; readonly body: Filter }
  | { readonly kind: 'label'; readonly name: string; readonly body: Filter }
  | { readonly kind: 'break'; readonly name: string }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Filter[] }

/** What stands behind `as`: a variable, or arrays and objects of patterns. */
export type Pattern =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'array'; readonly items: readonly Pattern[] }
  | {
      readonly kind: 'object'
      readonly entries: readonly (readonly [key: Filter, variable: string | undefined, Pattern | undefined])[]
    }

export interface Definition {
  readonly name: string
  /** `$name` for those that stand for a value. */
  readonly params: readonly string[]
  readonly body: Filter
}

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** The filter cannot be read. */
export class JqSyntaxError extends Error {}
/** The filter failed on its input; `try` and `?` catch it. */
export class JqError extends Error {
  /** What `error(value)` was given, where it is no text. */
  readonly value: Json
  constructor(message: string, value: Json = message) {
    super(message)
    this.value = value
  }
  /** Said before the message of what is no text. */
  get aside(): string {
    return typeof this.value === 'string' ? '' : ' (not a string)'
  }
}
