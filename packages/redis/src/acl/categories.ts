import type { Command } from '../command.ts'

/** In the order of ACL CAT. */
export const CATEGORIES: readonly string[] = (
  'keyspace read write set sortedset list hash string bitmap hyperloglog geo stream pubsub admin fast slow blocking ' +
  'dangerous connection transaction scripting'
).split(' ')

/** Commands by what they are about, where their flags do not say it. */
const NAMED: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries({
    keyspace:
      'copy dbsize del exists expire expireat expiretime flushall flushdb keys migrate move object persist pexpire pexpireat ' +
      'pexpiretime pttl randomkey rename renamenx restore scan swapdb touch ttl type unlink dump',
    set: 'sadd scard sdiff sdiffstore sinter sintercard sinterstore sismember smembers smismember smove spop srandmember srem sscan sunion sunionstore',
    sortedset:
      'bzmpop bzpopmax bzpopmin zadd zcard zcount zdiff zdiffstore zincrby zinter zintercard zinterstore zlexcount zmpop zmscore zpopmax ' +
      'zpopmin zrandmember zrange zrangebylex zrangebyscore zrangestore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore ' +
      'zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunion zunionstore',
    list: 'blmove blmpop blpop brpop brpoplpush lindex linsert llen lmove lmpop lpop lpos lpush lpushx lrange lrem lset ltrim rpop rpoplpush rpush rpushx sort sort_ro',
    hash: 'hdel hexists hget hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hrandfield hscan hset hsetnx hstrlen hvals',
    string:
      'append decr decrby get getdel getex getrange getset incr incrby incrbyfloat lcs mget mset msetnx psetex set setex setnx setrange strlen substr',
    bitmap: 'bitcount bitfield bitfield_ro bitop bitpos getbit setbit',
    hyperloglog: 'pfadd pfcount pfdebug pfmerge pfselftest',
    geo: 'geoadd geodist geohash geopos georadius georadius_ro georadiusbymember georadiusbymember_ro geosearch geosearchstore',
    stream:
      'xack xadd xautoclaim xclaim xdel xgroup xinfo xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim',
    blocking: 'blmove blmpop blpop brpop brpoplpush bzmpop bzpopmax bzpopmin xread xreadgroup wait',
    dangerous: 'flushall flushdb keys sort sort_ro info migrate restore swapdb role',
    connection: 'auth client command echo hello ping quit reset select wait',
    transaction: 'discard exec multi unwatch watch',
    scripting: 'eval eval_ro evalsha evalsha_ro fcall fcall_ro function script',
  }).map(([name, words]) => [name, words.split(' ')]),
)

const FLAGS: Readonly<Record<string, (flags: string) => boolean>> = {
  read: (flags) => flags.includes('r'),
  write: (flags) => flags.includes('w'),
  admin: (flags) => flags.includes('a'),
  dangerous: (flags) => flags.includes('a'),
  pubsub: (flags) => flags.includes('p'),
  fast: (flags) => flags.includes('f'),
  slow: (flags) => !flags.includes('f'),
}

/** The commands of a category; undefined where there is none of that name. */
export function categoryOf(table: ReadonlyMap<string, Command>, name: string): ReadonlySet<string> | undefined {
  if (name === 'all') return new Set(table.keys())
  if (!CATEGORIES.includes(name)) return undefined
  const named = NAMED[name] ?? []
  return new Set(
    [...table.values()]
      .filter((command) => named.includes(command.name) || FLAGS[name]?.(command.flags))
      .map((command) => command.name),
  )
}
