import { Blocked, type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NIL_ARRAY, OK, type Reply, SYNTAX } from '../resp/reply.ts'
import { Deque } from '../store/deque.ts'
import { float, integer, range } from '../store/numbers.ts'

type Side = 'LEFT' | 'RIGHT'

const listAt = ({ db }: Call, key: string): Deque | undefined => db.get(key, 'list')?.items
const listFor = ({ db }: Call, key: string): Deque =>
  db.getOrMake(key, 'list', () => ({ kind: 'list', items: new Deque() })).items

const pushOne = (items: Deque, side: Side, item: string): void =>
  side === 'LEFT' ? items.pushLeft(item) : items.pushRight(item)
const popOne = (items: Deque, side: Side): string | undefined => (side === 'LEFT' ? items.popLeft() : items.popRight())

const push =
  (side: Side, onlyThere: boolean): Handler =>
  (call, [key = '', ...values]) => {
    if (onlyThere && !listAt(call, key)) return 0
    const items = listFor(call, key)
    for (const value of values) pushOne(items, side, value)
    call.db.changed(key, side === 'LEFT' ? 'lpush' : 'rpush', 'l')
    return items.length
  }

/** Takes one off and says so; the list may be gone then. */
function take(call: Call, key: string, side: Side): string | undefined {
  const items = listAt(call, key)
  const item = items && popOne(items, side)
  if (items === undefined || item === undefined) return undefined
  call.db.changed(key, side === 'LEFT' ? 'lpop' : 'rpop', 'l')
  call.db.dropIfEmpty(key, items.length)
  return item
}

const pop =
  (side: Side): Handler =>
  (call, [key = '', count]) => {
    if (count === undefined) return take(call, key, side) ?? null
    const most = integer(count, 'ERR value is out of range, must be positive')
    if (most < 0) throw new CommandError('ERR value is out of range, must be positive')
    const items = listAt(call, key)
    if (!items) return NIL_ARRAY
    return Array.from({ length: Math.min(most, items.length) }, () => take(call, key, side) ?? '')
  }

function moveOne(call: Call, from: string, to: string, fromSide: Side, toSide: Side): string | undefined {
  listAt(call, to)
  const item = take(call, from, fromSide)
  if (item === undefined) return undefined
  pushOne(listFor(call, to), toSide, item)
  call.db.changed(to, toSide === 'LEFT' ? 'lpush' : 'rpush', 'l')
  return item
}

function sideOf(word: string): Side {
  const side = word.toUpperCase()
  if (side !== 'LEFT' && side !== 'RIGHT') throw new CommandError(SYNTAX)
  return side
}

/** Seconds with fractions as milliseconds; 0 for ever. @throws CommandError */
export function timeoutOf(text: string): number {
  const seconds = float(text, 'ERR timeout is not a float or out of range')
  if (seconds < 0) throw new CommandError('ERR timeout is negative')
  return Math.ceil(seconds * 1000)
}

const blockingPop =
  (side: Side): Handler =>
  (call, args) => {
    const keys = args.slice(0, -1)
    const attempt = (): Reply | undefined => {
      for (const key of keys) {
        const item = take(call, key, side)
        if (item === undefined) continue
        call.effects = [[side === 'LEFT' ? 'LPOP' : 'RPOP', key]]
        return [key, item]
      }
      return undefined
    }
    const timeoutMs = timeoutOf(args.at(-1) ?? '')
    return attempt() ?? new Blocked(keys, timeoutMs, NIL_ARRAY, attempt)
  }

const blockingMove =
  (sidesGiven: boolean): Handler =>
  (call, [from = '', to = '', ...rest]) => {
    const fromSide = sidesGiven ? sideOf(rest[0] ?? '') : 'RIGHT'
    const toSide = sidesGiven ? sideOf(rest[1] ?? '') : 'LEFT'
    const attempt = (): Reply | undefined => {
      const item = moveOne(call, from, to, fromSide, toSide)
      if (item !== undefined) call.effects = [['LMOVE', from, to, fromSide, toSide]]
      return item
    }
    return attempt() ?? new Blocked([from], timeoutOf(rest.at(-1) ?? ''), NIL_ARRAY, attempt)
  }

/** LMPOP's words behind the timeout: how many keys, the keys, the side, COUNT. */
function manyPop(
  call: Call,
  [number = '', ...words]: readonly string[],
): { keys: string[]; attempt: () => Reply | undefined } {
  const count = integer(number, 'ERR numkeys should be greater than 0')
  if (count <= 0) throw new CommandError('ERR numkeys should be greater than 0')
  const keys = words.slice(0, count)
  const side = sideOf(words[count] ?? '')
  const rest = words.slice(count + 1)
  if (rest.length > 0 && (rest.length !== 2 || rest[0]?.toUpperCase() !== 'COUNT')) throw new CommandError(SYNTAX)
  const most = rest.length ? integer(rest[1] ?? '', 'ERR count should be greater than 0') : 1
  const attempt = (): Reply | undefined => {
    for (const key of keys) {
      const items = listAt(call, key)
      if (!items) continue
      const taken = Array.from({ length: Math.min(most, items.length) }, () => take(call, key, side) ?? '')
      call.effects = [[side === 'LEFT' ? 'LPOP' : 'RPOP', key, String(taken.length)]]
      return [key, taken]
    }
    return undefined
  }
  return { keys, attempt }
}

const blmpop: Handler = (call, [timeout = '', ...rest]) => {
  const { keys, attempt } = manyPop(call, rest)
  return attempt() ?? new Blocked(keys, timeoutOf(timeout), NIL_ARRAY, attempt)
}

const lrange: Handler = (call, [key = '', start = '', stop = '']) => {
  const [from, to] = [integer(start), integer(stop)]
  const items = listAt(call, key)
  return items ? items.slice(...range(from, to, items.length)) : []
}

/** Puts a changed array in the list's place. */
function replace({ db }: Call, key: string, items: readonly string[], event: string): void {
  db.put(key, { kind: 'list', items: new Deque(items) })
  db.changed(key, event, 'l')
  db.dropIfEmpty(key, items.length)
}

const linsert: Handler = (call, [key = '', where = '', pivot = '', value = '']) => {
  const word = where.toUpperCase()
  if (word !== 'BEFORE' && word !== 'AFTER') throw new CommandError(SYNTAX)
  const items = listAt(call, key)?.toArray()
  if (!items) return 0
  const at = items.indexOf(pivot)
  if (at < 0) return -1
  items.splice(word === 'BEFORE' ? at : at + 1, 0, value)
  replace(call, key, items, 'linsert')
  return items.length
}

const lrem: Handler = (call, [key = '', count = '', value = '']) => {
  const most = integer(count)
  const items = listAt(call, key)?.toArray()
  if (!items) return 0
  let left = most === 0 ? Infinity : Math.abs(most)
  const keep = (item: string): boolean => item !== value || left-- <= 0
  const kept = most < 0 ? items.reverse().filter(keep).reverse() : items.filter(keep)
  if (kept.length < items.length) replace(call, key, kept, 'lrem')
  return items.length - kept.length
}

const ltrim: Handler = (call, [key = '', start = '', stop = '']) => {
  const [from, to] = [integer(start), integer(stop)]
  const items = listAt(call, key)
  if (items) replace(call, key, items.slice(...range(from, to, items.length)), 'ltrim')
  return OK
}

const lset: Handler = (call, [key = '', index = '', value = '']) => {
  const items = listAt(call, key)
  if (!items) throw new CommandError('ERR no such key')
  const at = integer(index)
  const place = at < 0 ? items.length + at : at
  if (items.get(place) === undefined) throw new CommandError('ERR index out of range')
  items.set(place, value)
  call.db.changed(key, 'lset', 'l')
  return OK
}

const lpos: Handler = (call, [key = '', value = '', ...words]) => {
  const options = new Map<string, number>()
  for (let i = 0; i < words.length; i += 2) options.set((words[i] ?? '').toUpperCase(), integer(words[i + 1] ?? ''))
  const rank = options.get('RANK') ?? 1
  if (rank === 0)
    throw new CommandError(
      "ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list",
    )
  const count = options.get('COUNT')
  const items = listAt(call, key)?.toArray() ?? []
  let places = items.flatMap((item, i) => (item === value ? [i] : []))
  if (rank < 0) places = places.reverse()
  places = places.slice(Math.abs(rank) - 1)
  if (count === undefined) return places[0] ?? null
  return count === 0 ? places : places.slice(0, count)
}

export const listCommands = commandTable({
  lpush: [-3, 'wf', '1', push('LEFT', false)],
  rpush: [-3, 'wf', '1', push('RIGHT', false)],
  lpushx: [-3, 'wf', '1', push('LEFT', true)],
  rpushx: [-3, 'wf', '1', push('RIGHT', true)],
  lpop: [-2, 'wf', '1', pop('LEFT')],
  rpop: [-2, 'wf', '1', pop('RIGHT')],
  llen: [2, 'rf', '1', (call, [key = '']) => listAt(call, key)?.length ?? 0],
  lrange: [4, 'r', '1', lrange],
  lindex: [
    3,
    'r',
    '1',
    (call, [key = '', index = '']) => {
      const at = integer(index)
      const items = listAt(call, key)
      return items?.get(at < 0 ? items.length + at : at) ?? null
    },
  ],
  lset: [4, 'w', '1', lset],
  linsert: [5, 'w', '1', linsert],
  lrem: [4, 'w', '1', lrem],
  ltrim: [4, 'w', '1', ltrim],
  lpos: [-3, 'r', '1', lpos],
  rpoplpush: [3, 'w', '1 2', (call, [from = '', to = '']) => moveOne(call, from, to, 'RIGHT', 'LEFT') ?? null],
  lmove: [
    5,
    'w',
    '1 2',
    (call, [from = '', to = '', fromSide = '', toSide = '']) =>
      moveOne(call, from, to, sideOf(fromSide), sideOf(toSide)) ?? null,
  ],
  lmpop: [-4, 'w', '', (call, args) => manyPop(call, args).attempt() ?? NIL_ARRAY],
  blpop: [-3, 'wb', '1 -2', blockingPop('LEFT')],
  brpop: [-3, 'wb', '1 -2', blockingPop('RIGHT')],
  brpoplpush: [4, 'wb', '1 2', blockingMove(false)],
  blmove: [6, 'wb', '1 2', blockingMove(true)],
  blmpop: [-5, 'wb', '', blmpop],
})
