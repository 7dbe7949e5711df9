import type { Change, DataFile } from '../protocol.ts'

/** As much of Emscripten's file system in memory as is looked at: nodes, and the tables of their operations. */
export interface MemoryNode {
  readonly name: string
  readonly parent: MemoryNode
  /** Of a file: a view of bytes, signed or not; of a folder: what it holds. */
  contents: ArrayBufferView | null | Record<string, MemoryNode>
  usedBytes: number
  readonly node_ops: NodeOperations
  readonly stream_ops: StreamOperations
}
interface NodeOperations {
  setattr(node: MemoryNode, attributes: { size?: number }): void
  mknod(parent: MemoryNode, name: string, mode: number, dev: number): MemoryNode
  rename(node: MemoryNode, folder: MemoryNode, name: string): void
  unlink(parent: MemoryNode, name: string): void
  rmdir(parent: MemoryNode, name: string): void
}
interface StreamOperations {
  write(
    stream: { node: MemoryNode },
    buffer: unknown,
    offset: number,
    length: number,
    position: number,
    canOwn?: boolean,
  ): number
}
export interface MemoryFs {
  lookupPath(path: string): { node: MemoryNode }
}

/** A page of PostgreSQL: what changes in it goes out as a whole. */
const PAGE = 8192
const S_IFDIR = 0o040000
const S_IFMT = 0o170000

/** Watches what the backend does to its data directory. */
export class FileChanges {
  private readonly root: MemoryNode
  private changes: Change[] = []
  private dirty = new Map<string, { node: MemoryNode; pages: Set<number> }>()

  /** @param folder absolute path of the data directory, which has files already */
  constructor(fs: MemoryFs, folder: string, aFile: string) {
    this.root = fs.lookupPath(folder).node
    const file = fs.lookupPath(`${folder}/${aFile}`).node
    this.watchFiles(file.stream_ops, file.node_ops)
    this.watchFolders(this.root.node_ops)
  }

  /** What is different from the files that the backend was started with: it has changed some before it was watched. */
  since(files: readonly DataFile[]): Change[] {
    const known = new Map(files.map(({ path, bytes }) => [path, bytes]))
    const changes: Change[] = []
    const walk = (folder: MemoryNode, prefix: string): void => {
      for (const [name, node] of Object.entries(folder.contents as Record<string, MemoryNode>)) {
        const path = `${prefix}${name}`
        const isFolder = node.node_ops === this.root.node_ops
        if (isFolder && !known.has(path)) changes.push({ op: 'mkdir', path })
        if (isFolder) walk(node, `${path}/`)
        else {
          const bytes = contentOf(node).slice()
          const before = known.get(path)
          if (!before || !same(before, bytes))
            changes.push(
              { op: 'create', path },
              { op: 'truncate', path, size: 0 },
              { op: 'write', path, offset: 0, bytes },
            )
        }
        known.delete(path)
      }
    }
    walk(this.root, '')
    for (const [path, bytes] of [...known].reverse()) changes.push({ op: bytes ? 'unlink' : 'rmdir', path })
    return changes
  }

  /** All since it was asked last, in order. */
  take(): Change[] {
    this.flushPages()
    const { changes } = this
    this.changes = []
    return changes
  }

  /** @returns undefined for what is not in the data directory */
  private pathOf(node: MemoryNode): string | undefined {
    const names: string[] = []
    for (let at = node; at !== this.root; at = at.parent) {
      if (at.parent === at) return undefined
      names.unshift(at.name)
    }
    return names.join('/')
  }

  private watchFiles(streams: StreamOperations, nodes: NodeOperations): void {
    const write = streams.write.bind(streams)
    streams.write = (stream, buffer, offset, length, position, canOwn) => {
      const written = write(stream, buffer, offset, length, position, canOwn)
      this.touch(stream.node, position, written)
      return written
    }
    const setattr = nodes.setattr.bind(nodes)
    nodes.setattr = (node, attributes) => {
      setattr(node, attributes)
      const path = attributes.size === undefined ? undefined : this.pathOf(node)
      if (path === undefined || attributes.size === undefined) return
      this.flushPages()
      this.changes.push({ op: 'truncate', path, size: attributes.size })
    }
  }

  private watchFolders(nodes: NodeOperations): void {
    const { mknod, rename, unlink, rmdir } = nodes
    nodes.mknod = (parent, name, mode, dev) => {
      const node = mknod.call(nodes, parent, name, mode, dev)
      const path = this.pathOf(node)
      if (path !== undefined) this.note({ op: (mode & S_IFMT) === S_IFDIR ? 'mkdir' : 'create', path })
      return node
    }
    nodes.rename = (node, folder, name) => {
      const path = this.pathOf(node)
      const target = this.pathOf(folder)
      this.flushPages()
      rename.call(nodes, node, folder, name)
      if (path !== undefined && target !== undefined)
        this.note({ op: 'rename', path, to: target === '' ? name : `${target}/${name}` })
    }
    const gone =
      (op: 'unlink' | 'rmdir', act: (parent: MemoryNode, name: string) => void) =>
      (parent: MemoryNode, name: string) => {
        const folder = this.pathOf(parent)
        act.call(nodes, parent, name)
        if (folder === undefined) return
        const path = folder === '' ? name : `${folder}/${name}`
        this.dirty.delete(path)
        this.note({ op, path })
      }
    nodes.unlink = gone('unlink', unlink)
    nodes.rmdir = gone('rmdir', rmdir)
  }

  private note(change: Change): void {
    this.flushPages()
    this.changes.push(change)
  }

  private touch(node: MemoryNode, position: number, length: number): void {
    if (length <= 0) return
    const path = this.pathOf(node)
    if (path === undefined) return
    const known = this.dirty.get(path) ?? { node, pages: new Set<number>() }
    this.dirty.set(path, known)
    for (let page = Math.floor(position / PAGE); page * PAGE < position + length; page++) known.pages.add(page)
  }

  /** Neighbouring pages as one write. */
  private flushPages(): void {
    for (const [path, { node, pages }] of this.dirty) {
      const contents = contentOf(node)
      const sorted = [...pages].sort((a, b) => a - b)
      for (let i = 0; i < sorted.length; ) {
        const first = sorted[i] ?? 0
        let last = first
        while (sorted[i + 1] === last + 1) last = sorted[++i] ?? last
        i++
        const bytes = contents.slice(first * PAGE, Math.min((last + 1) * PAGE, node.usedBytes))
        if (bytes.length > 0) this.changes.push({ op: 'write', path, offset: first * PAGE, bytes })
      }
    }
    this.dirty.clear()
  }
}

const contentOf = ({ contents, usedBytes }: MemoryNode): Uint8Array =>
  ArrayBuffer.isView(contents) ? new Uint8Array(contents.buffer, contents.byteOffset, usedBytes) : new Uint8Array(0)

const same = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
