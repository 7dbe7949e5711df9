import { evaluate, EvaluationError, isList, type Scope } from './hcl/evaluate.ts'
import { convert } from './hcl/functions.ts'
import type { Body, Expr, Value } from './hcl/syntax.ts'

/** A variable of a bake file. */
export interface VariableBlock {
  readonly value: Expr
  /** With what the environment has under its name; absent for plain attributes, which nobody can override. */
  readonly read?: (scope: Scope, given: string | undefined) => Value
  readonly description?: Expr
  readonly checks: readonly { readonly condition: Expr; readonly message: Expr }[]
}

const NULL: Expr = { kind: 'literal', value: null }

/** `variable "NAME" { type = …, default = …, validation { … } }`. docs.docker.com/build/bake/variables */
export function readVariable({ attributes, blocks }: Body): VariableBlock {
  const value = attributes.get('default') ?? NULL
  const type = typeText(attributes.get('type'))
  const checks = blocks
    .filter((block) => block.type === 'validation')
    .map(({ body }) => ({
      condition: body.attributes.get('condition') ?? NULL,
      message: body.attributes.get('error_message') ?? {
        kind: 'literal' as const,
        value: 'This check failed, but has an invalid error message.',
      },
    }))
  const description = attributes.get('description')
  return {
    value,
    ...(description ? { description } : {}),
    read: (scope, given) => valueOf(value, type, scope, given),
    checks,
  }
}

function valueOf(otherwise: Expr, type: string, scope: Scope, given: string | undefined): Value {
  const value = evaluate(otherwise, scope)
  if (given === undefined) return value === null && type === '' ? '' : convert(value, type)
  const wanted = type || (isList(value) ? 'list(string)' : value === null ? 'string' : typeof value)
  return fromText(given, wanted)
}

function fromText(given: string, type: string): Value {
  const inner = /^(?:list|set)\((\w+)\)$/.exec(type)?.[1]
  if (inner !== undefined) return given === '' ? [] : given.split(',').map((each) => convert(each, inner))
  if (type !== 'boolean' && type !== 'bool') return convert(given, type)
  if (!/^(1|0|t|f|true|false)$/i.test(given))
    throw new EvaluationError(`failed to parse ${JSON.stringify(given)} as bool`)
  return /^(1|t|true)$/i.test(given)
}

/** A type as it is written: `string`, `list(string)`. */
function typeText(expr: Expr | undefined): string {
  if (expr?.kind === 'name') return expr.name
  return expr?.kind === 'call' ? `${expr.name}(${expr.args.map(typeText).join(', ')})` : ''
}
