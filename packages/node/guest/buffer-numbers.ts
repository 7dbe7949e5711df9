import { Buffer } from 'buffer'
import { nodeError, outOfRange, received } from './errors.ts'

/** Numbers in a Buffer: every reading and writing method, with node's own checks. lib/internal/buffer.js */
type Method = (this: Uint8Array, ...args: never[]) => unknown
type Order = 'LE' | 'BE'

function checkNumber(value: unknown, name: string): void {
  if (typeof value === 'number') return
  const words = `The "${name}" argument must be of type number. Received ${received(value)}`
  throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', words)
}

/** @param last the last place at which there is room */
function beyond(offset: number, last: number, name = 'offset'): never {
  if (Math.floor(offset) !== offset) {
    checkNumber(offset, name)
    throw outOfRange(name, 'an integer', offset)
  }
  if (last < 0)
    throw nodeError(RangeError, 'ERR_BUFFER_OUT_OF_BOUNDS', 'Attempt to access memory outside buffer bounds')
  throw outOfRange(name, `>= ${name === 'offset' ? 0 : 1} and <= ${last}`, offset)
}

function checkRoom(bytes: Uint8Array, offset: number, size: number): void {
  checkNumber(offset, 'offset')
  if (bytes[offset] === undefined || bytes[offset + size - 1] === undefined) beyond(offset, bytes.length - size)
}

function checkValue(value: number | bigint, [least, most]: readonly [number | bigint, number | bigint], size: number) {
  if (value >= least && value <= most) return
  const n = typeof least === 'bigint' ? 'n' : ''
  const power = (bits: number): string => `2${n} ** ${bits}${n}`
  const large = least === 0 || least === 0n ? `>= 0${n} and < ${power(size * 8)}` : undefined
  const signed = `>= -(${power(size * 8 - 1)}) and < ${power(size * 8 - 1)}`
  throw outOfRange('value', size > 4 ? (large ?? signed) : `>= ${least}${n} and <= ${most}${n}`, value)
}

function readUnsigned(bytes: Uint8Array, offset: number, size: number, order: Order): number {
  checkRoom(bytes, offset, size)
  let value = 0
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[order === 'BE' ? offset + i : offset + size - 1 - i] ?? 0)
  return value
}

function readSigned(bytes: Uint8Array, offset: number, size: number, order: Order): number {
  const value = readUnsigned(bytes, offset, size, order)
  return value >= 2 ** (size * 8 - 1) ? value - 2 ** (size * 8) : value
}

function writeNumber(bytes: Uint8Array, value: number, offset: number, size: number, order: Order): number {
  let rest = value
  for (let i = 0; i < size; i++) {
    bytes[order === 'LE' ? offset + i : offset + size - 1 - i] = rest
    rest = Math.floor(rest / 256)
  }
  return offset + size
}

const rangeOf = (size: number, signed: boolean): readonly [number, number] =>
  signed ? [-(2 ** (size * 8 - 1)), 2 ** (size * 8 - 1) - 1] : [0, 2 ** (size * 8) - 1]

function write(bytes: Uint8Array, given: number, offset: number, size: number, order: Order, signed: boolean): number {
  const value = +given
  checkNumber(offset, 'offset')
  checkValue(value, rangeOf(size, signed), size)
  checkRoom(bytes, offset, size)
  return writeNumber(bytes, value, offset, size, order)
}

const methods = new Map<string, Method>()
const named = (name: string, call: Method): void => {
  Object.defineProperty(call, 'name', { value: name, configurable: true })
  methods.set(name, call)
}
/** `UInt` is spelt `Uint` as well. */
function both(name: string, call: Method): void {
  named(name, call)
  if (name.includes('UInt')) methods.set(name.replace('UInt', 'Uint'), call)
}

const ORDERS: readonly Order[] = ['LE', 'BE']
const read = (signed: boolean) => (signed ? readSigned : readUnsigned)
for (const signed of [false, true]) {
  const kind = signed ? 'Int' : 'UInt'
  both(`read${kind}8`, function (offset = 0) {
    return read(signed)(this, offset, 1, 'BE')
  })
  both(`write${kind}8`, function (value: number, offset = 0) {
    return write(this, value, offset, 1, 'BE', signed)
  })
  for (const order of ORDERS) {
    for (const size of [2, 4]) {
      both(`read${kind}${size * 8}${order}`, function (offset = 0) {
        return read(signed)(this, offset, size, order)
      })
      both(`write${kind}${size * 8}${order}`, function (value: number, offset = 0) {
        return write(this, value, offset, size, order, signed)
      })
    }
    both(`read${kind}${order}`, function (offset: number, size: number) {
      if (offset === undefined)
        throw nodeError(
          TypeError,
          'ERR_INVALID_ARG_TYPE',
          'The "offset" argument must be of type number. Received undefined',
        )
      checkSize(size)
      return read(signed)(this, offset, size, order)
    })
    both(`write${kind}${order}`, function (value: number, offset: number, size: number) {
      checkSize(size)
      return write(this, value, offset, size, order, signed)
    })
  }
}

function checkSize(size: number): void {
  checkNumber(size, 'byteLength')
  if (size < 1 || size > 6 || Math.floor(size) !== size) beyond(size, 6, 'byteLength')
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const WIDE: readonly (readonly [name: string, size: number, range?: readonly [bigint, bigint]])[] = [
  ['Float', 4],
  ['Double', 8],
  ['BigInt64', 8, [-(2n ** 63n), 2n ** 63n - 1n]],
  ['BigUInt64', 8, [0n, 2n ** 64n - 1n]],
]
const VIEWS: Readonly<Record<string, string>> = { Float: 'Float32', Double: 'Float64', BigUInt64: 'BigUint64' }
for (const [name, size, range] of WIDE)
  for (const order of ORDERS) {
    const kind = VIEWS[name] ?? name
    type View = Record<string, (offset: number, ...rest: unknown[]) => unknown>
    both(`read${name}${order}`, function (offset = 0) {
      checkRoom(this, offset, size)
      return (viewOf(this) as unknown as View)[`get${kind}`]?.(offset, order === 'LE')
    })
    both(`write${name}${order}`, function (value: number | bigint, offset = 0) {
      const own = range ? value : +(value as number)
      if (range) checkValue(own, range, size)
      checkRoom(this, offset, size)
      ;(viewOf(this) as unknown as View)[`set${kind}`]?.(offset, own, order === 'LE')
      return offset + size
    })
  }
Object.assign(Buffer.prototype, Object.fromEntries(methods))
