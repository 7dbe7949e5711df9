import { deserialize, serialize } from 'bson'
import { concat } from '@drydock/libc'
import { type Document, int32 } from '../wire/message.ts'
import { ToolError } from './tool-client.ts'

/** One collection of a dump: documents of BSON as they are, and what is said of it in JSON. */
export interface Dumped {
  readonly db: string
  readonly collection: string
  readonly metadata: string
  readonly documents: readonly Uint8Array[]
}

const MAGIC = 0x8199e26d
const TERMINATOR = new Uint8Array(4).fill(0xff)
const VERSION = '0.1'

function magic(): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, MAGIC, true)
  return bytes
}

/** What stands for the end of a collection: CRC-64 of its bytes, which 0 leaves unchecked. */
const header = ({ db, collection }: Dumped, EOF: boolean): Uint8Array => serialize({ db, collection, EOF, CRC: 0n })

/** The format of `mongodump --archive`: a prelude of all collections, then blocks of documents. mongo-tools: common/archive */
export function printArchive(collections: readonly Dumped[], versions: { server: string; tool: string }): Uint8Array {
  const prelude = serialize({
    concurrent_collections: 4,
    version: VERSION,
    server_version: versions.server,
    tool_version: versions.tool,
  })
  const rows = collections.map(({ db, collection, metadata, documents }) =>
    serialize({
      db,
      collection,
      metadata,
      size: documents.reduce((sum, { length }) => sum + length, 0),
      type: 'collection',
    }),
  )
  const blocks = collections.flatMap((each) => [
    header(each, false),
    ...each.documents,
    TERMINATOR,
    header(each, true),
    TERMINATOR,
  ])
  return concat([magic(), prelude, ...rows, TERMINATOR, ...blocks])
}

/** Documents of BSON up to the terminator. */
class Reader {
  private readonly bytes: Uint8Array
  private at = 4

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get over(): boolean {
    return this.at + 4 > this.bytes.length
  }

  /** @throws ToolError where the archive is cut off */
  block(): Uint8Array[] {
    const documents: Uint8Array[] = []
    for (;;) {
      if (this.over) throw new ToolError('stream or file does not appear to be a mongodump archive')
      const length = int32(this.bytes, this.at)
      if (length === -1) {
        this.at += 4
        return documents
      }
      if (length < 5 || this.at + length > this.bytes.length) throw new ToolError('corruption found in archive')
      documents.push(this.bytes.slice(this.at, this.at + length))
      this.at += length
    }
  }
}

/** @throws ToolError for what is no archive */
export function parseArchive(bytes: Uint8Array): Dumped[] {
  if (bytes.length < 4 || int32(bytes, 0) >>> 0 !== MAGIC)
    throw new ToolError('stream or file does not appear to be a mongodump archive')
  const reader = new Reader(bytes)
  const [, ...rows] = reader.block()
  const found = new Map(
    rows.map((raw) => {
      const { db, collection, metadata } = deserialize(raw) as Record<'db' | 'collection' | 'metadata', string>
      return [`${db}.${collection}`, { db, collection, metadata, documents: [] as Uint8Array[] }]
    }),
  )
  while (!reader.over) {
    const [head, ...documents] = reader.block()
    if (!head) continue
    const { db, collection } = deserialize(head) as Document
    found.get(`${String(db)}.${String(collection)}`)?.documents.push(...documents)
  }
  return [...found.values()]
}
