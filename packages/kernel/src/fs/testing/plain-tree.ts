import { EBUSY, EEXIST, EINVAL, EISDIR, ELOOP, ENOENT, ENOTDIR, ENOTEMPTY, EPERM } from '@drydock/abi'

/** A tree of files as plain objects: what every file system has to agree with, written for clearness and nothing else. */
export type PlainNode = PlainDirectory | PlainFile | PlainLink
export interface PlainDirectory {
  readonly kind: 'directory'
  readonly entries: Map<string, PlainNode>
  parent: PlainDirectory
}
export interface PlainFile {
  readonly kind: 'file'
  bytes: Uint8Array
}
export interface PlainLink {
  readonly kind: 'link'
  readonly target: string
}

interface Place {
  readonly directory: PlainDirectory
  readonly name: string
  readonly node: PlainNode | undefined
}

const MOST_LINKS = 40

export class PlainTree {
  readonly root: PlainDirectory

  constructor() {
    const root = { kind: 'directory', entries: new Map<string, PlainNode>() } as unknown as PlainDirectory
    root.parent = root
    this.root = root
  }

  /** Where a path leads; the last link is followed or not. @throws ENOENT, ENOTDIR, ELOOP */
  private find(path: string, follow: boolean, from = this.root, count = { links: 0 }): Place {
    const names = path.split('/').filter((name) => name !== '')
    let at: PlainDirectory = path.startsWith('/') ? this.root : from
    if (names.length === 0) return { directory: at, name: '', node: at }
    for (const [index, name] of names.entries()) {
      const last = index === names.length - 1
      const node = name === '.' ? at : name === '..' ? at.parent : at.entries.get(name)
      if (last && (node?.kind !== 'link' || !follow)) return { directory: at, name, node }
      if (node === undefined) throw ENOENT
      const next = node.kind === 'link' ? this.follow(node, at, count, last) : { directory: at, name, node }
      if (last) return next
      if (next.node === undefined) throw ENOENT
      if (next.node.kind !== 'directory') throw ENOTDIR
      at = next.node
    }
    throw ENOENT
  }

  private follow(link: PlainLink, from: PlainDirectory, count: { links: number }, _last: boolean): Place {
    if (++count.links > MOST_LINKS) throw ELOOP
    return this.find(link.target, true, from, count)
  }

  private present(path: string, follow: boolean): PlainNode {
    const { node } = this.find(path, follow)
    if (node === undefined) throw ENOENT
    return node
  }

  private free(path: string): Place {
    const place = this.find(path, false)
    if (place.node !== undefined) throw EEXIST
    return place
  }

  mkdir(path: string): void {
    const { directory, name } = this.free(path)
    directory.entries.set(name, { kind: 'directory', entries: new Map(), parent: directory })
  }

  symlink(target: string, path: string): void {
    const { directory, name } = this.free(path)
    directory.entries.set(name, { kind: 'link', target })
  }

  link(from: string, to: string): void {
    const source = this.present(from, false)
    const { directory, name } = this.free(to)
    if (source.kind === 'directory') throw EPERM
    directory.entries.set(name, source)
  }

  /** open(2) with O_CREAT, then pwrite(2). */
  write(path: string, bytes: Uint8Array, offset: number): void {
    const { directory, name, node } = this.find(path, true)
    if (node?.kind === 'directory') throw EISDIR
    const file: PlainFile = node?.kind === 'file' ? node : { kind: 'file', bytes: new Uint8Array(0) }
    if (node === undefined) directory.entries.set(name, file)
    const whole = new Uint8Array(Math.max(file.bytes.length, bytes.length === 0 ? 0 : offset + bytes.length))
    whole.set(file.bytes)
    whole.set(bytes, bytes.length === 0 ? 0 : offset)
    file.bytes = whole
  }

  read(path: string): Uint8Array {
    const node = this.present(path, true)
    if (node.kind !== 'file') throw EISDIR
    return node.bytes
  }

  truncate(path: string, size: number): void {
    const node = this.present(path, true)
    if (node.kind !== 'file') throw EISDIR
    const cut = new Uint8Array(size)
    cut.set(node.bytes.subarray(0, size))
    node.bytes = cut
  }

  readdir(path: string): string[] {
    const node = this.present(path, true)
    if (node.kind !== 'directory') throw ENOTDIR
    return [...node.entries.keys()].sort()
  }

  readlink(path: string): string {
    const node = this.present(path, false)
    if (node.kind !== 'link') throw EINVAL
    return node.target
  }

  unlink(path: string): void {
    const { directory, name, node } = this.find(path, false)
    if (isDots(name)) throw EISDIR
    if (node === undefined) throw ENOENT
    if (node.kind === 'directory') throw EISDIR
    directory.entries.delete(name)
  }

  rmdir(path: string): void {
    const { directory, name, node } = this.find(path, false)
    if (name === '.') throw EINVAL
    if (name === '..') throw ENOTEMPTY
    if (node === undefined) throw ENOENT
    if (node.kind !== 'directory') throw ENOTDIR
    if (node.entries.size > 0) throw ENOTEMPTY
    directory.entries.delete(name)
  }

  rename(from: string, to: string): void {
    const source = this.find(from, false)
    const target = this.find(to, false)
    if (isDots(source.name) || isDots(target.name)) throw EBUSY
    const { node } = source
    if (node === undefined) throw ENOENT
    if (node.kind === 'directory' && isWithin(target.directory, node)) throw EINVAL
    if (target.node?.kind === 'directory' && isWithin(source.directory, target.node)) throw ENOTEMPTY
    if (target.node !== undefined) {
      if (target.node === node) return
      if (target.node.kind === 'directory' && node.kind !== 'directory') throw EISDIR
      if (target.node.kind !== 'directory' && node.kind === 'directory') throw ENOTDIR
      if (target.node.kind === 'directory' && target.node.entries.size > 0) throw ENOTEMPTY
    }
    source.directory.entries.delete(source.name)
    target.directory.entries.set(target.name, node)
    if (node.kind === 'directory') node.parent = target.directory
  }

  /** The whole tree as lines. */
  *lines(directory = this.root, path = ''): IterableIterator<string> {
    for (const [name, node] of [...directory.entries].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const place = `${path}/${name}`
      if (node.kind === 'file') yield `${place} = ${node.bytes.join(' ')}`
      else if (node.kind === 'link') yield `${place} -> ${node.target}`
      else {
        yield `${place}/`
        yield* this.lines(node, place)
      }
    }
  }
}

const isDots = (name: string): boolean => name === '.' || name === '..' || name === ''

function isWithin(directory: PlainDirectory, ancestor: PlainNode): boolean {
  for (let at = directory; ; at = at.parent) {
    if (at === ancestor) return true
    if (at.parent === at) return false
  }
}
