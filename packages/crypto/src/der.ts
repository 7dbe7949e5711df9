/** Distinguished encoding rules: values as tags, lengths and contents. ITU-T X.690. */
import { concatBytes } from '@drydock/codec'
import { fromBigInt } from './rsa.ts'

export interface DerNode {
  readonly tag: number
  /** What stands behind tag and length. */
  readonly content: Uint8Array
  /** Tag and length included. */
  readonly whole: Uint8Array
  /** What is inside of a constructed value. */
  readonly children: readonly DerNode[]
}

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8: 0x0c,
  printable: 0x13,
  ia5: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const

function lengthBytes(length: number): Uint8Array {
  if (length < 128) return Uint8Array.of(length)
  const bytes = fromBigInt(BigInt(length))
  return concatBytes([Uint8Array.of(0x80 | bytes.length), bytes])
}

export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(parts)
  return concatBytes([Uint8Array.of(tag), lengthBytes(content.length), content])
}

export const sequence = (...parts: readonly Uint8Array[]): Uint8Array => der(TAG.sequence, ...parts)
export const octets = (bytes: Uint8Array): Uint8Array => der(TAG.octetString, bytes)
export const bits = (bytes: Uint8Array, unused = 0): Uint8Array => der(TAG.bitString, Uint8Array.of(unused), bytes)
export const nothing = (): Uint8Array => der(TAG.null)
export const truth = (): Uint8Array => der(TAG.boolean, Uint8Array.of(0xff))

export function integer(value: bigint | number): Uint8Array {
  const bytes = fromBigInt(BigInt(value))
  return der(TAG.integer, (bytes[0] ?? 0) & 0x80 ? Uint8Array.of(0) : new Uint8Array(0), bytes)
}

/** @param dotted  `1.2.840.113549.1.1.1` */
export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number)
  const bytes = [first * 40 + second, ...rest].flatMap((number) => {
    const groups = [number & 0x7f]
    for (let left = number >>> 7; left > 0; left >>>= 7) groups.unshift((left & 0x7f) | 0x80)
    return groups
  })
  return der(TAG.oid, Uint8Array.from(bytes))
}

export function oidText({ content }: DerNode): string {
  const numbers: number[] = []
  let value = 0
  for (const byte of content) {
    value = value * 128 + (byte & 0x7f)
    if (byte & 0x80) continue
    numbers.push(value)
    value = 0
  }
  const [head = 0, ...rest] = numbers
  const first = Math.min(2, Math.floor(head / 40))
  return [first, head - first * 40, ...rest].join('.')
}

/** @throws RangeError for bytes that are no DER */
export function parseDer(bytes: Uint8Array): DerNode {
  const [node] = parseAll(bytes.subarray(0, spanOf(bytes)))
  if (!node) throw new RangeError('no DER')
  return node
}

function spanOf(bytes: Uint8Array): number {
  const { start, length } = header(bytes)
  return start + length
}

function header(bytes: Uint8Array): { start: number; length: number } {
  const short = bytes[1] ?? 0
  if (short < 128) return { start: 2, length: short }
  let length = 0
  for (let i = 0; i < (short & 0x7f); i++) length = length * 256 + (bytes[2 + i] ?? 0)
  return { start: 2 + (short & 0x7f), length }
}

function parseAll(bytes: Uint8Array): DerNode[] {
  const nodes: DerNode[] = []
  for (let at = 0; at < bytes.length; ) {
    const rest = bytes.subarray(at)
    const { start, length } = header(rest)
    if (start + length > rest.length) throw new RangeError('DER is cut short')
    const tag = rest[0] ?? 0
    const content = rest.subarray(start, start + length)
    nodes.push({ tag, content, whole: rest.subarray(0, start + length), children: tag & 0x20 ? parseAll(content) : [] })
    at += start + length
  }
  return nodes
}
