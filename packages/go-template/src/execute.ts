import {
  arities,
  type FunctionTable,
  FunctionError,
  functions as defaultFunctions,
  textArguments,
} from './functions.ts'
import { parseTemplate } from './parse.ts'
import { goType } from './printf.ts'
import { type Call, type Node, type Operand, type Pipe, TemplateSyntaxError, type Tree } from './syntax.ts'
import { isRecord, isTrue, looksLikeStruct, Nil, printValue } from './value.ts'

/** Running the template failed; the message is text/template's. */
export class TemplateError extends Error {}

export interface TemplateSettings {
  readonly functions?: FunctionTable
  /** The template's name in errors. */
  readonly name?: string
  /** Go's type of the data, for "can't evaluate field". */
  readonly typeName?: string
  /** Values of fields that JSON leaves out although the Go struct has them. */
  readonly omitted?: ReadonlyMap<string, unknown>
  /** Fields of Go's structs that JSON spells otherwise. */
  readonly spelled?: ReadonlyMap<string, string>
  /** What null stands for in fields that are slices and maps in Go. */
  readonly nulls?: ReadonlyMap<string, Nil>
  /** Go's types of the structs in the data, by identity: what is none of them is a map, whose missing keys are errors. */
  readonly types?: ReadonlyMap<unknown, string>
}

/** A template read once, run on many values. */
export interface Template {
  run(data: unknown): string
}

/** @throws TemplateSyntaxError; `run` @throws TemplateError */
export function compileTemplate(source: string, settings: TemplateSettings = {}): Template {
  const functions = settings.functions ?? defaultFunctions
  const tree = parse(source, functions, settings.name ?? '')
  return { run: (data) => new Execution(source, functions, settings, tree, data).text() }
}

function parse(source: string, functions: FunctionTable, name: string): Tree {
  try {
    return parseTemplate(source, new Set(functions.keys()))
  } catch (error) {
    if (!(error instanceof TemplateSyntaxError) || name === '') throw error
    throw new TemplateSyntaxError(error.message.replace('template: :', `template: ${name}:`))
  }
}

/** Nodes with a body. */
type Control = Exclude<Node, { kind: 'text' | 'action' | 'template' | 'break' | 'continue' }>

class Break extends Error {}
class Continue extends Error {}

class Execution {
  private out = ''
  private scopes: Map<string, unknown>[]
  private depth = 0
  private readonly source: string
  private readonly functions: FunctionTable
  private readonly settings: TemplateSettings
  private readonly tree: Tree
  private readonly root: unknown

  constructor(source: string, functions: FunctionTable, settings: TemplateSettings, tree: Tree, data: unknown) {
    this.source = source
    this.functions = functions
    this.settings = settings
    this.tree = tree
    this.root = data
    this.scopes = [new Map([['$', data]])]
  }

  text(): string {
    this.walk(this.tree.nodes, this.root)
    return this.out
  }

  private fail(offset: number, context: string, problem: string): never {
    const before = this.source.slice(0, offset)
    const line = before.split('\n').length
    const column = offset - (before.lastIndexOf('\n') + 1)
    const name = this.settings.name ?? ''
    throw new TemplateError(
      `template: ${name}:${line}:${column}: executing ${JSON.stringify(name)} at <${context}>: ${problem}`,
    )
  }

  private walk(nodes: readonly Node[], dot: unknown): void {
    for (const node of nodes) this.step(node, dot)
  }

  private step(node: Node, dot: unknown): void {
    if (node.kind === 'text') this.out += node.text
    else if (node.kind === 'action') {
      const value = this.pipe(node.pipe, dot)
      if (node.pipe.names.length === 0) this.out += printValue(value)
    } else if (node.kind === 'template') this.invokeTemplate(node, dot)
    else if (node.kind === 'break') throw new Break()
    else if (node.kind === 'continue') throw new Continue()
    else this.scoped(() => this.control(node, dot))
  }

  /** Sees its argument as `$` and no variable of the caller's. */
  private invokeTemplate(node: Extract<Node, { kind: 'template' }>, dot: unknown): void {
    const nodes = this.tree.defined.get(node.name)
    if (!nodes) return this.fail(node.offset, node.source, `template ${JSON.stringify(node.name)} not defined`)
    const value = node.pipe ? this.pipe(node.pipe, dot) : null
    if (++this.depth > MOST_DEPTH)
      this.fail(node.offset, node.source, `exceeded maximum template depth (${MOST_DEPTH})`)
    const outside = this.scopes
    this.scopes = [new Map([['$', value]])]
    try {
      this.walk(nodes, value)
    } finally {
      this.scopes = outside
      this.depth--
    }
  }

  private scoped(body: () => void): void {
    this.scopes.push(new Map())
    try {
      body()
    } finally {
      this.scopes.pop()
    }
  }

  private control(node: Control, dot: unknown): void {
    if (node.kind === 'range') return this.range(node, dot)
    const value = this.pipe(node.pipe, dot)
    if (isTrue(value)) this.walk(node.body, node.kind === 'with' ? value : dot)
    else this.walk(node.otherwise, dot)
  }

  private range(node: Control, dot: unknown): void {
    const value = this.pipe({ ...node.pipe, names: [] }, dot)
    const entries = this.entries(value, node.pipe)
    if (entries.length === 0) return this.walk(node.otherwise, dot)
    for (const [key, each] of entries) {
      try {
        this.scoped(() => {
          const { names } = node.pipe
          const bound = names.length > 1 ? [key, each] : [each]
          names.forEach((name, i) => this.scopes.at(-1)?.set(name, bound[i]))
          this.walk(node.body, each)
        })
      } catch (error) {
        if (error instanceof Break) return
        if (!(error instanceof Continue)) throw error
      }
    }
  }

  private entries(value: unknown, pipe: Pipe): (readonly [unknown, unknown])[] {
    if (Array.isArray(value)) return value.map((each: unknown, i) => [i, each] as const)
    if (typeof value === 'number') return Array.from({ length: value }, (_, i) => [i, i] as const)
    if (value === null || value === undefined) return []
    if (isRecord(value)) return Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
    const call = pipe.commands[0]
    return this.fail(call?.offset ?? 0, call?.source ?? '', `range can't iterate over ${printValue(value)}`)
  }

  private pipe(pipe: Pipe, dot: unknown): unknown {
    let value: unknown
    pipe.commands.forEach((call, i) => {
      value = this.call(call, dot, i === 0 ? [] : [value])
    })
    for (const name of pipe.names) this.assign(name, value, pipe.declares)
    return value
  }

  private assign(name: string, value: unknown, declares: boolean): void {
    const scope = declares ? this.scopes.at(-1) : this.scopes.findLast((each) => each.has(name))
    scope?.set(name, value)
  }

  private call(call: Call, dot: unknown, piped: readonly unknown[]): unknown {
    const [first, ...others] = call.operands
    if (!first) return undefined
    if (first.kind === 'call') return this.invoke(first.name, call, others, dot, piped)
    if (first.kind === 'constant' && first.value === null) return this.fail(first.offset, 'nil', 'nil is not a command')
    const args = (): unknown[] => [...others.map((each) => this.operand(each, dot, [])), ...piped]
    return this.operand(first, dot, first.kind === 'field' || first.kind === 'variable' ? args() : [])
  }

  private invoke(
    name: string,
    call: Call,
    operands: readonly Operand[],
    dot: unknown,
    piped: readonly unknown[],
  ): unknown {
    this.checkCount(name, call, operands.length + piped.length)
    const args: unknown[] = []
    const texts = textArguments.get(name) ?? 0
    for (const [i, each] of operands.entries()) {
      const value = name === 'len' && isNil(each) ? undefined : this.operand(each, dot, [])
      if (i < texts) this.checkText(value, each)
      args.push(value)
      if ((name === 'and' && !isTrue(value)) || (name === 'or' && isTrue(value))) return value
    }
    try {
      return this.functions.get(name)?.(...args, ...piped)
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error
      return this.fail(call.offset, call.source, `error calling ${name}: ${error.message}`)
    }
  }

  private checkCount(name: string, call: Call, count: number): void {
    if (this.functions.get(name) !== defaultFunctions.get(name)) return
    const [least = 0, most = least] = arities.get(name) ?? [0, Infinity]
    const open = arities.get(name)?.[1] === undefined
    if (count >= least && (open || count <= most)) return
    const want = open ? `at least ${least}` : String(least)
    this.fail(call.offset, name, `wrong number of args for ${name}: want ${want} got ${count}`)
  }

  private checkText(value: unknown, operand: Operand): void {
    if (typeof value === 'string' || value instanceof Map) return
    if (operand.kind === 'constant')
      this.fail(operand.offset, String(operand.value), `expected string; found ${String(operand.value)}`)
  }

  private operand(operand: Operand, dot: unknown, args: readonly unknown[]): unknown {
    switch (operand.kind) {
      case 'dot':
        return dot
      case 'constant':
        return operand.value
      case 'call':
        return this.invoke(operand.name, { operands: [], source: operand.name, offset: operand.offset }, [], dot, [])
      case 'field':
        return this.follow(dot, operand.path, operand, args)
      case 'variable': {
        const scope = this.scopes.findLast((each) => each.has(operand.name))
        return this.follow(scope?.get(operand.name), operand.path, operand, args)
      }
      case 'pipe':
        return this.follow(this.pipe(operand.pipe, dot), operand.path, operand, args)
    }
  }

  private follow(
    start: unknown,
    path: readonly string[],
    operand: { source: string; offset: number },
    args: readonly unknown[],
  ): unknown {
    return path.reduce((value, name, i) => this.field(value, name, operand, i === path.length - 1 ? args : []), start)
  }

  private field(
    value: unknown,
    name: string,
    operand: { source: string; offset: number },
    args: readonly unknown[],
  ): unknown {
    if (value instanceof Map && value.has(name)) {
      const field: unknown = value.get(name)
      if (typeof field !== 'function') return this.plain(field, name, operand, args)
      if (field.length !== args.length)
        this.fail(
          operand.offset,
          operand.source,
          `wrong number of args for ${name}: want ${field.length} got ${args.length}`,
        )
      return (field as (...a: unknown[]) => unknown)(...args)
    }
    if (isRecord(value)) {
      if (Object.hasOwn(value, name))
        return this.plain(value[name] ?? this.settings.nulls?.get(name) ?? value[name], name, operand, args)
      const spelling = this.settings.spelled?.get(name)
      if (spelling !== undefined && Object.hasOwn(value, spelling)) return value[spelling]
      if (!this.settings.types && !looksLikeStruct(value) && value !== this.root) return undefined
      if (this.settings.omitted?.has(name)) return this.settings.omitted.get(name)
    }
    if (value === null || value === undefined || value instanceof Nil)
      return this.fail(operand.offset, operand.source, `nil data; no entry for key "${name}"`)
    if (typeof value !== 'object')
      return this.fail(operand.offset, operand.source, `can't evaluate field ${name} in type ${this.typeOf(value)}`)
    const type = this.settings.types ? this.settings.types.get(value) : this.settings.typeName
    const problem = type ? `can't evaluate field ${name} in type ${type}` : `map has no entry for key "${name}"`
    return this.fail(operand.offset, operand.source, problem)
  }

  private typeOf(value: unknown): string {
    return this.settings.typeName === undefined ? 'interface {}' : goType(value)
  }

  private plain(
    value: unknown,
    name: string,
    operand: { source: string; offset: number },
    args: readonly unknown[],
  ): unknown {
    if (args.length === 0) return value
    return this.fail(operand.offset, operand.source, `${name} is not a method but has arguments`)
  }
}

/** text/template gives up there. */
const MOST_DEPTH = 100

const isNil = (operand: Operand): boolean => operand.kind === 'constant' && operand.value === null
