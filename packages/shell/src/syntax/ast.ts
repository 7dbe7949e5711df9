/**
 * The tree of a shell script, in the words of the Bash manual. What the interpreter finds out about a node is kept in it:
 * loops and functions come by again. Nodes of a kind have all their properties from the start, in one order: the engines
 * that run this code tell objects by that.
 */
import type { PreparedArithmetic } from '../expand/prepared-arithmetic.ts'

/** A word: its parts, and the source text it was read from. */
export interface Word {
  readonly parts: readonly Part[]
  readonly source: string
  /** The one field that the word always expands to, when that can be told from the text. */
  readonly plain: string | undefined
  /** Whether its expansion may have to wait, once somebody has looked. */
  waits: boolean | undefined
  /** Whether it is always one field, whatever its parts expand to. */
  single: boolean | undefined
  /** Whether as the value of an assignment it is the texts of its parts, one behind the other: no tilde is live in it. */
  joins: boolean | undefined
  /** Whether as a subscript it can be worked out twice: it has no effect. */
  steady: boolean | undefined
  /** Whether it could hold a brace expansion. */
  braces: boolean | undefined
  /** How its fields come about, once somebody has looked. */
  form: WordForm | undefined
  /** Of a single field: its texts and parameters without the quotes around them. */
  flat: readonly Part[] | undefined
  /** What was made of it as an arithmetic expression, once somebody has looked. */
  prepared: PreparedArithmetic | 'text' | undefined
}

/**
 * Of a word: one text that is known, one field whatever is in it, one parameter or expression without quotes, a quoted list,
 * something that is split or globbed, or something with braces.
 */
export type WordForm = 'plain' | 'single' | 'bare' | 'list' | 'split' | 'braces'

/** Text that stands there unquoted: pattern characters and braces in it are live. */
export interface Literal {
  readonly kind: 'literal'
  readonly text: string
}
/** What '…', $'…' and a backslash quoted. */
export interface Quoted {
  readonly kind: 'quoted'
  readonly text: string
}
export interface DoubleQuoted {
  readonly kind: 'double'
  readonly parts: readonly Part[]
}
/** `$name`, `${…}`. */
export interface Parameter {
  readonly kind: 'parameter'
  readonly name: string
  /** Subscript, `@` and `*` included. */
  readonly index: Word | undefined
  /** `${#name}` */
  readonly length: boolean | undefined
  /** `${!name}` */
  readonly indirect: boolean | undefined
  /** `${!prefix*}` and `${!prefix@}` */
  readonly names: '@' | '*' | undefined
  /** `:-`, `#`, `//`, `:` (substring), `@` (transformation)… */
  readonly operator: string | undefined
  readonly argument: Word | undefined
  /** The replacement of `/`, the length of `:`. */
  readonly second: Word | undefined
  /** Source of an expansion that is wrong only when it is reached: `${a b}`. */
  readonly bad: string | undefined
  /** The name is all there is. */
  readonly simple: boolean
  /** Of `$1`, `${10}`…: which one; 0 of others. */
  readonly position: number
}
export interface CommandSubstitution {
  readonly kind: 'command'
  readonly body: List
  /** What is wrong with the text between backquotes: told when it is expanded. */
  readonly bad?: string
  readonly source: string
}
export interface ArithmeticExpansion {
  readonly kind: 'arithmetic'
  readonly parts: readonly Part[]
  prepared: PreparedArithmetic | 'text' | undefined
}
export interface ProcessSubstitution {
  readonly kind: 'process'
  readonly direction: '<' | '>'
  readonly body: List
  readonly source: string
}
export type Part =
  | Literal
  | Quoted
  | DoubleQuoted
  | Parameter
  | CommandSubstitution
  | ArithmeticExpansion
  | ProcessSubstitution

export interface ArrayElement {
  readonly index?: Word
  readonly append?: boolean
  readonly value: Word
}
/** `name=value`, `name[i]+=value`, `name=(…)`. */
export interface Assignment {
  readonly name: string
  readonly index: Word | undefined
  readonly append: boolean
  readonly value: Word | undefined
  readonly array: readonly ArrayElement[] | undefined
  /** What is wrong inside of the parentheses: told when it is assigned. */
  readonly bad: string | undefined
  /** What is assigned to what, once somebody has looked. */
  form: AssignmentForm | undefined
}
/** The result of an expression to a variable, a text to one, or anything else. */
export type AssignmentForm = 'number' | 'text' | 'other'

export interface Redirect {
  /** `<` `>` `>>` `<>` `>|` `>&` `<&` `&>` `&>>` `<<` `<<-` `<<<` */
  readonly operator: string
  readonly fd?: number
  /** `{name}>file` */
  readonly variable?: string
  target: Word
  /** Here-documents: the body, and whether the delimiter was quoted. */
  body?: Word
  readonly quoted?: boolean
  readonly line: number
}

interface Compound {
  readonly redirects: readonly Redirect[]
  readonly line: number
}
export interface SimpleCommand extends Compound {
  readonly type: 'simple'
  readonly assignments: readonly Assignment[]
  readonly words: readonly Word[]
  /** What there is to be done, once somebody has looked. */
  form: CommandForm | undefined
  /** Assignments given to declare and its kind, by their place in `words`. */
  readonly declarations: ReadonlyMap<number, Assignment> | undefined
}
/** Expansions that may have to wait, nothing but assignments that are done at once, or a command. */
export type CommandForm = 'waits' | 'assigns' | 'runs'

export interface Pipeline {
  readonly type: 'pipeline'
  readonly negated: boolean
  readonly timed: false | 'time' | 'time -p'
  readonly commands: readonly Command[]
  /** For each command but the last: `|&` sends standard error too. */
  readonly withErrors: readonly boolean[]
  readonly line: number
}
export interface AndOr {
  readonly type: 'and' | 'or'
  readonly left: Command
  readonly right: Command
}
export interface ListItem {
  readonly command: Command
  readonly background: boolean
  readonly line: number
}
export interface List {
  readonly type: 'list'
  readonly items: readonly ListItem[]
}
export interface Subshell extends Compound {
  readonly type: 'subshell'
  readonly body: List
}
export interface Group extends Compound {
  readonly type: 'group'
  readonly body: List
}
export interface If extends Compound {
  readonly type: 'if'
  readonly clauses: readonly { readonly test: List; readonly body: List }[]
  readonly otherwise?: List
}
export interface While extends Compound {
  readonly type: 'while'
  readonly until: boolean
  readonly test: List
  readonly body: List
}
export interface For extends Compound {
  readonly type: 'for' | 'select'
  readonly name: string
  /** Absent: "$@". */
  readonly words?: readonly Word[]
  readonly body: List
}
export interface ArithmeticFor extends Compound {
  readonly type: 'arithmetic-for'
  readonly start: Word
  readonly test: Word
  readonly step: Word
  readonly body: List
}
export interface CaseItem {
  readonly patterns: readonly Word[]
  readonly body: List
  readonly end: ';;' | ';&' | ';;&'
}
export interface Case extends Compound {
  readonly type: 'case'
  readonly word: Word
  readonly items: readonly CaseItem[]
}
export interface ArithmeticCommand extends Compound {
  readonly type: 'arithmetic'
  readonly expression: Word
}
export type Condition =
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'group'; readonly operand: Condition }
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Word }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word }
  | { readonly kind: 'word'; readonly word: Word }
export interface Conditional extends Compound {
  readonly type: 'conditional'
  readonly expression: Condition
}
export interface FunctionDefinition extends Compound {
  readonly type: 'function'
  readonly name: string
  readonly body: Command
}
export interface Coprocess extends Compound {
  readonly type: 'coproc'
  readonly name: string
  readonly body: Command
}
export type Command =
  | SimpleCommand
  | Pipeline
  | AndOr
  | List
  | Subshell
  | Group
  | If
  | While
  | For
  | ArithmeticFor
  | Case
  | ArithmeticCommand
  | Conditional
  | FunctionDefinition
  | Coprocess

/** Commands that carry redirections of their own. */
export type CompoundCommand = Exclude<Command, Pipeline | AndOr | List>

/** @param plain the one field that it always expands to, when that is known */
export const makeWord = (parts: readonly Part[], source: string, plain?: string): Word => ({
  parts,
  source,
  plain,
  waits: undefined,
  single: undefined,
  joins: undefined,
  steady: undefined,
  braces: undefined,
  form: undefined,
  flat: undefined,
  prepared: undefined,
})

/** A parameter's node with some of its properties. */
export const makeParameter = (name: string, some: Partial<Parameter> = {}): Parameter => ({
  kind: 'parameter',
  name,
  index: some.index,
  length: some.length,
  indirect: some.indirect,
  names: some.names,
  operator: some.operator,
  argument: some.argument,
  second: some.second,
  bad: some.bad,
  simple: !(some.operator || some.index || some.length || some.indirect || some.names || some.bad !== undefined),
  position: /^[1-9]/.test(name) ? Number(name) : 0,
})

export const makeAssignment = (name: string, append: boolean, some: Partial<Assignment> = {}): Assignment => ({
  name,
  index: some.index,
  append,
  value: some.value,
  array: some.array,
  bad: some.bad,
  form: undefined,
})

export const EMPTY_WORD: Word = makeWord([], '')
/** A word of quoted text. */
export const textWord = (text: string): Word => makeWord(text === '' ? [] : [{ kind: 'quoted', text }], text)

/** The text of a word that has no expansion in it; undefined when it has one or, with `bare`, when it is quoted. */
export function plainText(word: Pick<Word, 'parts'>, bare = false): string | undefined {
  let text = ''
  for (const part of word.parts) {
    if (part.kind === 'literal' || (part.kind === 'quoted' && !bare)) text += part.text
    else if (part.kind === 'double' && !bare) {
      const inner = plainText(part)
      if (inner === undefined) return undefined
      text += inner
    } else return undefined
  }
  return text
}

/** Whether a part of the word was quoted: the delimiter of a here-document asks. */
export const hasQuotes = (word: Word): boolean =>
  word.parts.some((part) => part.kind === 'quoted' || part.kind === 'double')
