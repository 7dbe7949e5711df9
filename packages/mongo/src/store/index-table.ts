import type { Document } from '../wire/message.ts'
import { keyOf, valuesAt } from './value-key.ts'

/** What `createIndexes` is given, and `listIndexes` tells. */
export interface IndexSpec extends Document {
  readonly v: number
  readonly key: Readonly<Record<string, unknown>>
  readonly name: string
  readonly unique?: boolean
  readonly sparse?: boolean
  readonly expireAfterSeconds?: number
  readonly partialFilterExpression?: Document
}

/** Keys that are taken, and by whom; only unique indexes keep any. */
export class IndexTable {
  readonly spec: IndexSpec
  private readonly owners = new Map<string, string>()
  private readonly paths: readonly (readonly [string, readonly string[]])[]
  private readonly covers: (document: Document) => boolean

  /** @param covers whether a partial index takes a document in */
  constructor(spec: IndexSpec, covers: (document: Document) => boolean) {
    this.spec = spec
    this.covers = covers
    this.paths = Object.keys(spec.key).map((path) => [path, path.split('.')] as const)
  }

  /** One combination of values of the document's fields each; arrays give several. */
  private combinations(document: Document): readonly (readonly unknown[])[] {
    if (!this.spec.unique || !this.covers(document)) return []
    let rows: (readonly unknown[])[] = [[]]
    for (const [, path] of this.paths) {
      const values = valuesAt(document, path)
      rows = rows.flatMap((row) => values.map((value) => [...row, value]))
    }
    return this.spec.sparse ? rows.filter((row) => row.some((value) => value !== undefined)) : rows
  }

  /** @returns the key that another document has already */
  conflict(document: Document, owner: string): Document | undefined {
    for (const values of this.combinations(document)) {
      const known = this.owners.get(values.map(keyOf).join('\0'))
      if (known !== undefined && known !== owner)
        return Object.fromEntries(this.paths.map(([path], i) => [path, values[i] ?? null]))
    }
    return undefined
  }

  add(document: Document, owner: string): void {
    for (const values of this.combinations(document)) this.owners.set(values.map(keyOf).join('\0'), owner)
  }

  remove(document: Document): void {
    for (const values of this.combinations(document)) this.owners.delete(values.map(keyOf).join('\0'))
  }
}
