import { Cursor, TableParser } from '../create-table.ts'
import type { Token } from '../lexer.ts'
import { syntaxError } from '../problem.ts'
import { partsOf, type Renderer } from '../render.ts'
import { BodyParser } from './body.ts'
import type { Parameter, Program } from './store.ts'

/** What CREATE PROCEDURE, FUNCTION or TRIGGER says. */
export interface Creation {
  readonly database: string | undefined
  readonly program: Program
  readonly replaces: boolean
  readonly lenient: boolean
}

const TRAITS: readonly (readonly string[])[] = [
  ['NOT', 'DETERMINISTIC'],
  ['DETERMINISTIC'],
  ['CONTAINS', 'SQL'],
  ['NO', 'SQL'],
  ['READS', 'SQL', 'DATA'],
  ['MODIFIES', 'SQL', 'DATA'],
  ['SQL', 'SECURITY', 'INVOKER'],
  ['SQL', 'SECURITY', 'DEFINER'],
  ['LANGUAGE', 'SQL'],
]
/** What stands without being said. */
const USUAL = new Set(['NOT DETERMINISTIC', 'CONTAINS SQL', 'SQL SECURITY DEFINER', 'LANGUAGE SQL'])

/** The type that the tokens are, as a column would have it. */
export const typeOf = (renderer: Renderer, tokens: readonly Token[]): string => {
  const name: Token = { kind: 'name', text: 'x', upper: 'x', before: true, at: 0, end: 0 }
  return new TableParser(renderer).table('x', [name, ...tokens], []).columns[0]?.type ?? ''
}

/** Reads a statement that makes a stored program. */
export class CreationReader {
  private readonly sql: string
  private readonly cursor: Cursor
  private readonly renderer: Renderer
  private readonly user: string
  private readonly now: string

  /** @param user `name@host` @param now `2026-05-17 10:30:05` */
  constructor(sql: string, tokens: readonly Token[], renderer: Renderer, user: string, now: string) {
    this.sql = sql
    this.cursor = new Cursor(tokens, 1)
    this.renderer = renderer
    this.user = user
    this.now = now
  }

  /** @throws SqlError 1064 */
  read(): Creation {
    const { cursor } = this
    const replaces = cursor.take('OR', 'REPLACE')
    const definer = this.definer()
    cursor.take('AGGREGATE')
    const kind = cursor.name().toUpperCase() as Program['kind']
    const lenient = cursor.take('IF', 'NOT', 'EXISTS')
    const { database, name } = cursor.qualified()
    const made = { kind, name, definer, created: this.now }
    const program = kind === 'TRIGGER' ? this.trigger(made) : this.routine(made)
    return { database, program, replaces, lenient }
  }

  private definer(): string {
    const { cursor } = this
    if (!cursor.take('DEFINER')) return this.user
    cursor.takeOp('=')
    if (cursor.take('CURRENT_USER')) {
      if (cursor.token?.text === '(') cursor.group()
      return this.user
    }
    const user = cursor.name()
    return `${user}@${cursor.token?.kind === 'variable' ? cursor.name() : '%'}`
  }

  private routine(made: Pick<Program, 'kind' | 'name' | 'definer' | 'created'>): Program {
    const { cursor } = this
    const open = cursor.token?.at ?? 0
    const parameters = partsOf(cursor.group()).map((part) => this.parameter(part))
    const close = cursor.tokens[cursor.at - 1]?.at ?? open
    const returns = made.kind === 'FUNCTION' ? this.returns() : ''
    const traits: string[] = []
    let comment = ''
    for (;;) {
      const words = TRAITS.find((each) => cursor.take(...each))?.join(' ')
      if (words !== undefined) {
        if (!USUAL.has(words)) traits.push(words)
      } else if (cursor.take('COMMENT')) comment = cursor.name()
      else break
    }
    const parametersText = this.sql.slice(open + 1, close)
    return {
      ...{ ...made, returns, parameters, parametersText, traits, comment },
      ...{ body: this.body(), table: '', timing: '', event: '' },
    }
  }

  private returns(): string {
    const { cursor } = this
    if (!cursor.take('RETURNS')) throw this.wrong()
    const start = cursor.at
    cursor.name()
    if (cursor.token?.text === '(') cursor.group()
    while (cursor.take('UNSIGNED') || cursor.take('SIGNED') || cursor.take('ZEROFILL'));
    const type = typeOf(this.renderer, cursor.tokens.slice(start, cursor.at))
    if (cursor.take('CHARSET') || cursor.take('CHARACTER', 'SET')) cursor.name()
    if (cursor.take('COLLATE')) cursor.name()
    return type
  }

  private parameter(tokens: readonly Token[]): Parameter {
    const mode = /^(IN|OUT|INOUT)$/.exec(tokens[0]?.upper ?? '')?.[0] as Parameter['mode'] | undefined
    const rest = mode === undefined ? tokens : tokens.slice(1)
    const [name] = rest
    if (!name) throw this.wrong()
    return { mode: mode ?? 'IN', name: name.text, type: typeOf(this.renderer, rest.slice(1)) }
  }

  private trigger(made: Pick<Program, 'kind' | 'name' | 'definer' | 'created'>): Program {
    const { cursor } = this
    const timing = cursor.name().toUpperCase()
    const event = cursor.name().toUpperCase()
    if (!/^(BEFORE|AFTER)$/.test(timing) || !/^(INSERT|UPDATE|DELETE)$/.test(event) || !cursor.take('ON'))
      throw this.wrong()
    const { name: table } = cursor.qualified()
    if (!cursor.take('FOR', 'EACH', 'ROW')) throw this.wrong()
    if (cursor.take('FOLLOWS') || cursor.take('PRECEDES')) cursor.name()
    return {
      ...{ ...made, returns: '', parameters: [], parametersText: '', traits: [], comment: '', body: this.body() },
      ...{ table, timing: timing as Program['timing'], event: event as Program['event'] },
    }
  }

  /** The rest of the text; read once here so that what is wrong with it is said now. */
  private body(): string {
    const { cursor, sql } = this
    const start = cursor.token?.at ?? sql.length
    new BodyParser(new Cursor(cursor.tokens, cursor.at), sql).body()
    // Behind it the end of a comment that is run may stand.
    return sql.slice(start, cursor.tokens.at(-1)?.end).trim().replace(/;$/, '')
  }

  private wrong(): ReturnType<typeof syntaxError> {
    const at = this.cursor.token?.at ?? this.sql.length
    return syntaxError(this.sql.slice(at), this.sql.slice(0, at).split('\n').length)
  }
}
