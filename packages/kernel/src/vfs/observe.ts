import { IN_ISDIR } from '@drydock/abi'
import type { Dentry } from './dentry.ts'
import type { Inode } from './inode.ts'

/** Hears of a file or directory, and of the entries of a directory, but of nothing further below. inotify(7) */
export interface Observer {
  /** @param name  of the entry; empty for what is observed itself */
  observe(mask: number, name: string, cookie: number): void
}

export function addObserver(inode: Inode, observer: Observer): () => void {
  inode.observers ??= new Set()
  inode.observers.add(observer)
  inode.fs.watches++
  return () => {
    if (inode.observers?.delete(observer) === true) inode.fs.watches--
  }
}

function tell(inode: Inode, mask: number, name: string, cookie: number): void {
  if (inode.observers === undefined) return
  for (const observer of Array.from(inode.observers)) observer.observe(mask, name, cookie)
}

/** Something happened to a file: it is told, and so is its directory. */
export function observe({ inode, parent, name }: Dentry, mask: number): void {
  if (inode.fs.watches === 0) return
  const bits = inode.isDirectory ? mask | IN_ISDIR : mask
  tell(inode, bits, '', 0)
  if (parent !== undefined) tell(parent.inode, bits, name, 0)
}

/** An entry of a directory came, went or moved. */
export function observeEntry(directory: Dentry, name: string, entry: Inode, mask: number, cookie = 0): void {
  if (directory.inode.fs.watches === 0) return
  tell(directory.inode, entry.isDirectory ? mask | IN_ISDIR : mask, name, cookie)
}

/** Only the file itself is told: it was moved, or its last name is gone. */
export function observeSelf(inode: Inode, mask: number): void {
  if (inode.fs.watches > 0) tell(inode, mask, '', 0)
}
