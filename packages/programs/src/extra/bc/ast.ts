/** The syntax tree of bc's language. bc(1). */
export type Place =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'element'; readonly name: string; readonly at: Expression }
  | { readonly kind: 'special'; readonly name: 'scale' | 'ibase' | 'obase' | 'last' }

export type Expression =
  | { readonly kind: 'number'; readonly text: string }
  | Place
  | { readonly kind: 'assign'; readonly operator: string; readonly to: Place; readonly value: Expression }
  | { readonly kind: 'step'; readonly to: Place; readonly by: 1 | -1; readonly before: boolean }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'negate' | 'not'; readonly body: Expression }
  | { readonly kind: 'paren'; readonly body: Expression }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Argument[] }
export type Argument = Expression | { readonly kind: 'array'; readonly name: string }

export type Statement =
  | { readonly kind: 'expression'; readonly body: Expression }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'print'; readonly items: readonly (Expression | string)[] }
  | { readonly kind: 'block'; readonly body: readonly Statement[] }
  | { readonly kind: 'if'; readonly test: Expression; readonly yes: Statement; readonly no: Statement | undefined }
  | { readonly kind: 'while'; readonly test: Expression; readonly body: Statement }
  | {
      readonly kind: 'for'
      readonly start: Expression | undefined
      readonly test: Expression | undefined
      readonly step: Expression | undefined
      readonly body: Statement
    }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  | { readonly kind: 'break' | 'continue' | 'halt' }
  | { readonly kind: 'define'; readonly definition: Definition }

export interface Definition {
  readonly name: string
  readonly parameters: readonly string[]
  readonly locals: readonly string[]
  readonly body: readonly Statement[]
}

/** The text cannot be read. */
export class BcSyntaxError extends Error {}
/** The text ends within a statement: more lines may finish it. */
export class BcUnfinished extends Error {}
/** `quit`, which ends bc as soon as it is read, or `halt`. */
export class BcQuit extends Error {}
