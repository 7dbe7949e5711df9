import { type Labels, labelsKey, type Sample, type Series } from './series.ts'

/** How far back a value still counts. */
const LOOKBACK_MS = 300_000

export interface Point {
  readonly labels: Labels
  readonly value: number
}
export type Value = number | readonly Point[]

/** Series of the moment an expression is asked for. */
export interface Moment {
  readonly at: number
  readonly series: () => Iterable<Series>
}

export class ExpressionError extends Error {}

type Expression = (moment: Moment) => Value
type RangeExpression = (moment: Moment) => readonly { readonly labels: Labels; readonly samples: readonly Sample[] }[]

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}
export const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+)(ms|[smhdw])/g)].reduce(
    (sum, [, count, unit = 's']) => sum + Number(count) * (UNITS[unit] ?? 1000),
    0,
  )

const TOKEN =
  /\s*(\d+(?:\.\d+)?(?:e[+-]?\d+)?|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[a-zA-Z_:][\w:]*|=~|!~|!=|==|>=|<=|[-+*/%^=<>(){}[\],])/y

function tokensOf(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text)
    if (!match) throw new ExpressionError('parse error: unexpected character')
    tokens.push(match[1] ?? '')
  }
  return tokens
}

const AGGREGATES: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((a, b) => a + b, 0),
  avg: (values) => values.reduce((a, b) => a + b, 0) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
}

/** The increase of a counter, which may have begun anew in between. */
function increase(samples: readonly Sample[]): number {
  let sum = 0
  for (let at = 1; at < samples.length; at++) {
    const [before, now] = [samples[at - 1]?.value ?? 0, samples[at]?.value ?? 0]
    sum += now >= before ? now - before : now
  }
  return sum
}
const spanMs = (samples: readonly Sample[]): number => (samples.at(-1)?.at ?? 0) - (samples[0]?.at ?? 0)
const perSecond = (samples: readonly Sample[]): number => (increase(samples) * 1000) / spanMs(samples)

const RANGE_FUNCTIONS: Readonly<Record<string, (samples: readonly Sample[], rangeMs: number) => number>> = {
  rate: perSecond,
  irate: (samples) => perSecond(samples.slice(-2)),
  increase: (samples, rangeMs) => (perSecond(samples) * rangeMs) / 1000,
  delta: (samples) => (samples.at(-1)?.value ?? 0) - (samples[0]?.value ?? 0),
  avg_over_time: (samples) => samples.reduce((sum, { value }) => sum + value, 0) / samples.length,
  max_over_time: (samples) => Math.max(...samples.map(({ value }) => value)),
  min_over_time: (samples) => Math.min(...samples.map(({ value }) => value)),
}
const FUNCTIONS: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  ceil: Math.ceil,
  floor: Math.floor,
  round: Math.round,
  sqrt: Math.sqrt,
}

const ARITHMETIC: Readonly<Record<string, (a: number, b: number) => number>> = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '%': (a, b) => a % b,
  '^': (a, b) => a ** b,
}
const COMPARISON: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  '==': (a, b) => a === b,
  '!=': (a, b) => a !== b,
  '>': (a, b) => a > b,
  '<': (a, b) => a < b,
  '>=': (a, b) => a >= b,
  '<=': (a, b) => a <= b,
}
const LEVELS: readonly (readonly string[])[] = [['==', '!=', '>', '<', '>=', '<='], ['+', '-'], ['*', '/', '%'], ['^']]

const unnamed = (labels: Labels): Labels => new Map([...labels].filter(([name]) => name !== '__name__'))

/** PromQL as far as lessons go. @throws ExpressionError */
export function parseExpression(text: string): Expression {
  const parser = new ExpressionParser(tokensOf(text))
  return parser.whole()
}

class ExpressionParser {
  private readonly tokens: readonly string[]
  private at = 0

  constructor(tokens: readonly string[]) {
    this.tokens = tokens
  }

  whole(): Expression {
    if (this.tokens.length === 0)
      throw new ExpressionError('unknown position: parse error: no expression found in input')
    const found = this.level(0)
    if (this.at < this.tokens.length)
      throw new ExpressionError(`parse error: unexpected "${this.tokens[this.at] ?? ''}"`)
    return found
  }

  private level(depth: number): Expression {
    const operators = LEVELS[depth]
    if (!operators) return this.single()
    let left = this.level(depth + 1)
    for (
      let token = this.tokens[this.at];
      token !== undefined && operators.includes(token);
      token = this.tokens[this.at]
    ) {
      this.at++
      const [a, b, operator] = [left, this.level(depth + 1), token]
      left = (moment) => binary(operator, a(moment), b(moment))
    }
    return left
  }

  private single(): Expression {
    const token = this.tokens[this.at] ?? ''
    if (/^\d/.test(token)) {
      this.at++
      return () => Number(token)
    }
    if (this.take('(')) {
      const inner = this.level(0)
      this.need(')')
      return inner
    }
    if (this.take('-')) {
      const inner = this.single()
      return (moment) => binary('*', inner(moment), -1)
    }
    const next = this.tokens[this.at + 1]
    if (Object.hasOwn(AGGREGATES, token) && ['(', 'by', 'without'].includes(next ?? '')) return this.aggregate()
    if (next === '(') return this.call()
    const { range, instant } = this.selector()
    if (range)
      throw new ExpressionError(
        'invalid expression type "range vector" for range query, must be Scalar or instant Vector',
      )
    return instant
  }

  private aggregate(): Expression {
    const name = this.tokens[this.at++] ?? ''
    let grouping = this.grouping()
    this.need('(')
    const inner = this.level(0)
    this.need(')')
    grouping = grouping ?? this.grouping()
    return (moment) => {
      const value = inner(moment)
      const groups = new Map<string, { labels: Labels; values: number[] }>()
      for (const point of typeof value === 'number' ? [] : value) {
        const labels = grouping?.(point.labels) ?? new Map<string, string>()
        const group = groups.get(labelsKey(labels)) ?? { labels, values: [] }
        groups.set(labelsKey(labels), group)
        group.values.push(point.value)
      }
      return [...groups.values()].map(({ labels, values }) => ({ labels, value: AGGREGATES[name]?.(values) ?? 0 }))
    }
  }

  private grouping(): ((labels: Labels) => Labels) | undefined {
    const word = this.tokens[this.at]
    if (word !== 'by' && word !== 'without') return undefined
    this.at++
    this.need('(')
    const names: string[] = []
    while (!this.take(')')) {
      const name = this.tokens[this.at++]
      if (name === undefined) throw new ExpressionError('parse error: unexpected end of input in grouping opts')
      if (name !== ',') names.push(name)
    }
    return (labels) =>
      new Map([...labels].filter(([name]) => name !== '__name__' && names.includes(name) === (word === 'by')))
  }

  private call(): Expression {
    const name = this.tokens[this.at] ?? ''
    this.at += 2
    const overRange = RANGE_FUNCTIONS[name]
    if (overRange) {
      const { range, rangeMs } = this.selector()
      this.need(')')
      if (!range)
        throw new ExpressionError(`expected type range vector in call to function "${name}", got instant vector`)
      return (moment) =>
        range(moment)
          .filter(({ samples }) => samples.length > 1)
          .map(({ labels, samples }) => ({ labels: unnamed(labels), value: overRange(samples, rangeMs) }))
    }
    const each = FUNCTIONS[name]
    if (!each) throw new ExpressionError(`unknown function with name "${name}"`)
    const inner = this.level(0)
    this.need(')')
    return (moment) => {
      const value = inner(moment)
      return typeof value === 'number'
        ? each(value)
        : value.map((point) => ({ labels: unnamed(point.labels), value: each(point.value) }))
    }
  }

  /** `name{label="value"}[5m]`. */
  private selector(): {
    readonly instant: Expression
    readonly range: RangeExpression | undefined
    readonly rangeMs: number
  } {
    const matchers: ((labels: Labels) => boolean)[] = []
    const name = this.tokens[this.at] ?? ''
    if (/^[a-zA-Z_:]/.test(name)) {
      this.at++
      matchers.push((labels) => labels.get('__name__') === name)
    }
    if (this.take('{')) while (!this.take('}')) matchers.push(this.matcher())
    if (matchers.length === 0) throw new ExpressionError(`parse error: unexpected "${name}"`)
    let rangeMs = 0
    if (this.take('[')) {
      let text = ''
      while (!this.take(']')) {
        const token = this.tokens[this.at++]
        if (token === undefined) throw new ExpressionError('parse error: missing unit character in duration')
        text += token
      }
      rangeMs = durationMs(text)
    }
    const found = (moment: Moment, spanMs: number) =>
      [...moment.series()]
        .filter(({ labels }) => matchers.every((each) => each(labels)))
        .map(({ labels, samples }) => ({
          labels,
          samples: samples.filter(({ at }) => at <= moment.at && at > moment.at - spanMs),
        }))
        .filter(({ samples }) => samples.length > 0)
    return {
      rangeMs,
      range: rangeMs > 0 ? (moment) => found(moment, rangeMs) : undefined,
      instant: (moment) =>
        found(moment, LOOKBACK_MS).map(({ labels, samples }) => ({ labels, value: samples.at(-1)?.value ?? 0 })),
    }
  }

  private matcher(): (labels: Labels) => boolean {
    const [name = '', operator = '', quoted = ''] = this.tokens.slice(this.at, this.at + 3)
    this.at += 3
    this.take(',')
    if (!['=', '!=', '=~', '!~'].includes(operator) || !/^["']/.test(quoted))
      throw new ExpressionError('parse error: unexpected label matching')
    const wanted = quoted.slice(1, -1).replace(/\\(.)/g, '$1')
    const pattern = operator.endsWith('~') ? new RegExp(`^(?:${wanted})$`) : undefined
    return (labels) => {
      const value = labels.get(name) ?? ''
      return (pattern ? pattern.test(value) : value === wanted) === !operator.startsWith('!')
    }
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private need(token: string): void {
    if (!this.take(token)) throw new ExpressionError(`parse error: expected "${token}"`)
  }
}

function binary(operator: string, a: Value, b: Value): Value {
  const arithmetic = ARITHMETIC[operator]
  const compare = COMPARISON[operator] ?? (() => false)
  if (typeof a === 'number' && typeof b === 'number') return arithmetic ? arithmetic(a, b) : Number(compare(a, b))
  const [points, other] = typeof a === 'number' ? [b as readonly Point[], a] : [a, b]
  return points.flatMap((point): Point[] => {
    const partner =
      typeof other === 'number'
        ? other
        : other.find(({ labels }) => labelsKey(unnamed(labels)) === labelsKey(unnamed(point.labels)))?.value
    if (partner === undefined) return []
    const [left, right] = typeof a === 'number' ? [partner, point.value] : [point.value, partner]
    if (arithmetic) return [{ labels: unnamed(point.labels), value: arithmetic(left, right) }]
    return compare(left, right) ? [point] : []
  })
}
