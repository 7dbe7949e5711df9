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
      readonly name: string
      readonly start: Filter
      readonly step: Filter
    }
  | { readonly kind: 'bind'; readonly source: Filter; readonly name: string; readonly body: Filter }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Filter[] }

export type Json = null | boolean | number | string | readonly Json[] | JsonObject
export interface JsonObject {
  readonly [key: string]: Json
}

/** The filter cannot be read. */
export class JqSyntaxError extends Error {}
/** The filter failed on its input; `try` and `?` catch it. */
export class JqError extends Error {}
