import { ELOOP, ENOENT, isSymlink, type Sys } from '@drydock/abi'
import { ifExists } from '../state/files.ts'

const MAX_LINKS = 40

/**
 * The host path of `path` inside `root`, with symbolic links followed as the container would: none leads out. The last
 * parts may be missing. @throws ELOOP
 */
export function resolveInRoot(sys: Sys, root: string, path: string, followLast = true): string {
  const pending = path.split('/').filter((part) => part !== '' && part !== '.')
  let done: string[] = []
  for (let links = 0; pending.length > 0; ) {
    const part = pending.shift() ?? ''
    if (part === '..') {
      done = done.slice(0, -1)
      continue
    }
    const at = [root, ...done, part].join('/')
    const stat = followLast || pending.length > 0 ? ifExists(() => sys.lstat(at)) : undefined
    if (stat === undefined || !isSymlink(stat.mode)) {
      done.push(part)
      continue
    }
    if (++links > MAX_LINKS) throw ELOOP
    const target = sys.readlink(at)
    if (target.startsWith('/')) done = []
    pending.unshift(...target.split('/').filter((each) => each !== '' && each !== '.'))
  }
  return done.length === 0 ? root : [root, ...done].join('/')
}

/** Like resolveInRoot, and it must be there. @throws ENOENT */
export function findInRoot(sys: Sys, root: string, path: string): string {
  const found = resolveInRoot(sys, root, path)
  if (ifExists(() => sys.lstat(found)) === undefined) throw ENOENT
  return found
}
