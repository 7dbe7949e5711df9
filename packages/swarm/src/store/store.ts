import type { Clock } from '@drydock/abi'
import type { SwarmObject } from '@drydock/docker-api'
import { SwarmError } from '../problem.ts'
import { TABLES, type TableName, type Tables } from './objects.ts'

/** The whole of it as JSON: what goes to disk and to other managers. */
export type Snapshot = { readonly index: number } & { readonly [Name in TableName]: readonly Tables[Name][] }

export interface Change<Name extends TableName = TableName> {
  readonly table: Name
  readonly kind: 'create' | 'update' | 'remove'
  readonly before: Tables[Name] | undefined
  readonly after: Tables[Name] | undefined
}

/** What is undefined is there no more. */
type Changes<T> = { readonly [Field in keyof T]?: T[Field] | undefined }

export type ChangeListener = (changes: readonly Change[]) => void

/** The cluster's objects. They are never changed in place: each change is a new object with a version of its own. */
export class ClusterStore {
  private readonly tables = emptyTables()
  private readonly listeners = new Set<ChangeListener>()
  private readonly clock: Clock
  private pending: Change[] = []
  private depth = 0
  index = 0

  constructor(clock: Clock) {
    this.clock = clock
  }

  all<Name extends TableName>(table: Name): Tables[Name][] {
    return [...this.tables[table].values()]
  }

  get<Name extends TableName>(table: Name, id: string): Tables[Name] | undefined {
    return this.tables[table].get(id)
  }

  /** Whether anything was told yet of the swarm that it is the state of. */
  get isKnown(): boolean {
    return this.tables.cluster.size > 0
  }

  /** The one cluster there is. */
  get cluster(): Tables['cluster'] {
    const [cluster] = this.all('cluster')
    if (!cluster) throw new SwarmError('Unknown', 'the cluster has no object of its own')
    return cluster
  }

  create<Name extends TableName>(
    table: Name,
    object: Omit<Tables[Name], keyof SwarmObject> & { ID: string },
  ): Tables[Name] {
    const now = this.now()
    const whole = {
      ...object,
      Version: { Index: ++this.index },
      CreatedAt: now,
      UpdatedAt: now,
    } as unknown as Tables[Name]
    this.tables[table].set(whole.ID, whole)
    this.record({ table, kind: 'create', before: undefined, after: whole } as unknown as Change)
    return whole
  }

  /** Nothing happens to an object that is gone. */
  update<Name extends TableName>(
    table: Name,
    id: string,
    fields: Changes<Omit<Tables[Name], keyof SwarmObject>>,
  ): void {
    const before = this.tables[table].get(id)
    if (!before) return
    const changed: unknown = { ...before, ...fields, Version: { Index: ++this.index }, UpdatedAt: this.now() }
    const after = changed as Tables[Name]
    this.tables[table].set(id, after)
    this.record({ table, kind: 'update', before, after } as unknown as Change)
  }

  remove(table: TableName, id: string): void {
    const before = this.tables[table].get(id)
    if (!before) return
    this.index++
    this.tables[table].delete(id)
    this.record({ table, kind: 'remove', before, after: undefined } as unknown as Change)
  }

  /** Listeners hear of all the changes of `action` at once. */
  batch<T>(action: () => T): T {
    this.depth++
    try {
      return action()
    } finally {
      this.depth--
      this.tell()
    }
  }

  /** @returns what ends it */
  listen(listener: ChangeListener): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }

  snapshot(): Snapshot {
    const entries = TABLES.map((table) => [table, this.all(table)] as const)
    return { index: this.index, ...Object.fromEntries(entries) } as unknown as Snapshot
  }

  /** Takes the state of another manager, or of the disk. */
  restore(snapshot: Snapshot): void {
    this.batch(() => {
      for (const table of TABLES) this.restoreTable(table, snapshot[table] ?? [])
      this.index = snapshot.index
    })
  }

  private restoreTable<Name extends TableName>(table: Name, objects: readonly Tables[Name][]): void {
    const now = new Map(objects.map((object) => [object.ID, object]))
    for (const [id, before] of this.tables[table])
      if (!now.has(id)) {
        this.tables[table].delete(id)
        this.record({ table, kind: 'remove', before, after: undefined } as unknown as Change)
      }
    for (const [id, after] of now) {
      const before = this.tables[table].get(id)
      // The same number may have been given to another change by a leader that was cut off.
      if (before?.Version.Index === after.Version.Index && before?.UpdatedAt === after.UpdatedAt) continue
      this.tables[table].set(id, after)
      this.record({ table, kind: before ? 'update' : 'create', before, after } as unknown as Change)
    }
  }

  private record(change: Change): void {
    this.pending.push(change)
    this.tell()
  }

  private tell(): void {
    if (this.depth > 0 || this.pending.length === 0) return
    const changes = this.pending
    this.pending = []
    for (const listener of [...this.listeners]) listener(changes)
  }

  private now(): string {
    return timestamp(this.clock)
  }
}

function emptyTables(): { [Name in TableName]: Map<string, Tables[Name]> } {
  return {
    cluster: new Map(),
    node: new Map(),
    service: new Map(),
    task: new Map(),
    network: new Map(),
    secret: new Map(),
    config: new Map(),
    attachment: new Map(),
  }
}

/** RFC 3339 with nanoseconds, as Go's time.RFC3339Nano. */
export function timestamp(clock: Clock): string {
  const whole = new Date(Math.floor(clock.now())).toISOString()
  const nanoseconds = String(Math.floor((clock.monotonic() % 1) * 1e6)).padStart(6, '0')
  const fraction = (whole.slice(20, 23) + nanoseconds).replace(/0+$/, '')
  return `${whole.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`
}

/** Milliseconds since the epoch. */
export const parseTimestamp = (text: string | undefined): number =>
  text ? Date.parse(text.replace(/(\.\d{3})\d+/, '$1')) : 0
