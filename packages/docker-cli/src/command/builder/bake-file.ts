import { readVariable, type VariableBlock } from './bake-variable.ts'
import { evaluate, EvaluationError, isList, isMap, type Scope, textOf, truth } from './hcl/evaluate.ts'
import { FUNCTIONS } from './hcl/functions.ts'
import { parseHcl, parseTemplate } from './hcl/parse.ts'
import type { Body, Expr, Value } from './hcl/syntax.ts'

/** A build in a bake file. docs.docker.com/build/bake/reference */
export interface BakeTarget {
  readonly inherits?: readonly string[]
  readonly context?: string
  readonly dockerfile?: string
  readonly 'dockerfile-inline'?: string
  readonly args?: Readonly<Record<string, string>>
  readonly labels?: Readonly<Record<string, string>>
  readonly contexts?: Readonly<Record<string, string>>
  readonly tags?: readonly string[]
  readonly target?: string
  readonly platforms?: readonly string[]
  readonly output?: readonly string[]
  readonly secret?: readonly string[]
  readonly attest?: readonly string[]
  readonly annotations?: readonly string[]
  readonly 'cache-from'?: readonly string[]
  readonly 'cache-to'?: readonly string[]
  readonly 'no-cache'?: boolean
  readonly 'no-cache-filter'?: readonly string[]
  readonly pull?: boolean
  readonly network?: string
  readonly 'extra-hosts'?: Readonly<Record<string, string>>
  readonly 'shm-size'?: string
}

/** Attributes of a target or a group, as they are written. */
type Attributes = ReadonlyMap<string, Expr>

interface FunctionBlock {
  readonly params: readonly string[]
  readonly variadic: string | undefined
  readonly result: Expr
}

/** What the files together define. */
export interface BakeFile {
  readonly variables: ReadonlyMap<string, VariableBlock>
  readonly functions: ReadonlyMap<string, FunctionBlock>
  readonly groups: ReadonlyMap<string, readonly Attributes[]>
  readonly targets: ReadonlyMap<string, readonly Attributes[]>
}

/** @throws SyntaxError */
export function readJson(text: string, name: string): BakeFile {
  const whole = JSON.parse(text) as Record<string, Record<string, Record<string, Value>>>
  const blocks = Object.entries(whole).flatMap(([type, labelled]) =>
    Object.entries(labelled).map(([label, body]) => ({ type, labels: [label], body: bodyOf(body, name) })),
  )
  return collect({ attributes: new Map(), blocks }, name)
}

const bodyOf = (values: Record<string, Value>, name: string): Body => ({
  attributes: new Map(Object.entries(values).map(([key, value]) => [key, exprOf(value, name)])),
  blocks: [],
})

/** Texts of JSON are templates. */
function exprOf(value: Value, file: string): Expr {
  if (typeof value === 'string') return parseTemplate(value, file)
  if (isList(value)) return { kind: 'list', items: value.map((each) => exprOf(each, file)) }
  if (!isMap(value)) return { kind: 'literal', value }
  const entries = Object.entries(value).map(([key, each]) => [parseTemplate(key, file), exprOf(each, file)] as const)
  return { kind: 'map', entries }
}

/** @throws SyntaxError */
export const readHcl = (text: string, name: string): BakeFile => collect(parseHcl(text, name), name)

const BLOCKS = ['variable', 'function', 'group', 'target']

function collect({ attributes, blocks }: Body, file: string): BakeFile {
  const wrong = blocks.find(({ type }) => !BLOCKS.includes(type))
  if (wrong)
    throw new SyntaxError(
      `${file}: Unsupported block type; Blocks of type ${JSON.stringify(wrong.type)} are not expected here.`,
    )
  const of = (type: string) => blocks.filter((block) => block.type === type)
  const named = (type: string): Map<string, Attributes[]> => {
    const all = new Map<string, Attributes[]>()
    for (const {
      labels: [label = ''],
      body,
    } of of(type))
      all.set(label, [...(all.get(label) ?? []), body.attributes])
    return all
  }
  const variables = new Map<string, VariableBlock>(
    [...attributes].map(([name, value]) => [name, { value, checks: [] }]),
  )
  for (const {
    labels: [label = ''],
    body,
  } of of('variable'))
    variables.set(label, readVariable(body))
  const functions = of('function').map(({ labels: [label = ''], body }) => [label, functionOf(body)] as const)
  return { variables, functions: new Map(functions), groups: named('group'), targets: named('target') }
}

function functionOf({ attributes }: Body): FunctionBlock {
  const names = (expr: Expr | undefined): string[] =>
    expr?.kind === 'list' ? expr.items.map((item) => (item.kind === 'name' ? item.name : '')) : []
  const variadic = attributes.get('variadic_params')
  const result = attributes.get('result') ?? { kind: 'literal', value: null }
  return {
    params: names(attributes.get('params')),
    variadic: variadic?.kind === 'name' ? variadic.name : names(variadic)[0],
    result,
  }
}

/** Later files win, key by key. */
export function mergeFiles(files: readonly BakeFile[]): BakeFile {
  const together = (pick: (file: BakeFile) => BakeFile['targets']): BakeFile['targets'] => {
    const all = new Map<string, readonly Attributes[]>()
    for (const file of files)
      for (const [name, parts] of pick(file)) all.set(name, [...(all.get(name) ?? []), ...parts])
    return all
  }
  return {
    variables: new Map(files.flatMap(({ variables }) => [...variables])),
    functions: new Map(files.flatMap(({ functions }) => [...functions])),
    groups: together(({ groups }) => groups),
    targets: together(({ targets }) => targets),
  }
}

/** The names of a bake file and what they stand for, each found out when it is first asked for. */
export class BakeScope implements Scope {
  private readonly file: BakeFile
  private readonly env: (name: string) => string | undefined
  private readonly values = new Map<string, Value>()
  private readonly asked = new Set<string>()

  constructor(file: BakeFile, env: (name: string) => string | undefined) {
    this.file = file
    this.env = env
    this.values.set('BAKE_LOCAL_PLATFORM', 'linux/amd64')
    this.values.set('BAKE_CMD_CONTEXT', 'cwd://')
  }

  variable(name: string): Value {
    const known = this.values.get(name)
    if (known !== undefined) return known
    const block = this.file.variables.get(name)
    if (!block && name === 'target') return this.targetValues()
    if (!block) throw new EvaluationError(`Unknown variable; There is no variable named ${JSON.stringify(name)}.`)
    if (this.asked.has(name)) throw new EvaluationError(`variable cycle not allowed for ${name}`)
    this.asked.add(name)
    const value = block.read ? block.read(this, this.env(name)) : evaluate(block.value, this)
    this.values.set(name, value)
    for (const { condition, message } of block.checks)
      if (!truth(evaluate(condition, this))) throw new EvaluationError(textOf(evaluate(message, this)))
    return value
  }

  call(name: string, args: readonly Value[]): Value {
    const own = this.file.functions.get(name)
    if (own) return this.callOwn(name, own, args)
    const builtin = FUNCTIONS.get(name)
    if (builtin) return builtin(args)
    throw new EvaluationError(`Call to unknown function; There is no function named ${JSON.stringify(name)}.`)
  }

  private callOwn(name: string, { params, variadic, result }: FunctionBlock, args: readonly Value[]): Value {
    if (args.length < params.length)
      throw new EvaluationError(
        `Not enough function arguments; Function ${JSON.stringify(name)} expects ${params.length} argument(s). Missing value for ${JSON.stringify(params[args.length])}.`,
      )
    const names = new Map<string, Value>(params.map((param, i) => [param, args[i] ?? null]))
    if (variadic !== undefined) names.set(variadic, args.slice(params.length))
    return evaluate(result, this.inside(names))
  }

  /** Names of a function or a matrix in front of those of the file. */
  inside(names: ReadonlyMap<string, Value>): Scope {
    return {
      variable: (name) => (names.has(name) ? (names.get(name) ?? null) : this.variable(name)),
      call: (name, args) => this.call(name, args),
    }
  }

  /** `target.app.tags`: attributes of targets, each evaluated when it is asked for. */
  private targetValues(): Value {
    const all: Record<string, Value> = {}
    for (const [label, parts] of this.file.targets) {
      const target: Record<string, Value> = {}
      for (const part of parts)
        for (const [key, expr] of part)
          Object.defineProperty(target, key, { enumerable: true, configurable: true, get: () => evaluate(expr, this) })
      all[label] = target
    }
    return all
  }
}
