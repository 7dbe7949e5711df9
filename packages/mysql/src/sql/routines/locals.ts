import type { Value } from '../../protocol.ts'
import type { Token } from '../lexer.ts'

/** A variable of a stored program. */
export interface Variable {
  /** As of a column. */
  readonly type: string
  value: Value
}

const number = (value: Value): number => Number.parseFloat(String(value)) || 0
const RULES: readonly (readonly [RegExp, (value: Value, type: string) => Value])[] = [
  [/^(tiny|small|medium|big)?int|^year/, (value) => (typeof value === 'bigint' ? value : Math.round(number(value)))],
  [/^(float|double)/, number],
  [/^decimal/, (value, type) => Number(number(value).toFixed(Number(/,(\d+)/.exec(type)?.[1] ?? 0)))],
  [/^date$/, (value) => String(value).slice(0, 10)],
  [/char|text|enum|set|datetime|timestamp|time/, (value) => (value instanceof Uint8Array ? value : String(value))],
]

/** A value as a variable of that type holds it. */
export function fitted(value: Value, type: string): Value {
  if (value === null) return null
  return RULES.find(([pattern]) => pattern.test(type))?.[1](value, type) ?? value
}

/** The variables that a statement of a stored program sees: those of inner blocks hide those of outer ones. */
export class Locals {
  private readonly scopes: Map<string, Variable>[] = []
  /** NEW and OLD of a trigger. */
  readonly rows: ReadonlyMap<string, Map<string, Variable>>

  constructor(rows: ReadonlyMap<string, Map<string, Variable>> = new Map()) {
    this.rows = rows
  }

  enter(): void {
    this.scopes.push(new Map())
  }
  leave(): void {
    this.scopes.pop()
  }

  declare(name: string, type: string, value: Value): void {
    this.scopes.at(-1)?.set(name.toLowerCase(), { type, value: fitted(value, type) })
  }

  /** @param name `x`, or `new.x` */
  find(name: string): Variable | undefined {
    const lower = name.toLowerCase()
    const dot = lower.indexOf('.')
    if (dot > 0) return this.rows.get(lower.slice(0, dot))?.get(lower.slice(dot + 1))
    return this.scopes.findLast((scope) => scope.has(lower))?.get(lower)
  }

  /** @returns whether there is such a variable */
  assign(name: string, value: Value): boolean {
    const variable = this.find(name)
    if (!variable) return false
    variable.value = fitted(value, variable.type)
    return true
  }

  /** The same statement, with variables in place of the words that name them. */
  substituted(tokens: readonly Token[]): readonly Token[] {
    const out: Token[] = []
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at] as Token
      const row = this.rowColumn(tokens, at)
      if (row) {
        out.push(row)
        at += 2
      } else if (this.isVariable(tokens, at)) out.push({ ...token, kind: 'local', text: token.text.toLowerCase() })
      else out.push(token)
    }
    return out
  }

  private rowColumn(tokens: readonly Token[], at: number): Token | undefined {
    const [token, dot, column] = tokens.slice(at, at + 3)
    if (token?.kind !== 'word' || dot?.text !== '.' || !column || !this.rows.has(token.text.toLowerCase())) return
    return { ...token, kind: 'local', text: `${token.text}.${column.text}`.toLowerCase() }
  }

  private isVariable(tokens: readonly Token[], at: number): boolean {
    const [before, token, next] = [tokens[at - 1], tokens[at], tokens[at + 1]]
    if (!token || (token.kind !== 'word' && token.kind !== 'name') || !this.find(token.text)) return false
    if (before?.text === '.' || next?.text === '.' || (next?.text === '(' && token.kind === 'word')) return false
    if (before?.kind === 'word' && /^(FROM|JOIN|INTO|UPDATE|TABLE|AS)$/.test(before.upper)) return false
    return !isAssigned(tokens, at) && !isListed(tokens, at)
  }
}

/** `SET x = …` of an UPDATE, or of ON DUPLICATE KEY UPDATE: a column. */
function isAssigned(tokens: readonly Token[], at: number): boolean {
  if (!/^(UPDATE|INSERT)$/.test(tokens[0]?.upper ?? '') || tokens[at + 1]?.text !== '=') return false
  const before = tokens[at - 1]
  if (before?.upper === 'SET' || before?.upper === 'UPDATE') return true
  const where = tokens.findIndex(({ kind, upper }) => kind === 'word' && upper === 'WHERE')
  return before?.text === ',' && (where < 0 || at < where)
}

/** The list of columns of an INSERT. */
function isListed(tokens: readonly Token[], at: number): boolean {
  if (!/^(INSERT|REPLACE)$/.test(tokens[0]?.upper ?? '')) return false
  const values = tokens.findIndex(({ kind, upper }) => kind === 'word' && /^(VALUES?|SELECT|SET)$/.test(upper))
  return at < values
}
