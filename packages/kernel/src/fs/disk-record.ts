import type { LazyContent, StoredValue } from '@drydock/abi'
import type { SavedChunk } from './file-content.ts'

/**
 * The records of a disk, version 1. Keys: `superblock`, `i:<ino>` for an inode, `c:<ino>:<index>` for a chunk of content
 * that is too long to stand in its inode's record, `image` for the text of the image it began with, whose inodes are
 * there unless a record says otherwise: `null` that one is gone. Values are what structured clone can store.
 */
export const DISK_FORMAT = 'drydock-disk'
export const DISK_VERSION = 1
export const SUPERBLOCK = 'superblock'
export const IMAGE = 'image'
export const inodeKey = (ino: number): string => `i:${ino}`
export const chunkKey = (ino: number, index: number): string => `c:${ino}:${index}`

export interface Superblock {
  readonly format: string
  readonly version: number
  readonly nextIno: number
}

export interface FileRecord {
  readonly size: number
  /** The first and only chunk, when it is short. */
  readonly inline?: SavedChunk
  readonly lazy?: { readonly content: LazyContent; readonly left: number }
  /** Somebody wrote to it: what is lazy of it is no longer the whole. */
  readonly written: boolean
}

export interface InodeRecord {
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly nlink: number
  readonly rdev: number
  readonly times: readonly [atimeMs: number, mtimeMs: number, ctimeMs: number]
  readonly target?: string
  readonly entries?: readonly (readonly [string, number])[]
  readonly file?: FileRecord
  readonly xattrs?: readonly (readonly [string, Uint8Array])[]
}

/** The disk cannot be read: another version, or records that are damaged or missing. */
export class DiskFormatError extends Error {
  constructor(message: string) {
    super(`disk: ${message}`)
    this.name = 'DiskFormatError'
  }
}

export type DiskKey =
  | { readonly kind: 'superblock' }
  | { readonly kind: 'image' }
  | { readonly kind: 'inode'; readonly ino: number }
  | { readonly kind: 'chunk'; readonly ino: number; readonly index: number }

/** @throws DiskFormatError */
export function parseKey(key: string): DiskKey {
  if (key === SUPERBLOCK) return { kind: 'superblock' }
  if (key === IMAGE) return { kind: 'image' }
  const match = /^(?:i:(\d+)|c:(\d+):(\d+))$/.exec(key)
  if (match === null) throw new DiskFormatError(`unknown record ${JSON.stringify(key)}`)
  const [, inode, ino, index] = match
  return inode === undefined
    ? { kind: 'chunk', ino: Number(ino), index: Number(index) }
    : { kind: 'inode', ino: Number(inode) }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null
const isOptional = (value: unknown, test: (value: unknown) => boolean): boolean => value === undefined || test(value)
const isNumbers = (value: unknown, count: number): boolean =>
  Array.isArray(value) && value.length === count && value.every((item) => typeof item === 'number')
const isSavedChunk = (value: unknown): value is SavedChunk => typeof value === 'number' || value instanceof Uint8Array

const isLazy = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['left'] === 'number' &&
  isObject(value['content']) &&
  value['content']['prefix'] instanceof Uint8Array &&
  typeof value['content']['size'] === 'number' &&
  typeof value['content']['seed'] === 'number'

const isFile = (value: unknown): boolean =>
  isObject(value) &&
  typeof value['size'] === 'number' &&
  typeof value['written'] === 'boolean' &&
  isOptional(value['inline'], isSavedChunk) &&
  isOptional(value['lazy'], isLazy)

const isEntries = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'number')

const isXattrs = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.every((pair) => Array.isArray(pair) && typeof pair[0] === 'string' && pair[1] instanceof Uint8Array)

const isInode = (value: unknown): value is InodeRecord =>
  isObject(value) &&
  isNumbers([value['mode'], value['uid'], value['gid'], value['nlink'], value['rdev']], 5) &&
  isNumbers(value['times'], 3) &&
  isOptional(value['target'], (target) => typeof target === 'string') &&
  isOptional(value['entries'], isEntries) &&
  isOptional(value['file'], isFile) &&
  isOptional(value['xattrs'], isXattrs)

const isSuperblock = (value: unknown): value is Superblock =>
  isObject(value) &&
  value['format'] === DISK_FORMAT &&
  typeof value['version'] === 'number' &&
  typeof value['nextIno'] === 'number'

/** @throws DiskFormatError */
export function readSuperblock(value: StoredValue): Superblock {
  if (!isSuperblock(value)) throw new DiskFormatError('no superblock: this is no disk of Drydock, or it is damaged')
  if (value.version !== DISK_VERSION) {
    throw new DiskFormatError(`format version ${value.version}, and this program reads version ${DISK_VERSION}`)
  }
  return value
}

/** @throws DiskFormatError */
export function readImage(value: StoredValue): string {
  if (typeof value !== 'string') throw new DiskFormatError('the image that it stands on is damaged')
  return value
}

/** @throws DiskFormatError */
export function readInodeRecord(ino: number, value: StoredValue): InodeRecord {
  if (!isInode(value)) throw new DiskFormatError(`the record of inode ${ino} is damaged`)
  return value
}

/** @throws DiskFormatError */
export function readChunk(ino: number, index: number, value: StoredValue): SavedChunk {
  if (!isSavedChunk(value)) throw new DiskFormatError(`chunk ${index} of inode ${ino} is damaged`)
  return value
}
