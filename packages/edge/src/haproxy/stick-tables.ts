import type { Sys } from '@drydock/abi'
import { millisecondsOf, type Section } from './config.ts'

export interface Entry {
  readonly table: Table
  readonly key: string
  readonly counts: Map<string, number>
  /** Moments of what rates are counted by, monotonic milliseconds. */
  readonly moments: Map<string, number[]>
  server: string | undefined
  seenMs: number
}

export interface Table {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly expireMs: number
  /** `http_req_rate` -> its period in milliseconds; 0 for counts. */
  readonly stores: ReadonlyMap<string, number>
  readonly entries: Map<string, Entry>
}

/** Rates that are remembered as moments: no more of them than this are kept. */
const MOST_MOMENTS = 10_000
const SIZES: Readonly<Record<string, number>> = { k: 1024, m: 1 << 20, g: 1 << 30 }

/** `stick-table` of any section, by the section's name. Configuration manual 4.2. */
export class StickTables {
  private readonly sys: Sys
  private readonly tables: ReadonlyMap<string, Table>

  constructor(sys: Sys, sections: readonly Section[]) {
    this.sys = sys
    this.tables = new Map(sections.flatMap((section) => tableOf(section)))
  }

  get all(): readonly Table[] {
    return [...this.tables.values()]
  }

  find(name: string): Table | undefined {
    return this.tables.get(name)
  }

  entry(table: Table, key: string): Entry {
    const now = this.sys.clock.monotonic()
    this.expire(table, now)
    const known = table.entries.get(key)
    const entry = known ?? { table, key, counts: new Map(), moments: new Map(), server: undefined, seenMs: now }
    entry.seenMs = now
    if (!known && table.entries.size >= table.size) table.entries.delete([...table.entries.keys()][0] ?? '')
    table.entries.set(key, entry)
    return entry
  }

  /** Without making one. */
  look(table: Table, key: string): Entry | undefined {
    this.expire(table, this.sys.clock.monotonic())
    return table.entries.get(key)
  }

  /** Counts one more of what is stored, as a count, a rate, or both. @param what `http_req`, `conn`… */
  count(entry: Entry, what: string, by = 1): void {
    const { stores } = entry.table
    const total = [`${what}_cnt`, what].find((name) => stores.has(name))
    if (total !== undefined) entry.counts.set(total, (entry.counts.get(total) ?? 0) + by)
    if (!stores.has(`${what}_rate`)) return
    const moments = entry.moments.get(`${what}_rate`) ?? []
    for (let times = 0; times < by && moments.length < MOST_MOMENTS; times++) moments.push(this.sys.clock.monotonic())
    entry.moments.set(`${what}_rate`, moments)
  }

  value(entry: Entry, name: string): number {
    const period = entry.table.stores.get(name) ?? 0
    if (!name.endsWith('_rate')) return entry.counts.get(name) ?? 0
    const since = this.sys.clock.monotonic() - period
    const moments = (entry.moments.get(name) ?? []).filter((at) => at >= since)
    entry.moments.set(name, moments)
    return moments.length
  }

  private expire({ entries, expireMs }: Table, now: number): void {
    if (expireMs === 0) return
    for (const [key, { seenMs }] of entries) if (now - seenMs > expireMs) entries.delete(key)
  }
}

function tableOf({ name, lines }: Section): [string, Table][] {
  const row = lines.findLast(({ words }) => words[0] === 'stick-table')?.words.slice(1)
  if (!row) return []
  const after = (key: string): string | undefined => {
    const at = row.indexOf(key)
    return at < 0 ? undefined : row[at + 1]
  }
  const [, count = '0', unit = ''] = /^(\d+)([kmg]?)$/i.exec(after('size') ?? '1m') ?? []
  const stores = (after('store') ?? '').match(/[a-z0-9_]+(\([^)]*\))?/g) ?? []
  const table: Table = {
    ...{ name, type: after('type') ?? 'ip', size: Number(count) * (SIZES[unit.toLowerCase()] ?? 1) },
    ...{ expireMs: millisecondsOf(after('expire') ?? '0'), entries: new Map() },
    stores: new Map(
      stores.map((each) => {
        const [, what = '', period = '0'] = /^([a-z0-9_]+)(?:\(([^)]*)\))?$/.exec(each) ?? []
        return [what, millisecondsOf(period)]
      }),
    ),
  }
  return [[name, table]]
}
