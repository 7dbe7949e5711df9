import { isSymlink, type Sys } from '@drydock/abi'
import { ifExists } from '../state/files.ts'
import type { Container } from './container.ts'

/** A place in a container: its path there, and where that is on the host (volumes and binds lie outside the root). */
export interface ContainerPath {
  readonly inside: string
  readonly host: string
}

/** Follows symbolic links as the container would. The last part may be missing. @param root the mounted root */
export function locate(sys: Sys, container: Container, root: string, path: string, followLast: boolean): ContainerPath {
  const pending = path.split('/').filter((part) => part !== '' && part !== '.')
  let done: string[] = []
  for (let links = 0; pending.length > 0 && links < 40; ) {
    const part = pending.shift() ?? ''
    if (part === '..') {
      done = done.slice(0, -1)
      continue
    }
    const at = toHost(container, root, `/${[...done, part].join('/')}`)
    const stat = followLast || pending.length > 0 ? ifExists(() => sys.lstat(at)) : undefined
    if (!stat || !isSymlink(stat.mode)) {
      done.push(part)
      continue
    }
    links++
    const target = sys.readlink(at)
    if (target.startsWith('/')) done = []
    pending.unshift(...target.split('/').filter((each) => each !== '' && each !== '.'))
  }
  const inside = `/${done.join('/')}`
  return { inside, host: toHost(container, root, inside) }
}

/** The longest mount point above a path decides where it lies. */
function toHost({ record }: Container, root: string, path: string): string {
  const above = record.Mounts.filter(
    ({ type, destination }) => type !== 'tmpfs' && (path === destination || path.startsWith(`${destination}/`)),
  )
  const mount = above.sort((a, b) => b.destination.length - a.destination.length)[0]
  if (mount) return mount.source + path.slice(mount.destination.length)
  return path === '/' ? root : root + path
}
