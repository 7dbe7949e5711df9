import {
  Binary,
  Code,
  DBRef,
  Decimal128,
  Double,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
  UUID,
} from 'bson'

const INSPECT = Symbol.for('nodejs.util.inspect.custom')
const text = (value: string): string => `'${value}'`

/** How the shell shows each type: as it is written, without `new`. */
const SHOWN: readonly (readonly [{ prototype: object }, (value: never) => string])[] = [
  [ObjectId, (value: ObjectId) => `ObjectId(${text(value.toHexString())})`],
  [Long, (value: Long) => `Long(${text(value.toString())})`],
  [Int32, (value: Int32) => `Int32(${value.valueOf()})`],
  [Double, (value: Double) => `Double(${value.valueOf()})`],
  [Decimal128, (value: Decimal128) => `Decimal128(${text(value.toString())})`],
  [
    Timestamp,
    (value: Timestamp) => `Timestamp({ t: ${value.getHighBitsUnsigned()}, i: ${value.getLowBitsUnsigned()} })`,
  ],
  [MinKey, () => 'MinKey()'],
  [MaxKey, () => 'MaxKey()'],
  [UUID, (value: UUID) => `UUID(${text(value.toHexString())})`],
  [Code, (value: Code) => `Code(${text(String(value.code))})`],
]

function shownBinary(value: Binary): string {
  if (value.sub_type === Binary.SUBTYPE_UUID) return `UUID(${text(value.toUUID().toHexString())})`
  return `Binary.createFromBase64(${text(value.toString('base64'))}, ${value.sub_type})`
}

/** Makes the library's values print as the shell's. */
export function teachInspect(): void {
  const define = (type: { prototype: object }, value: (this: never) => string): void =>
    void Object.defineProperty(type.prototype, INSPECT, { value, configurable: true, writable: true })
  define(Binary, function (this: never) {
    return shownBinary(this)
  })
  for (const [type, shown] of SHOWN)
    define(type, function (this: never) {
      return shown(this)
    })
}

/** A class that is called without `new`, as the shell allows. */
const callable = <T extends object>(type: T, make: (...args: never[]) => unknown): T =>
  new Proxy(type, {
    apply: (_, __, args) => make(...(args as never[])),
    construct: (_, args) => make(...(args as never[])) as object,
  })

/** `ISODate()`: now, or what a text of ISO 8601 says. @throws Error */
function isoDate(given?: string): Date {
  if (given === undefined) return new Date()
  const date = new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(given) ? given : /T/.test(given) ? `${given}Z` : given)
  if (Number.isNaN(date.getTime())) throw new Error(`${JSON.stringify(given)} is not a valid ISODate`)
  return date
}

/** Types of BSON by the names that they have in the shell. */
export const TYPES: Readonly<Record<string, unknown>> = {
  ObjectId: callable(ObjectId, (id?: string) => new ObjectId(id)),
  ISODate: isoDate,
  NumberInt: (value: string | number) => new Int32(Number(value)),
  Int32: callable(Int32, (value: number) => new Int32(value)),
  NumberLong: (value: string | number) => (typeof value === 'string' ? Long.fromString(value) : Long.fromNumber(value)),
  Long: callable(Long, (value: number) => Long.fromValue(value)),
  Double: callable(Double, (value: number) => new Double(value)),
  NumberDecimal: (value: string | number) => Decimal128.fromString(String(value)),
  Decimal128: callable(Decimal128, (value: string) => Decimal128.fromString(value)),
  Timestamp: callable(Timestamp, (given: { t: number; i: number } = { t: 0, i: 0 }) => new Timestamp(given)),
  BinData: (subtype: number, base64: string) => Binary.createFromBase64(base64, subtype),
  Binary,
  HexData: (subtype: number, hex: string) => new Binary(Buffer.from(hex, 'hex'), subtype),
  UUID: (given?: string) => (given === undefined ? new UUID() : new UUID(given)),
  MinKey: callable(MinKey, () => new MinKey()),
  MaxKey: callable(MaxKey, () => new MaxKey()),
  Code: callable(Code, (code: string) => new Code(code)),
  DBRef: callable(DBRef, (collection: string, id: ObjectId) => new DBRef(collection, id)),
  EJSON,
}
