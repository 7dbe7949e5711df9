import type { BlockStore, StoredValue } from '@drydock/abi'
import { concatBytes, Gunzip, gzip } from '@drydock/codec'
import { readSessionRecord } from './session-record.ts'
import { sessionKey, sessionPrefixes } from './store-keys.ts'

/** What is wrong with a file that was to be a session. */
export class SessionFileError extends Error {}

/** First bytes of a session's file, below its gzip. */
const MAGIC = 'drydock session 1\n'
/** A place in the file's tail, in JSON where the value has bytes. */
const BYTES = '$bytes'
const PIECE_BYTES = 4096
const MOST_BYTES = 1024 ** 3
const encoder = new TextEncoder()
const decoder = new TextDecoder()

/**
 * Everything that is kept of a session as one file: gzip over a line that names the format, the length of a JSON text,
 * that text with the values by key, and behind it the bytes that they refer to.
 * @throws SessionFileError when nothing is kept under the id
 */
export async function exportSession(store: BlockStore, id: string): Promise<Uint8Array> {
  const record = (await store.load(sessionKey(id))).find(([key]) => key === sessionKey(id))
  if (!record) throw new SessionFileError(`nothing is kept of session ${id}`)
  const below = await Promise.all(sessionPrefixes(id).map((prefix) => store.load(prefix)))
  const tail: Uint8Array[] = []
  let at = 0
  const values = [record, ...below.flat()].map(([key, value]) => [withoutId(key, id), value])
  const text = JSON.stringify(values, (_, value: unknown) => {
    if (!(value instanceof Uint8Array)) return value
    tail.push(value)
    at += value.length
    return { [BYTES]: [at - value.length, value.length] }
  })
  const json = encoder.encode(text)
  return gzip(concatBytes([encoder.encode(`${MAGIC}${json.length}\n`), json, ...tail]))
}

/**
 * Puts a session's file into the store under a new id; nothing that is there is touched.
 * @throws SessionFileError when the file is none, or one of another version
 */
export async function importSession(store: BlockStore, file: Uint8Array, id: string, nowMs: number): Promise<void> {
  const values = parse(unpacked(file))
  const record = readSessionRecord(values.get(sessionKey('')))
  if (!record) throw new SessionFileError('this file holds no session of this version')
  const puts = new Map<string, StoredValue>()
  for (const [key, value] of values) puts.set(withId(key, id), value)
  puts.set(sessionKey(id), { ...record, id, usedMs: nowMs })
  await store.commit({ puts, deletes: [] })
}

/** `disks/k3x9/node1/…` -> `disks//node1/…`: the second part of every key is the session's id. */
const withoutId = (key: string, id: string): string => key.replace(`/${id}`, '/')

/** A key of a session's file can lead nowhere but below that session. */
function withId(key: string, id: string): string {
  const known = [sessionKey(''), ...sessionPrefixes('')].find((prefix) => key === prefix || key.startsWith(prefix))
  if (known === undefined) throw new SessionFileError(`this file has a key that belongs to no session: ${key}`)
  return key.replace('/', `/${id}`)
}

/** A few bytes can be made to unpack to gigabytes: piece by piece, up to what a session can hold. */
function unpacked(file: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = []
  let length = 0
  const keep = (unpacked: readonly Uint8Array[]): void => {
    for (const part of unpacked) length += parts[parts.push(part) - 1]?.length ?? 0
    if (length > MOST_BYTES) throw new SessionFileError('this file unpacks to more than a session can hold')
  }
  try {
    const unpacker = new Gunzip()
    for (let at = 0; at < file.length; at += PIECE_BYTES) keep(unpacker.push(file.subarray(at, at + PIECE_BYTES)))
    unpacker.finish()
  } catch (error) {
    if (error instanceof SessionFileError) throw error
    throw new SessionFileError('this file is not a session of this playground')
  }
  return concatBytes(parts)
}

function parse(whole: Uint8Array): Map<string, StoredValue> {
  const lengthAt = MAGIC.length
  const jsonAt = whole.indexOf(0x0a, lengthAt) + 1
  if (decoder.decode(whole.subarray(0, lengthAt)) !== MAGIC || jsonAt === 0)
    throw new SessionFileError('this file is not a session of this playground')
  const tailAt = jsonAt + Number(decoder.decode(whole.subarray(lengthAt, jsonAt - 1)))
  const text = decoder.decode(whole.subarray(jsonAt, tailAt))
  const tail = whole.subarray(tailAt)
  try {
    return new Map(JSON.parse(text, (_, value: unknown) => bytesOf(value, tail) ?? value) as [string, StoredValue][])
  } catch {
    throw new SessionFileError('this file is damaged')
  }
}

function bytesOf(value: unknown, tail: Uint8Array): Uint8Array | undefined {
  const place = (value as { [BYTES]?: [number, number] } | null)?.[BYTES]
  return place && tail.slice(place[0], place[0] + place[1])
}
