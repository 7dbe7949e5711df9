/** The tree of a Go template. pkg.go.dev/text/template. */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | {
      readonly kind: 'if' | 'with' | 'range'
      readonly pipe: Pipe
      readonly body: readonly Node[]
      readonly otherwise: readonly Node[]
    }
  /** `{{template "name" .}}`; a `block` is one whose definition stands in its place. */
  | {
      readonly kind: 'template'
      readonly name: string
      readonly pipe: Pipe | undefined
      readonly source: string
      readonly offset: number
    }
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }

export interface Pipe {
  readonly names: readonly string[]
  /** `=` sets a variable that is there, `:=` makes one. */
  readonly declares: boolean
  readonly commands: readonly Call[]
}
export interface Call {
  readonly operands: readonly Operand[]
  /** As written, for error messages. */
  readonly source: string
  readonly offset: number
}
export type Operand =
  | { readonly kind: 'dot'; readonly offset: number }
  | { readonly kind: 'field'; readonly path: readonly string[]; readonly source: string; readonly offset: number }
  | {
      readonly kind: 'variable'
      readonly name: string
      readonly path: readonly string[]
      readonly source: string
      readonly offset: number
    }
  | {
      readonly kind: 'pipe'
      readonly pipe: Pipe
      readonly path: readonly string[]
      readonly source: string
      readonly offset: number
    }
  | { readonly kind: 'call'; readonly name: string; readonly offset: number }
  | { readonly kind: 'constant'; readonly value: string | number | boolean | null; readonly offset: number }

/** A template and those that it defines. */
export interface Tree {
  readonly nodes: readonly Node[]
  readonly defined: ReadonlyMap<string, readonly Node[]>
}

/** The template can't be read; the message begins with `template: :1: `. */
export class TemplateSyntaxError extends Error {}
