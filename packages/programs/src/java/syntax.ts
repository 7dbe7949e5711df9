import type { Place } from './tokens.ts'
import type { Value } from './values.ts'

export interface TypeName {
  /** As written, without type arguments: `int`, `List`, `Map.Entry`. */
  readonly name: string
  readonly args: readonly TypeName[]
  readonly dims: number
  readonly at: Place
}

export interface Annotation {
  readonly name: string
  readonly values: Readonly<Record<string, Expr>>
}

export interface Parameter {
  readonly name: string
  /** Undefined where a lambda leaves it to be found out. */
  readonly type: TypeName | undefined
  readonly variable: boolean
  readonly annotations: readonly Annotation[]
}

export interface SwitchCase {
  /** Empty for default. */
  readonly labels: readonly (Expr | { readonly kind: 'pattern'; readonly type: TypeName; readonly bind: string })[]
  readonly isDefault: boolean
  readonly guard: Expr | undefined
  readonly arrow: boolean
  readonly body: readonly Stmt[]
}

export type Expr =
  | { readonly kind: 'literal'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string; readonly at: Place }
  | { readonly kind: 'member'; readonly of: Expr; readonly name: string; readonly at: Place }
  | { readonly kind: 'index'; readonly of: Expr; readonly index: Expr; readonly at: Place }
  | {
      readonly kind: 'call'
      readonly of: Expr | undefined
      readonly name: string
      readonly args: readonly Expr[]
      readonly at: Place
    }
  | {
      readonly kind: 'new'
      /** `outer.new Inner()`. */
      readonly outer: Expr | undefined
      readonly type: TypeName
      readonly args: readonly Expr[]
      readonly body: ClassDecl | undefined
      readonly at: Place
    }
  | { readonly kind: 'new array'; readonly type: TypeName; readonly sizes: readonly Expr[]; readonly at: Place }
  | { readonly kind: 'array'; readonly type: TypeName | undefined; readonly items: readonly Expr[] }
  | { readonly kind: 'unary'; readonly op: string; readonly of: Expr }
  | { readonly kind: 'step'; readonly op: string; readonly prefix: boolean; readonly of: Expr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: Expr; readonly right: Expr }
  | { readonly kind: 'assign'; readonly op: string; readonly to: Expr; readonly value: Expr }
  | { readonly kind: 'ternary'; readonly test: Expr; readonly yes: Expr; readonly no: Expr }
  | { readonly kind: 'cast'; readonly type: TypeName; readonly of: Expr }
  | { readonly kind: 'instanceof'; readonly of: Expr; readonly type: TypeName; readonly bind: string | undefined }
  | { readonly kind: 'lambda'; readonly params: readonly Parameter[]; readonly body: Expr | Stmt }
  | { readonly kind: 'reference'; readonly of: Expr; readonly name: string }
  | { readonly kind: 'switch value'; readonly on: Expr; readonly cases: readonly SwitchCase[] }
  | { readonly kind: 'class literal'; readonly type: TypeName }

export type Stmt =
  | { readonly kind: 'block'; readonly body: readonly Stmt[] }
  | { readonly kind: 'local'; readonly type: TypeName; readonly names: readonly LocalName[] }
  | { readonly kind: 'class'; readonly declared: ClassDecl }
  | { readonly kind: 'expression'; readonly value: Expr }
  | { readonly kind: 'if'; readonly test: Expr; readonly yes: Stmt; readonly no: Stmt | undefined }
  | { readonly kind: 'while'; readonly test: Expr; readonly body: Stmt; readonly first: boolean }
  | {
      readonly kind: 'for'
      readonly before: readonly Stmt[]
      readonly test: Expr | undefined
      readonly after: readonly Expr[]
      readonly body: Stmt
    }
  | {
      readonly kind: 'for each'
      readonly type: TypeName
      readonly name: string
      readonly of: Expr
      readonly body: Stmt
    }
  | { readonly kind: 'return'; readonly value: Expr | undefined }
  | { readonly kind: 'yield'; readonly value: Expr }
  | { readonly kind: 'break' | 'continue'; readonly label: string | undefined }
  | { readonly kind: 'throw'; readonly value: Expr }
  | {
      readonly kind: 'try'
      readonly resources: readonly Stmt[]
      readonly body: Stmt
      readonly catches: readonly Catch[]
      readonly after: Stmt | undefined
    }
  | { readonly kind: 'switch'; readonly on: Expr; readonly cases: readonly SwitchCase[] }
  | { readonly kind: 'labeled'; readonly label: string; readonly body: Stmt }
  | { readonly kind: 'empty' }

export interface LocalName {
  readonly name: string
  readonly dims: number
  readonly value: Expr | undefined
}

export interface Catch {
  readonly types: readonly TypeName[]
  readonly name: string
  readonly body: Stmt
}

export interface Method {
  readonly name: string
  readonly params: readonly Parameter[]
  readonly returns: TypeName | undefined
  /** Undefined where it is abstract. */
  readonly body: Stmt | undefined
  readonly isStatic: boolean
  readonly annotations: readonly Annotation[]
  readonly at: Place
}

export interface Field {
  readonly name: string
  readonly type: TypeName
  readonly value: Expr | undefined
  readonly isStatic: boolean
  readonly annotations: readonly Annotation[]
}

export interface ClassDecl {
  readonly kind: 'class' | 'interface' | 'enum' | 'record' | 'annotation'
  readonly name: string
  readonly typeNames: readonly string[]
  readonly parent: TypeName | undefined
  readonly interfaces: readonly TypeName[]
  readonly annotations: readonly Annotation[]
  readonly fields: readonly Field[]
  readonly methods: readonly Method[]
  /** Without constructors there is one that does nothing. */
  readonly constructors: readonly Method[]
  /** Static blocks and fields with values, in their order; a block is told by its statement. */
  readonly starters: readonly (Field | Stmt)[]
  readonly initializers: readonly Stmt[]
  readonly constants: readonly {
    readonly name: string
    readonly args: readonly Expr[]
    readonly body: ClassDecl | undefined
  }[]
  readonly components: readonly Parameter[]
  readonly nested: readonly ClassDecl[]
  readonly isStatic: boolean
  readonly isAbstract: boolean
  readonly at: Place
}

export interface Import {
  readonly name: string
  readonly isStatic: boolean
  readonly at: Place
}

export interface SourceFile {
  readonly file: string
  readonly package: string
  readonly imports: readonly Import[]
  readonly classes: readonly ClassDecl[]
}
