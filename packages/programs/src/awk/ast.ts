/** The syntax tree of an awk program. POSIX.1-2024 awk, "Grammar". */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'regex'; readonly source: string }
  | Lvalue
  | { readonly kind: 'assign'; readonly operator: string; readonly target: Lvalue; readonly value: Expression }
  | { readonly kind: 'step'; readonly target: Lvalue; readonly by: 1 | -1; readonly prefix: boolean }
  | { readonly kind: 'unary'; readonly operator: '-' | '+' | '!'; readonly operand: Expression }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'match'; readonly negated: boolean; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'concat'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'ternary'; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: 'in'; readonly subscript: readonly Expression[]; readonly array: string }
  /** `(a, b)`: only as the arguments of print, or before `in`. */
  | { readonly kind: 'grouping'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[]; readonly line: number }
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Expression[]; readonly line: number }
  | GetlineExpression

export interface GetlineExpression {
  readonly kind: 'getline'
  readonly from: 'main' | 'file' | 'command'
  readonly source?: Expression
  readonly target?: Lvalue
}

export type Lvalue =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'field'; readonly index: Expression }
  | { readonly kind: 'element'; readonly array: string; readonly subscript: readonly Expression[] }

export interface Redirection {
  readonly kind: '>' | '>>' | '|'
  readonly to: Expression
}

export type Statement =
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'print' | 'printf'; readonly args: readonly Expression[]; readonly to?: Redirection }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no?: Statement }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: Statement }
  | { readonly kind: 'do'; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: 'for'
      readonly start?: Statement
      readonly test?: Expression
      readonly step?: Statement
      readonly body: Statement
    }
  | { readonly kind: 'forin'; readonly variable: string; readonly array: string; readonly body: Statement }
  | { readonly kind: 'delete'; readonly array: string; readonly subscript?: readonly Expression[] }
  | { readonly kind: 'break' | 'continue' | 'next' | 'nextfile' }
  | { readonly kind: 'exit' | 'return'; readonly value?: Expression }

export interface FunctionDefinition {
  readonly name: string
  readonly parameters: readonly string[]
  readonly body: Statement
}

export interface Rule {
  readonly pattern?: Expression
  /** The end of a range pattern. */
  readonly until?: Expression
  /** Left out: print $0. */
  readonly action?: Statement
}

export interface AwkProgram {
  readonly begin: readonly Statement[]
  readonly rules: readonly Rule[]
  readonly end: readonly Statement[]
  readonly functions: ReadonlyMap<string, FunctionDefinition>
}

/** The program is wrong; the message as mawk words it, without the name of the command. */
export class AwkSyntaxError extends Error {}
