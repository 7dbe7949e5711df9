import { takes, typeText } from './evaluate.ts'
import type { Interpreter } from './interpret.ts'
import type { Method } from './syntax.ts'
import { JChar, JDouble, type Value } from './values.ts'

/** Among overloads the one whose types fit best. JLS 15.12.2 */
export function bestOf(program: Interpreter, methods: readonly Method[], args: readonly Value[]): Method | undefined {
  const taking = methods.filter((each) => takes(each, args.length))
  const scored = taking.map((method) => ({ method, score: scoreOf(program, method, args) }))
  const [best] = scored.filter(({ score }) => score >= 0).toSorted((a, b) => b.score - a.score)
  return best?.method ?? taking[0]
}

function scoreOf(program: Interpreter, { params }: Method, args: readonly Value[]): number {
  let score = params.at(-1)?.variable ? 0 : 1
  for (const [i, arg] of args.entries()) {
    const param = params[Math.min(i, params.length - 1)]
    const type = param?.type ? typeText(param.type).replace(param.variable ? /\[\]$/ : /$^/, '') : ''
    const exact = exactness(type, arg) ?? (program.isA(arg, type) ? 2 : arg === null ? 1 : -1)
    if (exact < 0) return -1
    score += exact
  }
  return score
}

/** How well a primitive type takes a value; undefined where the type is no primitive one. */
function exactness(type: string, value: Value): number | undefined {
  if (!/^(int|long|double|float|char|short|byte|boolean)$/.test(type)) return undefined
  if (typeof value === 'boolean') return type === 'boolean' ? 4 : -1
  if (typeof value === 'number') return { int: 4, long: 3, float: 2, double: 1, short: 1, byte: 1 }[type] ?? -1
  if (typeof value === 'bigint') return { long: 4, float: 2, double: 1 }[type] ?? -1
  if (value instanceof JDouble) return { double: 4, float: 3 }[type] ?? -1
  return value instanceof JChar ? ({ char: 4, int: 3, long: 2, double: 1 }[type] ?? -1) : -1
}
