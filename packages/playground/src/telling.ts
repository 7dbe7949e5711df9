import type { StoredValue } from '@drydock/abi'

/** Files that grow whatever one does: whoever only looked has changed nothing. */
const QUIET_NAMES = /(\.log|_history)$/
const DISK_KEY = /^(disks\/[^/]*\/[^/]*\/)(superblock|image|[ic]:(\d+).*)$/

/** What is read of an inode's record here. */
interface Inode {
  readonly times: readonly [atimeMs: number, mtimeMs: number, ctimeMs: number]
  readonly entries?: readonly (readonly [string, number])[]
}

/** Tells changes that somebody may want to take back from those that come with every command. */
export class Telling {
  /** Prefix of the inodes' keys -> numbers of quiet files. */
  private readonly quiet = new Map<string, Set<number>>()

  constructor(kept: Iterable<[string, StoredValue]>) {
    for (const [key, value] of kept) this.learn(key, value)
  }

  /** Whether a change of this key, undefined for its end, is worth a moment that began at `sinceMs`. */
  tells(key: string, value: StoredValue, sinceMs: number): boolean {
    this.learn(key, value)
    const [, disk, record = '', ino] = DISK_KEY.exec(key) ?? []
    if (disk === undefined) return !key.startsWith('terminals/')
    if (ino === undefined || this.quiet.get(disk)?.has(Number(ino))) return false
    // To have been read changes a file's record, but not the time of its last change.
    return !record.startsWith('i:') || !isInode(value) || value.times[2] >= sinceMs
  }

  private learn(key: string, value: StoredValue): void {
    if (!isInode(value) || value.entries === undefined) return
    const disk = DISK_KEY.exec(key)?.[1] ?? ''
    for (const [name, ino] of value.entries) {
      if (!QUIET_NAMES.test(name)) continue
      const known = this.quiet.get(disk) ?? new Set()
      this.quiet.set(disk, known.add(ino))
    }
  }
}

const isInode = (value: StoredValue): value is Inode =>
  typeof value === 'object' && value !== null && Array.isArray((value as Partial<Inode>).times)
