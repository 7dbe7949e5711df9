import { type Group, idText, Stream, type StreamId } from './stream.ts'

const idOf = (text: string): StreamId => {
  const [ms = 0, seq = 0] = text.split('-').map(Number)
  return { ms, seq }
}

interface StreamRecord {
  readonly last: string
  readonly deleted: string
  readonly added: number
  readonly entries: readonly (readonly [id: string, ...fields: string[]])[]
  readonly groups: readonly GroupRecord[]
}

interface GroupRecord {
  readonly name: string
  readonly last: string
  readonly read: number
  readonly consumers: readonly (readonly [name: string, seenMs: number])[]
  readonly pending: readonly (readonly [id: string, consumer: string, deliveredMs: number, deliveries: number])[]
}

/** A stream with its groups, as one text. */
export const streamText = (stream: Stream): string =>
  JSON.stringify({
    last: idText(stream.lastId),
    deleted: idText(stream.maxDeleted),
    added: stream.added,
    entries: stream.entries.map(({ id, fields }) => [idText(id), ...fields]),
    groups: [...stream.groups].map(([name, group]) => ({
      name,
      last: idText(group.lastDelivered),
      read: group.entriesRead,
      consumers: [...group.consumers].map(([consumer, { seenMs }]) => [consumer, seenMs]),
      pending: [...group.pending.values()].map((each) => [
        idText(each.id),
        each.consumer,
        each.deliveredMs,
        each.deliveries,
      ]),
    })),
  } satisfies StreamRecord)
    // The texts of a dump hold bytes: every character beyond is escaped.
    .replace(/[^\x20-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)

export function streamOfText(text: string): Stream {
  const record = JSON.parse(text) as StreamRecord
  const stream = new Stream()
  for (const [id, ...fields] of record.entries) stream.append(idOf(id), fields)
  stream.lastId = idOf(record.last)
  stream.maxDeleted = idOf(record.deleted)
  stream.added = record.added
  for (const group of record.groups) stream.groups.set(group.name, groupOf(group))
  return stream
}

const groupOf = ({ last, read, consumers, pending }: GroupRecord): Group => ({
  lastDelivered: idOf(last),
  entriesRead: read,
  consumers: new Map(consumers.map(([name, seenMs]) => [name, { seenMs }])),
  pending: new Map(
    pending.map(([id, consumer, deliveredMs, deliveries]) => [id, { id: idOf(id), consumer, deliveredMs, deliveries }]),
  ),
})
