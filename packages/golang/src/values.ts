import type { FuncExpr, Type } from './syntax.ts'

/** Integers are numbers of JavaScript, exact up to 2^53; what has a fraction is a Float, so that 7/2 is 3. */
export class Float {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

export class Slice {
  readonly items: Value[]
  readonly from: number
  readonly length: number
  /** `byte` prints as text where text is wanted. */
  readonly of: string
  constructor(items: Value[], of = '', from = 0, length = items.length) {
    this.items = items
    this.of = of
    this.from = from
    this.length = length
  }
  all(): Value[] {
    return this.items.slice(this.from, this.from + this.length)
  }
}

export class GoMap {
  readonly entries = new Map<string, { readonly key: Value; value: Value }>()
  readonly zero: () => Value
  constructor(zero: () => Value) {
    this.zero = zero
  }
}

export class Struct {
  readonly type: string
  readonly fields: Map<string, Value>
  constructor(type: string, fields: Map<string, Value>) {
    this.type = type
    this.fields = fields
  }
  copy(): Struct {
    return new Struct(this.type, new Map([...this.fields].map(([name, value]) => [name, copied(value)])))
  }
}

export class Pointer {
  readonly get: () => Value
  readonly set: (value: Value) => void
  constructor(get: () => Value, set: (value: Value) => void) {
    this.get = get
    this.set = set
  }
}

/** A value of a type with a name that is no struct: `type Celsius float64`. */
export class Named {
  readonly type: string
  readonly value: Value
  constructor(type: string, value: Value) {
    this.type = type
    this.value = value
  }
}

export class Channel {
  readonly room: number
  readonly queue: Value[] = []
  readonly senders: { value: Value; done: () => void }[] = []
  readonly takers: ((taken: { value: Value; ok: boolean }) => void)[] = []
  closed = false
  constructor(room: number) {
    this.room = room
  }
}

/** Something that a package gives. */
export type Native = (args: Value[]) => Value | Promise<Value>

export class Closure {
  readonly func: FuncExpr
  readonly scope: Scope
  readonly self: { readonly name: string; readonly value: Value } | undefined
  constructor(func: FuncExpr, scope: Scope, self?: Closure['self']) {
    this.func = func
    this.scope = scope
    this.self = self
  }
}

/** Several results at once. */
export class Tuple {
  readonly values: readonly Value[]
  constructor(values: readonly Value[]) {
    this.values = values
  }
}

/** A value of a package's own: its methods and fields by name. */
export class Opaque {
  readonly type: string
  readonly members: Readonly<Record<string, Value>>
  readonly text: string
  constructor(type: string, members: Readonly<Record<string, Value>>, text = '') {
    this.type = type
    this.members = members
    this.text = text
  }
}

export class TypeValue {
  readonly type: Type
  constructor(type: Type) {
    this.type = type
  }
}

export type Value =
  | number
  | string
  | boolean
  | undefined
  | Float
  | Slice
  | GoMap
  | Struct
  | Pointer
  | Named
  | Channel
  | Closure
  | Native
  | Tuple
  | Opaque
  | TypeValue

export interface Cell {
  value: Value
}

export class Scope {
  private readonly cells = new Map<string, Cell>()
  private readonly outer: Scope | undefined
  constructor(outer?: Scope) {
    this.outer = outer
  }
  find(name: string): Cell | undefined {
    return this.cells.get(name) ?? this.outer?.find(name)
  }
  own(name: string): Cell | undefined {
    return this.cells.get(name)
  }
  define(name: string, value: Value): void {
    if (name !== '_') this.cells.set(name, { value })
  }
}

/** Structs are values: who gets one gets a copy. */
export const copied = (value: Value): Value => (value instanceof Struct ? value.copy() : value)

/** As a key of a map, and for ==. */
export function keyOf(value: Value): string {
  if (value instanceof Named) return keyOf(value.value)
  if (value instanceof Float) return `n${value.value}`
  if (value instanceof Struct) return `{${[...value.fields.values()].map(keyOf).join(',')}}`
  if (typeof value === 'number') return `n${value}`
  return `${typeof value}:${String(value)}`
}

export function equal(a: Value, b: Value): boolean {
  if (a === b) return true
  const [x, y] = [bare(a), bare(b)]
  if (x instanceof Pointer && y instanceof Pointer) return x.get() === y.get() && typeof x.get() === 'object'
  const comparable = (each: Value): boolean =>
    typeof each !== 'object' || each instanceof Float || each instanceof Struct
  return x === y || (x !== undefined && y !== undefined && comparable(x) && comparable(y) && keyOf(x) === keyOf(y))
}

export const bare = (value: Value): Value => (value instanceof Named ? bare(value.value) : value)
export const numberOf = (value: Value): number => {
  const inner = bare(value)
  return inner instanceof Float ? inner.value : typeof inner === 'number' ? inner : 0
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()
export const bytesOf = (text: string): number[] => [...encoder.encode(text)]
export const textOfBytes = (bytes: readonly Value[]): string => decoder.decode(Uint8Array.from(bytes.map(numberOf)))

/** A text, bytes, or what prints itself. */
export function stringOf(value: Value): string {
  const inner = bare(value)
  if (inner instanceof Slice) return textOfBytes(inner.all())
  return typeof inner === 'string' ? inner : ''
}
