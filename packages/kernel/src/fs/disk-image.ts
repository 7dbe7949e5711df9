import { isDirectory, isSymlink, stubBytes } from '@drydock/abi'
import { DiskFormatError, type FileRecord, type InodeRecord } from './disk-record.ts'

const encoder = new TextEncoder()

/**
 * A tree that a disk begins with, as text. A disk made from it keeps the text, and beside it only the inodes that have
 * changed since, as a qcow2 file stands on its backing file: a fresh host costs one record and opens at once.
 */
export interface DiskImage {
  /** Of everything in it. */
  readonly mtimeMs: number
  /** Parents before what they hold; the first is the root, with an empty path. */
  readonly entries: readonly ImageEntry[]
}

export interface ImageEntry {
  /** Without slashes at its ends: `etc/passwd`. */
  readonly path: string
  /** Type and permissions, inode(7). */
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
  /** Content of a file, or where a symbolic link leads. */
  readonly text?: string
  /** In place of text: the program that the file starts. */
  readonly stub?: string
  /** The file is this long, and made up behind its first bytes: of its size, where no seed is given. */
  readonly lazy?: { readonly size: number; readonly seed?: number }
}

/** The text of an image. */
export const printImage = (image: DiskImage): string => JSON.stringify(image)

/**
 * The image as records of its inodes, numbered in their order from `firstIno`.
 * @throws DiskFormatError
 */
export function imageRecords(text: string, firstIno: number): Map<number, InodeRecord> {
  const { mtimeMs, entries } = parseImage(text)
  const folders = new Map<string, Folder>()
  const records = new Map<number, InodeRecord>()
  entries.forEach((entry, index) => {
    const { path, mode, uid = 0, gid = 0 } = entry
    const ino = firstIno + index
    if (index > 0) enter(folders, entry, ino)
    const head = { mode, uid, gid, nlink: 1, rdev: 0, times: [mtimeMs, mtimeMs, mtimeMs] as const }
    if (isDirectory(mode)) {
      const folder: Folder = { ...head, nlink: 2, entries: [] }
      folders.set(path, folder)
      records.set(ino, folder)
    } else if (isSymlink(mode)) records.set(ino, { ...head, target: entry.text ?? '' })
    else records.set(ino, { ...head, file: fileRecord(entry) })
  })
  return records
}

/** A directory's record while its entries are still being found. */
type Folder = InodeRecord & { nlink: number; readonly entries: [string, number][] }

function parseImage(text: string): DiskImage {
  try {
    const image = JSON.parse(text) as DiskImage
    if (Array.isArray(image.entries)) return image
  } catch {
    // Said below.
  }
  throw new DiskFormatError('the image that it stands on is damaged')
}

/** A directory has a link from each directory in it. */
function enter(folders: ReadonlyMap<string, Folder>, { path, mode }: ImageEntry, ino: number): void {
  const slash = path.lastIndexOf('/')
  const folder = folders.get(path.slice(0, Math.max(0, slash)))
  if (folder === undefined) throw new DiskFormatError(`no directory holds ${JSON.stringify(path)} of the image`)
  folder.entries.push([path.slice(slash + 1), ino])
  if (isDirectory(mode)) folder.nlink++
}

function fileRecord({ text = '', stub, lazy }: ImageEntry): FileRecord {
  const bytes = stub === undefined ? encoder.encode(text) : stubBytes(stub)
  if (lazy === undefined) return { size: bytes.length, written: true, ...(bytes.length > 0 && { inline: bytes }) }
  const { size, seed = size } = lazy
  return { size, written: false, lazy: { content: { prefix: bytes, size, seed }, left: size } }
}
