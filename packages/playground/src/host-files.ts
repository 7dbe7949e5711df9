import { isDirectory, isErrno, S_IFDIR, S_IFLNK, S_IFMT, S_IFREG, type Sys } from '@drydock/abi'
import { readFile, writeFile } from '@drydock/libc'
import type { FileEntry, FilesApi } from './rpc.ts'

/** The files of a host for the page's tree and editor, as root on that host sees them. */
export function hostFiles(sys: Sys): FilesApi {
  return {
    list: (path) => said(path, () => listDirectory(sys, path)),
    read: (path, max) => said(path, () => readWithin(sys, path, max)),
    write: (path, bytes) => said(path, () => writeFile(sys, path, bytes, 0o644)),
    mkdir: (path) => said(path, () => sys.mkdir(path, 0o755)),
    rename: (from, to) => said(from, () => sys.rename(from, to)),
    remove: (path) => said(path, () => removeTree(sys, path)),
  }
}

/** @throws Error in the words of a program: `/etc/x: Permission denied` */
async function said<T>(path: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!isErrno(error)) throw error
    throw new Error(`${path}: ${error.message}`)
  }
}

const KINDS: ReadonlyMap<number, FileEntry['kind']> = new Map([
  [S_IFDIR, 'directory'],
  [S_IFLNK, 'link'],
  [S_IFREG, 'file'],
])

function listDirectory(sys: Sys, path: string): readonly FileEntry[] {
  return sys.readdir(path).map(({ name }) => entryOf(sys, name, `${path === '/' ? '' : path}/${name}`))
}

function entryOf(sys: Sys, name: string, path: string): FileEntry {
  const { mode, size, mtimeMs } = sys.lstat(path)
  const kind = KINDS.get(mode & S_IFMT) ?? 'other'
  if (kind !== 'link') return { name, kind, sizeBytes: size, mtimeMs }
  return { name, kind, sizeBytes: size, mtimeMs, leadsToDirectory: leadsToDirectory(sys, path) }
}

function leadsToDirectory(sys: Sys, path: string): boolean {
  try {
    return isDirectory(sys.stat(path).mode)
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}

async function readWithin(sys: Sys, path: string, max: number): Promise<Uint8Array> {
  if (sys.stat(path).size > max) throw new Error(`${path}: larger than ${max} bytes`)
  return readFile(sys, path)
}

function removeTree(sys: Sys, path: string): void {
  if (!isDirectory(sys.lstat(path).mode)) return sys.unlink(path)
  for (const { name } of sys.readdir(path)) removeTree(sys, `${path}/${name}`)
  sys.rmdir(path)
}
