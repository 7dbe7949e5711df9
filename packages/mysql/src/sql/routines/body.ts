import type { Token } from '../lexer.ts'
import { Cursor } from '../create-table.ts'
import { syntaxError } from '../problem.ts'
import { partsOf } from '../render.ts'

/** Which failures a handler is for. */
export type Condition =
  | { readonly kind: 'code'; readonly code: number }
  | { readonly kind: 'state'; readonly state: string }
  | { readonly kind: 'named'; readonly name: string }
  | { readonly kind: 'warning' | 'not found' | 'exception' }

export interface Handler {
  readonly action: 'CONTINUE' | 'EXIT'
  readonly conditions: readonly Condition[]
  readonly step: Step
}

export interface Declared {
  readonly names: readonly string[]
  /** As written. */
  readonly type: readonly Token[]
  readonly value: readonly Token[]
}

interface Arm {
  readonly when: readonly Token[]
  readonly steps: readonly Step[]
}

/** One statement of a stored program. Reference Manual, "Compound Statement Syntax". */
export type Step =
  | {
      readonly kind: 'block'
      readonly label: string
      readonly variables: readonly Declared[]
      readonly conditions: ReadonlyMap<string, Condition>
      readonly cursors: ReadonlyMap<string, readonly Token[]>
      readonly handlers: readonly Handler[]
      readonly steps: readonly Step[]
    }
  | { readonly kind: 'if'; readonly arms: readonly Arm[]; readonly otherwise: readonly Step[] }
  | {
      readonly kind: 'case'
      readonly value: readonly Token[]
      readonly arms: readonly Arm[]
      readonly otherwise: readonly Step[] | undefined
    }
  | {
      readonly kind: 'loop'
      readonly label: string
      readonly before: readonly Token[]
      readonly after: readonly Token[]
      readonly steps: readonly Step[]
    }
  | { readonly kind: 'leave' | 'iterate'; readonly label: string }
  | { readonly kind: 'return'; readonly value: readonly Token[] }
  | { readonly kind: 'open' | 'close'; readonly cursor: string }
  | { readonly kind: 'fetch'; readonly cursor: string; readonly into: readonly string[] }
  | {
      readonly kind: 'signal'
      readonly again: boolean
      readonly condition: Condition | undefined
      readonly items: readonly (readonly [name: string, value: readonly Token[]])[]
    }
  | { readonly kind: 'set'; readonly parts: readonly (readonly Token[])[] }
  | { readonly kind: 'sql'; readonly tokens: readonly Token[] }

const isWord = (token: Token | undefined, word: string): boolean => token?.kind === 'word' && token.upper === word
const isOp = (token: Token | undefined, text: string): boolean => token?.kind === 'op' && token.text === text

/** Reads the statements of a stored program. */
export class BodyParser {
  private readonly cursor: Cursor
  private readonly sql: string

  constructor(cursor: Cursor, sql: string) {
    this.cursor = cursor
    this.sql = sql
  }

  /** The one statement that a body is. @throws SqlError 1064 */
  body(): Step {
    const step = this.step()
    this.cursor.takeOp(';')
    if (!this.cursor.done) throw this.wrong()
    return step
  }

  private wrong(): ReturnType<typeof syntaxError> {
    const { token } = this.cursor
    const at = token?.at ?? this.sql.length
    return syntaxError(this.sql.slice(at), this.sql.slice(0, at).split('\n').length)
  }

  private expect(...words: readonly string[]): void {
    if (!this.cursor.take(...words)) throw this.wrong()
  }

  /** Statements until one of the words, which stays. */
  private steps(...ends: readonly string[]): Step[] {
    const steps: Step[] = []
    while (!ends.some((word) => isWord(this.cursor.token, word))) {
      if (this.cursor.done) throw this.wrong()
      steps.push(this.step())
      if (!this.cursor.takeOp(';')) throw this.wrong()
    }
    return steps
  }

  /** Tokens up to one of the words outside of parentheses and of CASE … END. */
  private upTo(...ends: readonly string[]): readonly Token[] {
    const { cursor } = this
    const start = cursor.at
    for (let depth = 0; !cursor.done; cursor.at++) {
      const { token } = cursor
      if (depth === 0 && (ends.some((word) => isWord(token, word)) || isOp(token, ';'))) break
      if (isOp(token, '(') || isWord(token, 'CASE')) depth++
      if (isOp(token, ')') || isWord(token, 'END')) depth--
    }
    return cursor.tokens.slice(start, cursor.at)
  }

  private step(): Step {
    const { cursor } = this
    const labelled = isOp(cursor.tokens[cursor.at + 1], ':')
    const label = labelled ? cursor.name() : ''
    if (labelled) cursor.at++
    const read = STEPS.get(cursor.token?.upper ?? '')
    if (cursor.token?.kind === 'word' && read) {
      cursor.at++
      return read.call(this, label)
    }
    return { kind: 'sql', tokens: this.upTo() }
  }

  /** A label may be said again at the end. */
  private endOf(label: string): void {
    if (label !== '' && this.cursor.token?.text.toLowerCase() === label.toLowerCase()) this.cursor.at++
  }

  block(label: string): Step {
    const { cursor } = this
    cursor.take('NOT', 'ATOMIC')
    const variables: Declared[] = []
    const conditions = new Map<string, Condition>()
    const cursors = new Map<string, readonly Token[]>()
    const handlers: Handler[] = []
    while (cursor.take('DECLARE')) {
      if (/^(CONTINUE|EXIT|UNDO)$/.test(cursor.token?.upper ?? '') && isWord(cursor.tokens[cursor.at + 1], 'HANDLER'))
        handlers.push(this.handler())
      else {
        const names = [cursor.name().toLowerCase()]
        while (cursor.takeOp(',')) names.push(cursor.name().toLowerCase())
        const [name = ''] = names
        if (cursor.take('CONDITION', 'FOR')) conditions.set(name, this.condition())
        else if (cursor.take('CURSOR', 'FOR')) cursors.set(name, this.upTo())
        else {
          const type = this.upTo('DEFAULT')
          variables.push({ names, type, value: cursor.take('DEFAULT') ? this.upTo() : [] })
        }
      }
      if (!cursor.takeOp(';')) throw this.wrong()
    }
    const steps = this.steps('END')
    this.expect('END')
    this.endOf(label)
    return { kind: 'block', label, variables, conditions, cursors, handlers, steps }
  }

  private handler(): Handler {
    const { cursor } = this
    const action = cursor.name().toUpperCase() === 'CONTINUE' ? 'CONTINUE' : 'EXIT'
    this.expect('HANDLER', 'FOR')
    const conditions = [this.condition()]
    while (cursor.takeOp(',')) conditions.push(this.condition())
    return { action, conditions, step: this.step() }
  }

  private condition(): Condition {
    const { cursor } = this
    if (cursor.take('SQLWARNING')) return { kind: 'warning' }
    if (cursor.take('SQLEXCEPTION')) return { kind: 'exception' }
    if (cursor.take('NOT', 'FOUND')) return { kind: 'not found' }
    if (cursor.take('SQLSTATE')) {
      cursor.take('VALUE')
      return { kind: 'state', state: cursor.name() }
    }
    if (cursor.token?.kind !== 'number') return { kind: 'named', name: cursor.name().toLowerCase() }
    const code = Number(cursor.token.text)
    cursor.at++
    return { kind: 'code', code }
  }

  when(): Step {
    const arms: Arm[] = []
    let otherwise: Step[] = []
    do {
      const when = this.upTo('THEN')
      this.expect('THEN')
      arms.push({ when, steps: this.steps('ELSEIF', 'ELSE', 'END') })
    } while (this.cursor.take('ELSEIF'))
    if (this.cursor.take('ELSE')) otherwise = this.steps('END')
    this.expect('END', 'IF')
    return { kind: 'if', arms, otherwise }
  }

  choice(): Step {
    const { cursor } = this
    const value = this.upTo('WHEN')
    const arms: Arm[] = []
    while (cursor.take('WHEN')) {
      const when = this.upTo('THEN')
      this.expect('THEN')
      arms.push({ when, steps: this.steps('WHEN', 'ELSE', 'END') })
    }
    const otherwise = cursor.take('ELSE') ? this.steps('END') : undefined
    this.expect('END', 'CASE')
    return { kind: 'case', value, arms, otherwise }
  }

  loop(label: string): Step {
    const steps = this.steps('END')
    this.expect('END', 'LOOP')
    this.endOf(label)
    return { kind: 'loop', label, before: [], after: [], steps }
  }

  whileLoop(label: string): Step {
    const before = this.upTo('DO')
    this.expect('DO')
    const steps = this.steps('END')
    this.expect('END', 'WHILE')
    this.endOf(label)
    return { kind: 'loop', label, before, after: [], steps }
  }

  repeat(label: string): Step {
    const steps = this.steps('UNTIL')
    this.expect('UNTIL')
    const after = this.upTo('END')
    this.expect('END', 'REPEAT')
    this.endOf(label)
    return { kind: 'loop', label, before: [], after, steps }
  }

  jump(kind: 'leave' | 'iterate'): Step {
    return { kind, label: this.cursor.name() }
  }

  giveBack(): Step {
    return { kind: 'return', value: this.upTo() }
  }

  cursorStep(kind: 'open' | 'close'): Step {
    return { kind, cursor: this.cursor.name().toLowerCase() }
  }

  fetch(): Step {
    const { cursor } = this
    cursor.take('NEXT')
    cursor.take('FROM')
    const name = cursor.name().toLowerCase()
    this.expect('INTO')
    return { kind: 'fetch', cursor: name, into: targetsOf(this.upTo()) }
  }

  signal(again: boolean): Step {
    const { cursor } = this
    const bare = cursor.done || isOp(cursor.token, ';') || isWord(cursor.token, 'SET')
    const condition = bare ? undefined : this.condition()
    const items = cursor.take('SET')
      ? partsOf(this.upTo()).map((part) => [part[0]?.upper ?? '', part.slice(2)] as const)
      : []
    return { kind: 'signal', again, condition, items }
  }

  set(): Step {
    return { kind: 'set', parts: partsOf(this.upTo()) }
  }
}

/** Names of variables between commas; those of the user begin with `@`. */
export const targetsOf = (tokens: readonly Token[]): string[] =>
  partsOf(tokens).map(([first]) => `${first?.kind === 'variable' ? '@' : ''}${(first?.text ?? '').toLowerCase()}`)

const STEPS: ReadonlyMap<string, (this: BodyParser, label: string) => Step> = new Map<
  string,
  (this: BodyParser, label: string) => Step
>([
  ['BEGIN', BodyParser.prototype.block],
  ['IF', BodyParser.prototype.when],
  ['CASE', BodyParser.prototype.choice],
  ['LOOP', BodyParser.prototype.loop],
  ['WHILE', BodyParser.prototype.whileLoop],
  ['REPEAT', BodyParser.prototype.repeat],
  [
    'LEAVE',
    function (this: BodyParser) {
      return this.jump('leave')
    },
  ],
  [
    'ITERATE',
    function (this: BodyParser) {
      return this.jump('iterate')
    },
  ],
  ['RETURN', BodyParser.prototype.giveBack],
  [
    'OPEN',
    function (this: BodyParser) {
      return this.cursorStep('open')
    },
  ],
  [
    'CLOSE',
    function (this: BodyParser) {
      return this.cursorStep('close')
    },
  ],
  ['FETCH', BodyParser.prototype.fetch],
  [
    'SIGNAL',
    function (this: BodyParser) {
      return this.signal(false)
    },
  ],
  [
    'RESIGNAL',
    function (this: BodyParser) {
      return this.signal(true)
    },
  ],
  ['SET', BodyParser.prototype.set],
])
