import type { ObjectId } from 'bson'
import type { Document } from '../wire/message.ts'

/** The document with its `_id` in front, and a new one where it has none. */
export function identified(document: Document, newId: () => ObjectId): Document {
  const { _id = newId(), ...rest } = document
  return { _id, ...rest }
}
