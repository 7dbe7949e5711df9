import { IN_MODIFY } from '@drydock/abi'
import type { Dentry } from './dentry.ts'
import type { Inode } from './inode.ts'
import { observe } from './observe.ts'

export type WatchKind = 'create' | 'delete' | 'modify' | 'move'
export interface WatchEvent {
  readonly kind: WatchKind
  /** Relative to what is watched; empty when it is the watched file itself. */
  readonly name: string
}
export type WatchListener = (event: WatchEvent) => void

/** Unlike inotify(7) a watch on a directory hears of everything below it, not only of its own entries. */
export function addWatch(inode: Inode, listener: WatchListener): () => void {
  const own: WatchListener = (event) => listener(event)
  inode.watchers ??= new Set()
  inode.watchers.add(own)
  inode.fs.watches++
  return () => {
    if (inode.watchers?.delete(own) === true) inode.fs.watches--
  }
}

const tell = (inode: Inode, event: WatchEvent): void => {
  if (inode.watchers !== undefined) for (const listener of inode.watchers) listener(event)
}

/** Something happened to the entry `name` of a directory. */
export function notifyEntry(directory: Dentry, name: string, kind: WatchKind): void {
  if (directory.inode.fs.watches === 0) return
  let below = name
  for (let at: Dentry | undefined = directory; at !== undefined; at = at.parent) {
    tell(at.inode, { kind, name: below })
    below = `${at.name}/${below}`
  }
}

/** The content or the attributes of a file changed. */
export function notifyModify(dentry: Dentry, mask = IN_MODIFY): void {
  if (dentry.inode.fs.watches === 0) return
  observe(dentry, mask)
  tell(dentry.inode, { kind: 'modify', name: '' })
  if (dentry.parent !== undefined) notifyEntry(dentry.parent, dentry.name, 'modify')
}
