import { toHex } from '@drydock/codec'
import type { Value } from '../protocol.ts'
import { literal, quoteName } from './definition.ts'
import type { Token } from './lexer.ts'

/** What expressions may ask for beyond their own words. */
export interface Surroundings {
  /** What is in use: SQLite calls it main. */
  readonly database: string
  variable(name: string): Value
  systemVariable(name: string): Value
  /** Of a stored program. */
  local?(name: string): Value
  /** Whether there is a stored function of that name. */
  isFunction?(name: string): boolean
}

/** Functions of the engine's own, by the names that SQLite knows them by. */
export const OWN = { call: 'drydock_call', variable: 'drydock_variable', assign: 'drydock_assign' } as const

/** Words that mean nothing to SQLite. */
const DROPPED = new Set([
  'SQL_CALC_FOUND_ROWS',
  'SQL_NO_CACHE',
  'SQL_CACHE',
  'SQL_SMALL_RESULT',
  'SQL_BIG_RESULT',
  'STRAIGHT_JOIN',
  'HIGH_PRIORITY',
  'LOW_PRIORITY',
  'DELAYED',
  'BINARY',
])
const REPLACED = new Map([
  ['DIV', '/'],
  ['MOD', '%'],
  ['RLIKE', 'REGEXP'],
  ['LOCALTIME', 'CURRENT_TIMESTAMP'],
  ['LOCALTIMESTAMP', 'CURRENT_TIMESTAMP'],
  ['DUAL', '(SELECT 1)'],
])
/** Reserved there and not here. */
const QUOTED = new Set([
  'TRANSACTION',
  'ISNULL',
  'NOTNULL',
  'AUTOINCREMENT',
  'RETURNING',
  'COMMIT',
  'SAVEPOINT',
  'ROWID',
  'OID',
])
const OPERATORS = new Map([
  ['&&', 'AND'],
  ['||', 'OR'],
  ['<=>', 'IS'],
  ['!', 'NOT'],
  // Dividing whole numbers leaves fractions.
  ['/', '*1.0/'],
])
/** Into what these make, documents go as such, and texts as strings. */
const MAKES_DOCUMENT = /^JSON_(OBJECT|ARRAY|SET|INSERT|REPLACE|ARRAY_APPEND|ARRAYAGG|OBJECTAGG)$/
const IS_DOCUMENT =
  /^JSON_(OBJECT|ARRAY|EXTRACT|QUERY|SET|INSERT|REPLACE|REMOVE|MERGE\w*|ARRAY_APPEND|ARRAYAGG|OBJECTAGG|COMPACT|LOOSE|DETAILED)$/
const isDocument = (part: readonly Token[]): boolean => {
  const [first, second] = part
  if (first?.kind !== 'word') return false
  if (part.length === 1) return /^(TRUE|FALSE)$/.test(first.upper)
  return (
    second?.text === '(' && (IS_DOCUMENT.test(first.upper) || (first.upper === 'CAST' && part.at(-2)?.upper === 'JSON'))
  )
}
/** Functions of ours whose own name is a word of SQLite's grammar, or means something else there. */
const FUNCTIONS = new Map<string, string>([
  ['LEFT', 'mysql_left'],
  ['INSERT', 'mysql_insert'],
  ['RIGHT', 'mysql_right'],
  ['IF', 'iif'],
  ['CONCAT', 'mysql_concat'],
  ['REPLACE', 'replace'],
  ['GREATEST', 'max'],
  ['LEAST', 'min'],
  ['SUBSTR', 'substr'],
  ['SUBSTRING', 'substr'],
  ['MID', 'substr'],
  ['UCASE', 'upper'],
  ['LCASE', 'lower'],
  ['CHAR_LENGTH', 'length'],
  ['CHARACTER_LENGTH', 'length'],
  ['LENGTH', 'octet_length'],
  ['CURRENT_TIMESTAMP', 'now'],
  ['LOCALTIME', 'now'],
  ['SYSDATE', 'now'],
  ['CURRENT_DATE', 'curdate'],
  ['CURRENT_TIME', 'curtime'],
  ['DATE', 'mysql_date'],
  ['TIME', 'mysql_time'],
  ['ADDDATE', 'date_add'],
  ['SUBDATE', 'date_sub'],
  ['STD', 'stddev'],
  ['BIT_AND', 'bit_and'],
  ['FORMAT', 'mysql_format'],
  ['MOD', 'mysql_mod'],
  ['CHAR', 'char'],
  ['DATABASE', 'current_schema'],
  ['SCHEMA', 'current_schema'],
  ['SESSION_USER', 'user'],
  ['SYSTEM_USER', 'user'],
  ['RAND', 'rand'],
  ['JSON_UNQUOTE', 'json_unquote'],
  ...['OBJECT', 'ARRAY', 'EXTRACT', 'SET', 'INSERT', 'REPLACE', 'REMOVE', 'ARRAY_APPEND', 'TYPE', 'VALID', 'QUOTE'].map(
    (word): [string, string] => [`JSON_${word}`, `mysql_json_${word.toLowerCase()}`],
  ),
  ['JSON_ARRAYAGG', 'drydock_arrayagg'],
  ['JSON_OBJECTAGG', 'drydock_objectagg'],
])
const UNIT_FIRST = new Set(['TIMESTAMPDIFF', 'TIMESTAMPADD'])
export const valueText = (value: Value): string => {
  if (value === null) return 'NULL'
  if (typeof value === 'string') return literal(value)
  if (value instanceof Uint8Array) return `x'${toHex(value)}'`
  return Number(value) < 0 ? `(${value})` : String(value)
}

/** `> ALL (SELECT …)`. */
const isQuantified = (tokens: readonly Token[], at: number): boolean =>
  /^(=|<>|!=|<|>|<=|>=)$/.test(tokens[at]?.text ?? '') &&
  tokens[at + 1]?.kind === 'word' &&
  /^(ANY|SOME|ALL)$/.test(tokens[at + 1]?.upper ?? '') &&
  /^(SELECT|WITH|VALUES|TABLE)$/.test(tokens[at + 3]?.upper ?? '')

/** A comparison with any or all of a query's rows: with the least or the largest of them. */
function quantified(operator: string, word: string, query: string): string {
  const all = word === 'ALL'
  if (operator === '=' && !all) return ` IN (${query})`
  if (/^(<>|!=)$/.test(operator) && all) return ` NOT IN (${query})`
  if (/^(=|<>|!=)$/.test(operator)) {
    const end = all ? 'min(c) = max(c)' : 'min(c) <> max(c)'
    return ` ${operator} (WITH q(c) AS (${query}) SELECT CASE WHEN ${end} THEN max(c) END FROM q)`
  }
  const largest = operator.startsWith('>') === all
  // No row at all: ALL holds of them, and ANY does not.
  const none = all ? (largest ? '-9e999' : "x'ff'") : 'NULL'
  return ` ${operator} (WITH q(c) AS (${query}) SELECT coalesce(${largest ? 'max' : 'min'}(c), ${none}) FROM q)`
}

const COMPARES = /^(=|<>|!=|<|>|<=|>=|<=>)$/

/** Whether a text stands beside a number in a comparison: it counts as the number that it begins with. */
function isCompared(tokens: readonly Token[], at: number): boolean {
  const isComparison = (each: Token | undefined): boolean => each?.kind === 'op' && COMPARES.test(each.text)
  return (
    (isComparison(tokens[at - 1]) && tokens[at - 2]?.kind === 'number') ||
    (isComparison(tokens[at + 1]) && tokens[at + 2]?.kind === 'number')
  )
}

/** `5 apples` is 5, and `apples` 0. */
const numberIn = (text: string): number => Number(/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i.exec(text)?.[0] ?? 0)

/** Where the value of `@x := value` ends. */
function assignmentEnd(tokens: readonly Token[], from: number): number {
  let cases = 0
  for (let at = from; at < tokens.length; at++) {
    const { kind, text, upper } = tokens[at] as Token
    if (kind === 'op' && text === '(') at = closing(tokens, at)
    else if (kind === 'op' && text === ',') return at
    else if (kind === 'word' && upper === 'CASE') cases++
    else if (kind === 'word' && upper === 'END' && cases > 0) cases--
    else if (kind === 'word' && cases === 0 && AFTER_VALUE.test(upper)) return at
  }
  return tokens.length
}
const AFTER_VALUE = /^(FROM|WHERE|AS|GROUP|HAVING|ORDER|LIMIT|UNION|THEN|ELSE|END|ASC|DESC|INTO)$/

/** Where the parenthesis that stands at `open` closes. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0
  for (let at = open; at < tokens.length; at++) {
    const { kind, text } = tokens[at] ?? { kind: 'op', text: '' }
    if (kind !== 'op') continue
    if (text === '(') depth++
    if (text === ')' && --depth === 0) return at
  }
  return tokens.length - 1
}

/** Parts between commas outside of parentheses. */
export function partsOf(tokens: readonly Token[], separator = ','): Token[][] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'op' && token.text === '(') depth++
    if (token.kind === 'op' && token.text === ')') depth--
    if (depth === 0 && token.kind === 'op' && token.text === separator) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts.length === 1 && parts[0]?.length === 0 ? [] : parts
}

/** Casts that round. */
const CAST_NUMBERS: readonly (readonly [RegExp, string])[] = [
  [/^(SIGNED|INT)/, 'mysql_signed'],
  [/^UNSIGNED/, 'mysql_unsigned'],
  [/^DECIMAL/, 'mysql_decimal'],
]
const CAST_TYPES: readonly (readonly [RegExp, string])[] = [
  [/^(CHAR|NCHAR|JSON)/, 'TEXT'],
  [/^(DOUBLE|FLOAT|REAL)/, 'REAL'],
  [/^BINARY/, 'BLOB'],
]

/** Expressions and clauses of MySQL's language in SQLite's words. */
export class Renderer {
  private readonly around: Surroundings
  /** Variables change while the statement runs. */
  private readonly assigns: boolean

  constructor(around: Surroundings, assigns = false) {
    this.around = around
    this.assigns = assigns
  }

  render(tokens: readonly Token[]): string {
    const out: string[] = []
    /** Where the last term began in `out`: `term + INTERVAL …` becomes a call. */
    let term = 0
    let escape = false
    for (let at = 0; at < tokens.length; at++) {
      const token = tokens[at]
      if (!token) break
      const next = tokens[at + 1]
      const isOp = (each: Token | undefined, text: string): boolean => each?.kind === 'op' && each.text === text
      if (this.skips(tokens, at)) {
        at = this.skipped(tokens, at)
        continue
      }
      if (token.kind === 'op' && (token.text === '+' || token.text === '-') && next?.upper === 'INTERVAL') {
        const end = this.intervalEnd(tokens, at + 1)
        const moved = out.splice(term).join('')
        out.push(` date_${token.text === '+' ? 'add' : 'sub'}(${moved}, ${this.interval(tokens.slice(at + 1, end))})`)
        at = end - 1
        continue
      }
      if (token.kind === 'variable' && isOp(next, ':=')) {
        const end = assignmentEnd(tokens, at + 2)
        out.push(` ${OWN.assign}(${literal(token.text)}, ${this.render(tokens.slice(at + 2, end))})`)
        at = end - 1
        continue
      }
      if (token.kind === 'op' && isQuantified(tokens, at)) {
        const close = closing(tokens, at + 2)
        out.push(quantified(token.text, next?.upper ?? '', this.render(tokens.slice(at + 3, close))))
        at = close
        continue
      }
      const continues = isOp(tokens[at - 1], '.') || isOp(token, '.')
      if (!continues && token.kind !== 'op') term = out.length
      if (isOp(token, '(')) {
        const end = closing(tokens, at)
        term = out.length
        out.push(`${token.before ? ' ' : ''}(${this.render(tokens.slice(at + 1, end))})`)
        at = end
      } else if (token.kind === 'word' && isOp(next, '(') && !continues && !this.isKeyword(token)) {
        const end = closing(tokens, at + 1)
        out.push(`${token.before ? ' ' : ''}${this.call(token, tokens.slice(at + 2, end))}`)
        at = end
      } else if (token.kind === 'string' && isCompared(tokens, at)) out.push(` ${valueText(numberIn(token.text))}`)
      else if (this.isOwnDatabase(tokens, at)) out.push(`${token.before ? ' ' : ''}main`)
      else out.push(`${token.before ? ' ' : ''}${this.one(token, continues)}`)
      const ends = !isOp(tokens[at + 1], '.') && !isOp(tokens[at], '.')
      if (escape && ends && tokens[at]?.kind !== 'op' && tokens[at + 1]?.upper !== 'ESCAPE') {
        out.push(" ESCAPE '\\'")
        escape = false
      } else if (escape && isOp(tokens[at], ')')) {
        out.push(" ESCAPE '\\'")
        escape = false
      }
      if (token.upper === 'LIKE' && token.kind === 'word') escape = true
    }
    return out.join('')
  }

  /** `database.table` where a table is named, or `database.table.column`: tables are often called as their database. */
  private isOwnDatabase(tokens: readonly Token[], at: number): boolean {
    const token = tokens[at]
    if (token?.text !== this.around.database || token.text === '' || tokens[at + 1]?.text !== '.') return false
    const inPlace = /^(FROM|JOIN|INTO|UPDATE|TABLE)$/.test(tokens[at - 1]?.upper ?? '') || at === 0
    return inPlace || tokens[at + 3]?.text === '.'
  }

  /** Words before a parenthesis that call nothing. */
  private isKeyword({ upper }: Token): boolean {
    return /^(IN|AND|OR|NOT|VALUES|FROM|JOIN|ON|USING|WHERE|AS|SELECT|EXISTS|ANY|ALL|SOME|INTO|TABLE|BY|SET|WHEN|THEN|ELSE|CASE|UNION|LIMIT|OFFSET|HAVING|OVER|LIKE|BETWEEN|IS|DISTINCT|KEY|INDEX|UNIQUE|CHECK|REFERENCES|DIV|XOR|REGEXP|RLIKE|WITH|RECURSIVE|RETURN|EXCEPT|INTERSECT|INTERVAL|DEFAULT)$/.test(
      upper,
    )
  }

  private skips(tokens: readonly Token[], at: number): boolean {
    const [{ kind, upper } = { kind: 'op', upper: '' }, second] = [tokens[at], tokens[at + 1]]
    if (kind !== 'word') return false
    if (DROPPED.has(upper)) return true
    if (/^_(utf8|utf8mb3|utf8mb4|latin1|binary|ascii)$/i.test(upper) && second?.kind === 'string') return true
    if (['USE', 'FORCE', 'IGNORE'].includes(upper) && ['INDEX', 'KEY'].includes(second?.upper ?? '')) return true
    if (upper === 'COLLATE') return true
    if (upper === 'FOR' && ['UPDATE', 'SHARE'].includes(second?.upper ?? '')) return true
    return upper === 'LOCK' && second?.upper === 'IN'
  }

  /** @returns the last token that goes */
  private skipped(tokens: readonly Token[], at: number): number {
    const upper = tokens[at]?.upper
    if (upper === 'FOR' || upper === 'LOCK') return tokens.length - 1
    if (upper === 'COLLATE') return at + 1
    if (['USE', 'FORCE', 'IGNORE'].includes(upper ?? '')) {
      const open = tokens.findIndex(({ kind, text }, i) => i > at && kind === 'op' && text === '(')
      return closing(tokens, open)
    }
    return at
  }

  private one(token: Token, qualified: boolean): string {
    const { kind, text, upper } = token
    if (kind === 'name') return quoteName(text)
    if (kind === 'string') return literal(text)
    if (kind === 'hex') return `x'${text.length % 2 === 1 ? '0' : ''}${text}'`
    if (kind === 'variable')
      return this.assigns ? `${OWN.variable}(${literal(text)})` : valueText(this.around.variable(text))
    if (kind === 'local') return valueText(this.around.local?.(text) ?? null)
    if (kind === 'system') return valueText(this.around.systemVariable(text))
    if (kind === 'op') return OPERATORS.get(text) ?? text
    if (kind !== 'word') return text
    if (qualified || QUOTED.has(upper)) return quoteName(text)
    if (upper === 'DEFAULT') return 'NULL'
    return REPLACED.get(upper) ?? text
  }

  private call({ text, upper }: Token, inner: readonly Token[]): string {
    if (upper === 'CAST' || upper === 'CONVERT') return this.cast(inner)
    if (upper === 'GROUP_CONCAT') return this.groupConcat(inner)
    if (upper === 'COUNT' || upper === 'SUM' || upper === 'AVG') return `${text}(${this.render(inner)})`
    if (upper === 'EXTRACT') {
      const from = inner.findIndex((each) => each.upper === 'FROM')
      return `extract_part(${literal(inner[0]?.upper ?? '')}, ${this.render(inner.slice(from + 1))})`
    }
    if (upper === 'TRIM') return this.trim(inner)
    if (upper === 'POSITION') {
      const at = inner.findIndex((each) => each.upper === 'IN')
      return `locate(${this.render(inner.slice(0, at))}, ${this.render(inner.slice(at + 1))})`
    }
    const stored = !FUNCTIONS.has(upper) && (this.around.isFunction?.(text) ?? false)
    if (stored) return `${OWN.call}(${[literal(text), ...partsOf(inner).map((part) => this.render(part))].join(', ')})`
    const name = FUNCTIONS.get(upper) ?? text.toLowerCase()
    const parts = partsOf(
      inner.map((each) => (['FROM', 'FOR'].includes(each.upper) && /^SUBSTR|^MID/.test(upper) ? comma(each) : each)),
    )
    const given = parts.map((part, i) => {
      if (part[0]?.upper === 'INTERVAL' && part[0].kind === 'word') return this.interval(part)
      if (MAKES_DOCUMENT.test(upper) && isDocument(part)) return ` drydock_json(${this.document(part)})`
      return i === 0 && UNIT_FIRST.has(upper) ? literal(part[0]?.upper ?? '') : this.render(part)
    })
    if ((upper === 'ADDDATE' || upper === 'SUBDATE') && parts[1]?.[0]?.upper !== 'INTERVAL') given.push("'DAY'")
    return `${name}(${given.join(', ').trim()})`
  }

  /** An argument that is a document already. */
  private document(part: readonly Token[]): string {
    const [only] = part
    return only?.kind === 'word' && /^(TRUE|FALSE)$/.test(only.upper)
      ? literal(only.text.toLowerCase())
      : this.render(part)
  }

  private trim(inner: readonly Token[]): string {
    const from = inner.findIndex((each) => each.upper === 'FROM' && each.kind === 'word')
    if (from < 0) return `trim(${this.render(inner)})`
    const how = /^(BOTH|LEADING|TRAILING)$/.exec(inner[0]?.upper ?? '')?.[0]
    const name = how === 'LEADING' ? 'ltrim' : how === 'TRAILING' ? 'rtrim' : 'trim'
    const what = this.render(inner.slice(how ? 1 : 0, from)).trim()
    return `${name}(${this.render(inner.slice(from + 1))}${what === '' ? '' : `, ${what}`})`
  }

  /** CAST(x AS type), CONVERT(x, type), CONVERT(x USING charset). */
  private cast(inner: readonly Token[]): string {
    let depth = 0
    const at = inner.findIndex(({ kind, text, upper }) => {
      if (kind === 'op' && text === '(') depth++
      if (kind === 'op' && text === ')') depth--
      return depth === 0 && (upper === 'AS' || upper === 'USING' || (kind === 'op' && text === ','))
    })
    const value = this.render(inner.slice(0, at))
    const type = inner[at]?.upper === 'USING' ? 'CHAR' : (inner[at + 1]?.upper ?? '')
    if (type === 'DATE') return `mysql_date(${value})`
    if (type === 'TIME') return `mysql_time(${value})`
    if (type === 'DATETIME') return `datetime(${value})`
    const number = CAST_NUMBERS.find(([pattern]) => pattern.test(type))?.[1]
    if (number === 'mysql_decimal') {
      const scale =
        /^\(\s*\d+\s*,\s*(\d+)/.exec(
          inner
            .slice(at + 2)
            .map(({ text }) => text)
            .join(''),
        )?.[1] ?? '0'
      return `${number}(${value}, ${scale})`
    }
    if (number !== undefined) return `${number}(${value})`
    const target = CAST_TYPES.find(([pattern]) => pattern.test(type))?.[1] ?? 'TEXT'
    return `CAST(${value} AS ${target})`
  }

  private groupConcat(inner: readonly Token[]): string {
    const separator = inner.findIndex(({ upper }) => upper === 'SEPARATOR')
    const order = inner.findIndex(({ upper }) => upper === 'ORDER')
    const end = [order, separator].filter((at) => at >= 0).reduce((a, b) => Math.min(a, b), inner.length)
    const by = order < 0 ? '' : ` ${this.render(inner.slice(order, separator < 0 ? undefined : separator))}`
    const distinct = inner[0]?.upper === 'DISTINCT'
    const parts = partsOf(inner.slice(distinct ? 1 : 0, end)).map((part) => this.render(part))
    const value = parts.length > 1 ? `mysql_concat(${parts.join(', ')})` : (parts[0] ?? '')
    // SQLite takes DISTINCT with one argument only.
    if (distinct) return `group_concat(DISTINCT ${value})`
    return `group_concat(${value}, ${separator < 0 ? "','" : literal(inner[separator + 1]?.text ?? '')}${by})`
  }

  /** `INTERVAL n unit` as two arguments. */
  private interval(tokens: readonly Token[]): string {
    return `${this.render(tokens.slice(1, -1))}, ${literal(tokens.at(-1)?.upper ?? '')}`
  }

  private intervalEnd(tokens: readonly Token[], start: number): number {
    let at = start + 1
    if (tokens[at]?.kind === 'op' && tokens[at]?.text === '(') at = closing(tokens, at)
    if (tokens[at]?.kind === 'op' && tokens[at]?.text === '-') at++
    return at + 2
  }
}

const comma = (token: Token): Token => ({ ...token, kind: 'op', text: ',', upper: ',' })
