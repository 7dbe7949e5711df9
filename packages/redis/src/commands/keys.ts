import { type Call, commandTable, type Handler } from '../command.ts'
import { CommandError, OK, type Reply, Status, SYNTAX } from '../resp/reply.ts'
import { globMatcher } from '../store/glob.ts'
import type { Entry } from '../store/keyspace.ts'
import { integer, parseInteger } from '../store/numbers.ts'
import { Deque } from '../store/deque.ts'
import { dumpValue, restoreValue } from '../persistence/dump.ts'
import { streamOfText, streamText } from '../store/stream-text.ts'
import { SortedSet } from '../store/sorted-set.ts'
import { sortCommand } from './sort.ts'

const del: Handler = ({ db }, keys) => {
  let gone = 0
  for (const key of keys)
    if (db.delete(key)) {
      gone++
      db.changed(key, 'del', 'g')
    }
  return gone
}

type Condition = 'NX' | 'XX' | 'GT' | 'LT'
const CONDITIONS: Readonly<Record<Condition, (now: number | undefined, wanted: number) => boolean>> = {
  NX: (now) => now === undefined,
  XX: (now) => now !== undefined,
  GT: (now, wanted) => now !== undefined && wanted > now,
  LT: (now, wanted) => now === undefined || wanted < now,
}
const isCondition = (word: string): word is Condition => word in CONDITIONS

const expire =
  (scale: number, absolute: boolean): Handler =>
  (call, [key = '', time = '', ...words]) => {
    const { db, now } = call
    const deadline = integer(time) * scale + (absolute ? 0 : now)
    const name = (call.argv[0] ?? '').toLowerCase()
    if (!Number.isSafeInteger(deadline)) throw new CommandError(`ERR invalid expire time in '${name}' command`)
    const conditions = words.map((word) => word.toUpperCase())
    const unknown = conditions.find((word) => !isCondition(word))
    if (unknown !== undefined) throw new CommandError(`ERR Unsupported option ${unknown}`)
    if (!db.has(key)) return 0
    if (!conditions.every((word) => isCondition(word) && CONDITIONS[word](db.deadline(key), deadline))) return 0
    if (deadline <= now) {
      db.delete(key)
      db.changed(key, 'del', 'g')
      call.effects = [['DEL', key]]
      return 1
    }
    db.setDeadline(key, deadline)
    db.changed(key, 'expire', 'g')
    call.effects = [['PEXPIREAT', key, String(deadline)]]
    return 1
  }

const remaining =
  (scale: number, absolute: boolean): Handler =>
  ({ db, now }, [key = '']) => {
    if (!db.has(key)) return -2
    const deadline = db.deadline(key)
    if (deadline === undefined) return -1
    return Math.floor(((absolute ? deadline : deadline - now) + scale / 2) / scale)
  }

const persist: Handler = ({ db }, [key = '']) => {
  if (!db.has(key) || db.deadline(key) === undefined) return 0
  db.setDeadline(key, undefined)
  db.changed(key, 'persist', 'g')
  return 1
}

const NO_KEY = 'ERR no such key'
const rename =
  (onlyNew: boolean): Handler =>
  ({ db }, [from = '', to = '']) => {
    const entry = db.find(from)
    if (!entry) throw new CommandError(NO_KEY)
    if (onlyNew && db.has(to)) return 0
    const deadline = db.deadline(from)
    db.delete(from)
    db.put(to, entry)
    db.setDeadline(to, deadline)
    db.changed(from, 'rename_from', 'g')
    db.changed(to, 'rename_to', 'g')
    return onlyNew ? 1 : OK
  }

function copyOf(entry: Entry): Entry {
  if (entry.kind === 'string') return { ...entry }
  if (entry.kind === 'list') return { kind: 'list', items: new Deque(entry.items.toArray()) }
  if (entry.kind === 'hash') return { kind: 'hash', fields: new Map(entry.fields) }
  if (entry.kind === 'set') return { kind: 'set', members: new Set(entry.members) }
  if (entry.kind === 'stream') return { kind: 'stream', stream: streamOfText(streamText(entry.stream)) }
  const sorted = new SortedSet()
  for (const { member, score } of entry.sorted.items) sorted.set(member, score)
  return { kind: 'zset', sorted }
}

const copy: Handler = ({ db, server }, [from = '', to = '', ...words]) => {
  const upper = words.map((word) => word.toUpperCase())
  const at = upper.indexOf('DB')
  const target = at < 0 ? db : server.database(integer(words[at + 1] ?? ''))
  if (target === db && from === to) throw new CommandError('ERR source and destination objects are the same')
  const entry = db.find(from)
  if (!entry || (target.has(to) && !upper.includes('REPLACE'))) return 0
  target.delete(to)
  target.put(to, copyOf(entry))
  target.setDeadline(to, db.deadline(from))
  target.changed(to, 'copy_to', 'g')
  return 1
}

const move: Handler = ({ db, server }, [key = '', index = '']) => {
  const target = server.database(integer(index))
  const entry = db.find(key)
  if (target === db) throw new CommandError('ERR source and destination objects are the same')
  if (!entry || target.has(key)) return 0
  target.put(key, entry)
  target.setDeadline(key, db.deadline(key))
  db.delete(key)
  db.changed(key, 'move_from', 'g')
  target.changed(key, 'move_to', 'g')
  return 1
}

export interface ScanOptions {
  readonly matches: (text: string) => boolean
  readonly count: number
  readonly type?: string
  readonly noValues: boolean
}

/** MATCH, COUNT, TYPE, NOVALUES. @throws CommandError */
export function scanOptions(words: readonly string[]): ScanOptions {
  let options: ScanOptions = { matches: () => true, count: 10, noValues: false }
  for (let i = 0; i < words.length; i++) {
    const word = (words[i] ?? '').toUpperCase()
    const value = words[i + 1]
    if (word === 'NOVALUES') options = { ...options, noValues: true }
    else if (value === undefined) throw new CommandError(SYNTAX)
    else if (word === 'MATCH') options = { ...options, matches: globMatcher(words[++i] ?? '') }
    else if (word === 'COUNT') options = { ...options, count: integer(words[++i] ?? '') }
    else if (word === 'TYPE') options = { ...options, type: (words[++i] ?? '').toLowerCase() }
    else throw new CommandError(SYNTAX)
  }
  if (options.count < 1) throw new CommandError(SYNTAX)
  return options
}

export function cursorOf(text: string): number {
  const cursor = parseInteger(text)
  if (cursor === undefined || cursor < 0n) throw new CommandError('ERR invalid cursor')
  return Number(cursor)
}

const scan: Handler = ({ db }, [cursor = '', ...words]) => {
  const { matches, count, type } = scanOptions(words)
  const { next, keys } = db.scan(cursorOf(cursor), count)
  const kept = keys.filter((key) => {
    const entry = matches(key) ? db.find(key) : undefined
    return entry !== undefined && (type === undefined || entry.kind === type)
  })
  return [String(next), kept]
}

const keys: Handler = ({ db }, [pattern = '']) => {
  const matches = globMatcher(pattern)
  return [...db.entries.keys()].filter((key) => matches(key) && db.has(key))
}

const randomkey: Handler = ({ db, server }) => {
  db.sweep(100)
  const all = [...db.entries.keys()]
  return all.length === 0 ? null : (all[server.random(all.length)] ?? null)
}

const small = (texts: Iterable<string>, size: number, most: number): boolean => {
  if (size > most) return false
  for (const text of texts) if (text.length > 64) return false
  return true
}

/** The names of redis's own inner encodings, by its default limits. */
function encodingOf(entry: Entry): string {
  if (entry.kind === 'string') {
    const { value } = entry
    return parseInteger(value) === undefined ? (value.length <= 44 ? 'embstr' : 'raw') : 'int'
  }
  if (entry.kind === 'list') return small(entry.items.toArray(), entry.items.length, 512) ? 'listpack' : 'quicklist'
  if (entry.kind === 'hash') return small([...entry.fields].flat(), entry.fields.size, 512) ? 'listpack' : 'hashtable'
  if (entry.kind === 'set') {
    const { members } = entry
    if (members.size <= 512 && [...members].every((member) => parseInteger(member) !== undefined)) return 'intset'
    return small(members, members.size, 128) ? 'listpack' : 'hashtable'
  }
  if (entry.kind === 'stream') return 'stream'
  return small(entry.sorted.scores.keys(), entry.sorted.size, 128) ? 'listpack' : 'skiplist'
}

const OBJECT_HELP = [
  'OBJECT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:',
  'ENCODING <key>',
  '    Return the kind of internal representation used in order to store the value',
  '    associated with a <key>.',
  'REFCOUNT <key>',
  '    Return the number of references of the value associated with the specified',
  '    <key>.',
  'IDLETIME <key>',
  '    Return the idle time of the <key>.',
  'HELP',
  '    Print this help.',
].map((line) => new Status(line))

const object: Handler = ({ db }, [sub = '', key = '']) => {
  const word = sub.toUpperCase()
  if (word === 'HELP') return OBJECT_HELP
  if (!['ENCODING', 'REFCOUNT', 'IDLETIME', 'FREQ'].includes(word))
    throw new CommandError(`ERR unknown subcommand '${sub}'. Try OBJECT HELP.`)
  const entry = db.find(key)
  if (!entry) return null
  if (word === 'ENCODING') return encodingOf(entry)
  if (word === 'FREQ')
    throw new CommandError(
      'ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.',
    )
  return word === 'REFCOUNT' ? 1 : 0
}

function restore({ db, now }: Call, [key = '', ttl = '', payload = '', ...words]: readonly string[]): Reply {
  const upper = words.map((word) => word.toUpperCase())
  if (db.has(key) && !upper.includes('REPLACE')) throw new CommandError('BUSYKEY Target key name already exists.')
  const entry = restoreValue(payload)
  if (!entry) throw new CommandError('ERR DUMP payload version or checksum are wrong')
  const time = integer(ttl)
  db.delete(key)
  db.put(key, entry)
  db.setDeadline(key, time === 0 ? undefined : upper.includes('ABSTTL') ? time : now + time)
  db.changed(key, 'restore', 'g')
  return OK
}

const countThere: Handler = ({ db }, names) => names.filter((name) => db.has(name)).length

export const keyCommands = commandTable({
  del: [-2, 'w', '1 -1', del],
  unlink: [-2, 'wf', '1 -1', del],
  exists: [-2, 'rf', '1 -1', countThere],
  touch: [-2, 'rf', '1 -1', countThere],
  type: [2, 'rf', '1', ({ db }, [key = '']) => new Status(db.find(key)?.kind ?? 'none')],
  expire: [-3, 'wf', '1', expire(1000, false)],
  pexpire: [-3, 'wf', '1', expire(1, false)],
  expireat: [-3, 'wf', '1', expire(1000, true)],
  pexpireat: [-3, 'wf', '1', expire(1, true)],
  ttl: [2, 'rf', '1', remaining(1000, false)],
  pttl: [2, 'rf', '1', remaining(1, false)],
  expiretime: [2, 'rf', '1', remaining(1000, true)],
  pexpiretime: [2, 'rf', '1', remaining(1, true)],
  persist: [2, 'wf', '1', persist],
  rename: [3, 'w', '1 2', rename(false)],
  renamenx: [3, 'wf', '1 2', rename(true)],
  copy: [-3, 'w', '1 2', copy],
  move: [3, 'wf', '1', move],
  keys: [2, 'r', '', keys],
  scan: [-2, 'r', '', scan],
  randomkey: [1, 'r', '', randomkey],
  object: [-2, 'r', '2', object],
  sort: [-2, 'w', '1', sortCommand],
  sort_ro: [-2, 'r', '1', sortCommand],
  dump: [
    2,
    'r',
    '1',
    ({ db }, [key = '']) => {
      const entry = db.find(key)
      return entry ? dumpValue(entry) : null
    },
  ],
  restore: [-4, 'w', '1', restore],
})
