import type { Sys } from '@drydock/abi'
import type { LayerRecord, LayerStore } from '../../content/layer-store.ts'
import { makeDirectories, readRecord, removeTree, treeSize, writeRecord } from '../../state/files.ts'

export type CacheType = 'regular' | 'source.local' | 'exec.cachemount' | 'internal' | 'frontend' | 'source.git.checkout'

/** One thing that the builder keeps. Engine API v1.50, BuildCache */
export interface CacheRecord {
  readonly id: string
  /** What was asked for: equal steps on equal files have equal keys. */
  readonly key: string
  readonly type: CacheType
  readonly description: string
  /** Top of the layers it stands for; empty for mounts. */
  readonly chainId: string
  readonly parents: readonly string[]
  /** RFC 3339. */
  readonly createdAt: string
  lastUsedAt: string
  usageCount: number
  /** Directory of a cache mount. */
  readonly folder?: string
}

export interface CacheUse extends CacheRecord {
  readonly size: number
  readonly inUse: boolean
  readonly shared: boolean
}

/** What builds made, by what they were asked for. Kept in <root>/buildkit/cache.json. */
export class BuildCache {
  private readonly records = new Map<string, CacheRecord>()
  /** Records that a build under way stands on. */
  private readonly held = new Map<string, number>()
  private readonly sys: Sys
  private readonly folder: string
  private readonly layers: LayerStore

  constructor(sys: Sys, folder: string, layers: LayerStore) {
    this.sys = sys
    this.folder = folder
    this.layers = layers
  }

  load(): void {
    makeDirectories(this.sys, this.folder)
    for (const record of readRecord<CacheRecord[]>(this.sys, `${this.folder}/cache.json`) ?? [])
      if (record.chainId === '' || this.layers.find(record.chainId)) this.records.set(record.key, record)
  }

  save(): void {
    writeRecord(this.sys, `${this.folder}/cache.json`, [...this.records.values()])
  }

  find(key: string): CacheRecord | undefined {
    return this.records.get(key)
  }

  put(record: CacheRecord): void {
    this.records.set(record.key, record)
  }

  touch(record: CacheRecord, now: string): void {
    record.lastUsedAt = now
    record.usageCount++
  }

  hold(key: string): () => void {
    this.held.set(key, (this.held.get(key) ?? 0) + 1)
    return () => {
      const left = (this.held.get(key) ?? 1) - 1
      if (left > 0) this.held.set(key, left)
      else this.held.delete(key)
    }
  }

  /** When a layer was first made; undefined for layers that no build made. */
  madeAt(chainId: string): string | undefined {
    const times = [...this.records.values()]
      .filter((record) => record.chainId === chainId)
      .map(({ createdAt }) => createdAt)
    return times.toSorted()[0]
  }

  /** Layers that must stay, whatever images are deleted. */
  pinned(): ReadonlySet<string> {
    const chains = [...this.records.values()].map(({ chainId }) => chainId).filter((id) => id !== '')
    return new Set(chains.flatMap((id) => this.layers.below(id).map(({ chainId }) => chainId)))
  }

  /** @param ofImages chain ids that images have */
  list(ofImages: ReadonlySet<string>): CacheUse[] {
    return [...this.records.values()].map((record) => ({
      ...record,
      size: this.sizeOf(record),
      inUse: this.held.has(record.key),
      shared: record.chainId !== '' && ofImages.has(record.chainId),
    }))
  }

  /** Forgets a record. @returns the layers that nobody else of the cache has, topmost first */
  remove(key: string): LayerRecord[] {
    const record = this.records.get(key)
    if (!record) return []
    this.records.delete(key)
    if (record.folder) removeTree(this.sys, record.folder)
    if (record.chainId === '') return []
    const kept = this.pinned()
    return this.layers
      .below(record.chainId)
      .filter(({ chainId }) => !kept.has(chainId))
      .reverse()
  }

  private sizeOf({ chainId, folder, type }: CacheRecord): number {
    if (folder) return treeSize(this.sys, folder)
    return type === 'source.local' ? 0 : (this.layers.find(chainId)?.size ?? 0)
  }
}
