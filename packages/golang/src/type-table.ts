import type { Type } from './syntax.ts'
import {
  bare,
  bytesOf,
  Closure,
  Float,
  GoMap,
  Named,
  numberOf,
  Opaque,
  Pointer,
  type Scope,
  Slice,
  stringOf,
  Struct,
  textOfBytes,
  type Value,
} from './values.ts'

const INTS: ReadonlySet<string> = new Set(
  'int int8 int16 int32 int64 uint uint8 uint16 uint32 uint64 byte rune uintptr'.split(' '),
)
const FLOATS: ReadonlySet<string> = new Set(['float64', 'float32'])
const WIDTHS: Readonly<Record<string, number>> = {
  int8: 8,
  uint8: 8,
  byte: 8,
  int16: 16,
  uint16: 16,
  int32: 32,
  uint32: 32,
  rune: 32,
}
/** The types of a program: what values of them begin as, and what becomes of a value that is put into one. */
export class TypeTable {
  private readonly types = new Map<string, Type>()
  private readonly globals: Scope

  constructor(globals: Scope) {
    this.globals = globals
  }

  get(name: string): Type | undefined {
    return this.types.get(name)
  }

  set(name: string, type: Type): void {
    this.types.set(name, type)
  }

  /** The value that a type has before anything was put in. */
  zero(type: Type): Value {
    if (type.kind === 'struct') return new Struct('struct', this.emptyFields(type))
    if (type.kind === 'array') return undefined
    if (type.kind !== 'name') return type.kind === 'slice' ? new Slice([], nameOf(type.of)) : undefined
    if (INTS.has(type.name)) return 0
    if (FLOATS.has(type.name)) return new Float(0)
    if (type.name === 'string') return ''
    if (type.name === 'bool') return false
    const own = this.types.get(type.name)
    if (own?.kind === 'struct') return new Struct(type.name, this.emptyFields(own))
    if (own && own.kind !== 'interface') return new Named(type.name, this.zero(own))
    return own ? undefined : this.ofPackage(type.name)
  }

  /** `sync.WaitGroup`: packages make their own. */
  ofPackage(name: string): Value {
    const [pack = '', member = ''] = name.split('.')
    const found = this.globals.find(pack)?.value
    const make = found instanceof Opaque ? found.members[`new ${member}`] : undefined
    return typeof make === 'function' ? (make as (args: Value[]) => Value)([]) : undefined
  }

  emptyFields(type: Type & { kind: 'struct' }): Map<string, Value> {
    return new Map(type.fields.map(({ name, type: own }) => [name, this.zero(own)]))
  }

  /** As the type wants it: constants take the type of what they are put into. */
  convert(value: Value, type: Type, explicit = false): Value {
    if (type.kind === 'slice' && explicit && typeof bare(value) === 'string') {
      const text = stringOf(value)
      return nameOf(type.of) === 'rune'
        ? new Slice(
            [...text].map((sign) => sign.codePointAt(0)),
            'int32',
          )
        : new Slice(bytesOf(text), 'uint8')
    }
    if (type.kind !== 'name') return value
    const { name } = type
    const inner = bare(value)
    if (FLOATS.has(name)) return typeof inner === 'number' ? new Float(inner) : explicit ? inner : value
    if (INTS.has(name)) {
      if (explicit) return wrapped(Math.trunc(numberOf(inner)), name)
      return value instanceof Float && Number.isInteger(value.value) ? value.value : value
    }
    if (name === 'string' && explicit) {
      if (typeof inner === 'number') return String.fromCodePoint(inner)
      if (inner instanceof Slice)
        return inner.of === 'int32' ? String.fromCodePoint(...inner.all().map(numberOf)) : textOfBytes(inner.all())
      return inner
    }
    const own = this.types.get(name)
    if (!own || own.kind === 'interface') return value
    if (own.kind === 'struct')
      return explicit && inner instanceof Struct ? new Struct(name, inner.copy().fields) : value
    if (value instanceof Named && value.type === name) return value
    return inner === undefined && !explicit ? value : new Named(name, this.convert(inner, own, explicit))
  }

  /** @param speaks whether a value has the method Error */
  fits(value: Value, type: Type, speaks: (value: Value) => boolean): boolean {
    if (type.kind === 'pointer') return value instanceof Pointer && this.fits(value.get(), type.of, speaks)
    if (type.kind === 'slice') return value instanceof Slice
    if (type.kind === 'map') return value instanceof GoMap
    if (type.kind === 'interface') return value !== undefined
    if (type.kind === 'func') return value instanceof Closure || typeof value === 'function'
    if (type.kind !== 'name') return false
    const { name } = type
    if (name === 'any') return true
    if (name === 'error') return speaks(value)
    if (INTS.has(name)) return typeof value === 'number'
    if (FLOATS.has(name)) return value instanceof Float
    if (name === 'string' || name === 'bool') return typeof value === (name === 'bool' ? 'boolean' : 'string')
    if (this.types.get(name)?.kind === 'interface') return value !== undefined
    return (value instanceof Struct || value instanceof Named) && value.type === name
  }
}

function wrapped(value: number, type: string): number {
  const bits = WIDTHS[type]
  if (bits === undefined) return value
  const size = 2 ** bits
  const low = ((value % size) + size) % size
  return /^int|rune/.test(type) && low >= size / 2 ? low - size : low
}

export const nameOf = (type: Type): string => {
  const name = type.kind === 'name' ? type.name : ''
  return name === 'byte' ? 'uint8' : name
}
