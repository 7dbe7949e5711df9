import { deserialize, serialize } from 'bson'
import { concat } from '@drydock/libc'

/** A document as this room holds it: numbers are numbers, other types of BSON are values of its library. */
export type Document = Record<string, unknown>

/** A document, and no value of one of BSON's types. */
export const isDocument = (value: unknown): value is Document =>
  value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype

/** MongoDB wire protocol, opcodes. */
const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013
const HEADER_BYTES = 16
const CHECKSUM_PRESENT = 1
const MORE_TO_COME = 2
/** What one message may have at most: maxMessageSizeBytes of `hello`. */
export const MAX_MESSAGE_BYTES = 48_000_000
/** maxBsonObjectSize */
export const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/** What a client asks: one command with its database, and documents that came beside it. */
export interface Request {
  readonly id: number
  readonly body: Document
  /** Documents of sections of kind 1, by the name of the field they stand for, in their bytes. */
  readonly sequences: ReadonlyMap<string, readonly Uint8Array[]>
  /** The client wants no answer. */
  readonly silent: boolean
  /** Asked by OP_QUERY, as a client does before it knows the server. */
  readonly legacy: boolean
}

/** The bytes are no message of this protocol. */
export class WireError extends Error {}

/** Cuts a stream of bytes into messages. */
export class MessageReader {
  private parts: Uint8Array[] = []
  private size = 0
  /** What has to be there before there is anything to take: the next message, or its length. */
  private wanted = 4

  feed(bytes: Uint8Array): void {
    this.parts.push(bytes)
    this.size += bytes.length
  }

  /** @returns the next whole message, header included @throws WireError */
  take(): Uint8Array | undefined {
    if (this.size < this.wanted) return undefined
    const whole = concat(this.parts)
    const length = int32(whole, 0)
    if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) throw new WireError(`message of ${length} bytes`)
    this.parts = [whole]
    this.wanted = length
    if (this.size < length) return undefined
    this.parts = [whole.subarray(length)]
    this.size -= length
    this.wanted = 4
    return whole.slice(0, length)
  }
}

export const int32 = (bytes: Uint8Array, at: number): number =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(at, true)

/** @throws WireError */
export function parseRequest(message: Uint8Array): Request {
  const id = int32(message, 4)
  const opcode = int32(message, 12)
  if (opcode === OP_MSG) return parseMsg(id, message)
  if (opcode === OP_QUERY) return parseQuery(id, message)
  throw new WireError(`opcode ${opcode}`)
}

function parseMsg(id: number, message: Uint8Array): Request {
  const flags = int32(message, HEADER_BYTES)
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0)
  let body: Document = {}
  const sequences = new Map<string, Uint8Array[]>()
  for (let at = HEADER_BYTES + 4; at < end; ) {
    const kind = message[at++]
    const length = int32(message, at)
    if (kind === 0) body = readBody(message.subarray(at, at + length), sequences)
    else if (kind === 1) readSequence(message.subarray(at, at + length), sequences)
    else throw new WireError(`section of kind ${kind}`)
    at += length
  }
  return { id, body, sequences, silent: (flags & MORE_TO_COME) !== 0, legacy: false }
}

/** What is to be inserted stays in its bytes, where numbers have their types, whether it came in the body or beside it. */
function readBody(section: Uint8Array, sequences: Map<string, Uint8Array[]>): Document {
  const isInsert = new TextDecoder().decode(section.subarray(5, section.indexOf(0, 5))) === 'insert'
  if (!isInsert) return deserialize(section)
  const { documents, ...body } = deserialize(section, { fieldsAsRaw: { documents: true } })
  if (Array.isArray(documents)) sequences.set('documents', documents as Uint8Array[])
  return body
}

function readSequence(section: Uint8Array, into: Map<string, Uint8Array[]>): void {
  const nameEnd = section.indexOf(0, 4)
  const name = new TextDecoder().decode(section.subarray(4, nameEnd))
  const documents: Uint8Array[] = []
  for (let at = nameEnd + 1; at < section.length; ) {
    const length = int32(section, at)
    if (length < 5) throw new WireError('a document without bytes')
    documents.push(section.slice(at, at + length))
    at += length
  }
  into.set(name, documents)
}

/** Only commands: `db.$cmd`. */
function parseQuery(id: number, message: Uint8Array): Request {
  const nameEnd = message.indexOf(0, HEADER_BYTES + 4)
  const name = new TextDecoder().decode(message.subarray(HEADER_BYTES + 4, nameEnd))
  if (!name.endsWith('.$cmd')) throw new WireError(`OP_QUERY on ${name}`)
  const body = deserialize(message.subarray(nameEnd + 9)) as Document
  const command = (body.$query as Document | undefined) ?? body
  const sequences = new Map<string, Uint8Array[]>()
  return { id, body: { ...command, $db: name.slice(0, -5) }, sequences, silent: false, legacy: true }
}

/** The answer's bytes. */
export function printReply(request: Request, reply: Document): Uint8Array {
  const document = serialize(reply, { ignoreUndefined: true })
  const middle = request.legacy ? 20 : 5
  const message = new Uint8Array(HEADER_BYTES + middle + document.length)
  const view = new DataView(message.buffer)
  view.setInt32(0, message.length, true)
  view.setInt32(8, request.id, true)
  view.setInt32(12, request.legacy ? OP_REPLY : OP_MSG, true)
  if (request.legacy) view.setInt32(HEADER_BYTES + 16, 1, true)
  message.set(document, HEADER_BYTES + middle)
  return message
}

/** A command's bytes, as a client sends it. */
export function printCommand(id: number, body: Document): Uint8Array {
  const document = serialize(body, { ignoreUndefined: true })
  const message = new Uint8Array(HEADER_BYTES + 5 + document.length)
  const view = new DataView(message.buffer)
  view.setInt32(0, message.length, true)
  view.setInt32(4, id, true)
  view.setInt32(12, OP_MSG, true)
  message.set(document, HEADER_BYTES + 5)
  return message
}

/** The answer in a message, every number in its type. */
export const parseReply = (message: Uint8Array): Document =>
  deserialize(message.subarray(HEADER_BYTES + 5), { promoteValues: false, promoteBuffers: false })
