import { readAll } from '@drydock/libc'
import { textOfBinary } from '../resp/binary.ts'
import { CommandError, type Reply, Status, Verbatim } from '../resp/reply.ts'
import { requestBytes } from './connection.ts'
import { quoted } from './format.ts'
import type { CliSession } from './session.ts'

const textOf = (reply: Reply): string =>
  typeof reply === 'string' ? reply : reply instanceof Status || reply instanceof Verbatim ? reply.text : String(reply)

/** Keys by SCAN, page after page. */
async function* scanKeys(session: CliSession): AsyncGenerator<string, void, void> {
  const connection = await session.connect()
  const { pattern, count } = session.options
  const more = [...(pattern === '' ? [] : ['MATCH', pattern]), ...(count === 0 ? [] : ['COUNT', String(count)])]
  let cursor = '0'
  do {
    const reply = await connection.ask(['SCAN', cursor, ...more])
    if (!Array.isArray(reply)) throw reply instanceof Error ? reply : new CommandError('ERR no scan')
    const [next = null, keys = []] = reply as Reply[]
    for (const key of keys as readonly Reply[]) yield textOf(key)
    cursor = textOf(next)
  } while (cursor !== '0')
}

/** --scan. */
export async function scan(session: CliSession): Promise<number> {
  for await (const key of scanKeys(session))
    await session.io.print(session.style === 'standard' ? `${quoted(key)}\n` : `${textOfBinary(key)}\n`)
  return 0
}

const SIZES: ReadonlyMap<string, readonly [command: string, unit: string]> = new Map([
  ['string', ['STRLEN', 'bytes']],
  ['list', ['LLEN', 'items']],
  ['set', ['SCARD', 'members']],
  ['hash', ['HLEN', 'fields']],
  ['zset', ['ZCARD', 'members']],
])

/** --bigkeys. */
export async function bigkeys(session: CliSession): Promise<number> {
  const { io } = session
  await io.print(
    '\n# Scanning the entire keyspace to find biggest keys as well as\n# average sizes per key type.  You can use -i 0.1 to sleep 0.1 sec\n# per 100 SCAN commands (not usually needed).\n\n',
  )
  const connection = await session.connect()
  const total = Number(await connection.ask(['DBSIZE']))
  const kinds = new Map<string, { count: number; sum: number; biggest: string; size: number }>()
  let [sampled, keyBytes] = [0, 0]
  for await (const key of scanKeys(session)) {
    const type = textOf(await connection.ask(['TYPE', key]))
    const [command, unit] = SIZES.get(type) ?? ['STRLEN', 'bytes']
    const size = Number(await connection.ask([command, key]))
    const kind = kinds.get(type) ?? { count: 0, sum: 0, biggest: '', size: -1 }
    kinds.set(type, kind)
    kind.count++
    kind.sum += size
    const percent = ((100 * sampled) / Math.max(total, 1)).toFixed(2).padStart(5, '0')
    if (size > kind.size) {
      ;[kind.biggest, kind.size] = [key, size]
      await io.print(`[${percent}%] Biggest ${type.padEnd(6)} found so far '${quoted(key)}' with ${size} ${unit}\n`)
    }
    sampled++
    keyBytes += key.length
  }
  await io.print(`\n-------- summary -------\n\nSampled ${sampled} keys in the keyspace!\n`)
  await io.print(
    `Total key length in bytes is ${keyBytes} (avg len ${(keyBytes / Math.max(sampled, 1)).toFixed(2)})\n\n`,
  )
  for (const [type, { biggest, size }] of kinds)
    await io.print(`Biggest ${type.padStart(6)} found '${quoted(biggest)}' has ${size} ${SIZES.get(type)?.[1] ?? ''}\n`)
  await io.print('\n')
  for (const [type, [, unit]] of SIZES) {
    const { count, sum } = kinds.get(type) ?? { count: 0, sum: 0 }
    const share = ((100 * count) / Math.max(sampled, 1)).toFixed(2).padStart(5, '0')
    await io.print(
      `${count} ${type}s with ${sum} ${unit} (${share}% of keys, avg size ${(sum / Math.max(count, 1)).toFixed(2)})\n`,
    )
  }
  return 0
}

/** --stat: a line a second until ^C. */
export async function stat(session: CliSession): Promise<number> {
  const connection = await session.connect()
  await session.io.print(
    '------- data ------ --------------------- load -------------------- - child -\nkeys       mem      clients blocked requests            connections          \n',
  )
  let before = -1
  for (;;) {
    const text = textOf(await connection.ask(['INFO']))
    const value = (name: string): string => new RegExp(`^${name}:(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '0'
    const keys = [...text.matchAll(/^db\d+:keys=(\d+)/gm)].reduce((sum, [, count]) => sum + Number(count), 0)
    const requests = Number(value('total_commands_processed'))
    const grown = `${requests} (+${before < 0 ? 0 : requests - before})`
    before = requests
    await session.io.print(
      `${String(keys).padEnd(11)}${value('used_memory_human').padEnd(9)}${value('connected_clients').padEnd(8)}${value('blocked_clients').padEnd(8)}${grown.padEnd(20)}${value('total_connections_received').padEnd(12)}\n`,
    )
    await session.io.out.flush()
    await session.sys.sleep(session.options.intervalMs || 1000)
  }
}

/** --latency, for a second where nobody watches. */
export async function latency(session: CliSession): Promise<number> {
  const connection = await session.connect()
  const { sys, io } = session
  const watched = sys.isatty(1)
  let [least, most, sum, count] = [Infinity, 0, 0, 0]
  const end = sys.clock.monotonic() + (session.options.intervalMs || 1000)
  while (watched || sys.clock.monotonic() < end) {
    const start = sys.clock.monotonic()
    await connection.ask(['PING'])
    const ms = sys.clock.monotonic() - start
    ;[least, most, sum, count] = [Math.min(least, ms), Math.max(most, ms), sum + ms, count + 1]
    if (watched)
      await io.print(
        `\x1b[0G\x1b[2Kmin: ${Math.round(least)}, max: ${Math.round(most)}, avg: ${(sum / count).toFixed(2)} (${count} samples)`,
      )
    await io.out.flush()
    await sys.sleep(10)
  }
  await io.print(`${Math.round(least)} ${Math.round(most)} ${(sum / count).toFixed(2)} ${count}\n`)
  return 0
}

/** --pipe: the protocol itself from standard input; an ECHO behind it tells when all was answered. */
export async function pipe(session: CliSession): Promise<number> {
  const connection = await session.connect()
  const { io, sys } = session
  const bytes = await readAll(sys, 0)
  await io.print('All data transferred. Waiting for the last reply...\n')
  const mark = [...sys.entropy.bytes(20)].map((byte) => String.fromCharCode(97 + (byte % 26))).join('')
  const sending = connection.send(bytes).then(() => connection.send(requestBytes(['ECHO', mark])))
  let [errors, replies] = [0, 0]
  for (;;) {
    const reply = await connection.reply()
    if (reply === mark) break
    replies++
    if (!(reply instanceof CommandError)) continue
    errors++
    await io.warn(`${reply.message}\n`)
  }
  await sending
  await io.print(`Last reply received from server.\nerrors: ${errors}, replies: ${replies}\n`)
  return errors > 0 ? 1 : 0
}
