import type { Case, Expr, Func, FuncExpr, SourceFile, Stmt, Type } from './syntax.ts'
import { BUILTINS } from './builtins.ts'
import { Evaluator, type Frame, holderOf, NO_FRAME, asType } from './evaluate.ts'
import { canSend, canTake, send, take } from './channels.ts'
import { arithmetic, dereferenced, like, rounds, within } from './operators.ts'
import { errorValue, GoPanic, runtimeError } from './panic.ts'

import { nameOf } from './type-table.ts'
import {
  bare,
  Channel,
  Closure,
  copied,
  equal,
  GoMap,
  keyOf,
  Named,
  numberOf,
  Opaque,
  Pointer,
  Scope,
  Slice,
  Tuple,
  type Value,
} from './values.ts'

type Jump =
  | { readonly kind: 'return'; readonly value: Value }
  | { readonly kind: 'break' | 'continue' | 'fallthrough'; readonly label: string }

/** What packages give, by the name that a file has for them. */
export type Library = (path: string) => Readonly<Record<string, Value>> | undefined

const PAUSE_STEPS = 400

/** Runs a program of one package over its syntax tree. The Go Programming Language Specification, in parts. */
export class Interpreter extends Evaluator {
  private readonly files: readonly SourceFile[]
  private readonly library: Library
  private readonly breathe: () => Promise<void> | void
  private steps = 0
  /** Rejects when a goroutine panics. */
  readonly failed: Promise<never>
  private fail: (error: unknown) => void = () => undefined

  /** @param breathe lets others run, every few hundred steps */
  constructor(files: readonly SourceFile[], library: Library, breathe: () => Promise<void> | void) {
    super()
    this.files = files
    this.library = library
    this.breathe = breathe
    this.failed = new Promise((_, reject) => (this.fail = reject))
    this.failed.catch(() => undefined)
  }

  /** @throws GoPanic */
  async run(): Promise<void> {
    for (const [name, value] of BUILTINS) this.globals.define(name, value)
    for (const { types, funcs, imports } of this.files) {
      for (const { path, name } of imports) {
        const members = this.library(path)
        if (members) this.globals.define(name, new Opaque('package', members))
      }
      for (const { name, type } of types) this.types.set(name, type)
      for (const func of funcs) {
        if (!func.receiver) this.globals.define(func.name, new Closure(func, this.globals))
        else {
          const known = this.methods.get(func.receiver.type) ?? new Map<string, Func>()
          this.methods.set(func.receiver.type, known.set(func.name, func))
        }
      }
    }
    for (const { vars } of this.files) for (const each of vars) await this.exec(each, this.globals, NO_FRAME)
    const inits = this.files.flatMap(({ funcs }) => funcs.filter(({ name, receiver }) => name === 'init' && !receiver))
    for (const init of inits) await this.call(new Closure(init, this.globals), [])
    await this.call(this.globals.find('main')?.value, [])
  }

  /** Calls what a program handed to a package. */
  async call(callee: Value, args: readonly Value[]): Promise<Value> {
    if (typeof callee === 'function') return callee([...args])
    if (callee instanceof Named) return this.call(callee.value, args)
    if (!(callee instanceof Closure)) throw runtimeError('invalid memory address or nil pointer dereference')
    const { func, scope: outer, self } = callee
    const scope = new Scope(outer)
    if (self) scope.define(self.name, self.value)
    this.bind(func, args, scope)
    const frame: Frame = { deferred: [], panic: undefined }
    let value: Value
    try {
      const jump = await this.block(func.body, scope, frame)
      value = jump?.kind === 'return' ? this.results(func, jump.value, scope) : undefined
    } catch (error) {
      if (!(error instanceof GoPanic) || frame.deferred.length === 0) throw error
      frame.panic = error
    }
    for (const { call } of frame.deferred.reverse()) await call()
    if (frame.panic) throw frame.panic
    const named = func.results.length > 0 && func.results.every(({ name }) => name !== '')
    return named ? this.namedResults(func, scope) : value
  }

  private bind({ params, results }: FuncExpr, args: readonly Value[], scope: Scope): void {
    for (const [i, { name, type, variadic }] of params.entries())
      scope.define(
        name,
        variadic
          ? new Slice(args.slice(i).map((each) => this.types.convert(each, type)))
          : this.types.convert(copied(args[i]), type),
      )
    for (const { name, type } of results) if (name !== '') scope.define(name, this.types.zero(type))
  }

  private results(func: FuncExpr, value: Value, scope: Scope): Value {
    const { results } = func
    if (results.length === 1 && results[0])
      value = value === NOTHING ? value : this.types.convert(value, results[0].type)
    else if (value instanceof Tuple)
      value = new Tuple(value.values.map((each, i) => (results[i] ? this.types.convert(each, results[i].type) : each)))
    if (value !== NOTHING && results.every(({ name }) => name !== '')) {
      const all = value instanceof Tuple ? value.values : [value]
      for (const [i, { name }] of results.entries()) {
        const cell = scope.own(name)
        if (cell) cell.value = all[i]
      }
    }
    return value === NOTHING ? undefined : value
  }

  private namedResults({ results }: FuncExpr, scope: Scope): Value {
    const values = results.map(({ name }) => scope.own(name)?.value)
    return values.length === 1 ? values[0] : new Tuple(values)
  }

  /** An array is made where its length is known. */
  private async made(type: Type, scope: Scope): Promise<Value> {
    if (type.kind !== 'array') return this.types.zero(type)
    const length = type.length ? numberOf(await this.eval(type.length, scope, NO_FRAME)) : 0
    const items: Value[] = []
    for (let i = 0; i < length; i++) items.push(await this.made(type.of, scope))
    return new Slice(items, nameOf(type.of))
  }

  private async block(body: readonly Stmt[], scope: Scope, frame: Frame): Promise<Jump | undefined> {
    for (const statement of body) {
      const jump = await this.exec(statement, scope, frame)
      if (jump) return jump
    }
    return undefined
  }

  private async exec(statement: Stmt, scope: Scope, frame: Frame): Promise<Jump | undefined> {
    if (++this.steps % PAUSE_STEPS === 0) await this.breathe()
    switch (statement.kind) {
      case 'expr':
        await this.eval(statement.expr, scope, frame)
        return undefined
      case 'assign':
        return void (await this.assign(statement, scope, frame))
      case 'var':
        return void (await this.declare(statement, scope, frame))
      case 'step': {
        const now = await this.eval(statement.of, scope, frame)
        return void (await this.put(statement.of, arithmetic('+', now, statement.by), scope, frame))
      }
      case 'block':
        return this.block(statement.body, new Scope(scope), frame)
      case 'if': {
        const inner = new Scope(scope)
        if (statement.init) await this.exec(statement.init, inner, frame)
        if (bare(await this.eval(statement.test, inner, frame)) === true)
          return this.block(statement.consequent, new Scope(inner), frame)
        return statement.other ? this.exec(statement.other, inner, frame) : undefined
      }
      case 'for':
        return this.loop(statement, scope, frame)
      case 'range':
        return this.range(statement, scope, frame)
      case 'switch':
        return this.choose(statement, scope, frame)
      case 'select':
        return this.select(statement.cases, scope, frame)
      case 'return': {
        const values = await this.evalAll(statement.values, scope, frame)
        const value =
          statement.values.length === 0
            ? NOTHING
            : values.length === 1
              ? copied(values[0])
              : new Tuple(values.map(copied))
        return { kind: 'return', value }
      }
      case 'jump':
        return { kind: statement.word, label: statement.label }
      case 'go': {
        const call = await this.prepared(statement.call, scope, frame)
        void call().catch((error: unknown) => this.fail(error))
        return undefined
      }
      case 'defer': {
        const recoverable = statement.call
        frame.deferred.push({ call: await this.prepared(recoverable, scope, frame, frame) })
        return undefined
      }
      case 'send': {
        const channel = await this.eval(statement.to, scope, frame)
        return void (await send(channel, copied(await this.eval(statement.value, scope, frame))))
      }
      case 'type':
        this.types.set(statement.name, statement.type)
        return undefined
      case 'empty':
        return undefined
    }
  }

  /** A call whose parts are evaluated now and that is made later. */
  private async prepared(expr: Expr, scope: Scope, frame: Frame, panicking?: Frame): Promise<() => Promise<Value>> {
    if (expr.kind !== 'call') return async () => undefined
    const callee = await this.eval(expr.callee, scope, frame)
    const args = await this.args(expr, scope, frame)
    if (panicking && callee instanceof Closure) {
      const inner = new Scope(callee.scope)
      inner.define('recover', () => recovered(panicking))
      return () => this.call(new Closure(callee.func, inner, callee.self), args)
    }
    return () => this.call(callee, args)
  }

  private async declare(statement: Stmt & { kind: 'var' }, scope: Scope, frame: Frame): Promise<void> {
    const { names, type, values, iota } = statement
    const inner = iota === undefined ? scope : new Scope(scope)
    if (iota !== undefined) inner.define('iota', iota)
    const given = await this.evalAll(values, inner, frame)
    for (const [i, { name }] of names.entries()) {
      const value = given.length > 0 ? copied(given[i]) : type ? await this.made(type, scope) : undefined
      scope.define(name, type && given.length > 0 ? this.types.convert(value, type) : value)
    }
  }

  private async assign({ sign, left, right }: Stmt & { kind: 'assign' }, scope: Scope, frame: Frame): Promise<void> {
    const [target] = left
    if (sign !== '=' && sign !== ':=' && target) {
      const now = await this.eval(target, scope, frame)
      const value = arithmetic(sign.slice(0, -1), now, await this.eval(right[0] as Expr, scope, frame))
      return this.put(target, value, scope, frame)
    }
    const values = await this.evalAll(right, scope, frame, left.length)
    for (const [i, each] of left.entries()) {
      const value = copied(values[i])
      if (sign === ':=' && each.kind === 'name') {
        const own = scope.own(each.name)
        if (own && left.length > 1) own.value = value
        else scope.define(each.name, value)
      } else await this.put(each, value, scope, frame)
    }
  }

  protected async put(target: Expr, value: Value, scope: Scope, frame: Frame): Promise<void> {
    if (target.kind === 'name') {
      if (target.name === '_') return
      const cell = scope.find(target.name)
      if (cell) cell.value = like(cell.value, value)
      return
    }
    if (target.kind === 'unary' && target.sign === '*') {
      const pointer = await this.eval(target.of, scope, frame)
      if (!(pointer instanceof Pointer)) throw runtimeError('invalid memory address or nil pointer dereference')
      return pointer.set(like(pointer.get(), value))
    }
    if (target.kind === 'member') {
      const holder = holderOf(dereferenced(await this.eval(target.of, scope, frame)), target.name)
      if (!holder) throw runtimeError('invalid memory address or nil pointer dereference')
      holder.fields.set(target.name, like(holder.fields.get(target.name), value))
      return
    }
    if (target.kind === 'index') {
      const of = bare(dereferenced(await this.eval(target.of, scope, frame)))
      const index = await this.eval(target.index, scope, frame)
      if (of instanceof GoMap) of.entries.set(keyOf(index), { key: index, value: like(of.zero(), value) })
      else if (of instanceof Slice)
        of.items[of.from + within(numberOf(index), of.length)] = like(of.items[of.from], value)
      else if (of === undefined)
        throw new GoPanic(errorValue('assignment to entry in nil map'), 'assignment to entry in nil map')
    }
  }

  private async loop(
    { init, test, post, body, label }: Stmt & { kind: 'for' },
    scope: Scope,
    frame: Frame,
  ): Promise<Jump | undefined> {
    let inner = new Scope(scope)
    if (init) await this.exec(init, inner, frame)
    const names =
      init?.kind === 'assign' && init.sign === ':='
        ? init.left.flatMap((each) => (each.kind === 'name' ? [each.name] : []))
        : []
    for (;;) {
      if (test && bare(await this.eval(test, inner, frame)) !== true) return undefined
      const jump = await this.block(body, new Scope(inner), frame)
      const ended = leaving(jump, label)
      if (ended) return ended === 'done' ? undefined : ended
      // Each round has variables of its own.
      const next = new Scope(scope)
      for (const name of names) next.define(name, inner.own(name)?.value)
      inner = next
      if (post) await this.exec(post, inner, frame)
      if (!test && !post && body.length === 0) await this.breathe()
    }
  }

  private async range(statement: Stmt & { kind: 'range' }, scope: Scope, frame: Frame): Promise<Jump | undefined> {
    const { names, defines, over, body, label } = statement
    for await (const pair of rounds(bare(dereferenced(await this.eval(over, scope, frame))))) {
      const inner = new Scope(scope)
      for (const [i, name] of names.entries()) {
        if (defines && name.kind === 'name') inner.define(name.name, copied(pair[i]))
        else await this.put(name, pair[i], scope, frame)
      }
      const ended = leaving(await this.block(body, inner, frame), label)
      if (ended) return ended === 'done' ? undefined : ended
    }
    return undefined
  }

  private async choose(statement: Stmt & { kind: 'switch' }, scope: Scope, frame: Frame): Promise<Jump | undefined> {
    const { init, on, bind, cases } = statement
    const inner = new Scope(scope)
    if (init) await this.exec(init, inner, frame)
    const byType = on?.kind === 'assert' && on.type === undefined
    const subject = on ? await this.eval(byType ? on.of : on, inner, frame) : true
    if (bind !== '') inner.define(bind, subject)
    let chosen = -1
    for (const [i, { values }] of cases.entries()) {
      for (const value of values ?? [])
        if (byType ? this.isOfType(subject, value) : equal(subject, await this.eval(value, inner, frame))) chosen = i
      if (chosen >= 0) break
    }
    if (chosen < 0) chosen = cases.findIndex(({ values }) => values === undefined)
    for (let i = chosen; i >= 0 && i < cases.length; i++) {
      const jump = await this.block(cases[i]?.body ?? [], new Scope(inner), frame)
      if (jump?.kind === 'fallthrough') continue
      return jump?.kind === 'break' && jump.label === '' ? undefined : jump
    }
    return undefined
  }

  private isOfType(value: Value, expr: Expr): boolean {
    if (expr.kind === 'name' && expr.name === 'nil') return value === undefined
    return this.fits(value, asType(expr))
  }

  private async select(cases: readonly Case[], scope: Scope, frame: Frame): Promise<Jump | undefined> {
    const ready: { channel: Value; part: Case; sends: Value | undefined; receives: boolean }[] = []
    for (const part of cases) {
      const { comm } = part
      if (!comm) continue
      if (comm.kind === 'send')
        ready.push({
          channel: await this.eval(comm.to, scope, frame),
          part,
          sends: await this.eval(comm.value, scope, frame),
          receives: false,
        })
      else {
        const expr = comm.kind === 'expr' ? comm.expr : comm.kind === 'assign' ? comm.right[0] : undefined
        const channel = expr?.kind === 'unary' ? await this.eval(expr.of, scope, frame) : undefined
        ready.push({ channel, part, sends: undefined, receives: true })
      }
    }
    const other = cases.find(({ comm }) => !comm)
    for (;;) {
      const found = ready.find(
        ({ channel, receives }) => channel instanceof Channel && (receives ? canTake(channel) : canSend(channel)),
      )
      if (found) return this.selected(found, scope, frame)
      if (other) return loopless(await this.block(other.body, new Scope(scope), frame))
      await this.breathe()
      await this.idle()
    }
  }

  /** Waits a little where nothing can be waited for. */
  idle: () => Promise<void> = async () => undefined

  private async selected(
    { channel, part, sends, receives }: { channel: Value; part: Case; sends: Value; receives: boolean },
    scope: Scope,
    frame: Frame,
  ): Promise<Jump | undefined> {
    const inner = new Scope(scope)
    if (!receives) await send(channel, sends)
    else {
      const { value, ok } = await take(channel)
      const { comm } = part
      if (comm?.kind === 'assign')
        for (const [i, name] of comm.left.entries())
          if (comm.sign === ':=' && name.kind === 'name') inner.define(name.name, i === 0 ? value : ok)
          else await this.put(name, i === 0 ? value : ok, inner, frame)
    }
    return loopless(await this.block(part.body, inner, frame))
  }
}

/** A bare return. */
const NOTHING: Value = new Opaque('nothing', {})

function leaving(jump: Jump | undefined, label: string): Jump | 'done' | undefined {
  if (!jump) return undefined
  if (jump.kind === 'return') return jump
  const mine = jump.label === '' || jump.label === label
  if (!mine) return jump
  return jump.kind === 'break' ? 'done' : undefined
}

const loopless = (jump: Jump | undefined): Jump | undefined =>
  jump?.kind === 'break' && jump.label === '' ? undefined : jump

function recovered(frame: Frame): Value {
  const value = frame.panic?.value
  frame.panic = undefined
  return value
}
