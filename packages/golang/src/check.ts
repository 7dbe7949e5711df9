import { KNOWN_PACKAGES } from './library/machine.ts'
import type { Expr, FuncExpr, SourceFile, Stmt } from './syntax.ts'
import type { Place } from './tokens.ts'

export interface Complaint {
  readonly at: Place
  readonly message: string
}

const PREDECLARED: ReadonlySet<string> = new Set(
  'true false nil iota make new len cap append copy delete close panic recover min max print println any bool byte comparable complex64 complex128 error float32 float64 int int8 int16 int32 int64 rune string uint uint8 uint16 uint32 uint64 uintptr _'.split(
    ' ',
  ),
)

/** What the compiler refuses here as well: imports and variables that nobody uses, and names that nobody declared. */
export function complaintsOf(files: readonly SourceFile[]): Complaint[] {
  const declared = new Set<string>(PREDECLARED)
  for (const { funcs, types, vars } of files) {
    for (const { name, receiver } of funcs) if (!receiver) declared.add(name)
    for (const { name } of types) declared.add(name)
    for (const { names } of vars) for (const { name } of names) declared.add(name)
  }
  return files
    .flatMap((file) => new Checker(file, declared).complaints())
    .toSorted((a, b) => a.at.line - b.at.line || a.at.column - b.at.column)
}

interface Variable {
  readonly at: Place | undefined
  used: boolean
}

/**
 * A package that is neither of the standard library here nor of the module.
 * @param provided  packages of other modules that were brought
 * @param missing  what is said of one of another module
 */
export const strangeImports = (
  files: readonly SourceFile[],
  provided: ReadonlySet<string>,
  missing: (path: string) => string,
): readonly (Complaint & { readonly path: string })[] =>
  files.flatMap(({ imports }) =>
    imports
      .filter(({ path }) => !KNOWN_PACKAGES.has(path) && !provided.has(path))
      .map(({ path, at }) => ({
        at,
        path,
        message: path.split('/')[0]?.includes('.') ? missing(path) : `package ${path} is not simulated here`,
      })),
  )

class Checker {
  private readonly file: SourceFile
  private readonly declared: ReadonlySet<string>
  private readonly imports: Map<string, Variable & { readonly path: string }>
  private scopes: Map<string, Variable>[] = []
  private readonly found: Complaint[] = []

  constructor(file: SourceFile, declared: ReadonlySet<string>) {
    this.file = file
    this.declared = declared
    this.imports = new Map(
      file.imports.map(({ name, path, at }) => [name, { path, at, used: name === '_' || name === '.' }]),
    )
  }

  complaints(): Complaint[] {
    for (const { values } of this.file.vars) for (const value of values) this.expr(value)
    for (const each of this.file.funcs) this.func(each, each.receiver?.name)
    const text = JSON.stringify([this.file.types, this.file.vars.map(({ type }) => type), this.file.funcs])
    for (const [name, { path, at, used }] of this.imports)
      if (!used && !text.includes(`"name":"${name}.`) && at)
        this.found.push({ at, message: `${JSON.stringify(path)} imported and not used` })
    return this.found
  }

  private within(run: () => void): void {
    this.scopes.push(new Map())
    run()
    for (const [name, { at, used }] of this.scopes.pop() ?? [])
      if (!used && at) this.found.push({ at, message: `declared and not used: ${name}` })
  }

  private define(name: string, at: Place | undefined): void {
    if (name !== '_') this.scopes.at(-1)?.set(name, { at, used: false })
  }

  private use(name: string, at: Place): void {
    for (const scope of this.scopes.toReversed()) {
      const variable = scope.get(name)
      if (variable) return void (variable.used = true)
    }
    const imported = this.imports.get(name)
    if (imported) imported.used = true
    else if (!this.declared.has(name)) this.found.push({ at, message: `undefined: ${name}` })
  }

  private func({ params, results, body }: FuncExpr, receiver?: string): void {
    this.within(() => {
      for (const { name } of [...params, ...results]) this.define(name, undefined)
      if (receiver) this.define(receiver, undefined)
      this.body(body)
    })
  }

  private body(body: readonly Stmt[]): void {
    this.within(() => {
      for (const statement of body) this.statement(statement)
    })
  }

  private statement(it: Stmt): void {
    if (it.kind === 'expr') this.expr(it.expr)
    else if (it.kind === 'assign') this.assign(it)
    else if (it.kind === 'var') {
      for (const value of it.values) this.expr(value)
      for (const { name, at } of it.names) this.define(name, it.iota === undefined ? at : undefined)
    } else if (it.kind === 'step') this.expr(it.of)
    else if (it.kind === 'block') this.body(it.body)
    else if (it.kind === 'if')
      this.within(() => {
        if (it.init) this.statement(it.init)
        this.expr(it.test)
        this.body(it.consequent)
        if (it.other) this.statement(it.other)
      })
    else if (it.kind === 'for')
      this.within(() => {
        if (it.init) this.statement(it.init)
        if (it.test) this.expr(it.test)
        if (it.post) this.statement(it.post)
        this.body(it.body)
      })
    else if (it.kind === 'range')
      this.within(() => {
        this.expr(it.over)
        for (const name of it.names) {
          if (it.defines && name.kind === 'name') this.define(name.name, name.at)
          else this.target(name)
        }
        this.body(it.body)
      })
    else if (it.kind === 'switch')
      this.within(() => {
        if (it.init) this.statement(it.init)
        if (it.on) this.expr(it.on)
        if (it.bind !== '') this.define(it.bind, undefined)
        for (const { values, body } of it.cases) {
          for (const value of values ?? []) this.expr(value)
          this.body(body)
        }
      })
    else if (it.kind === 'select')
      for (const { comm, body } of it.cases)
        this.within(() => {
          if (comm) this.statement(comm)
          this.body(body)
        })
    else if (it.kind === 'return') for (const value of it.values) this.expr(value)
    else if (it.kind === 'go' || it.kind === 'defer') this.expr(it.call)
    else if (it.kind === 'send') {
      this.expr(it.to)
      this.expr(it.value)
    } else if (it.kind === 'type') this.define(it.name, undefined)
  }

  private assign({ sign, left, right, at }: Stmt & { kind: 'assign' }): void {
    for (const value of right) this.expr(value)
    const own = this.scopes.at(-1)
    if (sign !== ':=') {
      for (const each of left) this.target(each)
      return
    }
    const fresh = left.filter((each) => each.kind === 'name' && each.name !== '_' && !own?.has(each.name))
    if (fresh.length === 0) this.found.push({ at, message: 'no new variables on left side of :=' })
    for (const each of fresh) if (each.kind === 'name') this.define(each.name, each.at)
  }

  /** To be assigned to is no use. */
  private target(expr: Expr): void {
    if (expr.kind !== 'name') return this.expr(expr)
    const known = this.scopes.some((scope) => scope.has(expr.name))
    if (!known) this.use(expr.name, expr.at)
  }

  private expr(it: Expr): void {
    if (it.kind === 'name') this.use(it.name, it.at)
    else if (it.kind === 'func') this.func(it)
    else if (it.kind === 'member') this.member(it)
    else if (it.kind === 'call') for (const each of [it.callee, ...it.args]) this.expr(each)
    else if (it.kind === 'index') for (const each of [it.of, it.index]) this.expr(each)
    else if (it.kind === 'slice') for (const each of [it.of, it.from, it.to]) this.exprIfAny(each)
    else if (it.kind === 'unary' || it.kind === 'assert') this.expr(it.of)
    else if (it.kind === 'binary') for (const each of [it.left, it.right]) this.expr(each)
    else if (it.kind === 'composite') this.composite(it)
  }

  private exprIfAny(it: Expr | undefined): void {
    if (it) this.expr(it)
  }

  private member({ of, name, at }: Expr & { kind: 'member' }): void {
    this.expr(of)
    const local = of.kind === 'name' && this.scopes.some((scope) => scope.has(of.name))
    const imported = of.kind === 'name' && !local ? this.imports.get(of.name) : undefined
    if (imported && !/^\p{Lu}/u.test(name))
      this.found.push({ at, message: `name ${name} not exported by package ${imported.path}` })
  }

  private composite({ type, items }: Expr & { kind: 'composite' }): void {
    const isMap = type?.kind === 'map'
    if (type?.kind === 'name' && type.name.includes('.')) this.use(type.name.split('.')[0] ?? '', type.at)
    for (const { key, value } of items) {
      if (key && (isMap || key.kind !== 'name')) this.expr(key)
      this.expr(value)
    }
  }
}
