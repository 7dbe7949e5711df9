import { Buffer } from 'buffer'
import { nodeError, outOfRange, received } from './errors.ts'

/** What node says of wrong arguments where the library under Buffer has words of its own, and the methods it lacks. */
type Call = (...args: never[]) => unknown
type Table = Record<string, Call>
const statics = Buffer as unknown as Table
const methods = Buffer.prototype as unknown as Table
const MOST_BYTES = 2 ** 32

const wrongType = (what: string, wanted: string, value: unknown): Error =>
  nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', `${what} must be ${wanted}. Received ${received(value)}`)
const isBytes = (value: unknown): value is Uint8Array => value instanceof Uint8Array

/** Puts a check before a function; its name stays. */
function checked(table: Table, name: string, check: (this: unknown, args: unknown[]) => void): void {
  const call = table[name] as (...args: unknown[]) => unknown
  const guarded = function (this: unknown, ...args: unknown[]): unknown {
    check.call(this, args)
    return call.apply(this, args)
  }
  table[name] = Object.defineProperty(guarded, 'name', { value: name }) as unknown as Call
}

const ENCODINGS = /^(?:utf-?8|ucs-?2|utf-?16le|latin1|binary|base64(?:url)?|hex|ascii)$/i
function checkEncoding(encoding: unknown): void {
  if (typeof encoding === 'string' && encoding !== '' && !ENCODINGS.test(encoding))
    throw nodeError(TypeError, 'ERR_UNKNOWN_ENCODING', `Unknown encoding: ${encoding}`)
}
function checkSize(size: unknown): void {
  if (typeof size !== 'number') throw wrongType('The "size" argument', 'of type number', size)
  if (!(size >= 0 && size <= MOST_BYTES)) throw outOfRange('size', `>= 0 && <= ${MOST_BYTES}`, size)
}
function checkBytes(value: unknown, name: string): void {
  if (!isBytes(value)) throw wrongType(`The "${name}" argument`, 'an instance of Buffer or Uint8Array', value)
}

const SOURCE = 'of type string or an instance of Buffer, ArrayBuffer, or Array or an Array-like Object'
/** Of what a Buffer is made: what has a length, or a value that can be made one. */
function isSource(value: unknown): boolean {
  if (typeof value === 'string') return true
  if (typeof value !== 'object' || value === null) return false
  const { length, type, data } = value as { length?: unknown; type?: unknown; data?: unknown }
  const plain = (value as { valueOf?: () => unknown }).valueOf?.()
  const primitive = (value as { [Symbol.toPrimitive]?: unknown })[Symbol.toPrimitive]
  return (
    length !== undefined ||
    (type === 'Buffer' && Array.isArray(data)) ||
    ArrayBuffer.isView(value) ||
    Object.prototype.toString.call(value).endsWith('ArrayBuffer]') ||
    (plain !== undefined && plain !== null && plain !== value) ||
    typeof primitive === 'function'
  )
}

checked(statics, 'from', ([value, encoding]) => {
  if (!isSource(value)) throw wrongType('The first argument', SOURCE, value)
  if (typeof value === 'string') checkEncoding(encoding)
})
for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow']) checked(statics, name, ([size]) => checkSize(size))
checked(statics, 'concat', ([list]) => {
  if (!Array.isArray(list)) throw wrongType('The "list" argument', 'an instance of Array', list)
  for (const [at, each] of list.entries())
    if (!isBytes(each)) throw wrongType(`The "list[${at}]" argument`, 'an instance of Buffer or Uint8Array', each)
})
checked(statics, 'compare', ([a, b]) => {
  checkBytes(a, 'buf1')
  checkBytes(b, 'buf2')
})
checked(statics, 'byteLength', ([value]) => {
  if (typeof value === 'string' || ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return
  if (value instanceof SharedArrayBuffer) return
  throw wrongType('The "string" argument', 'of type string or an instance of Buffer or ArrayBuffer', value)
})
checked(methods, 'compare', ([other]) => checkBytes(other, 'target'))
checked(methods, 'toString', ([encoding]) => checkEncoding(encoding))
checked(methods, 'write', ([text, offset, length, encoding]) => {
  if (typeof text !== 'string') throw nodeError(TypeError, 'ERR_INVALID_ARG_TYPE', 'argument must be a string')
  for (const each of [offset, length, encoding]) checkEncoding(each)
})
for (const name of ['indexOf', 'lastIndexOf', 'includes'])
  checked(methods, name, ([value]) => {
    if (typeof value === 'string' || typeof value === 'number' || isBytes(value)) return
    const wanted = 'one of type number or string or an instance of Buffer or Uint8Array'
    throw wrongType('The "value" argument', wanted, value)
  })
for (const bits of [16, 32, 64])
  checked(methods, `swap${bits}`, function () {
    if ((this as Uint8Array).length % (bits / 8) !== 0)
      throw nodeError(RangeError, 'ERR_INVALID_BUFFER_SIZE', `Buffer size must be a multiple of ${bits}-bits`)
  })
checked(methods, 'fill', function (args) {
  const [, offset, end, encoding] = args
  for (const each of [offset, end, encoding]) checkEncoding(each)
  const { length } = this as Uint8Array
  if (typeof offset === 'number' && offset < 0) throw outOfRange('offset', '>= 0', offset)
  if (typeof end === 'number' && (end < 0 || end > length)) throw outOfRange('end', `>= 0 && <= ${length}`, end)
  if (typeof offset === 'number' && offset > length) args[1] = length
})
/** Any bytes will do, where the library wants a Buffer. */
methods.equals = function (this: Uint8Array, other: Uint8Array) {
  return this === other || (this.length === other.length && this.every((byte, at) => byte === other[at]))
} as Call
checked(methods, 'equals', ([other]) => checkBytes(other, 'otherBuffer'))

/** `utf8Slice(start, end)` and `utf8Write(text, offset, length)`: what libraries call in place of toString and write. */
for (const encoding of ['ascii', 'base64', 'base64url', 'hex', 'latin1', 'ucs2', 'utf8']) {
  methods[`${encoding}Slice`] = function (this: Buffer, start?: number, end?: number) {
    return (this as unknown as { toString(...args: unknown[]): string }).toString(encoding, start, end)
  }
  methods[`${encoding}Write`] = function (this: Uint8Array, text: string, offset = 0, length?: number) {
    const most = length ?? this.length - offset
    return (this as unknown as { write(...args: unknown[]): number }).write(text, offset, most, encoding)
  } as Call
}
Object.assign(statics, {
  of: (...bytes: number[]) => Buffer.from(bytes),
  copyBytesFrom: (view: Uint8Array, offset = 0, length?: number) => {
    const own = view.subarray(offset, length === undefined ? undefined : offset + length)
    return Buffer.from(new Uint8Array(own.buffer, own.byteOffset, own.byteLength).slice())
  },
})

/** The first fifty bytes, and how many there are more. */
function shownBuffer(this: Uint8Array): string {
  const most = (Buffer as unknown as { INSPECT_MAX_BYTES?: number }).INSPECT_MAX_BYTES ?? 50
  const bytes = Array.from(this.subarray(0, most), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  const left = this.length - most
  const more = left > 0 ? ` ... ${left} more byte${left > 1 ? 's' : ''}` : ''
  return `<${this.constructor.name}${bytes === '' ? '' : ` ${bytes}`}${more}>`
}
for (const name of ['inspect', Symbol.for('nodejs.util.inspect.custom')])
  Object.defineProperty(methods, name, { value: shownBuffer, configurable: true, writable: true })
