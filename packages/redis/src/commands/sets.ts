import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, type Reply, ReplySet, SYNTAX } from '../resp/reply.ts'
import { scanOrder, sortedByHash } from '../store/keyspace.ts'
import { integer } from '../store/numbers.ts'
import { pick } from './hashes.ts'
import { cursorOf, scanOptions } from './keys.ts'

const setAt = ({ db }: Call, key: string): Set<string> | undefined => db.get(key, 'set')?.members
const setFor = ({ db }: Call, key: string): Set<string> =>
  db.getOrMake(key, 'set', () => ({ kind: 'set', members: new Set() })).members

const sadd: Handler = (call, [key = '', ...members]) => {
  const set = setFor(call, key)
  const before = set.size
  for (const member of members) set.add(member)
  if (set.size > before) call.db.changed(key, 'sadd', 's')
  return set.size - before
}

const srem: Handler = (call, [key = '', ...members]) => {
  const set = setAt(call, key)
  if (!set) return 0
  const gone = members.filter((member) => set.delete(member)).length
  if (gone > 0) call.db.changed(key, 'srem', 's')
  call.db.dropIfEmpty(key, set.size)
  return gone
}

const spop: Handler = (call, [key = '', count]) => {
  const set = setAt(call, key)
  const wanted = count === undefined ? 1 : integer(count, 'ERR value is out of range, must be positive')
  if (wanted < 0) throw new CommandError('ERR value is out of range, must be positive')
  if (!set) return count === undefined ? null : new ReplySet([])
  const taken = pick([...set], wanted, (below) => call.server.random(below))
  for (const member of taken) set.delete(member)
  if (taken.length > 0) {
    call.db.changed(key, 'spop', 's')
    call.effects = [['SREM', key, ...taken]]
  }
  call.db.dropIfEmpty(key, set.size)
  return count === undefined ? (taken[0] ?? null) : new ReplySet(taken)
}

const srandmember: Handler = (call, [key = '', count]) => {
  const all = [...(setAt(call, key) ?? [])]
  if (count === undefined) return all[call.server.random(all.length)] ?? null
  return pick(all, integer(count), (below) => call.server.random(below))
}

const smove: Handler = (call, [from = '', to = '', member = '']) => {
  const source = setAt(call, from)
  setAt(call, to)
  if (!source?.delete(member)) return 0
  call.db.changed(from, 'srem', 's')
  call.db.dropIfEmpty(from, source.size)
  setFor(call, to).add(member)
  call.db.changed(to, 'sadd', 's')
  return 1
}

type Combine = (sets: readonly ReadonlySet<string>[]) => Set<string>
const union: Combine = (sets) => new Set(sets.flatMap((set) => [...set]))
const inter: Combine = ([first = new Set<string>(), ...others]) =>
  new Set([...first].filter((member) => others.every((set) => set.has(member))))
const diff: Combine = ([first = new Set<string>(), ...others]) =>
  new Set([...first].filter((member) => !others.some((set) => set.has(member))))

const combined = (call: Call, keys: readonly string[], combine: Combine): Set<string> =>
  combine(keys.map((key) => setAt(call, key) ?? new Set<string>()))

const shown =
  (combine: Combine): Handler =>
  (call, keys) =>
    new ReplySet([...combined(call, keys, combine)])

const stored =
  (combine: Combine, event: string): Handler =>
  (call, [target = '', ...keys]) => {
    const members = combined(call, keys, combine)
    const had = call.db.delete(target)
    if (members.size > 0) call.db.put(target, { kind: 'set', members })
    if (had || members.size > 0) call.db.changed(target, members.size > 0 ? event : 'del', 's')
    return members.size
  }

const sintercard: Handler = (call, [number = '', ...words]): Reply => {
  const count = integer(number, 'ERR numkeys should be greater than 0')
  if (count <= 0) throw new CommandError('ERR numkeys should be greater than 0')
  const rest = words.slice(count)
  if (rest.length > 0 && (rest.length !== 2 || rest[0]?.toUpperCase() !== 'LIMIT')) throw new CommandError(SYNTAX)
  const limit = integer(rest[1] ?? '0', "ERR LIMIT can't be negative")
  const { size } = combined(call, words.slice(0, count), inter)
  return limit > 0 ? Math.min(limit, size) : size
}

const sscan: Handler = (call, [key = '', cursor = '', ...words]) => {
  const { matches, count } = scanOptions(words)
  const { next, keys } = scanOrder(sortedByHash(setAt(call, key) ?? []), cursorOf(cursor), count)
  return [String(next), keys.filter(matches)]
}

export const setCommands = commandTable({
  sadd: [-3, 'wf', '1', sadd],
  srem: [-3, 'wf', '1', srem],
  smembers: [2, 'r', '1', (call, [key = '']) => new ReplySet([...(setAt(call, key) ?? [])])],
  sismember: [3, 'rf', '1', (call, [key = '', member = '']) => (setAt(call, key)?.has(member) ? 1 : 0)],
  smismember: [
    -3,
    'rf',
    '1',
    (call, [key = '', ...members]) => {
      const set = setAt(call, key)
      return members.map((member) => (set?.has(member) ? 1 : 0))
    },
  ],
  scard: [2, 'rf', '1', (call, [key = '']) => setAt(call, key)?.size ?? 0],
  spop: [-2, 'wf', '1', spop],
  srandmember: [-2, 'r', '1', srandmember],
  smove: [4, 'wf', '1 2', smove],
  sunion: [-2, 'r', '1 -1', shown(union)],
  sinter: [-2, 'r', '1 -1', shown(inter)],
  sdiff: [-2, 'r', '1 -1', shown(diff)],
  sunionstore: [-3, 'w', '1 -1', stored(union, 'sunionstore')],
  sinterstore: [-3, 'w', '1 -1', stored(inter, 'sinterstore')],
  sdiffstore: [-3, 'w', '1 -1', stored(diff, 'sdiffstore')],
  sintercard: [-3, 'r', '', sintercard],
  sscan: [-3, 'r', '1', sscan],
})
