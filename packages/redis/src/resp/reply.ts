/** Texts of the protocol are binary strings here: a character is a byte. https://redis.io/docs/latest/develop/reference/protocol-spec/ */
export type Reply =
  | string
  | number
  | bigint
  | null
  | boolean
  | readonly Reply[]
  | Status
  | CommandError
  | ReplyMap
  | ReplySet
  | Double
  | Push
  | Verbatim
  | typeof NIL_ARRAY
  | typeof NO_REPLY

/** A simple string, `+OK`. */
export class Status {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** An error reply; handlers throw it, transactions keep it as a value. */
export class CommandError extends Error {}

/** A map in RESP3, a flat array in RESP2. */
export class ReplyMap {
  readonly pairs: readonly (readonly [Reply, Reply])[]
  constructor(pairs: readonly (readonly [Reply, Reply])[]) {
    this.pairs = pairs
  }
}

export class ReplySet {
  readonly items: readonly Reply[]
  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** A double in RESP3, its digits in RESP2. */
export class Double {
  readonly value: number
  constructor(value: number) {
    this.value = value
  }
}

/** Out of band data: published messages. */
export class Push {
  readonly items: readonly Reply[]
  constructor(items: readonly Reply[]) {
    this.items = items
  }
}

/** Text for people: INFO, CLIENT LIST. */
export class Verbatim {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** RESP2 knows two nulls. */
export const NIL_ARRAY = Symbol('null array')
/** The answer was sent already, or there is none. */
export const NO_REPLY = Symbol('no reply')

export const OK = new Status('OK')

export const WRONG_TYPE = 'WRONGTYPE Operation against a key holding the wrong kind of value'
export const NOT_INTEGER = 'ERR value is not an integer or out of range'
export const NOT_FLOAT = 'ERR value is not a valid float'
export const SYNTAX = 'ERR syntax error'

/** As redis prints a score: the shortest digits that read back. */
export const doubleText = (value: number): string =>
  value === Infinity ? 'inf' : value === -Infinity ? '-inf' : Object.is(value, -0) ? '-0' : String(value)

export type Protocol = 2 | 3

const aggregate = (mark: string, items: readonly Reply[], protocol: Protocol): string => {
  let text = `${mark}${items.length}\r\n`
  for (const item of items) text += encode(item, protocol)
  return text
}

/** @returns a binary string */
export function encode(reply: Reply, protocol: Protocol): string {
  if (typeof reply === 'string') return `$${reply.length}\r\n${reply}\r\n`
  if (typeof reply === 'number' || typeof reply === 'bigint') return `:${reply}\r\n`
  if (reply === null) return protocol === 3 ? '_\r\n' : '$-1\r\n'
  if (reply === NIL_ARRAY) return protocol === 3 ? '_\r\n' : '*-1\r\n'
  if (reply === NO_REPLY) return ''
  if (typeof reply === 'boolean') return protocol === 3 ? `#${reply ? 't' : 'f'}\r\n` : `:${reply ? 1 : 0}\r\n`
  if (reply instanceof Status) return `+${reply.text}\r\n`
  if (reply instanceof CommandError) return `-${reply.message.replace(/[\r\n]/g, ' ')}\r\n`
  return encodeAggregate(reply, protocol)
}

function encodeAggregate(
  reply: readonly Reply[] | ReplyMap | ReplySet | Double | Push | Verbatim,
  protocol: Protocol,
): string {
  if (reply instanceof Double)
    return protocol === 3 ? `,${doubleText(reply.value)}\r\n` : encode(doubleText(reply.value), protocol)
  if (reply instanceof Verbatim)
    return protocol === 3 ? `=${reply.text.length + 4}\r\ntxt:${reply.text}\r\n` : encode(reply.text, protocol)
  if (reply instanceof ReplyMap) {
    const flat = reply.pairs.flat(1) as Reply[]
    return protocol === 3
      ? aggregate('%', flat, protocol).replace(/^%\d+/, `%${reply.pairs.length}`)
      : aggregate('*', flat, protocol)
  }
  if (reply instanceof ReplySet) return aggregate(protocol === 3 ? '~' : '*', reply.items, protocol)
  if (reply instanceof Push) return aggregate(protocol === 3 ? '>' : '*', reply.items, protocol)
  return aggregate('*', reply, protocol)
}
