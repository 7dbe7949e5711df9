import { commandTable, type Handler } from '../command.ts'
import { CommandError, type Reply, SYNTAX } from '../resp/reply.ts'
import { integer, range } from '../store/numbers.ts'
import { putText, textAt } from './strings.ts'

/** A bitmap is a string: bit 0 is the highest of the first byte. */
const byteAt = (text: string, at: number): number => (at < text.length ? text.charCodeAt(at) : 0)
const bitAt = (text: string, at: number): number => (byteAt(text, at >> 3) >> (7 - (at & 7))) & 1

type Combine = (bytes: readonly number[]) => number
const OPERATIONS: Readonly<Record<string, Combine>> = {
  AND: (bytes) => bytes.reduce((a, b) => a & b),
  OR: (bytes) => bytes.reduce((a, b) => a | b),
  XOR: (bytes) => bytes.reduce((a, b) => a ^ b),
  NOT: ([byte = 0]) => ~byte & 255,
}

const bitop: Handler = (call, [operation = '', target = '', ...keys]) => {
  const combine = OPERATIONS[operation.toUpperCase()]
  if (!combine) throw new CommandError(SYNTAX)
  if (operation.toUpperCase() === 'NOT' && keys.length !== 1)
    throw new CommandError('ERR BITOP NOT must be called with a single source key.')
  const texts = keys.map((key) => textAt(call, key) ?? '')
  const length = Math.max(...texts.map((text) => text.length))
  let result = ''
  for (let at = 0; at < length; at++) result += String.fromCharCode(combine(texts.map((text) => byteAt(text, at))))
  if (length > 0) {
    call.db.setDeadline(target, undefined)
    putText(call, target, result)
  } else if (call.db.delete(target)) call.db.changed(target, 'del', 'g')
  return length
}

const bitpos: Handler = (call, [key = '', wanted = '', from, to, unit = 'BYTE']) => {
  if (wanted !== '0' && wanted !== '1')
    throw new CommandError(
      /^-?\d+$/.test(wanted) ? 'ERR The bit argument must be 1 or 0.' : 'ERR value is not an integer or out of range',
    )
  const width = unit.toUpperCase() === 'BIT' ? 1 : unit.toUpperCase() === 'BYTE' ? 8 : undefined
  if (width === undefined) throw new CommandError(SYNTAX)
  const text = textAt(call, key)
  const [first, last] = [integer(from ?? '0'), integer(to ?? '-1')]
  if (text === undefined) return wanted === '1' ? -1 : 0
  const [start, end] = range(first, last, (text.length * 8) / width)
  for (let at = start * width; at < end * width; at++) if (bitAt(text, at) === Number(wanted)) return at
  // Behind its end a string is full of zeros, unless the end was named.
  return wanted === '0' && to === undefined && end > start ? text.length * 8 : -1
}

interface Field {
  readonly signed: boolean
  readonly bits: number
}

function fieldOf(text: string): Field {
  const [, sign, digits = ''] = /^([iu])(\d+)$/i.exec(text) ?? []
  const bits = Number(digits)
  const signed = sign?.toLowerCase() === 'i'
  if (sign === undefined || bits < 1 || bits > (signed ? 64 : 63))
    throw new CommandError(
      'ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.',
    )
  return { signed, bits }
}

function offsetOf(text: string, { bits }: Field): number {
  const message = 'ERR bit offset is not an integer or out of range'
  return text.startsWith('#') ? integer(text.slice(1), message) * bits : integer(text, message)
}

function read(text: string, at: number, { signed, bits }: Field): bigint {
  let value = 0n
  for (let i = 0; i < bits; i++) value = (value << 1n) | BigInt(bitAt(text, at + i))
  return signed ? BigInt.asIntN(bits, value) : value
}

function write(text: string, at: number, { bits }: Field, value: bigint): string {
  const bytes = [...text].map((char) => char.charCodeAt(0))
  while (bytes.length < (at + bits + 7) >> 3) bytes.push(0)
  for (let i = 0; i < bits; i++) {
    const place = at + i
    const mask = 1 << (7 - (place & 7))
    const isSet = (value >> BigInt(bits - 1 - i)) & 1n
    bytes[place >> 3] = isSet ? (bytes[place >> 3] ?? 0) | mask : (bytes[place >> 3] ?? 0) & ~mask
  }
  return String.fromCharCode(...bytes)
}

/** @returns undefined for what OVERFLOW FAIL refuses */
function fitted(value: bigint, { signed, bits }: Field, overflow: string): bigint | undefined {
  const width = BigInt(bits)
  const [low, high] = signed ? [-(1n << (width - 1n)), (1n << (width - 1n)) - 1n] : [0n, (1n << width) - 1n]
  if (value >= low && value <= high) return value
  if (overflow === 'FAIL') return undefined
  if (overflow === 'SAT') return value < low ? low : high
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
}

const bitfield =
  (readOnly: boolean): Handler =>
  (call, [key = '', ...words]) => {
    const replies: Reply[] = []
    let text = textAt(call, key) ?? ''
    let [overflow, changed] = ['WRAP', false]
    for (let at = 0; at < words.length; ) {
      const word = (words[at++] ?? '').toUpperCase()
      if (word === 'OVERFLOW') {
        overflow = (words[at++] ?? '').toUpperCase()
        if (!['WRAP', 'SAT', 'FAIL'].includes(overflow)) throw new CommandError('ERR Invalid OVERFLOW type specified')
        continue
      }
      if (!['GET', 'SET', 'INCRBY'].includes(word) || at + (word === 'GET' ? 2 : 3) > words.length)
        throw new CommandError(SYNTAX)
      if (readOnly && word !== 'GET') throw new CommandError('ERR BITFIELD_RO only supports the GET subcommand')
      const field = fieldOf(words[at++] ?? '')
      const place = offsetOf(words[at++] ?? '', field)
      const before = read(text, place, field)
      if (word === 'GET') {
        replies.push(before)
        continue
      }
      const given = BigInt(integer(words[at++] ?? ''))
      const value = fitted(word === 'SET' ? given : before + given, field, overflow)
      replies.push(value === undefined ? null : word === 'SET' ? before : value)
      if (value === undefined) continue
      text = write(text, place, field, value)
      changed = true
    }
    if (changed) putText(call, key, text, 'setbit')
    return replies
  }

/** LCS: the longest common subsequence, its length, or where its pieces lie. */
const lcs: Handler = (call, [one = '', two = '', ...words]) => {
  const options = words.map((word) => word.toUpperCase())
  const at = options.indexOf('MINMATCHLEN')
  const least = at < 0 ? 0 : Math.max(0, integer(words[at + 1] ?? ''))
  const wrong = options.find((word, i) => !['LEN', 'IDX', 'WITHMATCHLEN', 'MINMATCHLEN'].includes(word) && i !== at + 1)
  if (wrong !== undefined) throw new CommandError(SYNTAX)
  if (options.includes('LEN') && options.includes('IDX'))
    throw new CommandError('ERR If you want both the length and indexes, please just use IDX.')
  const [a, b] = [textAt(call, one) ?? '', textAt(call, two) ?? '']
  const { text, matches } = common(a, b)
  if (options.includes('LEN')) return text.length
  if (!options.includes('IDX')) return text
  const shown = matches
    .filter(({ length }) => length >= least)
    .map(
      ({ a: x, b: y, length }): Reply => [
        [x, x + length - 1],
        [y, y + length - 1],
        ...(options.includes('WITHMATCHLEN') ? [length] : []),
      ],
    )
  return ['matches', shown, 'len', text.length]
}

function common(a: string, b: string): { text: string; matches: { a: number; b: number; length: number }[] } {
  const width = b.length + 1
  const table = new Uint32Array((a.length + 1) * width)
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++)
      table[i * width + j] =
        a[i - 1] === b[j - 1]
          ? (table[(i - 1) * width + j - 1] ?? 0) + 1
          : Math.max(table[(i - 1) * width + j] ?? 0, table[i * width + j - 1] ?? 0)
  let text = ''
  const matches: { a: number; b: number; length: number }[] = []
  for (let [i, j] = [a.length, b.length]; i > 0 && j > 0; ) {
    if (a[i - 1] === b[j - 1]) {
      text = (a[i - 1] ?? '') + text
      const last = matches.at(-1)
      if (last && last.a === i && last.b === j)
        matches[matches.length - 1] = { a: i - 1, b: j - 1, length: last.length + 1 }
      else matches.push({ a: i - 1, b: j - 1, length: 1 })
      i--
      j--
    } else if ((table[(i - 1) * width + j] ?? 0) > (table[i * width + j - 1] ?? 0)) i--
    else j--
  }
  return { text, matches }
}

export const bitCommands = commandTable({
  bitop: [-4, 'w', '2 -1', bitop],
  bitpos: [-3, 'r', '1', bitpos],
  bitfield: [-2, 'w', '1', bitfield(false)],
  bitfield_ro: [-2, 'rf', '1', bitfield(true)],
  lcs: [-3, 'r', '1 2', lcs],
})
