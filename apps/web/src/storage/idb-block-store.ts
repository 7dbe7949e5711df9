import type { BlockStore, StoredValue } from '@drydock/playground'
import { createStore, promisifyRequest, type UseStore } from 'idb-keyval'

/** Blocks in IndexedDB: one database, one store, one transaction a commit. */
export class IdbBlockStore implements BlockStore {
  private readonly store: UseStore = createStore('drydock', 'blocks')

  load(prefix: string): Promise<[string, StoredValue][]> {
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`)
    return this.store('readonly', async (blocks) => {
      const [keys, values] = await Promise.all([
        promisifyRequest(blocks.getAllKeys(range)),
        promisifyRequest(blocks.getAll(range)),
      ])
      return keys.map((key, index) => [String(key), values[index]])
    })
  }

  commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] }): Promise<void> {
    return this.store('readwrite', (blocks) => {
      for (const [key, value] of change.puts) blocks.put(value, key)
      for (const key of change.deletes) blocks.delete(key)
      return promisifyRequest(blocks.transaction)
    })
  }
}

/** Keeps nothing beyond the tab: what is left where the browser gives no storage. */
export class MemoryBlockStore implements BlockStore {
  private readonly blocks = new Map<string, StoredValue>()

  async load(prefix: string): Promise<[string, StoredValue][]> {
    return [...this.blocks].filter(([key]) => key.startsWith(prefix))
  }

  async commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] }): Promise<void> {
    for (const [key, value] of change.puts) this.blocks.set(key, structuredClone(value))
    for (const key of change.deletes) this.blocks.delete(key)
  }
}
