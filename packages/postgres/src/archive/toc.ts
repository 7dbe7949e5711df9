/** Where an entry stands in a restore. src/bin/pg_dump/pg_backup.h, teSection */
export const SECTION = { none: 1, 'pre-data': 2, data: 3, 'post-data': 4 } as const
export type Section = keyof typeof SECTION

/** One thing that a dump can make again. src/bin/pg_dump/pg_backup_archiver.h, struct _tocEntry */
export interface TocEntry {
  /** Its number in the archive. */
  readonly id: number
  /** The catalogue it is listed in, and its number there; `0` for what has none. */
  readonly catalogue: string
  readonly oid: string
  /** `TABLE`, `TABLE DATA`, `FK CONSTRAINT`… */
  readonly kind: string
  readonly tag: string
  /** '' where it is in none. */
  readonly schema: string
  readonly owner: string
  readonly section: Section
  /** The statement that makes it. */
  readonly definition: string
  /** The statement that removes it; '' where it goes with something else. */
  readonly drop: string
  /** `COPY … FROM stdin;` before its rows. */
  readonly copy: string
  readonly dependencies: readonly number[]
  /** Rows as COPY wants them with the line that ends them, or INSERT statements. */
  readonly data: Uint8Array | undefined
}

export type ArchiveFormat = 'CUSTOM' | 'TAR' | 'DIRECTORY'

/** A database, taken apart. */
export interface Archive {
  readonly format: ArchiveFormat
  /** Whether rows are packed by zlib. */
  readonly compressed: boolean
  /** Milliseconds since the epoch. */
  readonly createdMs: number
  readonly database: string
  readonly serverVersion: string
  readonly dumpVersion: string
  /** Of the archive's own format: 1.MINOR. */
  readonly minor: number
  readonly entries: readonly TocEntry[]
}

/** What a line of pg_restore --list says of it. */
export const listed = ({ id, catalogue, oid, kind, schema, tag, owner }: TocEntry): string =>
  `${id}; ${catalogue} ${oid} ${kind} ${schema || '-'} ${tag} ${owner}`

/** These can be given to somebody else by themselves. */
const OWNED: ReadonlySet<string> = new Set([
  ...[
    'SCHEMA',
    'TYPE',
    'DOMAIN',
    'FUNCTION',
    'PROCEDURE',
    'AGGREGATE',
    'TABLE',
    'VIEW',
    'MATERIALIZED VIEW',
    'SEQUENCE',
  ],
])

/** What `ALTER … OWNER TO` calls it; '' for what belongs to something else. */
export const ownedName = ({ kind, drop }: TocEntry): string =>
  OWNED.has(kind) ? drop.replace(/^DROP (.*);\n$/s, '$1') : ''
