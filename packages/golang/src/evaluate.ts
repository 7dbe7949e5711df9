import { MAKE, NEW } from './builtins.ts'
import { take } from './channels.ts'
import { arithmetic, cut, dereferenced, intOf, within } from './operators.ts'
import { runtimeError } from './panic.ts'
import type { Expr, Func, Type } from './syntax.ts'
import { literalText } from './tokens.ts'
import { nameOf, TypeTable } from './type-table.ts'
import {
  bare,
  bytesOf,
  Channel,
  Closure,
  copied,
  Float,
  GoMap,
  keyOf,
  Named,
  type Native,
  numberOf,
  Opaque,
  Pointer,
  Scope,
  Slice,
  Struct,
  Tuple,
  TypeValue,
  type Value,
} from './values.ts'
import type { GoPanic } from './panic.ts'

export interface Deferred {
  readonly call: () => Promise<Value>
}

export interface Frame {
  readonly deferred: Deferred[]
  panic: GoPanic | undefined
}

export const NO_FRAME: Frame = { deferred: [], panic: undefined }
const PLACE: Expr & { kind: 'name' } = { kind: 'name', name: ' place', at: { file: '', line: 0, column: 0 } }

/** Values of expressions. The Go Programming Language Specification, "Expressions" */
export abstract class Evaluator {
  protected readonly globals = new Scope()
  protected readonly types = new TypeTable(this.globals)
  protected readonly methods = new Map<string, Map<string, Func>>()

  /** Calls what a program handed to a package. */
  abstract call(callee: Value, args: readonly Value[]): Promise<Value>
  protected abstract put(target: Expr, value: Value, scope: Scope, frame: Frame): Promise<void>

  protected fits(value: Value, type: Type): boolean {
    return this.types.fits(value, type, (each) => this.methodOf(each, 'Error') !== undefined)
  }

  /** @param wanted how many there have to be: `v, ok := m[k]` */
  protected async evalAll(exprs: readonly Expr[], scope: Scope, frame: Frame, wanted = 1): Promise<Value[]> {
    const [only] = exprs
    if (exprs.length === 1 && only) {
      const value = await this.eval(only, scope, frame, wanted > 1)
      return value instanceof Tuple ? [...value.values] : [value]
    }
    const values: Value[] = []
    for (const expr of exprs) values.push(await this.eval(expr, scope, frame))
    return values
  }

  protected async args({ args, spread }: Expr & { kind: 'call' }, scope: Scope, frame: Frame): Promise<Value[]> {
    const values = await this.evalAll(args, scope, frame)
    const last = bare(values.at(-1))
    return spread
      ? [
          ...values.slice(0, -1),
          ...(last instanceof Slice ? last.all() : typeof last === 'string' ? bytesOf(last) : []),
        ]
      : values
  }

  protected async eval(expr: Expr, scope: Scope, frame: Frame, two = false): Promise<Value> {
    switch (expr.kind) {
      case 'int':
        return intOf(expr.text)
      case 'float':
        return new Float(Number(expr.text.replaceAll('_', '')))
      case 'string':
        return literalText(expr.text)
      case 'char':
        return literalText(expr.text).codePointAt(0) ?? 0
      case 'name': {
        const cell = scope.find(expr.name)
        return cell ? cell.value : new TypeValue(asType(expr))
      }
      case 'func':
        return new Closure(expr, scope)
      case 'type':
        return new TypeValue(expr.type)
      case 'member':
        return this.member(expr, scope, frame)
      case 'call':
        return this.invoke(expr, scope, frame)
      case 'index':
        return this.indexed(
          bare(dereferenced(await this.eval(expr.of, scope, frame))),
          await this.eval(expr.index, scope, frame),
          two,
        )
      case 'slice': {
        const from = expr.from ? numberOf(await this.eval(expr.from, scope, frame)) : 0
        const to = expr.to ? numberOf(await this.eval(expr.to, scope, frame)) : undefined
        return cut(bare(dereferenced(await this.eval(expr.of, scope, frame))), from, to)
      }
      case 'unary':
        return this.unary(expr, scope, frame, two)
      case 'binary': {
        const left = await this.eval(expr.left, scope, frame)
        if (expr.sign === '&&') return bare(left) === true && bare(await this.eval(expr.right, scope, frame)) === true
        if (expr.sign === '||') return bare(left) === true || bare(await this.eval(expr.right, scope, frame)) === true
        return arithmetic(expr.sign, left, await this.eval(expr.right, scope, frame))
      }
      case 'composite':
        return this.composite(expr.type ?? { kind: 'interface' }, expr, scope, frame)
      case 'assert': {
        const value = await this.eval(expr.of, scope, frame)
        const fits = expr.type === undefined || this.fits(value, expr.type)
        if (two) return new Tuple([fits ? value : this.types.zero(expr.type ?? { kind: 'interface' }), fits])
        if (!fits) throw runtimeError('interface conversion: wrong type')
        return value
      }
    }
  }

  protected async composite(
    type: Type,
    { items }: Expr & { kind: 'composite' },
    scope: Scope,
    frame: Frame,
  ): Promise<Value> {
    const item = (inner: Expr, of: Type): Promise<Value> =>
      inner.kind === 'composite' && inner.type === undefined
        ? this.composite(of, inner, scope, frame)
        : this.eval(inner, scope, frame)
    if (type.kind === 'pointer')
      return boxed(
        await this.composite(
          type.of,
          { kind: 'composite', type: type.of, items, at: { file: '', line: 0, column: 0 } },
          scope,
          frame,
        ),
      )
    if (type.kind === 'slice' || type.kind === 'array') {
      const values: Value[] = []
      for (const { key, value } of items) {
        if (key) values.length = numberOf(await this.eval(key, scope, frame))
        values.push(copied(this.types.convert(await item(value, type.of), type.of)))
      }
      const length =
        type.kind === 'array' && type.length ? numberOf(await this.eval(type.length, scope, frame)) : values.length
      while (values.length < length) values.push(this.types.zero(type.of))
      return new Slice(values, nameOf(type.of))
    }
    if (type.kind === 'map') {
      const map = new GoMap(() => this.types.zero(type.of))
      for (const { key, value } of items) {
        const name = this.types.convert(await item(key as Expr, type.key), type.key)
        map.entries.set(keyOf(name), {
          key: name,
          value: copied(this.types.convert(await item(value, type.of), type.of)),
        })
      }
      return map
    }
    if (type.kind === 'name' && type.name.includes('.')) return this.composed(type.name, items, scope, frame)
    const named = type.kind === 'name' ? this.types.get(type.name) : type
    if (named?.kind !== 'struct')
      return named && type.kind === 'name'
        ? new Named(
            type.name,
            await this.composite(named, { kind: 'composite', type: named, items, at: type.at }, scope, frame),
          )
        : undefined
    const fields = this.types.emptyFields(named)
    for (const [i, { key, value }] of items.entries()) {
      const field = key?.kind === 'name' ? named.fields.find(({ name }) => name === key.name) : named.fields[i]
      if (field) fields.set(field.name, copied(this.types.convert(await item(value, field.type), field.type)))
    }
    return new Struct(type.kind === 'name' ? type.name : 'struct', fields)
  }

  /** A struct of a package: `http.Server{Addr: ":80"}`. */
  protected async composed(
    name: string,
    items: (Expr & { kind: 'composite' })['items'],
    scope: Scope,
    frame: Frame,
  ): Promise<Value> {
    const made = this.types.ofPackage(name)
    const fields = new Map<string, Value>()
    for (const { key, value } of items)
      if (key?.kind === 'name') fields.set(key.name, await this.eval(value, scope, frame))
    if (!(made instanceof Opaque)) return new Struct(name, fields)
    const set = made.members['set fields']
    if (typeof set === 'function') for (const [field, value] of fields) await (set as Native)([field, value])
    return made
  }

  protected async unary(
    { sign, of }: Expr & { kind: 'unary' },
    scope: Scope,
    frame: Frame,
    two: boolean,
  ): Promise<Value> {
    if (sign === '&') return this.address(of, scope, frame)
    const value = await this.eval(of, scope, frame)
    if (sign === '*') {
      if (value instanceof TypeValue) return new TypeValue({ kind: 'pointer', of: value.type })
      if (!(value instanceof Pointer)) throw runtimeError('invalid memory address or nil pointer dereference')
      return value.get()
    }
    if (sign === '<-') {
      const taken = await take(value)
      return two ? new Tuple([taken.value, taken.ok]) : taken.value
    }
    if (sign === '!') return bare(value) !== true
    if (sign === '-') return arithmetic('-', bare(value) instanceof Float ? new Float(0) : 0, value)
    return sign === '^' ? ~numberOf(value) : value
  }

  protected async address(of: Expr, scope: Scope, frame: Frame): Promise<Value> {
    if (of.kind === 'name') {
      const cell = scope.find(of.name)
      if (cell)
        return new Pointer(
          () => cell.value,
          (value) => (cell.value = value),
        )
    }
    if (of.kind === 'member' || of.kind === 'index') {
      const holder = await this.eval(of.of, scope, frame)
      const place: Expr = of.kind === 'member' ? { ...of, of: PLACE } : { ...of, of: PLACE }
      const inner = new Scope(scope)
      inner.define(PLACE.name, holder)
      const now = await this.eval(place, inner, frame)
      if (now instanceof Struct) return boxed(now)
      let kept: Value = now
      return new Pointer(
        () => kept,
        (value) => {
          kept = value
          void this.put(place, value, inner, frame)
        },
      )
    }
    const value = await this.eval(of, scope, frame)
    return value instanceof Opaque ? value : boxed(value)
  }

  protected async member({ of, name }: Expr & { kind: 'member' }, scope: Scope, frame: Frame): Promise<Value> {
    const value = await this.eval(of, scope, frame)
    if (value instanceof Opaque) return value.members[name] ?? undefined
    if (value === undefined) throw runtimeError('invalid memory address or nil pointer dereference')
    const holder = holderOf(dereferenced(value), name)
    return holder ? holder.fields.get(name) : this.methodOf(value, name)
  }

  /** A method with what it is called on. */
  methodOf(value: Value, name: string): Value {
    if (value instanceof Opaque) return value.members[name]
    const inner = dereferenced(value)
    if (!(inner instanceof Struct) && !(inner instanceof Named)) return undefined
    const func = this.methods.get(inner.type)?.get(name)
    if (func?.receiver) {
      const self = func.receiver.pointer ? (value instanceof Pointer ? value : boxed(inner)) : copied(inner)
      return new Closure(func, this.globals, { name: func.receiver.name, value: self })
    }
    if (!(inner instanceof Struct)) return undefined
    const type = this.types.get(inner.type)
    const embedded = type?.kind === 'struct' ? type.fields.filter((field) => field.embedded) : []
    for (const { name: field } of embedded) {
      const found = this.methodOf(inner.fields.get(field), name)
      if (found !== undefined) return found
    }
    return undefined
  }

  protected async invoke(expr: Expr & { kind: 'call' }, scope: Scope, frame: Frame): Promise<Value> {
    const callee = await this.eval(expr.callee, scope, frame)
    if (callee instanceof TypeValue) {
      const [value] = await this.args(expr, scope, frame)
      return this.types.convert(value, callee.type, true)
    }
    if (callee === MAKE || callee === NEW) return this.allocate(callee, expr, scope, frame)
    return this.call(callee, await this.args(expr, scope, frame))
  }

  protected async allocate(
    callee: Value,
    { args }: Expr & { kind: 'call' },
    scope: Scope,
    frame: Frame,
  ): Promise<Value> {
    const [first, size] = args
    const asked = first ? await this.eval(first, scope, frame) : undefined
    const type = asked instanceof TypeValue ? asked.type : undefined
    if (!type) return undefined
    if (callee === NEW) {
      let value: Value = this.types.zero(type)
      return value instanceof Opaque
        ? value
        : new Pointer(
            () => value,
            (next) => (value = next),
          )
    }
    const own = type.kind === 'name' ? (this.types.get(type.name) ?? type) : type
    const length = size ? numberOf(await this.eval(size, scope, frame)) : 0
    if (own.kind === 'map') return new GoMap(() => this.types.zero(own.of))
    if (own.kind === 'chan') return new Channel(length)
    return own.kind === 'slice'
      ? new Slice(
          Array.from({ length }, () => this.types.zero(own.of)),
          nameOf(own.of),
        )
      : undefined
  }

  protected indexed(of: Value, index: Value, two: boolean): Value {
    if (of instanceof GoMap) {
      const found = of.entries.get(keyOf(index))
      const value = found ? found.value : of.zero()
      return two ? new Tuple([value, found !== undefined]) : value
    }
    if (of instanceof Slice) return of.items[of.from + within(numberOf(index), of.length)]
    if (typeof of === 'string') {
      const bytes = bytesOf(of)
      return bytes[within(numberOf(index), bytes.length)]
    }
    if (of === undefined && !two) return undefined
    return two ? new Tuple([undefined, false]) : undefined
  }
}

const boxed = (value: Value): Pointer => {
  let kept = value
  return new Pointer(
    () => kept,
    (next) => (kept = next),
  )
}
export const asType = (expr: Expr): Type =>
  expr.kind === 'type'
    ? expr.type
    : expr.kind === 'unary'
      ? { kind: 'pointer', of: asType(expr.of) }
      : {
          kind: 'name',
          name:
            expr.kind === 'name'
              ? expr.name
              : expr.kind === 'member' && expr.of.kind === 'name'
                ? `${expr.of.name}.${expr.name}`
                : '',
          at: expr.at,
        }

/** The struct that has a field, itself or by one that is embedded. */
export function holderOf(value: Value, name: string): Struct | undefined {
  if (!(value instanceof Struct)) return undefined
  if (value.fields.has(name)) return value
  for (const inner of value.fields.values()) {
    const found = dereferenced(inner) instanceof Struct && (dereferenced(inner) as Struct).fields.has(name)
    if (found) return dereferenced(inner) as Struct
  }
  return undefined
}
