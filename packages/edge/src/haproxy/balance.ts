import type { Server } from './backend.ts'
import type { Section } from './config.ts'
import { sdbm } from './converters.ts'
import { argument } from './request-parts.ts'
import { pathOf, queryOf, type Transaction } from './transaction.ts'

export type Asking = Transaction

type Choose = (
  servers: readonly Server[],
  asking: Asking,
  args: readonly string[],
  section: Section,
) => Server | undefined

/** Turns of heavier servers lie between those of the others. */
export function smooth(servers: readonly Server[]): Server | undefined {
  let best: Server | undefined
  let total = 0
  for (const server of servers) {
    server.current += server.weight
    total += server.weight
    if (!best || server.current > best.current) best = server
  }
  if (best) best.current -= total
  return best
}

/** The servers' places, as many for each as its weight. */
function places(servers: readonly Server[]): Server[] {
  const scores = new Map(servers.map((server) => [server, 0]))
  const total = servers.reduce((sum, { weight }) => sum + weight, 0)
  return Array.from({ length: Math.min(total, 4096) }, () => {
    let best = servers[0]
    for (const server of servers) {
      scores.set(server, (scores.get(server) ?? 0) + server.weight)
      if (best === undefined || (scores.get(server) ?? 0) > (scores.get(best) ?? 0)) best = server
    }
    if (best) scores.set(best, (scores.get(best) ?? 0) - total)
    return best
  }).filter((each) => each !== undefined)
}

/** Bob Jenkins' mixing, as haproxy's full_hash has it. */
function mixed(value: number): number {
  let a = value >>> 0
  a = (a + 0x7ed55d16 + (a << 12)) >>> 0
  a = (a ^ 0xc761c23c ^ (a >>> 19)) >>> 0
  a = (a + 0x165667b1 + (a << 5)) >>> 0
  a = ((a + 0xd3a2646c) ^ (a << 9)) >>> 0
  a = (a + 0xfd7046c5 + (a << 3)) >>> 0
  return (a ^ 0xb55a4f09 ^ (a >>> 16)) >>> 0
}

/** By a number: the place it falls on, or with `hash-type consistent` the next point of a ring. */
function hashed(servers: readonly Server[], hash: number, { lines }: Section): Server | undefined {
  const type = lines.findLast(({ words }) => words[0] === 'hash-type')?.words[1]
  if (type !== 'consistent') {
    const all = places(servers)
    return all[hash % Math.max(1, all.length)]
  }
  const points = servers.flatMap((server, id) =>
    Array.from({ length: server.weight * 16 }, (_, at) => ({ at: mixed((id + 1) * 4096 + at), server })),
  )
  const ordered = points.toSorted((a, b) => a.at - b.at)
  const wanted = mixed(hash)
  return (ordered.find(({ at }) => at >= wanted) ?? ordered[0])?.server
}

const byText = (text: string | undefined, servers: readonly Server[], section: Section): Server | undefined =>
  text === undefined || text === '' ? smooth(servers) : hashed(servers, sdbm(text), section)

/** `balance`. Configuration manual 4.2. */
export const BALANCES: Readonly<Record<string, Choose>> = {
  roundrobin: smooth,
  'static-rr': smooth,
  first: (servers) => servers.find(({ active, settings }) => settings.most === 0 || active < settings.most),
  leastconn: (servers) => {
    const load = ({ active, weight }: Server): number => active / weight
    const least = Math.min(...servers.map(load))
    return smooth(servers.filter((server) => load(server) === least))
  },
  source: (servers, { source }, _, section) =>
    hashed(
      servers,
      source.address.split('.').reduce((sum, part) => (sum * 256 + Number(part)) >>> 0, 0),
      section,
    ),
  uri: (servers, { ask }, args, section) =>
    byText(ask && (args.includes('whole') ? ask.target : pathOf(ask)), servers, section),
  url_param: (servers, { ask }, [name = ''], section) => byText(ask && argument(queryOf(ask), name), servers, section),
  hdr: (servers, { ask }, [name = ''], section) => byText(ask?.headers.getAll(name).at(-1), servers, section),
  random: (servers, { known: { sys } }) => {
    const [a = 0, b = 0] = sys.entropy.bytes(2)
    const pair = [servers[a % Math.max(1, servers.length)], servers[b % Math.max(1, servers.length)]]
    return pair.filter((each) => each !== undefined).toSorted((x, y) => x.active / x.weight - y.active / y.weight)[0]
  },
}
