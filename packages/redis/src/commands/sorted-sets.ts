import { Blocked, type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, Double, NIL_ARRAY, type Reply, SYNTAX, WRONG_TYPE } from '../resp/reply.ts'
import { scanOrder, sortedByHash } from '../store/keyspace.ts'
import { float, integer, range } from '../store/numbers.ts'
import { type Span, spanByLex, spanByScore } from '../store/score-range.ts'
import { type Scored, SortedSet } from '../store/sorted-set.ts'
import { doubleText } from '../resp/reply.ts'
import { cursorOf, scanOptions } from './keys.ts'
import { pick } from './hashes.ts'
import { timeoutOf } from './lists.ts'

const zsetAt = ({ db }: Call, key: string): SortedSet | undefined => db.get(key, 'zset')?.sorted
const zsetFor = ({ db }: Call, key: string): SortedSet =>
  db.getOrMake(key, 'zset', () => ({ kind: 'zset', sorted: new SortedSet() })).sorted
const EMPTY = new SortedSet()

interface AddOptions {
  readonly flags: ReadonlySet<string>
  readonly pairs: readonly string[]
}

function addOptions(words: readonly string[]): AddOptions {
  const flags = new Set<string>()
  let at = 0
  while (['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'].includes((words[at] ?? '').toUpperCase()))
    flags.add((words[at++] ?? '').toUpperCase())
  const pairs = words.slice(at)
  if (pairs.length === 0 || pairs.length % 2) throw new CommandError(SYNTAX)
  if (flags.has('NX') && flags.has('XX'))
    throw new CommandError('ERR XX and NX options at the same time are not compatible')
  if ((flags.has('GT') ? 1 : 0) + (flags.has('LT') ? 1 : 0) + (flags.has('NX') ? 1 : 0) > 1)
    throw new CommandError('ERR GT, LT, and/or NX options at the same time are not compatible')
  if (flags.has('INCR') && pairs.length > 2)
    throw new CommandError('ERR INCR option supports a single increment-element pair')
  return { flags, pairs }
}

const zadd: Handler = (call, [key = '', ...words]) => {
  const { flags, pairs } = addOptions(words)
  const scores = pairs.filter((_, i) => i % 2 === 0).map((text) => float(text))
  if (!zsetAt(call, key) && flags.has('XX')) return flags.has('INCR') ? null : 0
  const set = zsetFor(call, key)
  let [added, changed] = [0, 0]
  let last: Reply = null
  scores.forEach((given, i) => {
    const member = pairs[2 * i + 1] ?? ''
    const known = set.score(member)
    const score = flags.has('INCR') ? (known ?? 0) + given : given
    if (Number.isNaN(score)) throw new CommandError('ERR resulting score is not a number (NaN)')
    if (!allowed(flags, known, score)) return
    last = new Double(score)
    if (known === score) return
    set.set(member, score)
    if (known === undefined) added++
    else changed++
  })
  if (added + changed > 0) call.db.changed(key, flags.has('INCR') ? 'zincr' : 'zadd', 'z')
  call.db.dropIfEmpty(key, set.size)
  if (flags.has('INCR')) return last
  return flags.has('CH') ? added + changed : added
}

function allowed(flags: ReadonlySet<string>, known: number | undefined, score: number): boolean {
  if (known === undefined) return !flags.has('XX')
  if (flags.has('NX')) return false
  return !(flags.has('GT') && score <= known) && !(flags.has('LT') && score >= known)
}

const zincrby: Handler = (call, [key = '', by = '', member = '']) => {
  const set = zsetFor(call, key)
  const score = (set.score(member) ?? 0) + float(by)
  if (Number.isNaN(score)) throw new CommandError('ERR resulting score is not a number (NaN)')
  set.set(member, score)
  call.db.changed(key, 'zincr', 'z')
  return new Double(score)
}

const zrem: Handler = (call, [key = '', ...members]) => {
  const set = zsetAt(call, key)
  if (!set) return 0
  const gone = members.filter((member) => set.delete(member)).length
  if (gone > 0) call.db.changed(key, 'zrem', 'z')
  call.db.dropIfEmpty(key, set.size)
  return gone
}

const scored = (items: readonly Scored[], withScores: boolean, call: Call): Reply => {
  if (!withScores) return items.map(({ member }) => member)
  const pairs = items.map(({ member, score }): [Reply, Reply] => [member, new Double(score)])
  return call.client.protocol === 3 ? pairs : pairs.flat()
}

interface RangeOptions {
  readonly by: 'rank' | 'score' | 'lex'
  readonly reverse: boolean
  readonly limit: readonly [number, number]
  readonly withScores: boolean
}

function rangeOptions(words: readonly string[], start: RangeOptions): RangeOptions {
  let options = start
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    if (word === 'BYSCORE') options = { ...options, by: 'score' }
    else if (word === 'BYLEX') options = { ...options, by: 'lex' }
    else if (word === 'REV') options = { ...options, reverse: true }
    else if (word === 'WITHSCORES') options = { ...options, withScores: true }
    else if (word === 'LIMIT' && i + 2 < words.length)
      options = { ...options, limit: [integer(words[++i] ?? ''), integer(words[++i] ?? '')] }
    else throw new CommandError(SYNTAX)
  }
  if (options.by === 'rank' && options.limit[1] !== -1)
    throw new CommandError('ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX')
  return options
}

function selected(set: SortedSet, start: string, stop: string, options: RangeOptions): readonly Scored[] {
  const { by, reverse, limit } = options
  const [min, max] = reverse ? [stop, start] : [start, stop]
  if (by === 'rank') {
    const items = reverse ? [...set.items].reverse() : set.items
    return items.slice(...range(integer(start), integer(stop), set.size))
  }
  const span: Span = by === 'score' ? spanByScore(set, min, max) : spanByLex(set, min, max)
  const items = set.items.slice(...span)
  if (reverse) items.reverse()
  const [offset, count] = limit
  if (offset < 0) return []
  return count < 0 ? items.slice(offset) : items.slice(offset, offset + count)
}

const zrange =
  (by: RangeOptions['by'], reverse: boolean): Handler =>
  (call, [key = '', start = '', stop = '', ...words]) => {
    const options = rangeOptions(words, { by, reverse, limit: [0, -1], withScores: false })
    return scored(selected(zsetAt(call, key) ?? EMPTY, start, stop, options), options.withScores, call)
  }

function store({ db }: Call, key: string, items: Iterable<readonly [string, number]>, event: string): number {
  const sorted = new SortedSet()
  for (const [member, score] of items) sorted.set(member, score)
  const had = db.delete(key)
  if (sorted.size > 0) db.put(key, { kind: 'zset', sorted })
  if (had || sorted.size > 0) db.changed(key, sorted.size > 0 ? event : 'del', 'z')
  return sorted.size
}

const zrangestore: Handler = (call, [target = '', key = '', start = '', stop = '', ...words]) => {
  const options = rangeOptions(words, { by: 'rank', reverse: false, limit: [0, -1], withScores: false })
  const items = selected(zsetAt(call, key) ?? EMPTY, start, stop, options)
  return store(
    call,
    target,
    items.map(({ member, score }) => [member, score] as const),
    'zrangestore',
  )
}

const removeSpan =
  (spanOf: (set: SortedSet, min: string, max: string) => Span, event: string): Handler =>
  (call, [key = '', min = '', max = '']) => {
    const set = zsetAt(call, key)
    const [start, end] = spanOf(set ?? EMPTY, min, max)
    const members = set?.items.slice(start, end).map(({ member }) => member) ?? []
    for (const member of members) set?.delete(member)
    if (members.length > 0) call.db.changed(key, event, 'z')
    if (set) call.db.dropIfEmpty(key, set.size)
    return members.length
  }

const countSpan =
  (spanOf: (set: SortedSet, min: string, max: string) => Span): Handler =>
  (call, [key = '', min = '', max = '']) => {
    const [start, end] = spanOf(zsetAt(call, key) ?? EMPTY, min, max)
    return end - start
  }

const zrank =
  (reverse: boolean): Handler =>
  (call, [key = '', member = '', withScore]) => {
    const set = zsetAt(call, key) ?? EMPTY
    const at = set.rank(member)
    if (at < 0) return withScore === undefined ? null : NIL_ARRAY
    const rank = reverse ? set.size - 1 - at : at
    return withScore === undefined ? rank : [rank, new Double(set.score(member) ?? 0)]
  }

function takeEnd(call: Call, key: string, count: number, highest: boolean): Scored[] {
  const set = zsetAt(call, key)
  if (!set) return []
  const items = highest ? set.items.slice(Math.max(0, set.size - count)).reverse() : set.items.slice(0, count)
  for (const { member } of items) set.delete(member)
  if (items.length > 0) call.db.changed(key, highest ? 'zpopmax' : 'zpopmin', 'z')
  call.db.dropIfEmpty(key, set.size)
  return items
}

const zpop =
  (highest: boolean): Handler =>
  (call, [key = '', count]) => {
    const most = integer(count ?? '1', 'ERR value is out of range, must be positive')
    if (most < 0) throw new CommandError('ERR value is out of range, must be positive')
    const items = takeEnd(call, key, most, highest)
    if (count === undefined) return items.flatMap(({ member, score }): Reply[] => [member, new Double(score)])
    return scored(items, true, call)
  }

const bzpop =
  (highest: boolean): Handler =>
  (call, args) => {
    const keys = args.slice(0, -1)
    const attempt = (): Reply | undefined => {
      for (const key of keys) {
        const [item] = takeEnd(call, key, 1, highest)
        if (!item) continue
        call.effects = [[highest ? 'ZPOPMAX' : 'ZPOPMIN', key]]
        return [key, item.member, new Double(item.score)]
      }
      return undefined
    }
    return attempt() ?? new Blocked(keys, timeoutOf(args.at(-1) ?? ''), NIL_ARRAY, attempt)
  }

/** The keys of ZMPOP, which end it takes, and how many. @throws CommandError */
function manyPop(call: Call, [number = '', ...words]: readonly string[]) {
  const count = integer(number, 'ERR numkeys should be greater than 0')
  if (count < 1) throw new CommandError('ERR numkeys should be greater than 0')
  const keys = words.slice(0, count)
  const [end = '', option, most] = words.slice(count)
  const highest = end.toUpperCase() === 'MAX'
  if (!highest && end.toUpperCase() !== 'MIN') throw new CommandError(SYNTAX)
  if (option !== undefined && option.toUpperCase() !== 'COUNT') throw new CommandError(SYNTAX)
  const taken = integer(most ?? '1', 'ERR count should be greater than 0')
  if (taken < 1) throw new CommandError('ERR count should be greater than 0')
  const attempt = (): Reply | undefined => {
    for (const key of keys) {
      const items = takeEnd(call, key, taken, highest)
      if (items.length === 0) continue
      call.effects = [[highest ? 'ZPOPMAX' : 'ZPOPMIN', key, String(items.length)]]
      return [key, items.map(({ member, score }) => [member, new Double(score)])]
    }
    return undefined
  }
  return { keys, attempt }
}

const bzmpop: Handler = (call, [timeout = '', ...rest]) => {
  const { keys, attempt } = manyPop(call, rest)
  return attempt() ?? new Blocked(keys, timeoutOf(timeout), NIL_ARRAY, attempt)
}

const zintercard: Handler = (call, [number = '', ...words]) => {
  const count = integer(number, 'ERR numkeys should be greater than 0')
  if (count < 1) throw new CommandError('ERR numkeys should be greater than 0')
  const [option, most, ...rest] = words.slice(count)
  if (rest.length > 0 || (option !== undefined && option.toUpperCase() !== 'LIMIT')) throw new CommandError(SYNTAX)
  const limit = integer(most ?? '0', "ERR LIMIT can't be negative")
  const { size } = interOf(combination(call, [number, ...words.slice(0, count)]))
  return limit > 0 ? Math.min(limit, size) : size
}

// unions, intersections, differences ------------------------------------------------------------------------------------

function scoresAt({ db }: Call, key: string): ReadonlyMap<string, number> {
  const entry = db.find(key)
  if (!entry) return new Map()
  if (entry.kind === 'zset') return entry.sorted.scores
  if (entry.kind === 'set') return new Map([...entry.members].map((member) => [member, 1]))
  throw new CommandError(WRONG_TYPE)
}

interface Combination {
  readonly sources: readonly ReadonlyMap<string, number>[]
  readonly weights: readonly number[]
  readonly join: (a: number, b: number) => number
  readonly withScores: boolean
}

const JOINS: ReadonlyMap<string, (a: number, b: number) => number> = new Map([
  ['SUM', (a: number, b: number) => a + b],
  ['MIN', Math.min],
  ['MAX', Math.max],
])

function combination(call: Call, [number = '', ...words]: readonly string[]): Combination {
  const count = integer(number)
  if (count < 1)
    throw new CommandError(`ERR at least 1 input key is needed for '${(call.argv[0] ?? '').toLowerCase()}' command`)
  if (words.length < count) throw new CommandError(SYNTAX)
  const sources = words.slice(0, count).map((key) => scoresAt(call, key))
  let weights = sources.map(() => 1)
  let join = JOINS.get('SUM') ?? Math.max
  let withScores = false
  for (let i = count; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    if (word === 'WITHSCORES') withScores = true
    else if (word === 'WEIGHTS' && i + count < words.length) {
      weights = words.slice(i + 1, i + 1 + count).map((text) => float(text, 'ERR weight value is not a float'))
      i += count
    } else if (word === 'AGGREGATE' && JOINS.has((words[i + 1] ?? '').toUpperCase()))
      join = JOINS.get((words[++i] ?? '').toUpperCase()) ?? join
    else throw new CommandError(SYNTAX)
  }
  return { sources, weights, join, withScores }
}

type Combine = (given: Combination) => Map<string, number>

const unionOf: Combine = ({ sources, weights, join }) => {
  const result = new Map<string, number>()
  sources.forEach((source, i) => {
    for (const [member, score] of source) {
      const weighed = score * (weights[i] ?? 1)
      const known = result.get(member)
      result.set(member, known === undefined ? weighed : join(known, weighed))
    }
  })
  return result
}
const interOf: Combine = (given) => {
  const all = unionOf(given)
  for (const member of all.keys()) if (!given.sources.every((source) => source.has(member))) all.delete(member)
  return all
}
const diffOf: Combine = ({ sources: [first = new Map<string, number>(), ...others] }) =>
  new Map([...first].filter(([member]) => !others.some((source) => source.has(member))))

const combineStored =
  (combine: Combine, event: string): Handler =>
  (call, [target = '', ...rest]) =>
    store(call, target, combine(combination(call, rest)), event)

const combineShown =
  (combine: Combine): Handler =>
  (call, args) => {
    const given = combination(call, args)
    const sorted = new SortedSet()
    for (const [member, score] of combine(given)) sorted.set(member, score)
    return scored(sorted.items, given.withScores, call)
  }

const zscan: Handler = (call, [key = '', cursor = '', ...words]) => {
  const { matches, count } = scanOptions(words)
  const set = zsetAt(call, key) ?? EMPTY
  const { next, keys } = scanOrder(sortedByHash(set.scores.keys()), cursorOf(cursor), count)
  return [String(next), keys.filter(matches).flatMap((member) => [member, doubleText(set.score(member) ?? 0)])]
}

const zrandmember: Handler = (call, [key = '', count, withScores]) => {
  const { items } = zsetAt(call, key) ?? EMPTY
  if (count === undefined) return items[call.server.random(items.length)]?.member ?? null
  const picked = pick(items, integer(count), (below) => call.server.random(below))
  return scored(picked, withScores !== undefined, call)
}

const zscore: Handler = (call, [key = '', member = '']) => {
  const score = zsetAt(call, key)?.score(member)
  return score === undefined ? null : new Double(score)
}

const byRank = (set: SortedSet, start: string, stop: string): Span => range(integer(start), integer(stop), set.size)

export const sortedSetCommands = commandTable({
  zadd: [-4, 'wf', '1', zadd],
  zincrby: [4, 'wf', '1', zincrby],
  zrem: [-3, 'wf', '1', zrem],
  zcard: [2, 'rf', '1', (call, [key = '']) => zsetAt(call, key)?.size ?? 0],
  zscore: [3, 'rf', '1', zscore],
  zmscore: [
    -3,
    'rf',
    '1',
    (call, [key = '', ...members]) => members.map((member) => zscore(call, [key, member]) as Reply),
  ],
  zrank: [-3, 'rf', '1', zrank(false)],
  zrevrank: [-3, 'rf', '1', zrank(true)],
  zrange: [-4, 'r', '1', zrange('rank', false)],
  zrevrange: [-4, 'r', '1', zrange('rank', true)],
  zrangebyscore: [-4, 'r', '1', zrange('score', false)],
  zrevrangebyscore: [-4, 'r', '1', zrange('score', true)],
  zrangebylex: [-4, 'r', '1', zrange('lex', false)],
  zrevrangebylex: [-4, 'r', '1', zrange('lex', true)],
  zrangestore: [-5, 'w', '1 2', zrangestore],
  zcount: [4, 'rf', '1', countSpan(spanByScore)],
  zlexcount: [4, 'rf', '1', countSpan(spanByLex)],
  zremrangebyscore: [4, 'w', '1', removeSpan(spanByScore, 'zremrangebyscore')],
  zremrangebylex: [4, 'w', '1', removeSpan(spanByLex, 'zremrangebylex')],
  zremrangebyrank: [4, 'w', '1', removeSpan(byRank, 'zremrangebyrank')],
  zpopmin: [-2, 'wf', '1', zpop(false)],
  zpopmax: [-2, 'wf', '1', zpop(true)],
  bzpopmin: [-3, 'wbf', '1 -2', bzpop(false)],
  bzpopmax: [-3, 'wbf', '1 -2', bzpop(true)],
  zunionstore: [-4, 'w', '1', combineStored(unionOf, 'zunionstore')],
  zinterstore: [-4, 'w', '1', combineStored(interOf, 'zinterstore')],
  zdiffstore: [-4, 'w', '1', combineStored(diffOf, 'zdiffstore')],
  zunion: [-3, 'r', '', combineShown(unionOf)],
  zmpop: [-4, 'w', '', (call, args) => manyPop(call, args).attempt() ?? NIL_ARRAY],
  bzmpop: [-5, 'wb', '', bzmpop],
  zintercard: [-3, 'r', '', zintercard],
  zinter: [-3, 'r', '', combineShown(interOf)],
  zdiff: [-3, 'r', '', combineShown(diffOf)],
  zscan: [-3, 'r', '1', zscan],
  zrandmember: [-2, 'r', '1', zrandmember],
})
