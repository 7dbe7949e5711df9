import type { StoredValue } from '@drydock/abi'
import type { NewInode } from '../vfs/inode.ts'
import {
  DiskFormatError,
  type FileRecord,
  type InodeRecord,
  parseKey,
  readChunk,
  readInodeRecord,
  readSuperblock,
} from './disk-record.ts'
import type { SavedChunk } from './file-content.ts'
import type { MemoryInode } from './memory-inode.ts'

export interface LoadedDisk {
  readonly root: MemoryInode
  readonly inodes: Map<number, MemoryInode>
  /** Inode number -> indexes of the chunks that have records of their own. */
  readonly chunks: Map<number, Set<number>>
  readonly nextIno: number
}

interface SortedRecords {
  superblock: StoredValue
  readonly inodes: Map<number, InodeRecord>
  readonly chunks: Map<number, Map<number, SavedChunk>>
}

function sortRecords(records: Iterable<[string, StoredValue]>): SortedRecords | undefined {
  const sorted: SortedRecords = { superblock: undefined, inodes: new Map(), chunks: new Map() }
  let count = 0
  for (const [text, value] of records) {
    count++
    const key = parseKey(text)
    if (key.kind === 'superblock') sorted.superblock = value
    else if (key.kind === 'inode') sorted.inodes.set(key.ino, readInodeRecord(key.ino, value))
    else {
      const chunks = sorted.chunks.get(key.ino) ?? new Map<number, SavedChunk>()
      sorted.chunks.set(key.ino, chunks.set(key.index, readChunk(key.ino, key.index, value)))
    }
  }
  return count === 0 ? undefined : sorted
}

function loadContent(
  inode: MemoryInode,
  record: FileRecord,
  chunks: ReadonlyMap<number, SavedChunk> | undefined,
): void {
  const { content } = inode
  if (content === undefined) throw new DiskFormatError(`inode ${inode.ino} has content, and is no file`)
  if (record.lazy !== undefined) {
    content.setLazy(record.lazy.content)
    if (record.lazy.left < record.lazy.content.size) content.truncate(record.lazy.left)
  }
  if (record.inline !== undefined) content.restoreChunk(0, record.inline)
  for (const [index, chunk] of chunks ?? []) content.restoreChunk(index, chunk)
  content.restoreSize(record.size, record.written)
}

function loadInode(inode: MemoryInode, record: InodeRecord, inodes: ReadonlyMap<number, MemoryInode>): void {
  for (const [name, ino] of record.entries ?? []) {
    const child = inodes.get(ino)
    if (child === undefined) throw new DiskFormatError(`${JSON.stringify(name)} names inode ${ino}, which is missing`)
    inode.entries?.set(name, child)
  }
  ;[inode.atimeMs, inode.mtimeMs, inode.ctimeMs] = record.times
}

/**
 * Builds the tree that records describe; undefined when there are none.
 * @throws DiskFormatError
 */
export function loadDisk(
  records: Iterable<[string, StoredValue]>,
  rootIno: number,
  makeInode: (ino: number, init: NewInode) => MemoryInode,
): LoadedDisk | undefined {
  const sorted = sortRecords(records)
  if (sorted === undefined) return undefined
  const { nextIno } = readSuperblock(sorted.superblock)
  const inodes = new Map<number, MemoryInode>()
  for (const [ino, record] of sorted.inodes) inodes.set(ino, makeInode(ino, record))
  for (const [ino, record] of sorted.inodes) {
    const inode = inodes.get(ino)
    if (inode === undefined) continue
    inode.nlink = record.nlink
    if (record.file !== undefined) loadContent(inode, record.file, sorted.chunks.get(ino))
    loadInode(inode, record, inodes)
  }
  const root = inodes.get(rootIno)
  if (root?.entries === undefined) throw new DiskFormatError('the root directory is missing')
  const chunks = new Map(Array.from(sorted.chunks, ([ino, saved]) => [ino, new Set(saved.keys())] as const))
  return { root, inodes, chunks, nextIno }
}
