import type { Place } from './tokens.ts'

/** The Go Programming Language Specification, as far as it is run here. */
export type Type =
  | { readonly kind: 'name'; readonly name: string; readonly at: Place }
  | { readonly kind: 'pointer' | 'slice' | 'chan'; readonly of: Type }
  | { readonly kind: 'array'; readonly length: Expr | undefined; readonly of: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly of: Type }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'interface' }
  | { readonly kind: 'func' }

export interface Field {
  readonly name: string
  readonly type: Type
  readonly embedded: boolean
  readonly tag: string
}

export interface Parameter {
  readonly name: string
  readonly type: Type
  readonly variadic: boolean
}

export interface FuncExpr {
  readonly kind: 'func'
  readonly params: readonly Parameter[]
  readonly results: readonly Parameter[]
  readonly body: readonly Stmt[]
  readonly at: Place
}

export type Expr =
  | { readonly kind: 'int' | 'float' | 'string' | 'char'; readonly text: string; readonly at: Place }
  | { readonly kind: 'name'; readonly name: string; readonly at: Place }
  | { readonly kind: 'member'; readonly of: Expr; readonly name: string; readonly at: Place }
  | {
      readonly kind: 'call'
      readonly callee: Expr
      readonly args: readonly Expr[]
      readonly spread: boolean
      readonly at: Place
    }
  | { readonly kind: 'index'; readonly of: Expr; readonly index: Expr; readonly at: Place }
  | {
      readonly kind: 'slice'
      readonly of: Expr
      readonly from: Expr | undefined
      readonly to: Expr | undefined
      readonly at: Place
    }
  | { readonly kind: 'unary'; readonly sign: string; readonly of: Expr; readonly at: Place }
  | { readonly kind: 'binary'; readonly sign: string; readonly left: Expr; readonly right: Expr; readonly at: Place }
  | { readonly kind: 'composite'; readonly type: Type | undefined; readonly items: readonly Item[]; readonly at: Place }
  | { readonly kind: 'type'; readonly type: Type; readonly at: Place }
  | { readonly kind: 'assert'; readonly of: Expr; readonly type: Type | undefined; readonly at: Place }
  | FuncExpr

export interface Item {
  readonly key: Expr | undefined
  readonly value: Expr
}

export interface Case {
  /** Undefined: default. */
  readonly values: readonly Expr[] | undefined
  readonly comm: Stmt | undefined
  readonly body: readonly Stmt[]
}

export type Stmt =
  | { readonly kind: 'expr'; readonly expr: Expr }
  | {
      readonly kind: 'assign'
      readonly sign: string
      readonly left: readonly Expr[]
      readonly right: readonly Expr[]
      readonly at: Place
    }
  | {
      readonly kind: 'var'
      readonly names: readonly Name[]
      readonly type: Type | undefined
      readonly values: readonly Expr[]
      readonly iota?: number
    }
  | { readonly kind: 'step'; readonly of: Expr; readonly by: 1 | -1 }
  | { readonly kind: 'block'; readonly body: readonly Stmt[] }
  | {
      readonly kind: 'if'
      readonly init: Stmt | undefined
      readonly test: Expr
      readonly consequent: readonly Stmt[]
      readonly other: Stmt | undefined
    }
  | {
      readonly kind: 'for'
      readonly init: Stmt | undefined
      readonly test: Expr | undefined
      readonly post: Stmt | undefined
      readonly body: readonly Stmt[]
      readonly label: string
    }
  | {
      readonly kind: 'range'
      readonly names: readonly Expr[]
      readonly defines: boolean
      readonly over: Expr
      readonly body: readonly Stmt[]
      readonly label: string
    }
  | {
      readonly kind: 'switch'
      readonly init: Stmt | undefined
      readonly on: Expr | undefined
      readonly bind: string
      readonly cases: readonly Case[]
    }
  | { readonly kind: 'select'; readonly cases: readonly Case[] }
  | { readonly kind: 'return'; readonly values: readonly Expr[] }
  | { readonly kind: 'jump'; readonly word: 'break' | 'continue' | 'fallthrough'; readonly label: string }
  | { readonly kind: 'go' | 'defer'; readonly call: Expr }
  | { readonly kind: 'send'; readonly to: Expr; readonly value: Expr }
  | { readonly kind: 'type'; readonly name: string; readonly type: Type }
  | { readonly kind: 'empty' }

export interface Name {
  readonly name: string
  readonly at: Place
}

export interface Import {
  readonly path: string
  /** As the file calls it. */
  readonly name: string
  readonly at: Place
}

export interface Func extends FuncExpr {
  readonly name: string
  /** Of a method: its own name for what it is called on, and the type. */
  readonly receiver: { readonly name: string; readonly type: string; readonly pointer: boolean } | undefined
}

export interface SourceFile {
  readonly package: string
  readonly imports: readonly Import[]
  readonly funcs: readonly Func[]
  readonly types: readonly { readonly name: string; readonly type: Type }[]
  readonly vars: readonly (Stmt & { readonly kind: 'var' })[]
}
