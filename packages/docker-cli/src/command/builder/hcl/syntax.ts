/** Values of HCL: those of JSON. */
export type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value }

/** Expressions. github.com/hashicorp/hcl, hclsyntax/spec.md */
export type Expr =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'template'; readonly parts: readonly (string | Expr)[] }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'get'; readonly from: Expr; readonly key: Expr }
  | { readonly kind: 'splat'; readonly from: Expr; readonly keys: readonly Expr[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expr[]; readonly spread: boolean }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'list'; readonly items: readonly Expr[] }
  | { readonly kind: 'map'; readonly entries: readonly (readonly [Expr, Expr])[] }
  | ForExpr

export interface ForExpr {
  readonly kind: 'for'
  readonly key: string | undefined
  readonly value: string
  readonly of: Expr
  /** Of maps. */
  readonly resultKey: Expr | undefined
  readonly result: Expr
  readonly test: Expr | undefined
  /** `...`: values of one key are gathered. */
  readonly grouped: boolean
}

/** `type "label" { … }`. */
export interface Block {
  readonly type: string
  readonly labels: readonly string[]
  readonly body: Body
}

export interface Body {
  readonly attributes: ReadonlyMap<string, Expr>
  readonly blocks: readonly Block[]
}

/** @throws SyntaxError with file and line */
export class HclSyntaxError extends SyntaxError {}
