import { CommandError, Double, NIL_ARRAY, type Reply, ReplyMap, ReplySet, Status, Verbatim } from '../resp/reply.ts'
import type { LuaValue } from './values.ts'

/** From the protocol to Lua: null is false, a status a table with `ok`. */
export function fromReply(reply: Reply): LuaValue {
  if (reply === null || reply === NIL_ARRAY) return false
  if (typeof reply === 'string' || typeof reply === 'number') return reply
  if (typeof reply === 'bigint') return Number(reply)
  if (typeof reply === 'boolean') return reply ? 1 : 0
  if (reply instanceof Status) return new Map([['ok', reply.text]])
  if (reply instanceof CommandError) return new Map([['err', reply.message]])
  if (reply instanceof Double) return String(reply.value)
  if (reply instanceof Verbatim) return reply.text
  if (reply instanceof ReplyMap) return reply.pairs.flat(1).map((each) => fromReply(each as Reply))
  if (reply instanceof ReplySet) return reply.items.map(fromReply)
  return Array.isArray(reply) ? reply.map(fromReply) : false
}

/** And back: numbers lose what is behind the point, a table ends at its first nil. */
export function toReply(value: LuaValue): Reply {
  if (value === undefined || value === false) return null
  if (value === true) return 1
  if (typeof value === 'number') return Number.isFinite(value) ? Math.trunc(value) : 0
  if (typeof value === 'string') return value
  if (!(value instanceof Map)) return (value as readonly LuaValue[]).map(toReply)
  const error = value.get('err')
  if (typeof error === 'string') return new CommandError(error)
  const status = value.get('ok')
  if (typeof status === 'string') return new Status(status)
  const double = value.get('double')
  if (typeof double === 'number') return new Double(double)
  const items: Reply[] = []
  while (value.get(items.length + 1) !== undefined) items.push(toReply(value.get(items.length + 1)))
  return items
}
