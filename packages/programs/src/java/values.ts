import type { ClassDecl } from './syntax.ts'

/** double and float. */
export class JDouble {
  readonly value: number
  /** float: the value is one that fits into 32 bits. */
  readonly single: boolean
  constructor(value: number, single = false) {
    this.value = value
    this.single = single
  }
}

export class JChar {
  readonly code: number
  constructor(code: number) {
    this.code = code
  }
  get text(): string {
    return String.fromCharCode(this.code)
  }
}

export class JArray {
  readonly type: string
  readonly items: Value[]
  constructor(type: string, items: Value[]) {
    this.type = type
    this.items = items
  }
}

export type Callable = (args: readonly Value[]) => Value | Promise<Value>

/** What implements a functional interface. */
export class Lambda {
  readonly call: Callable
  /** How many parameters it names; undefined where that cannot be seen. */
  readonly takes: number | undefined
  constructor(call: Callable, takes?: number) {
    this.call = call
    this.takes = takes
  }
}

/** An object whose class is part of the library. */
export class Native {
  readonly type: string
  readonly methods: Readonly<Record<string, Callable>>
  constructor(type: string, methods: Readonly<Record<string, Callable>>) {
    this.type = type
    this.methods = methods
  }
}

/** A class at run time. */
export interface JClass {
  readonly name: string
  /** With its package. */
  readonly qualified: string
  readonly declared: ClassDecl
  readonly parent: JClass | undefined
  readonly interfaces: readonly (JClass | string)[]
  readonly statics: Map<string, Value>
  /** Names that the place of declaration gives: locals of the method around a local class. */
  readonly scope: Scope | undefined
  readonly outer: JClass | undefined
  started: boolean
}

export class Instance {
  readonly of: JClass
  readonly fields = new Map<string, Value>()
  /** The object an inner class is in. */
  readonly outer: Instance | undefined
  readonly serial: number
  constructor(of: JClass, outer: Instance | undefined, serial: number) {
    this.of = of
    this.outer = outer
    this.serial = serial
  }
}

/** A class as a name in an expression: of the program, or of the library. */
export class ClassRef {
  readonly name: string
  readonly own: JClass | undefined
  constructor(name: string, own: JClass | undefined) {
    this.name = name
    this.own = own
  }
}

/** int, short and byte are numbers, long is bigint; undefined is void. */
export type Value =
  | undefined
  | null
  | boolean
  | number
  | bigint
  | string
  | JDouble
  | JChar
  | JArray
  | Lambda
  | Native
  | Instance
  | ClassRef
  | JList
  | JMap
  | JSet
  | Text

/** ArrayList, LinkedList and lists that cannot be changed. */
export class JList {
  readonly type: string
  readonly items: Value[]
  constructor(items: Value[], type = 'java.util.ArrayList') {
    this.items = items
    this.type = type
  }
}

export interface MapEntry {
  readonly key: Value
  value: Value
}

/** Keys are found by what `keyOf` makes of them. */
export class JMap {
  readonly type: string
  readonly entries = new Map<string, MapEntry>()
  constructor(type: string) {
    this.type = type
  }
}

export class JSet {
  readonly map: JMap
  constructor(map: JMap) {
    this.map = map
  }
}

/** StringBuilder and StringBuffer. */
export class Text {
  text: string
  constructor(text: string) {
    this.text = text
  }
}

export interface Variable {
  value: Value
  readonly type: string
}

/** Local variables of a block, and those around it. */
export class Scope {
  private readonly variables = new Map<string, Variable>()
  private readonly around: Scope | undefined
  readonly self: Instance | undefined
  readonly inClass: JClass | undefined

  constructor(around: Scope | undefined, self = around?.self, inClass = around?.inClass) {
    this.around = around
    this.self = self
    this.inClass = inClass
  }

  find(name: string): Variable | undefined {
    return this.variables.get(name) ?? this.around?.find(name)
  }

  declare(name: string, type: string, value: Value): void {
    this.variables.set(name, { type, value: coerced(type, value) })
  }
}

export const numberOf = (value: Value): number => {
  if (value instanceof JDouble) return value.value
  if (value instanceof JChar) return value.code
  return Number(value)
}

/** Saturates, as a narrowing from double does. JLS 5.1.3 */
function intOf(value: Value): number {
  if (typeof value === 'bigint') return Number(BigInt.asIntN(32, value))
  const number = numberOf(value)
  if (!(value instanceof JDouble)) return number | 0
  return Number.isNaN(number) ? 0 : Math.max(-(2 ** 31), Math.min(2 ** 31 - 1, Math.trunc(number)))
}

function longOf(value: Value): bigint {
  if (typeof value === 'bigint') return value
  const number = numberOf(value)
  return Number.isNaN(number) ? 0n : BigInt.asIntN(64, BigInt(Math.trunc(Math.max(-9.2e18, Math.min(9.2e18, number)))))
}

const CONVERSIONS: Readonly<Record<string, (value: Value) => Value>> = {
  int: intOf,
  short: (value) => (intOf(value) << 16) >> 16,
  byte: (value) => (intOf(value) << 24) >> 24,
  long: longOf,
  double: (value) => (value instanceof JDouble && !value.single ? value : new JDouble(numberOf(value))),
  float: (value) => new JDouble(Math.fround(numberOf(value)), true),
  char: (value) => (value instanceof JChar ? value : new JChar(intOf(value) & 0xffff)),
}
const BOXES: Readonly<Record<string, string>> = { Long: 'long', Double: 'double', Float: 'float', Character: 'char' }

const isNumeric = (value: Value): boolean =>
  typeof value === 'number' || typeof value === 'bigint' || value instanceof JDouble || value instanceof JChar

/** A value where a type is declared: numbers change their kind. JLS chapter 5 */
export function coerced(type: string, value: Value): Value {
  const convert = CONVERSIONS[BOXES[type] ?? type]
  return convert && isNumeric(value) ? convert(value) : value
}

const ZEROES: Readonly<Record<string, Value>> = {
  int: 0,
  short: 0,
  byte: 0,
  long: 0n,
  double: new JDouble(0),
  float: new JDouble(0),
  char: new JChar(0),
  boolean: false,
}

/** What a field or an element has before anything is put there. */
export const zeroOf = (type: string): Value => ZEROES[type] ?? null

/** java.lang.Double.toString */
export function doubleText(of: number, single = false): string {
  const value = single ? shortest(of) : of
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const size = Math.abs(value)
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : `${value}`
  const [digits = '', power = ''] = value.toExponential().split('e')
  return `${digits.includes('.') ? digits : `${digits}.0`}E${power.replace('+', '')}`
}

/** The fewest digits that still mean this float. */
function shortest(value: number): number {
  for (let digits = 1; digits < 9; digits++) {
    const rounded = Number(value.toPrecision(digits))
    if (Math.fround(rounded) === value) return rounded
  }
  return value
}

/** java.lang.String.hashCode */
export function hashOfText(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}
