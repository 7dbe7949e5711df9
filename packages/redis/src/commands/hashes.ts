import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NOT_FLOAT, OK, type Reply, ReplyMap, SYNTAX } from '../resp/reply.ts'
import { scanOrder, sortedByHash } from '../store/keyspace.ts'
import { addIntegers, float, floatText, integer } from '../store/numbers.ts'
import { cursorOf, scanOptions } from './keys.ts'

const hashAt = ({ db }: Call, key: string): Map<string, string> | undefined => db.get(key, 'hash')?.fields
const hashFor = ({ db }: Call, key: string): Map<string, string> =>
  db.getOrMake(key, 'hash', () => ({ kind: 'hash', fields: new Map() })).fields

const hset =
  (reply: (added: number) => Reply): Handler =>
  (call, [key = '', ...pairs]) => {
    if (pairs.length % 2)
      throw new CommandError(`ERR wrong number of arguments for '${(call.argv[0] ?? '').toLowerCase()}' command`)
    const fields = hashFor(call, key)
    const before = fields.size
    for (let i = 0; i < pairs.length; i += 2) fields.set(pairs[i] ?? '', pairs[i + 1] ?? '')
    call.db.changed(key, 'hset', 'h')
    return reply(fields.size - before)
  }

const hsetnx: Handler = (call, [key = '', field = '', value = '']) => {
  if (hashAt(call, key)?.has(field)) return 0
  hashFor(call, key).set(field, value)
  call.db.changed(key, 'hset', 'h')
  return 1
}

const hdel: Handler = (call, [key = '', ...names]) => {
  const fields = hashAt(call, key)
  if (!fields) return 0
  const gone = names.filter((name) => fields.delete(name)).length
  if (gone > 0) call.db.changed(key, 'hdel', 'h')
  call.db.dropIfEmpty(key, fields.size)
  return gone
}

const hincrby: Handler = (call, [key = '', field = '', by = '']) => {
  integer(by)
  const before = hashAt(call, key)?.get(field) ?? '0'
  if (!/^-?\d+$/.test(before)) throw new CommandError('ERR hash value is not an integer')
  const sum = addIntegers(before, by)
  hashFor(call, key).set(field, sum)
  call.db.changed(key, 'hincrby', 'h')
  return BigInt(sum)
}

const hincrbyfloat: Handler = (call, [key = '', field = '', by = '']) => {
  const sum = float(hashAt(call, key)?.get(field) ?? '0', 'ERR hash value is not a float') + float(by, NOT_FLOAT)
  const text = floatText(Number(sum.toPrecision(15)))
  hashFor(call, key).set(field, text)
  call.db.changed(key, 'hincrbyfloat', 'h')
  call.effects = [['HSET', key, field, text]]
  return text
}

const hscan: Handler = (call, [key = '', cursor = '', ...words]) => {
  const { matches, count, noValues } = scanOptions(words)
  const fields = hashAt(call, key) ?? new Map<string, string>()
  const { next, keys } = scanOrder(sortedByHash(fields.keys()), cursorOf(cursor), count)
  const found = keys.filter(matches)
  return [String(next), noValues ? found : found.flatMap((name) => [name, fields.get(name) ?? ''])]
}

const hrandfield: Handler = (call, [key = '', count, withValues]) => {
  const all = [...(hashAt(call, key) ?? [])]
  if (count === undefined) return all[call.server.random(all.length)]?.[0] ?? null
  if (withValues !== undefined && withValues.toUpperCase() !== 'WITHVALUES') throw new CommandError(SYNTAX)
  const wanted = integer(count)
  const picked = pick(all, wanted, (most) => call.server.random(most))
  return withValues === undefined ? picked.map(([name]) => name) : picked.flat()
}

/** `count` different items, or as many as asked for, repeated, when it is negative. */
export function pick<T>(all: readonly T[], count: number, random: (below: number) => number): T[] {
  if (all.length === 0) return []
  if (count < 0) return Array.from({ length: -count }, () => all[random(all.length)] as T)
  const rest = [...all]
  return Array.from({ length: Math.min(count, all.length) }, () => rest.splice(random(rest.length), 1)[0] as T)
}

export const hashCommands = commandTable({
  hset: [-4, 'wf', '1', hset((added) => added)],
  hmset: [-4, 'wf', '1', hset(() => OK)],
  hsetnx: [4, 'wf', '1', hsetnx],
  hget: [3, 'rf', '1', (call, [key = '', field = '']) => hashAt(call, key)?.get(field) ?? null],
  hmget: [
    -3,
    'rf',
    '1',
    (call, [key = '', ...names]) => {
      const fields = hashAt(call, key)
      return names.map((name) => fields?.get(name) ?? null)
    },
  ],
  hgetall: [2, 'r', '1', (call, [key = '']) => new ReplyMap([...(hashAt(call, key) ?? [])])],
  hkeys: [2, 'r', '1', (call, [key = '']) => [...(hashAt(call, key)?.keys() ?? [])]],
  hvals: [2, 'r', '1', (call, [key = '']) => [...(hashAt(call, key)?.values() ?? [])]],
  hlen: [2, 'rf', '1', (call, [key = '']) => hashAt(call, key)?.size ?? 0],
  hexists: [3, 'rf', '1', (call, [key = '', field = '']) => (hashAt(call, key)?.has(field) ? 1 : 0)],
  hstrlen: [3, 'rf', '1', (call, [key = '', field = '']) => hashAt(call, key)?.get(field)?.length ?? 0],
  hdel: [-3, 'wf', '1', hdel],
  hincrby: [4, 'wf', '1', hincrby],
  hincrbyfloat: [4, 'wf', '1', hincrbyfloat],
  hscan: [-3, 'r', '1', hscan],
  hrandfield: [-2, 'r', '1', hrandfield],
})
