import type { BlockStore, StoredValue } from '@drydock/playground'

/** Keeps everything as long as the command runs. */
export class MemoryBlockStore implements BlockStore {
  private readonly blocks = new Map<string, StoredValue>()

  async load(prefix: string): Promise<[string, StoredValue][]> {
    return [...this.blocks].filter(([key]) => key.startsWith(prefix))
  }

  async commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] }): Promise<void> {
    for (const [key, value] of change.puts) this.blocks.set(key, value)
    for (const key of change.deletes) this.blocks.delete(key)
  }
}
