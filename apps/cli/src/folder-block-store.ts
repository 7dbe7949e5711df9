import type { BlockStore, StoredValue } from '@drydock/playground'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import { MemoryBlockStore } from './memory-block-store.ts'

/**
 * Blocks in a file of a folder. A commit writes the whole anew beside the old and renames it into place, so it is there
 * completely or not at all.
 */
export class FolderBlockStore implements BlockStore {
  private readonly path: string
  private readonly blocks = new MemoryBlockStore()

  /** @throws when the folder cannot be made or what is kept cannot be read */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true })
    this.path = join(folder, 'blocks.bin')
    void this.blocks.commit({ puts: new Map(readKept(this.path)), deletes: [] })
  }

  load(prefix: string): Promise<[string, StoredValue][]> {
    return this.blocks.load(prefix)
  }

  async commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] }): Promise<void> {
    await this.blocks.commit(change)
    writeFileSync(`${this.path}.new`, serialize(await this.blocks.load('')))
    renameSync(`${this.path}.new`, this.path)
  }
}

function readKept(path: string): [string, StoredValue][] {
  try {
    return deserialize(readFileSync(path)) as [string, StoredValue][]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
