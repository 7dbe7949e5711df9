import type { LazyContent } from '@drydock/abi'
import { EFBIG, ENOSPC } from '@drydock/abi'
import { fillLazy } from './lazy-bytes.ts'

/** Content is kept, and saved, in pieces of this many bytes. */
export const CHUNK_BYTES = 256 * 1024
/** As ext4 with blocks of 4 KiB. */
const MAX_FILE_BYTES = 16 * 2 ** 40

/** What keeps the accounts of a file system. */
export interface ContentOwner {
  /**
   * @param allocated bytes that the disk's user pays for, as du counts them; negative gives back
   * @param held bytes of real memory
   * @throws ENOSPC before anything changed
   */
  reserve(allocated: number, held: number): void
  /** The bytes of a chunk changed, or it is gone. */
  chunkChanged(index: number): void
}

/** A piece of content. Without `bytes` it is all zero, and costs nothing: `dd if=/dev/zero` fills no memory. */
interface Chunk {
  bytes: Uint8Array | undefined
  /** How far it was written to. */
  used: number
  /** Somebody else keeps `bytes` as they are: whoever writes makes a copy first. */
  shared: boolean
}

/** A chunk as a disk keeps it: bytes, or the length of a run of zeros. */
export type SavedChunk = Uint8Array | number

/** The bytes of a regular file: chunks over an optional lazy base; whatever neither covers is a hole of zeros. */
export class FileContent {
  private length = 0
  private base: LazyContent | undefined
  /** How much of the base truncation has left. */
  private baseSize = 0
  private chunks: (Chunk | undefined)[] = []
  private allocated = 0
  private pristine = false
  private readonly owner: ContentOwner

  constructor(owner: ContentOwner) {
    this.owner = owner
  }

  get size(): number {
    return this.length
  }
  /** Bytes as du counts them: without holes, lazy ones included. */
  get allocatedBytes(): number {
    return this.allocated
  }
  /** Bytes of real memory. */
  get heldBytes(): number {
    const chunks = this.chunks.reduce((sum, chunk) => sum + (chunk?.bytes?.length ?? 0), 0)
    return chunks + (this.base?.prefix.length ?? 0)
  }
  /** The lazy base while nobody has written. */
  get lazy(): LazyContent | undefined {
    return this.pristine ? this.base : undefined
  }
  /** The base with what is left of it, written to or not. */
  get lazyBase(): { content: LazyContent; left: number } | undefined {
    return this.base === undefined ? undefined : { content: this.base, left: this.baseSize }
  }

  read(offset: number, max: number): Uint8Array {
    const start = offset % CHUNK_BYTES
    const end = start + Math.min(max, this.length - offset)
    const chunk = this.chunks[Math.floor(offset / CHUNK_BYTES)]
    if (chunk?.bytes !== undefined && end > start && end <= chunk.used) return chunk.bytes.slice(start, end)
    return this.readPieces(offset, max)
  }

  /** How many bytes there are from `offset` up to `delimiter`, included; `max` when it is not among them. */
  lengthUntil(offset: number, delimiter: number, max: number): number {
    const chunk = this.chunks[Math.floor(offset / CHUNK_BYTES)]
    if (chunk?.bytes === undefined) return max
    const start = offset % CHUNK_BYTES
    const end = Math.min(start + max, chunk.used)
    for (let at = start; at < end; at++) if (chunk.bytes[at] === delimiter) return at - start + 1
    return max
  }

  private readPieces(offset: number, max: number): Uint8Array {
    const result = new Uint8Array(Math.max(0, Math.min(max, this.length - offset)))
    for (let done = 0; done < result.length; ) {
      const start = (offset + done) % CHUNK_BYTES
      const piece = result.subarray(done, done + Math.min(CHUNK_BYTES - start, result.length - done))
      this.readPiece(Math.floor((offset + done) / CHUNK_BYTES), start, piece)
      done += piece.length
    }
    return result
  }

  /** @returns bytes taken: fewer than given when the disk is full on the way @throws ENOSPC, EFBIG */
  write(offset: number, bytes: Uint8Array): number {
    const index = Math.floor(offset / CHUNK_BYTES)
    const chunk = this.chunks[index]
    const start = offset - index * CHUNK_BYTES
    if (chunk?.bytes !== undefined && !chunk.shared && start + bytes.length <= chunk.bytes.length)
      return this.writeInto(chunk, index, start, bytes)
    return this.writePieces(offset, bytes)
  }

  /** Where there is room already. */
  private writeInto(chunk: Chunk, index: number, start: number, bytes: Uint8Array): number {
    const end = start + bytes.length
    if (end > chunk.used) {
      this.owner.reserve(end - chunk.used, 0)
      this.allocated += end - chunk.used
      chunk.used = end
    }
    if (chunk.bytes !== undefined) copyInto(chunk.bytes, start, bytes)
    const length = index * CHUNK_BYTES + end
    if (length > this.length) this.length = length
    this.pristine = false
    this.owner.chunkChanged(index)
    return bytes.length
  }

  private writePieces(offset: number, bytes: Uint8Array): number {
    if (offset + bytes.length > MAX_FILE_BYTES) throw EFBIG
    let done = 0
    let most = CHUNK_BYTES
    while (done < bytes.length) {
      const start = (offset + done) % CHUNK_BYTES
      const fits = done === 0 && most === CHUNK_BYTES && start + bytes.length <= CHUNK_BYTES
      const piece = fits ? bytes : bytes.subarray(done, done + Math.min(CHUNK_BYTES - start, bytes.length - done, most))
      try {
        this.writePiece(Math.floor((offset + done) / CHUNK_BYTES), start, piece)
      } catch (error) {
        if (error !== ENOSPC) throw error
        // A piece that is too long for what is left: as many of its blocks as there is room for.
        most = piece.length > 1024 ? Math.ceil(piece.length / 2048) * 1024 : 0
        if (most > 0) continue
        if (done === 0) throw error
        break
      }
      done += piece.length
      this.length = Math.max(this.length, offset + done)
    }
    return done
  }

  truncate(size: number): void {
    if (size > MAX_FILE_BYTES) throw EFBIG
    if (size < this.length) this.cut(size)
    this.length = size
  }

  /** Takes the room of a range that nobody has written to; what is there stays. @throws ENOSPC */
  allocate(offset: number, length: number): void {
    for (const [index, , end] of pieces(offset, length)) {
      const chunk = this.materialise(index)
      if (chunk.used >= end) continue
      this.owner.reserve(end - chunk.used, 0)
      this.allocated += end - chunk.used
      chunk.used = end
      this.owner.chunkChanged(index)
    }
    this.pristine = false
  }

  /** A hole where data was: whole chunks give their room back, the rest reads as zeros. */
  punch(offset: number, length: number): void {
    const end = Math.min(offset + length, this.length)
    for (const [index, start, stop] of pieces(offset, end - offset)) {
      const whole = start === 0 && (stop === CHUNK_BYTES || index * CHUNK_BYTES + stop >= this.length)
      if (whole && this.baseSize <= index * CHUNK_BYTES) this.dropChunk(index)
      else this.writePiece(index, start, new Uint8Array(stop - start))
    }
  }

  /** Where data begins at or after an offset; undefined where none is left. */
  nextData(offset: number): number | undefined {
    for (let index = Math.floor(offset / CHUNK_BYTES); index * CHUNK_BYTES < this.length; index++) {
      const at = Math.max(offset, index * CHUNK_BYTES)
      if (at < this.dataEnd(index)) return at
    }
    return undefined
  }
  /** Where the next hole begins: at the end of the file at the latest. */
  nextHole(offset: number): number {
    for (let index = Math.floor(offset / CHUNK_BYTES); index * CHUNK_BYTES < this.length; index++) {
      const end = this.dataEnd(index)
      if (end <= Math.max(offset, index * CHUNK_BYTES)) return Math.max(offset, index * CHUNK_BYTES)
      if (end < Math.min(this.length, (index + 1) * CHUNK_BYTES)) return end
    }
    return this.length
  }
  private dataEnd(index: number): number {
    const start = index * CHUNK_BYTES
    const chunk = this.chunks[index]
    if (!chunk) return Math.max(start, Math.min(this.baseSize, start + CHUNK_BYTES))
    return start + (chunk.bytes === undefined ? 0 : chunk.used)
  }

  setLazy(content: LazyContent): void {
    this.truncate(0)
    this.owner.reserve(content.size, content.prefix.length)
    this.base = { prefix: content.prefix.slice(), size: content.size, seed: content.seed }
    this.baseSize = content.size
    this.length = content.size
    this.allocated = content.size
    this.pristine = true
  }

  /** Makes this a copy of another file's content; a lazy base stays lazy. */
  copyFrom(other: FileContent): void {
    this.truncate(0)
    if (other.base !== undefined) {
      this.setLazy(other.base)
      if (other.baseSize < other.base.size) this.truncate(other.baseSize)
    }
    for (const index of other.chunkIndexes()) {
      const saved = other.savedChunk(index)
      if (saved !== undefined) this.restoreChunk(index, saved)
    }
    this.length = other.length
    this.pristine = other.pristine
  }

  hasChunk(index: number): boolean {
    return this.chunks[index] !== undefined
  }
  /** What is to be kept of the chunk, if anything. It is not copied, and never changes afterwards. */
  savedChunk(index: number): SavedChunk | undefined {
    const chunk = this.chunks[index]
    if (chunk?.bytes === undefined) return chunk?.used
    if (chunk.bytes.length > chunk.used) {
      this.owner.reserve(0, chunk.used - chunk.bytes.length)
      chunk.bytes = chunk.bytes.slice(0, chunk.used)
    }
    chunk.shared = true
    return chunk.bytes
  }
  chunkIndexes(): number[] {
    return [...this.chunks.keys()].filter((index) => this.chunks[index] !== undefined)
  }

  /** Puts back what `savedChunk` gave; bytes are shared with whoever gave them. */
  restoreChunk(index: number, saved: SavedChunk): void {
    const used = typeof saved === 'number' ? saved : saved.length
    const chunk = this.materialise(index)
    const held = (typeof saved === 'number' ? 0 : used) - (chunk.bytes?.length ?? 0)
    this.owner.reserve(used - chunk.used, held)
    this.allocated += used - chunk.used
    chunk.bytes = typeof saved === 'number' ? undefined : saved
    chunk.shared = true
    chunk.used = used
    this.length = Math.max(this.length, index * CHUNK_BYTES + used)
    this.owner.chunkChanged(index)
  }
  /** Sets the size without touching chunks, when a file is put back. */
  restoreSize(size: number, written: boolean): void {
    this.length = size
    this.pristine = this.base !== undefined && !written
  }

  private readPiece(index: number, start: number, into: Uint8Array): void {
    const chunk = this.chunks[index]
    if (chunk?.bytes !== undefined) into.set(chunk.bytes.subarray(start, Math.min(chunk.used, start + into.length)))
    if (chunk !== undefined || this.base === undefined) return
    const offset = index * CHUNK_BYTES + start
    fillLazy(this.base, offset, into.subarray(0, Math.max(0, Math.min(into.length, this.baseSize - offset))))
  }

  private writePiece(index: number, start: number, piece: Uint8Array): void {
    const chunk = this.materialise(index)
    const used = Math.max(chunk.used, start + piece.length)
    const needsBytes = chunk.bytes !== undefined || !isZero(piece)
    const capacity = needsBytes ? capacityFor(chunk.bytes?.length ?? 0, used) : 0
    this.owner.reserve(used - chunk.used, capacity - (chunk.bytes?.length ?? 0))
    this.allocated += used - chunk.used
    chunk.used = used
    if (needsBytes) {
      chunk.bytes = owned(chunk, capacity)
      copyInto(chunk.bytes, start, piece)
      chunk.shared = false
    }
    this.pristine = false
    this.owner.chunkChanged(index)
  }

  /** The chunk to write to; what the lazy base had there becomes real. */
  private materialise(index: number): Chunk {
    const present = this.chunks[index]
    if (present !== undefined) return present
    const chunk: Chunk = { bytes: undefined, used: 0, shared: false }
    const covered = Math.max(0, Math.min(CHUNK_BYTES, this.baseSize - index * CHUNK_BYTES))
    if (this.base !== undefined && covered > 0) {
      this.owner.reserve(0, covered)
      chunk.bytes = new Uint8Array(covered)
      fillLazy(this.base, index * CHUNK_BYTES, chunk.bytes)
      chunk.used = covered
    }
    while (this.chunks.length < index) this.chunks.push(undefined)
    this.chunks[index] = chunk
    return chunk
  }

  private cut(size: number): void {
    const first = Math.ceil(size / CHUNK_BYTES)
    for (let index = first; index < this.chunks.length; index++) this.dropChunk(index)
    this.chunks.length = Math.min(this.chunks.length, first)
    const last = Math.floor(size / CHUNK_BYTES)
    const chunk = this.chunks[last]
    if (chunk !== undefined) this.shorten(last, chunk, size % CHUNK_BYTES)
    this.cutBase(size)
    this.pristine = false
  }

  private cutBase(size: number): void {
    if (this.base === undefined || this.baseSize <= size) return
    const before = this.uncoveredBase()
    this.baseSize = size
    const after = this.uncoveredBase()
    this.allocated += after - before
    this.owner.reserve(after - before, size === 0 ? -this.base.prefix.length : 0)
    if (size === 0) this.base = undefined
  }

  /** Bytes of the base that no chunk hides: those are accounted to it. */
  private uncoveredBase(): number {
    let bytes = this.baseSize
    for (const index of this.chunkIndexes()) {
      bytes -= Math.max(0, Math.min(CHUNK_BYTES, this.baseSize - index * CHUNK_BYTES))
    }
    return bytes
  }

  private dropChunk(index: number): void {
    const chunk = this.chunks[index]
    if (chunk === undefined) return
    // The base under it is cut too, so nothing lazy comes back to light.
    const hidden = Math.max(0, Math.min(CHUNK_BYTES, this.baseSize - index * CHUNK_BYTES))
    this.owner.reserve(-chunk.used + hidden, -(chunk.bytes?.length ?? 0))
    this.allocated += hidden - chunk.used
    this.chunks[index] = undefined
    this.owner.chunkChanged(index)
  }

  private shorten(index: number, chunk: Chunk, used: number): void {
    if (chunk.used <= used) return
    this.owner.reserve(used - chunk.used, 0)
    this.allocated += used - chunk.used
    if (chunk.bytes !== undefined) {
      chunk.bytes = owned(chunk, chunk.bytes.length).fill(0, used)
      chunk.shared = false
    }
    chunk.used = used
    this.owner.chunkChanged(index)
  }
}

/** The parts of chunks that a range covers: index, and from where to where in the chunk. */
function* pieces(offset: number, length: number): Generator<readonly [index: number, start: number, end: number]> {
  for (let at = offset; at < offset + length; ) {
    const start = at % CHUNK_BYTES
    const end = Math.min(CHUNK_BYTES, start + offset + length - at)
    yield [Math.floor(at / CHUNK_BYTES), start, end]
    at += end - start
  }
}

/** Pieces up to this are copied faster one by one. */
const SHORT_BYTES = 48

function copyInto(bytes: Uint8Array, start: number, piece: Uint8Array): void {
  if (piece.length > SHORT_BYTES) bytes.set(piece, start)
  else for (let at = 0; at < piece.length; at++) bytes[start + at] = piece[at] ?? 0
}

function isZero(bytes: Uint8Array): boolean {
  for (const byte of bytes) if (byte !== 0) return false
  return true
}

/** Exactly what is needed at first, then twice as much each time a file grows. */
function capacityFor(capacity: number, used: number): number {
  if (used <= capacity) return capacity
  return capacity === 0 ? used : Math.min(CHUNK_BYTES, Math.max(used, capacity * 2))
}

/** The chunk's bytes with room for so many, to be written to. */
function owned({ bytes, shared }: Chunk, capacity: number): Uint8Array {
  if (bytes !== undefined && bytes.length === capacity && !shared) return bytes
  const grown = new Uint8Array(capacity)
  if (bytes !== undefined) grown.set(bytes)
  return grown
}
