import { Blocked, type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, NIL_ARRAY, OK, type Reply, ReplyMap, SYNTAX } from '../resp/reply.ts'
import { integer } from '../store/numbers.ts'
import {
  compareIds,
  type Group,
  idText,
  LARGEST,
  nextId,
  type Pending,
  Stream,
  type StreamEntry,
  type StreamId,
  ZERO,
} from '../store/stream.ts'

const BAD_ID = 'ERR Invalid stream ID specified as stream command argument'
const SMALL_ID = 'ERR The ID specified in XADD is equal or smaller than the target stream top item'

const streamAt = ({ db }: Call, key: string): Stream | undefined => db.get(key, 'stream')?.stream
const streamFor = ({ db }: Call, key: string): Stream =>
  db.getOrMake(key, 'stream', () => ({ kind: 'stream', stream: new Stream() })).stream

/** @param seq what stands for a sequence that isn't given @throws CommandError */
function idOf(text: string, seq = 0): StreamId {
  const [, ms = '', own] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? []
  if (ms === '') throw new CommandError(BAD_ID)
  return { ms: Number(ms), seq: own === undefined ? seq : Number(own) }
}

function rangeEnd(text: string, first: boolean): StreamId {
  if (text === '-') return ZERO
  if (text === '+') return LARGEST
  const open = text.startsWith('(')
  const id = idOf(open ? text.slice(1) : text, first ? 0 : Number.MAX_SAFE_INTEGER)
  if (!open) return id
  if (first) return nextId(id)
  return id.seq > 0 ? { ms: id.ms, seq: id.seq - 1 } : { ms: id.ms - 1, seq: Number.MAX_SAFE_INTEGER }
}

const shown = ({ id, fields }: StreamEntry): Reply => [idText(id), [...fields]]

interface Trim {
  readonly kind: 'MAXLEN' | 'MINID'
  readonly limit: string
}

/** `MAXLEN|MINID [=|~] threshold [LIMIT n]` from `at` on. @returns it and the index behind it */
function readTrim(args: readonly string[], at: number): readonly [Trim | undefined, number] {
  const kind = args[at]?.toUpperCase()
  if (kind !== 'MAXLEN' && kind !== 'MINID') return [undefined, at]
  let next = at + 1
  if (args[next] === '~' || args[next] === '=') next++
  const limit = args[next++]
  if (limit === undefined) throw new CommandError(SYNTAX)
  if (args[next]?.toUpperCase() === 'LIMIT') next += 2
  return [{ kind, limit }, next]
}

const trimmed = (stream: Stream, { kind, limit }: Trim): number =>
  stream.trim(kind === 'MAXLEN' ? stream.entries.length - integer(limit) : stream.indexOf(idOf(limit)))

/** The id of a new entry: given, in part or not. @throws CommandError */
function newId(text: string, { lastId }: Stream, now: number): StreamId {
  if (text === '*') return now > lastId.ms ? { ms: now, seq: 0 } : nextId(lastId)
  const [, ms] = /^(\d+)-\*$/.exec(text) ?? []
  const id = ms === undefined ? idOf(text) : { ms: Number(ms), seq: Number(ms) === lastId.ms ? lastId.seq + 1 : 0 }
  if (ms === undefined && id.ms === 0 && id.seq === 0)
    throw new CommandError('ERR The ID specified in XADD must be greater than 0-0')
  if (compareIds(id, lastId) <= 0) throw new CommandError(SMALL_ID)
  return id
}

const xadd: Handler = (call, [key = '', ...args]) => {
  let at = 0
  const noMake = args[at]?.toUpperCase() === 'NOMKSTREAM'
  if (noMake) at++
  const [trim, behind] = readTrim(args, at)
  const [id = '', ...fields] = args.slice(behind)
  if (fields.length === 0 || fields.length % 2)
    throw new CommandError("ERR wrong number of arguments for 'xadd' command")
  if (noMake && !streamAt(call, key)) return null
  const made = newId(id, streamAt(call, key) ?? new Stream(), call.now)
  const stream = streamFor(call, key)
  stream.append(made, fields)
  if (trim) trimmed(stream, trim)
  call.effects = [['XADD', key, ...(trim ? [trim.kind, '=', trim.limit] : []), idText(made), ...fields]]
  call.db.changed(key, 'xadd', 't')
  return idText(made)
}

const xtrim: Handler = (call, [key = '', ...args]) => {
  const [trim] = readTrim(args, 0)
  if (!trim) throw new CommandError(SYNTAX)
  const stream = streamAt(call, key)
  const count = stream ? trimmed(stream, trim) : 0
  if (count > 0) call.db.changed(key, 'xtrim', 't')
  return count
}

const xrange =
  (backwards: boolean): Handler =>
  (call, [key = '', a = '', b = '', ...rest]) => {
    const [from, to] = backwards ? [b, a] : [a, b]
    const count = rest[0]?.toUpperCase() === 'COUNT' ? integer(rest[1] ?? '') : Infinity
    const [first, last] = [rangeEnd(from, true), rangeEnd(to, false)]
    const stream = streamAt(call, key)
    if (!stream || count <= 0) return []
    const found = backwards ? stream.range(first, last).toReversed().slice(0, count) : stream.range(first, last, count)
    return found.map(shown)
  }

const xdel: Handler = (call, [key = '', ...ids]) => {
  const wanted = ids.map((id) => idOf(id))
  const stream = streamAt(call, key)
  const count = stream ? wanted.filter((id) => stream.delete(id)).length : 0
  if (count > 0) call.db.changed(key, 'xdel', 't')
  return count
}

interface ReadOptions {
  readonly count: number
  readonly blockMs: number | undefined
  readonly noAck: boolean
  readonly keys: readonly string[]
  readonly ids: readonly string[]
}

/** What stands behind XREAD, or behind the group of XREADGROUP. */
function readOptions(args: readonly string[], name: string): ReadOptions {
  let [count, blockMs, noAck]: [number, number | undefined, boolean] = [Infinity, undefined, false]
  let at = 0
  for (; at < args.length && args[at]?.toUpperCase() !== 'STREAMS'; at++) {
    const word = args[at]?.toUpperCase()
    if (word === 'COUNT') count = integer(args[++at] ?? '') || Infinity
    else if (word === 'BLOCK') blockMs = integer(args[++at] ?? '', 'ERR timeout is not an integer or out of range')
    else if (word === 'NOACK') noAck = true
    else throw new CommandError(SYNTAX)
  }
  const words = args.slice(at + 1)
  if (words.length === 0 || words.length % 2)
    throw new CommandError(
      `ERR Unbalanced '${name}' list of streams: for each stream key an ID, ${name === 'xread' ? "'+', " : ''}or '${name === 'xread' ? '$' : '>'}' must be specified.`,
    )
  return { count, blockMs, noAck, keys: words.slice(0, words.length / 2), ids: words.slice(words.length / 2) }
}

/** By streams, where there is something: a map in RESP3. */
const byStream = ({ client }: Call, rows: readonly (readonly [string, readonly StreamEntry[]])[]): Reply =>
  client.protocol === 3
    ? new ReplyMap(rows.map(([key, entries]) => [key, entries.map(shown)]))
    : rows.map(([key, entries]) => [key, entries.map(shown)])

const orWait = (call: Call, { keys, blockMs }: ReadOptions, attempt: () => Reply | undefined): Reply | Blocked =>
  attempt() ?? (blockMs === undefined ? NIL_ARRAY : new Blocked(keys, blockMs, NIL_ARRAY, attempt))

const xread: Handler = (call, args) => {
  const options = readOptions(args, 'xread')
  const after = options.ids.map((id, index) => {
    const stream = streamAt(call, options.keys[index] ?? '')
    return id === '$' ? (stream?.lastId ?? ZERO) : id === '+' ? previous(stream) : idOf(id)
  })
  return orWait(call, options, () => {
    const rows = options.keys
      .map(
        (key, index) =>
          [key, streamAt(call, key)?.range(nextId(after[index] ?? ZERO), LARGEST, options.count) ?? []] as const,
      )
      .filter(([, entries]) => entries.length > 0)
    return rows.length > 0 ? byStream(call, rows) : undefined
  })
}

/** Just before the last entry. */
const previous = (stream: Stream | undefined): StreamId => stream?.entries.at(-2)?.id ?? ZERO

function groupAt(call: Call, key: string, name: string, words = ''): Group {
  const group = streamAt(call, key)?.groups.get(name)
  if (!group) throw new CommandError(`NOGROUP No such key '${key}' or consumer group '${name}'${words}`)
  return group
}

const xreadgroup: Handler = (call, [word = '', name = '', consumer = '', ...args]) => {
  if (word.toUpperCase() !== 'GROUP') throw new CommandError(SYNTAX)
  const options = readOptions(args, 'xreadgroup')
  const groups = options.keys.map((key) => groupAt(call, key, name, ' in XREADGROUP with GROUP option'))
  for (const group of groups) group.consumers.set(consumer, { seenMs: call.now })
  const own = options.ids.some((id) => id !== '>')
  const attempt = (): Reply | undefined => {
    const rows = options.keys.map((key, index) => {
      const id = options.ids[index] ?? '>'
      const stream = streamFor(call, key)
      const group = groups[index] as Group
      return [
        key,
        id === '>'
          ? deliver(call, key, stream, group, consumer, options)
          : history(stream, group, consumer, idOf(id), options.count),
      ] as const
    })
    const found = own ? rows : rows.filter(([, entries]) => entries.length > 0)
    return found.length > 0 ? byStream(call, found) : undefined
  }
  return own ? (attempt() ?? NIL_ARRAY) : orWait(call, options, attempt)
}

function deliver(
  call: Call,
  key: string,
  stream: Stream,
  group: Group,
  consumer: string,
  { count, noAck }: ReadOptions,
): StreamEntry[] {
  const entries = stream.range(nextId(group.lastDelivered), LARGEST, count)
  for (const { id } of entries) {
    group.lastDelivered = id
    group.entriesRead++
    if (!noAck) group.pending.set(idText(id), { id, consumer, deliveredMs: call.server.now(), deliveries: 1 })
  }
  if (entries.length > 0) call.db.changed(key, '', 't')
  return entries
}

/** What a consumer was given and has not acknowledged. */
const history = (stream: Stream, { pending }: Group, consumer: string, after: StreamId, count: number): StreamEntry[] =>
  [...pending.values()]
    .filter((each) => each.consumer === consumer && compareIds(each.id, after) > 0)
    .toSorted((a, b) => compareIds(a.id, b.id))
    .slice(0, count)
    .map(({ id }) => stream.find(id) ?? { id, fields: [] })

type Subcommand = (call: Call, args: readonly string[]) => Reply

const noGroup = (key: string, name: string): CommandError =>
  new CommandError(`NOGROUP No such consumer group '${name}' for key name '${key}'`)

function existing(call: Call, key: string): Stream {
  const stream = streamAt(call, key)
  if (!stream)
    throw new CommandError(
      'ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.',
    )
  return stream
}

const XGROUP: Readonly<Record<string, Subcommand>> = {
  CREATE: (call, [key = '', name = '', id = '', ...words]) => {
    const make = words.some((word) => word.toUpperCase() === 'MKSTREAM')
    const stream = make ? streamFor(call, key) : existing(call, key)
    if (stream.groups.has(name)) throw new CommandError('BUSYGROUP Consumer Group name already exists')
    const lastDelivered = id === '$' ? stream.lastId : idOf(id)
    stream.groups.set(name, {
      lastDelivered,
      pending: new Map(),
      consumers: new Map(),
      entriesRead: stream.indexOf(nextId(lastDelivered)),
    })
    call.db.changed(key, 'xgroup-create', 't')
    return OK
  },
  SETID: (call, [key = '', name = '', id = '']) => {
    const stream = existing(call, key)
    const group = stream.groups.get(name)
    if (!group) throw noGroup(key, name)
    group.lastDelivered = id === '$' ? stream.lastId : idOf(id)
    call.db.changed(key, 'xgroup-setid', 't')
    return OK
  },
  DESTROY: (call, [key = '', name = '']) => {
    const gone = existing(call, key).groups.delete(name)
    if (gone) call.db.changed(key, 'xgroup-destroy', 't')
    return gone ? 1 : 0
  },
  CREATECONSUMER: (call, [key = '', name = '', consumer = '']) => {
    const group = existing(call, key).groups.get(name)
    if (!group) throw noGroup(key, name)
    if (group.consumers.has(consumer)) return 0
    group.consumers.set(consumer, { seenMs: call.now })
    call.db.changed(key, 'xgroup-createconsumer', 't')
    return 1
  },
  DELCONSUMER: (call, [key = '', name = '', consumer = '']) => {
    const group = existing(call, key).groups.get(name)
    if (!group) throw noGroup(key, name)
    const own = [...group.pending].filter(([, each]) => each.consumer === consumer)
    for (const [id] of own) group.pending.delete(id)
    group.consumers.delete(consumer)
    call.db.changed(key, 'xgroup-delconsumer', 't')
    return own.length
  },
}

const subcommands =
  (name: string, table: Readonly<Record<string, Subcommand>>): Handler =>
  (call, [word = '', ...args]) => {
    const run = table[word.toUpperCase()]
    if (!run) throw new CommandError(`ERR unknown subcommand '${word}'. Try ${name} HELP.`)
    return run(call, args)
  }

const xack: Handler = (call, [key = '', name = '', ...ids]) => {
  const wanted = ids.map((id) => idText(idOf(id)))
  const group = streamAt(call, key)?.groups.get(name)
  const count = group ? wanted.filter((id) => group.pending.delete(id)).length : 0
  if (count > 0) call.db.changed(key, '', 't')
  return count
}

const byId = (a: Pending, b: Pending): number => compareIds(a.id, b.id)

const xpending: Handler = (call, [key = '', name = '', ...args]) => {
  const rows = [...groupAt(call, key, name).pending.values()].toSorted(byId)
  if (args.length === 0) {
    const counts = new Map<string, number>()
    for (const { consumer } of rows) counts.set(consumer, (counts.get(consumer) ?? 0) + 1)
    const [first, last] = [rows[0], rows.at(-1)]
    if (!first || !last) return [0, null, null, NIL_ARRAY]
    return [
      rows.length,
      idText(first.id),
      idText(last.id),
      [...counts].map(([consumer, count]) => [consumer, String(count)]),
    ]
  }
  const idle = args[0]?.toUpperCase() === 'IDLE' ? integer(args[1] ?? '') : 0
  const [from = '', to = '', count = '', consumer] =
    idle > 0 || args[0]?.toUpperCase() === 'IDLE' ? args.slice(2) : args
  const [low, high] = [rangeEnd(from, true), rangeEnd(to, false)]
  return rows
    .filter((each) => compareIds(each.id, low) >= 0 && compareIds(each.id, high) <= 0)
    .filter((each) => (consumer === undefined || each.consumer === consumer) && call.now - each.deliveredMs >= idle)
    .slice(0, integer(count))
    .map((each) => [idText(each.id), each.consumer, call.now - each.deliveredMs, each.deliveries])
}

/** Gives a pending entry to another consumer. @returns the entry, unless it was deleted */
function claim(call: Call, stream: Stream, group: Group, pending: Pending, consumer: string): StreamEntry | undefined {
  const entry = stream.find(pending.id)
  if (!entry) return void group.pending.delete(idText(pending.id))
  Object.assign(pending, { consumer, deliveredMs: call.now, deliveries: pending.deliveries + 1 })
  return entry
}

const xclaim: Handler = (call, [key = '', name = '', consumer = '', minIdle = '', ...args]) => {
  const group = groupAt(call, key, name)
  const stream = streamFor(call, key)
  const justIds = args.some((word) => word.toUpperCase() === 'JUSTID')
  const ids = args.filter((word) => /^\d+(-\d+)?$/.test(word))
  group.consumers.set(consumer, { seenMs: call.now })
  const entries = ids.flatMap((id) => {
    const pending = group.pending.get(idText(idOf(id)))
    if (!pending || call.now - pending.deliveredMs < integer(minIdle)) return []
    return claim(call, stream, group, pending, consumer) ?? []
  })
  call.db.changed(key, '', 't')
  return entries.map((entry) => (justIds ? idText(entry.id) : shown(entry)))
}

const xautoclaim: Handler = (call, [key = '', name = '', consumer = '', minIdle = '', start = '', ...args]) => {
  const group = groupAt(call, key, name)
  const stream = streamFor(call, key)
  const at = args.findIndex((word) => word.toUpperCase() === 'COUNT')
  const count = at < 0 ? 100 : integer(args[at + 1] ?? '')
  const justIds = args.some((word) => word.toUpperCase() === 'JUSTID')
  const from = rangeEnd(start, true)
  const idle = [...group.pending.values()]
    .toSorted(byId)
    .filter(({ id, deliveredMs }) => compareIds(id, from) >= 0 && call.now - deliveredMs >= integer(minIdle))
  group.consumers.set(consumer, { seenMs: call.now })
  const deleted = idle.slice(0, count).filter(({ id }) => !stream.find(id))
  const entries = idle.slice(0, count).flatMap((pending) => claim(call, stream, group, pending, consumer) ?? [])
  const next = idle[count]
  call.db.changed(key, '', 't')
  return [
    next ? idText(next.id) : '0-0',
    entries.map((entry) => (justIds ? idText(entry.id) : shown(entry))),
    deleted.map(({ id }) => idText(id)),
  ]
}

const noKey = (): CommandError => new CommandError('ERR no such key')

const XINFO: Readonly<Record<string, Subcommand>> = {
  STREAM: (call, [key = '']) => {
    const stream = streamAt(call, key)
    if (!stream) throw noKey()
    const [first, last] = [stream.entries[0], stream.entries.at(-1)]
    return new ReplyMap([
      ['length', stream.entries.length],
      ['radix-tree-keys', stream.entries.length > 0 ? 1 : 0],
      ['radix-tree-nodes', stream.entries.length > 0 ? 2 : 1],
      ['last-generated-id', idText(stream.lastId)],
      ['max-deleted-entry-id', idText(stream.maxDeleted)],
      ['entries-added', stream.added],
      ['recorded-first-entry-id', idText(first?.id ?? ZERO)],
      ['groups', stream.groups.size],
      ['first-entry', first ? shown(first) : null],
      ['last-entry', last ? shown(last) : null],
    ])
  },
  GROUPS: (call, [key = '']) => {
    const stream = streamAt(call, key)
    if (!stream) throw noKey()
    return [...stream.groups].map(
      ([name, group]) =>
        new ReplyMap([
          ['name', name],
          ['consumers', group.consumers.size],
          ['pending', group.pending.size],
          ['last-delivered-id', idText(group.lastDelivered)],
          ['entries-read', group.entriesRead],
          ['lag', stream.range(nextId(group.lastDelivered), LARGEST).length],
        ]),
    )
  },
  CONSUMERS: (call, [key = '', name = '']) => {
    const group = groupAt(call, key, name)
    return [...group.consumers].map(
      ([consumer, { seenMs }]) =>
        new ReplyMap([
          ['name', consumer],
          ['pending', [...group.pending.values()].filter((each) => each.consumer === consumer).length],
          ['idle', call.now - seenMs],
          ['inactive', call.now - seenMs],
        ]),
    )
  },
}

/** https://redis.io/docs/latest/commands/?group=stream */
export const streamCommands = commandTable({
  xadd: [-5, 'wf', '1', xadd],
  xtrim: [-4, 'w', '1', xtrim],
  xrange: [-4, 'r', '1', xrange(false)],
  xrevrange: [-4, 'r', '1', xrange(true)],
  xlen: [2, 'rf', '1', (call, [key = '']) => streamAt(call, key)?.entries.length ?? 0],
  xdel: [-3, 'wf', '1', xdel],
  xread: [-4, 'r', '', xread],
  xreadgroup: [-7, 'w', '', xreadgroup],
  xgroup: [-2, 'w', '2', subcommands('XGROUP', XGROUP)],
  xinfo: [-2, 'r', '2', subcommands('XINFO', XINFO)],
  xack: [-4, 'wf', '1', xack],
  xpending: [-3, 'r', '1', xpending],
  xclaim: [-6, 'w', '1', xclaim],
  xautoclaim: [-6, 'w', '1', xautoclaim],
  xsetid: [
    -3,
    'w',
    '1',
    (call, [key = '', id = '']) => {
      existing(call, key).lastId = idOf(id)
      call.db.changed(key, 'xsetid', 't')
      return OK
    },
  ],
})
