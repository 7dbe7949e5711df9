import type { Command } from './command.ts'
import { CommandError } from './resp/reply.ts'
import type { Server } from './server.ts'
import type { Keyspace } from './store/keyspace.ts'

const FULL = "OOM command not allowed when used memory > 'maxmemory'."
/** Writing commands that make room rather than take it. */
const FREEING: ReadonlySet<string> = new Set(
  `del unlink expire pexpire expireat pexpireat persist flushdb flushall hdel srem zrem lpop rpop lrem ltrim spop zpopmin zpopmax xdel xtrim xack move rename getdel restore`.split(
    /\s+/,
  ),
)

interface Candidate {
  readonly db: Keyspace
  readonly key: string
  /** The smallest goes. */
  readonly worth: number
}

type Worth = (server: Server, db: Keyspace, key: string) => number

/** By the name of a policy without its range. */
const WORTHS: Readonly<Record<string, Worth>> = {
  lru: (_, db, key) => db.usedAt(key),
  lfu: (_, db, key) => db.uses(key),
  random: (server) => server.random(1 << 16),
  ttl: (_, db, key) => db.deadline(key) ?? Infinity,
}

/** Makes room before a command that takes some. https://redis.io/docs/latest/develop/reference/eviction/ @throws CommandError when there is none to be had */
export function makeRoom(server: Server, command: Command): void {
  const limit = server.config.number('maxmemory')
  if (limit === 0 || !command.flags.includes('w') || FREEING.has(command.name)) return
  while (server.persistence.usedBytes() > limit) {
    const candidate = choose(server)
    if (!candidate) throw new CommandError(FULL)
    candidate.db.evict(candidate.key)
    server.evicted(candidate.db, candidate.key)
  }
}

/** The least worth of a sample, as redis does it. */
function choose(server: Server): Candidate | undefined {
  const [range = '', kind = ''] = server.config.get('maxmemory-policy').split(/-(.*)/s)
  const worth = WORTHS[kind]
  if (range === 'noeviction' || !worth) return undefined
  let best: Candidate | undefined
  for (const db of server.databases)
    for (const key of sample(server, range === 'volatile' ? db.deadlines : db.entries)) {
      const candidate = { db, key, worth: worth(server, db, key) }
      if (!best || candidate.worth < best.worth) best = candidate
    }
  return best
}

/** Keys at a distance from one another, from a place by chance. */
function sample(server: Server, keys: ReadonlyMap<string, unknown>): string[] {
  const wanted = Math.max(1, server.config.number('maxmemory-samples')) * 4
  if (keys.size <= wanted) return [...keys.keys()]
  const step = Math.floor(keys.size / wanted)
  const from = server.random(step)
  let at = 0
  return [...keys.keys()].filter(() => at++ % step === from)
}
