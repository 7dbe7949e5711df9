import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NOT_FLOAT, OK, type Reply, SYNTAX } from '../resp/reply.ts'
import { addIntegers, float, floatText, integer, parseInteger, range } from '../store/numbers.ts'

const MAX_STRING = 512 * 1024 * 1024

export const textAt = ({ db }: Call, key: string): string | undefined => db.get(key, 'string')?.value

export function putText({ db }: Call, key: string, value: string, event = 'set'): void {
  db.put(key, { kind: 'string', value })
  db.changed(key, event, '$')
}

interface SetOptions {
  readonly condition?: 'NX' | 'XX'
  readonly get: boolean
  readonly keep: boolean
  readonly deadline?: number
}

/** EX, PX, EXAT, PXAT as a deadline in milliseconds since the epoch. @throws CommandError */
export function deadlineOf(unit: string, text: string, now: number, command: string): number {
  const value = integer(text)
  const invalid = new CommandError(`ERR invalid expire time in '${command}' command`)
  if (value <= 0) throw invalid
  const scaled = unit === 'EX' || unit === 'EXAT' ? value * 1000 : value
  const deadline = unit.endsWith('AT') ? scaled : scaled + now
  if (!Number.isSafeInteger(deadline)) throw invalid
  return deadline
}

const UNITS = new Set(['EX', 'PX', 'EXAT', 'PXAT'])

function setOptions(words: readonly string[], now: number): SetOptions {
  let options: SetOptions = { get: false, keep: false }
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    const timed = options.deadline !== undefined || options.keep
    if ((word === 'NX' || word === 'XX') && options.condition === undefined) options = { ...options, condition: word }
    else if (word === 'GET') options = { ...options, get: true }
    else if (word === 'KEEPTTL' && !timed) options = { ...options, keep: true }
    else if (UNITS.has(word) && !timed && i + 1 < words.length)
      options = { ...options, deadline: deadlineOf(word, words[++i] ?? '', now, 'set') }
    else throw new CommandError(SYNTAX)
  }
  return options
}

const set: Handler = (call, [key = '', value = '', ...words]) => {
  const { db, now } = call
  if (words.length === 0) {
    db.setDeadline(key, undefined)
    putText(call, key, value)
    return OK
  }
  const options = setOptions(words, now)
  const before: Reply = options.get ? (textAt(call, key) ?? null) : null
  const there = db.has(key)
  if (options.condition !== undefined && there !== (options.condition === 'XX')) return options.get ? before : null
  if (!options.keep) db.setDeadline(key, options.deadline)
  putText(call, key, value)
  if (options.deadline !== undefined) call.effects = [['SET', key, value, 'PXAT', String(options.deadline)]]
  return options.get ? before : OK
}

const timed =
  (unit: 'EX' | 'PX', command: string): Handler =>
  (call, [key = '', time = '', value = '']) => {
    const deadline = deadlineOf(unit, time, call.now, command)
    call.db.setDeadline(key, deadline)
    putText(call, key, value)
    call.effects = [['SET', key, value, 'PXAT', String(deadline)]]
    return OK
  }

const getex: Handler = (call, [key = '', ...words]) => {
  const value = textAt(call, key)
  const [unit = '', time] = [words[0]?.toUpperCase(), words[1]]
  const persist = unit === 'PERSIST' && words.length === 1
  if (words.length > 0 && !persist && !(UNITS.has(unit) && words.length === 2)) throw new CommandError(SYNTAX)
  if (value === undefined) return null
  if (words.length === 0) return value
  const deadline = persist ? undefined : deadlineOf(unit, time ?? '', call.now, 'getex')
  call.db.setDeadline(key, deadline)
  call.db.changed(key, persist ? 'persist' : 'expire', 'g')
  call.effects = [persist ? ['PERSIST', key] : ['PEXPIREAT', key, String(deadline)]]
  return value
}

const add =
  (sign: 1 | -1, given: boolean): Handler =>
  (call, [key = '', by = '1']) => {
    const step = parseInteger(given ? by : '1')
    if (step === undefined) throw new CommandError('ERR value is not an integer or out of range')
    const sum = addIntegers(textAt(call, key) ?? '0', String(sign < 0 ? -step : step))
    putText(call, key, sum, 'incrby')
    return BigInt(sum)
  }

const incrbyfloat: Handler = (call, [key = '', by = '']) => {
  const sum = float(textAt(call, key) ?? '0', NOT_FLOAT) + float(by)
  if (!Number.isFinite(sum)) throw new CommandError('ERR increment would produce NaN or Infinity')
  const text = floatText(Number(sum.toPrecision(15)))
  putText(call, key, text, 'incrbyfloat')
  call.effects = [['SET', key, text, 'KEEPTTL']]
  return text
}

const mset =
  (onlyNew: boolean): Handler =>
  (call, args) => {
    if (args.length % 2)
      throw new CommandError(`ERR wrong number of arguments for '${onlyNew ? 'msetnx' : 'mset'}' command`)
    const keys = args.filter((_, i) => i % 2 === 0)
    if (onlyNew && keys.some((key) => call.db.has(key))) return 0
    for (let i = 0; i < args.length; i += 2) {
      call.db.setDeadline(args[i] ?? '', undefined)
      putText(call, args[i] ?? '', args[i + 1] ?? '')
    }
    return onlyNew ? 1 : OK
  }

const setrange: Handler = (call, [key = '', offset = '', piece = '']) => {
  const at = integer(offset)
  if (at < 0) throw new CommandError('ERR offset is out of range')
  const value = textAt(call, key)
  if (piece === '') return value?.length ?? 0
  if (at + piece.length > MAX_STRING)
    throw new CommandError('ERR string exceeds maximum allowed size (proto-max-bulk-len)')
  const padded = (value ?? '').padEnd(at, '\0')
  const changed = padded.slice(0, at) + piece + padded.slice(at + piece.length)
  putText(call, key, changed, 'setrange')
  return changed.length
}

const getrange: Handler = (call, [key = '', start = '', stop = '']) => {
  const value = textAt(call, key) ?? ''
  return value.slice(...range(integer(start), integer(stop), value.length))
}

const NOT_BIT = 'ERR bit is not an integer or out of range'
const setbit: Handler = (call, [key = '', offset = '', bit = '']) => {
  const at = integer(offset, 'ERR bit offset is not an integer or out of range')
  if (at < 0 || at >= MAX_STRING * 8) throw new CommandError('ERR bit offset is not an integer or out of range')
  if (bit !== '0' && bit !== '1') throw new CommandError(NOT_BIT)
  const value = (textAt(call, key) ?? '').padEnd((at >> 3) + 1, '\0')
  const byte = value.charCodeAt(at >> 3)
  const mask = 0x80 >> (at & 7)
  const changed = bit === '1' ? byte | mask : byte & ~mask
  putText(call, key, value.slice(0, at >> 3) + String.fromCharCode(changed) + value.slice((at >> 3) + 1), 'setbit')
  return byte & mask ? 1 : 0
}

const getbit: Handler = (call, [key = '', offset = '']) => {
  const at = integer(offset, 'ERR bit offset is not an integer or out of range')
  const byte = (textAt(call, key) ?? '').charCodeAt(at >> 3) || 0
  return byte & (0x80 >> (at & 7)) ? 1 : 0
}

const bitcount: Handler = (call, [key = '', start, stop, unit = 'BYTE']) => {
  const value = textAt(call, key) ?? ''
  if ((start === undefined) !== (stop === undefined)) throw new CommandError(SYNTAX)
  const bits = unit.toUpperCase() === 'BIT'
  const length = bits ? value.length * 8 : value.length
  const [from, to] = start === undefined ? [0, length] : range(integer(start), integer(stop ?? ''), length)
  let count = 0
  for (let bit = bits ? from : from * 8; bit < (bits ? to : to * 8); bit++)
    if (value.charCodeAt(bit >> 3) & (0x80 >> (bit & 7))) count++
  return count
}

export const stringCommands = commandTable({
  get: [2, 'rf', '1', (call, [key = '']) => textAt(call, key) ?? null],
  set: [-3, 'w', '1', set],
  setnx: [3, 'wf', '1', (call, [key = '', value = '']) => (call.db.has(key) ? 0 : (putText(call, key, value), 1))],
  setex: [4, 'w', '1', timed('EX', 'setex')],
  psetex: [4, 'w', '1', timed('PX', 'psetex')],
  getset: [
    3,
    'wf',
    '1',
    (call, [key = '', value = '']) => {
      const before = textAt(call, key) ?? null
      call.db.setDeadline(key, undefined)
      putText(call, key, value)
      return before
    },
  ],
  getdel: [
    2,
    'wf',
    '1',
    (call, [key = '']) => {
      const value = textAt(call, key)
      if (value === undefined) return null
      call.db.delete(key)
      call.db.changed(key, 'del', 'g')
      return value
    },
  ],
  getex: [-2, 'wf', '1', getex],
  mget: [
    -2,
    'rf',
    '1 -1',
    ({ db }, keys) =>
      keys.map((key) => {
        const entry = db.find(key)
        return entry?.kind === 'string' ? entry.value : null
      }),
  ],
  mset: [-3, 'w', '1 -1 2', mset(false)],
  msetnx: [-3, 'w', '1 -1 2', mset(true)],
  incr: [2, 'wf', '1', add(1, false)],
  decr: [2, 'wf', '1', add(-1, false)],
  incrby: [3, 'wf', '1', add(1, true)],
  decrby: [3, 'wf', '1', add(-1, true)],
  incrbyfloat: [3, 'wf', '1', incrbyfloat],
  append: [
    3,
    'wf',
    '1',
    (call, [key = '', more = '']) => {
      const value = (textAt(call, key) ?? '') + more
      putText(call, key, value, 'append')
      return value.length
    },
  ],
  strlen: [2, 'rf', '1', (call, [key = '']) => textAt(call, key)?.length ?? 0],
  setrange: [4, 'w', '1', setrange],
  getrange: [4, 'r', '1', getrange],
  substr: [4, 'r', '1', getrange],
  setbit: [4, 'w', '1', setbit],
  getbit: [3, 'rf', '1', getbit],
  bitcount: [-2, 'r', '1', bitcount],
})
