import type { StoredValue } from '@drydock/abi'
import type { NewInode } from '../vfs/inode.ts'
import { imageRecords } from './disk-image.ts'
import {
  DiskFormatError,
  type FileRecord,
  type InodeRecord,
  parseKey,
  readChunk,
  readImage,
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
  readonly image: DiskBase | undefined
}

/** The image that a disk stands on. */
export interface DiskBase {
  readonly text: string
  readonly inodes: ReadonlySet<number>
  readonly saved: boolean
}

interface SortedRecords {
  superblock: StoredValue
  image: string | undefined
  /** `null` for inodes of the image that are gone. */
  readonly inodes: Map<number, InodeRecord | null>
  readonly chunks: Map<number, Map<number, SavedChunk>>
}

function sortRecords(records: Iterable<[string, StoredValue]>): SortedRecords | undefined {
  const sorted: SortedRecords = { superblock: undefined, image: undefined, inodes: new Map(), chunks: new Map() }
  let count = 0
  for (const [text, value] of records) {
    count++
    const key = parseKey(text)
    if (key.kind === 'superblock') sorted.superblock = value
    else if (key.kind === 'image') sorted.image = readImage(value)
    else if (key.kind === 'inode') sorted.inodes.set(key.ino, value === null ? null : readInodeRecord(key.ino, value))
    else {
      const chunks = sorted.chunks.get(key.ino) ?? new Map<number, SavedChunk>()
      sorted.chunks.set(key.ino, chunks.set(key.index, readChunk(key.ino, key.index, value)))
    }
  }
  return count === 0 ? undefined : sorted
}

/** What the image holds, with what has changed since in its place. */
function mergeRecords(
  image: ReadonlyMap<number, InodeRecord>,
  changed: ReadonlyMap<number, InodeRecord | null>,
): Map<number, InodeRecord> {
  const merged = new Map(image)
  for (const [ino, record] of changed) {
    if (record === null) merged.delete(ino)
    else merged.set(ino, record)
  }
  return merged
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
  if (record.xattrs) inode.attributes = new Map(record.xattrs)
  ;[inode.atimeMs, inode.mtimeMs, inode.ctimeMs] = record.times
}

/**
 * Builds the tree that records describe, or a fresh one from `blank`, the text of an image; undefined when there is neither.
 * @throws DiskFormatError
 */
export function loadDisk(
  records: Iterable<[string, StoredValue]>,
  blank: string | undefined,
  rootIno: number,
  makeInode: (ino: number, init: NewInode) => MemoryInode,
): LoadedDisk | undefined {
  const sorted = sortRecords(records)
  const text = sorted === undefined ? blank : sorted.image
  if (sorted === undefined && text === undefined) return undefined
  const image = text === undefined ? new Map<number, InodeRecord>() : imageRecords(text, rootIno)
  const nextIno = sorted === undefined ? rootIno + image.size : readSuperblock(sorted.superblock).nextIno
  const inodes = loadInodes(mergeRecords(image, sorted?.inodes ?? new Map()), sorted?.chunks ?? new Map(), makeInode)
  const root = inodes.get(rootIno)
  if (root?.entries === undefined) throw new DiskFormatError('the root directory is missing')
  const chunks = new Map(Array.from(sorted?.chunks ?? [], ([ino, saved]) => [ino, new Set(saved.keys())] as const))
  const base = text === undefined ? undefined : { text, inodes: new Set(image.keys()), saved: sorted !== undefined }
  return { root, inodes, chunks, nextIno, image: base }
}

function loadInodes(
  records: ReadonlyMap<number, InodeRecord>,
  chunks: ReadonlyMap<number, ReadonlyMap<number, SavedChunk>>,
  makeInode: (ino: number, init: NewInode) => MemoryInode,
): Map<number, MemoryInode> {
  const inodes = new Map<number, MemoryInode>()
  for (const [ino, record] of records) inodes.set(ino, makeInode(ino, record))
  for (const [ino, record] of records) {
    const inode = inodes.get(ino)
    if (inode === undefined) continue
    inode.nlink = record.nlink
    if (record.file !== undefined) loadContent(inode, record.file, chunks.get(ino))
    loadInode(inode, record, inodes)
  }
  return inodes
}
