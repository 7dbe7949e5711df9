import { ENOSPC } from '@drydock/abi'
import type { MemoryInode } from '../fs/memory-inode.ts'
import type { NewInode } from '../vfs/inode.ts'
import type { BlockSource } from './block-source.ts'

/** Behind what superblocks and boot loaders take. */
const HEADER_AT = 64 * 1024
/** The smallest block there is. */
const UNIT = 1024
const MAGIC = 'DRYDOCKF'
const PIECE = 256 * 1024

type Run = readonly [start: number, count: number]

/** An inode as the index says it. */
interface Saved {
  readonly ino: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly nlink: number
  readonly rdev: number
  readonly times: readonly [number, number, number]
  readonly target?: string
  readonly entries?: readonly (readonly [string, number])[]
  readonly size?: number
  readonly runs?: readonly Run[]
  readonly xattrs?: readonly (readonly [string, readonly number[]])[]
}
interface Index {
  readonly nextIno: number
  readonly inodes: readonly Saved[]
}

export interface LoadedFiles {
  readonly inodes: ReadonlyMap<number, MemoryInode>
  readonly nextIno: number
}

/**
 * How files lie on the device of a mounted image: a header at 64 KiB names an index in JSON, the index names for each file
 * the runs of 1 KiB that hold its content. The index is written to a free place before the header names it, so that a
 * device whose writing was cut off still has the state before.
 */
export class FileStore {
  private readonly source: BlockSource
  private readonly runs = new Map<number, readonly Run[]>()
  private indexRuns: readonly Run[] = []

  constructor(source: BlockSource) {
    this.source = source
  }

  load(make: (ino: number, init: NewInode) => MemoryInode): LoadedFiles | undefined {
    const index = this.readIndex()
    if (!index) return undefined
    const inodes = new Map<number, MemoryInode>()
    for (const saved of index.inodes) inodes.set(saved.ino, make(saved.ino, saved))
    for (const saved of index.inodes) this.fill(saved, inodes)
    return { inodes, nextIno: index.nextIno }
  }

  private readIndex(): Index | undefined {
    const header = this.source.read(HEADER_AT, UNIT)
    if (header.length < UNIT || new TextDecoder().decode(header.subarray(0, 8)) !== MAGIC) return undefined
    const view = new DataView(header.buffer, header.byteOffset)
    const [start, length] = [view.getUint32(8), view.getUint32(12)]
    this.indexRuns = [[start, Math.ceil(length / UNIT)]]
    try {
      return JSON.parse(new TextDecoder().decode(this.source.read(start * UNIT, length))) as Index
    } catch (error) {
      // Somebody wrote over it.
      if (error instanceof SyntaxError) return undefined
      throw error
    }
  }

  private fill(saved: Saved, inodes: ReadonlyMap<number, MemoryInode>): void {
    const inode = inodes.get(saved.ino)
    if (!inode) return
    for (const [name, ino] of saved.entries ?? []) {
      const child = inodes.get(ino)
      if (child) inode.entries?.set(name, child)
    }
    inode.nlink = saved.nlink
    ;[inode.atimeMs, inode.mtimeMs, inode.ctimeMs] = saved.times
    if (saved.xattrs) inode.attributes = new Map(saved.xattrs.map(([name, bytes]) => [name, Uint8Array.from(bytes)]))
    if (!inode.content || saved.size === undefined) return
    let offset = 0
    for (const [start, count] of saved.runs ?? [])
      for (let at = start * UNIT; at < (start + count) * UNIT; ) {
        const length = Math.min(PIECE, (start + count) * UNIT - at, saved.size - offset)
        if (length <= 0) break
        inode.content.write(offset, this.source.read(at, length))
        offset += length
        at += length
      }
    inode.content.truncate(saved.size)
    this.runs.set(saved.ino, saved.runs ?? [])
  }

  forget(ino: number): void {
    this.runs.delete(ino)
  }

  /** @throws ENOSPC */
  save(all: Iterable<MemoryInode>, changed: ReadonlySet<MemoryInode>, nextIno: number): void {
    for (const inode of changed) if (inode.content) this.saveContent(inode)
    const inodes = Array.from(all, (inode) => this.saved(inode))
    const bytes = new TextEncoder().encode(JSON.stringify({ nextIno, inodes } satisfies Index))
    const [run, further] = this.allocate(Math.ceil(bytes.length / UNIT), true)
    if (!run || further) throw ENOSPC
    this.put(run[0] * UNIT, bytes)
    this.indexRuns = [run]
    const header = new Uint8Array(UNIT)
    header.set(new TextEncoder().encode(MAGIC))
    const view = new DataView(header.buffer)
    view.setUint32(8, run[0])
    view.setUint32(12, bytes.length)
    this.put(HEADER_AT, header)
  }

  private saved({
    ino,
    mode,
    uid,
    gid,
    nlink,
    rdev,
    target,
    entries,
    content,
    attributes,
    ...inode
  }: MemoryInode): Saved {
    return {
      ...{ ino, mode, uid, gid, nlink, rdev, times: [inode.atimeMs, inode.mtimeMs, inode.ctimeMs] },
      ...(target !== undefined && { target }),
      ...(entries && { entries: Array.from(entries, ([name, child]) => [name, child.ino] as const) }),
      ...(content && { size: content.size, runs: this.runs.get(ino) ?? [] }),
      ...(attributes?.size && { xattrs: Array.from(attributes, ([name, bytes]) => [name, [...bytes]] as const) }),
    }
  }

  private saveContent({ ino, content }: MemoryInode): void {
    if (!content) return
    this.runs.delete(ino)
    const runs = this.allocate(Math.ceil(content.size / UNIT))
    this.runs.set(ino, runs)
    let offset = 0
    for (const [start, count] of runs)
      for (let at = 0; at < count * UNIT && offset < content.size; at += PIECE) {
        const bytes = content.read(offset, Math.min(PIECE, count * UNIT - at))
        this.put(start * UNIT + at, bytes)
        offset += bytes.length
      }
  }

  /** Bytes that are there already are not written again: the image stays as sparse as it can. */
  private put(offset: number, bytes: Uint8Array): void {
    const there = this.source.read(offset, bytes.length)
    if (there.length < bytes.length || bytes.some((byte, at) => byte !== there[at])) this.source.write(offset, bytes)
  }

  /** First fit. @param together  one run only @throws ENOSPC */
  private allocate(units: number, together = false): Run[] {
    const found: Run[] = []
    let missing = units
    for (const [start, count] of this.holes()) {
      if (missing === 0) break
      if (together && count < missing) continue
      found.push([start, Math.min(count, missing)])
      missing -= Math.min(count, missing)
    }
    if (missing > 0) throw ENOSPC
    return found
  }

  private *holes(): Generator<Run> {
    const taken = [...this.runs.values()].flat().concat(this.indexRuns)
    taken.sort(([a], [b]) => a - b)
    let at = HEADER_AT / UNIT + 1
    for (const [start, count] of taken) {
      if (start > at) yield [at, start - at]
      at = Math.max(at, start + count)
    }
    const end = Math.floor(this.source.bytes / UNIT)
    if (end > at) yield [at, end - at]
  }
}
