import { type Call, commandTable, type Handler } from '../command.ts'
import { bytesOf } from '../resp/binary.ts'
import { CommandError, OK } from '../resp/reply.ts'
import { putText, textAt } from './strings.ts'

/** 2¹⁴ registers of six bits behind a header of 16 bytes: redis's dense form. */
const BITS = 14
const REGISTERS = 1 << BITS
const RANKS = 64 - BITS
const HEADER = `HYLL${'\0'.repeat(11)}\x80`
const DENSE_BYTES = (REGISTERS * 6) / 8
const SEED = 0xadc83b19n
const MASK = (1n << 64n) - 1n
const FACTOR = 0xc6a4a7935bd1e995n

/** MurmurHash64A. */
function murmur(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let hash = SEED ^ ((BigInt(bytes.length) * FACTOR) & MASK)
  const whole = bytes.length & ~7
  for (let at = 0; at < whole; at += 8) {
    let word = (view.getBigUint64(at, true) * FACTOR) & MASK
    word = ((word ^ (word >> 47n)) * FACTOR) & MASK
    hash = ((hash ^ word) * FACTOR) & MASK
  }
  for (let at = bytes.length - 1; at >= whole; at--) hash ^= BigInt(bytes[at] ?? 0) << BigInt(8 * (at - whole))
  if (bytes.length > whole) hash = (hash * FACTOR) & MASK
  hash = ((hash ^ (hash >> 47n)) * FACTOR) & MASK
  return hash ^ (hash >> 47n)
}

/** Which register, and the place of the first one in what is left. */
function placeOf(element: string): readonly [register: number, rank: number] {
  const hash = murmur(bytesOf(element))
  let rest = (hash >> BigInt(BITS)) | (1n << BigInt(RANKS))
  let rank = 1
  for (; (rest & 1n) === 0n; rest >>= 1n) rank++
  return [Number(hash & BigInt(REGISTERS - 1)), rank]
}

function registersAt(call: Call, key: string): Uint8Array | undefined {
  const text = textAt(call, key)
  if (text === undefined) return undefined
  if (!text.startsWith('HYLL') || text.length !== HEADER.length + DENSE_BYTES)
    throw new CommandError('WRONGTYPE Key is not a valid HyperLogLog string value.')
  const bytes = bytesOf(text.slice(HEADER.length))
  return Uint8Array.from({ length: REGISTERS }, (_, i) => {
    const [byte, shift] = [(i * 6) >> 3, (i * 6) & 7]
    return (((bytes[byte] ?? 0) >> shift) | ((bytes[byte + 1] ?? 0) << (8 - shift))) & 63
  })
}

function keep(call: Call, key: string, registers: Uint8Array): void {
  const bytes = new Uint8Array(DENSE_BYTES + 1)
  for (const [i, rank] of registers.entries()) {
    const [byte, shift] = [(i * 6) >> 3, (i * 6) & 7]
    bytes[byte] = (bytes[byte] ?? 0) | ((rank << shift) & 255)
    bytes[byte + 1] = (bytes[byte + 1] ?? 0) | (rank >> (8 - shift))
  }
  let text = HEADER
  for (const byte of bytes.subarray(0, DENSE_BYTES)) text += String.fromCharCode(byte)
  putText(call, key, text, 'pfadd')
}

const pfadd: Handler = (call, [key = '', ...elements]) => {
  const known = registersAt(call, key)
  const registers = known ?? new Uint8Array(REGISTERS)
  let changed = !known
  for (const [register, rank] of elements.map(placeOf))
    if (rank > (registers[register] ?? 0)) {
      registers[register] = rank
      changed = true
    }
  if (changed) keep(call, key, registers)
  return changed ? 1 : 0
}

function merged(call: Call, keys: readonly string[]): Uint8Array {
  const most = new Uint8Array(REGISTERS)
  for (const key of keys)
    for (const [i, rank] of (registersAt(call, key) ?? []).entries()) if (rank > (most[i] ?? 0)) most[i] = rank
  return most
}

/** Otmar Ertl's estimate, arXiv 1702.01284. */
function count(registers: Uint8Array): number {
  const histogram = new Array<number>(RANKS + 2).fill(0)
  for (const rank of registers) histogram[rank] = (histogram[rank] ?? 0) + 1
  let z = REGISTERS * tau((REGISTERS - (histogram[RANKS + 1] ?? 0)) / REGISTERS)
  for (let rank = RANKS; rank >= 1; rank--) z = (z + (histogram[rank] ?? 0)) * 0.5
  z += REGISTERS * sigma((histogram[0] ?? 0) / REGISTERS)
  return Math.round((0.7213475204444817 * REGISTERS * REGISTERS) / z)
}

function sigma(start: number): number {
  if (start === 1) return Infinity
  let [x, y, z, before] = [start, 1, start, 0]
  do {
    x *= x
    before = z
    z += x * y
    y += y
  } while (before !== z)
  return z
}

function tau(start: number): number {
  if (start === 0 || start === 1) return 0
  let [x, y, z, before] = [start, 1, 1 - start, 0]
  do {
    x = Math.sqrt(x)
    before = z
    y *= 0.5
    z -= (1 - x) ** 2 * y
  } while (before !== z)
  return z / 3
}

export const hyperLogLogCommands = commandTable({
  pfadd: [-2, 'wf', '1', pfadd],
  pfcount: [-2, 'r', '1 -1', (call, keys) => count(merged(call, keys))],
  pfmerge: [
    -2,
    'w',
    '1 -1',
    (call, [target = '', ...keys]) => {
      keep(call, target, merged(call, [target, ...keys]))
      return OK
    },
  ],
})
