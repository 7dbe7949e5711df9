import { isErrno, type LazyContent, S_IFBLK, S_IFCHR, S_IFIFO, type Sys } from '@drydock/abi'
import {
  concatBytes,
  gunzip,
  gunzipIfNeeded,
  isGzip,
  Sha256,
  sha256Hex,
  type TarEvent,
  type TarHeader,
  TarReader,
} from '@drydock/codec'
import { randomId } from '../identifiers.ts'
import {
  ifExists,
  listNames,
  makeDirectories,
  quietly,
  readBytes,
  readRecord,
  removeTree,
  treeSize,
  writeBytes,
  writeRecord,
} from '../state/files.ts'
import { commitLayer, linkLayer, unlinkLayer } from './overlay-links.ts'
import { readLazy } from './lazy-header.ts'
import { gzipPaced, hashPaced } from './paced.ts'
import { treeTar } from './tree-tar.ts'

/** A layer on disk: one directory of files, on top of its parent's. */
export interface LayerRecord {
  /** sha256 over the diff ids from the bottom up. OCI image spec, "Layer ChainID". */
  readonly chainId: string
  readonly diffId: string
  readonly parent: string
  /** Directory below overlay2. */
  readonly cacheId: string
  /** Bytes of the files, lazy ones in full. */
  readonly size: number
  /** Digest of its compressed form, where that is kept: what was made here is packed when it is first pushed. */
  readonly blob?: string
  /** Bytes of the compressed form. */
  readonly blobSize?: number
  /** Compressed bytes in real life: lazy files make the blob small. */
  readonly realSize?: number
}

/** A layer whose compressed form is kept. */
export type PackedLayer = LayerRecord & Required<Pick<LayerRecord, 'blob' | 'blobSize'>>

const isPacked = (layer: LayerRecord): layer is PackedLayer => layer.blob !== undefined

export const chainIdOf = (parent: string, diffId: string): string =>
  parent === '' ? diffId : `sha256:${sha256Hex(`${parent} ${diffId}`)}`

const WHITEOUT = '.wh.'
const OPAQUE = '.wh..wh..opq'

/** Unpacked layers by chain id, shared by images. */
export class LayerStore {
  private readonly layers = new Map<string, LayerRecord>()
  private readonly sys: Sys
  private readonly records: string
  private readonly overlay: string
  private readonly blobs: string

  constructor(sys: Sys, records: string, overlay: string, blobs: string) {
    this.sys = sys
    this.records = records
    this.overlay = overlay
    this.blobs = blobs
  }

  load(): void {
    makeDirectories(this.sys, this.records)
    makeDirectories(this.sys, this.overlay, 0o710)
    makeDirectories(this.sys, this.blobs)
    for (const name of listNames(this.sys, this.records)) {
      const layer = readRecord<LayerRecord>(this.sys, `${this.records}/${name}`)
      if (layer) this.layers.set(layer.chainId, layer)
    }
  }

  find(chainId: string): LayerRecord | undefined {
    return this.layers.get(chainId)
  }

  diffPath(layer: LayerRecord): string {
    return `${this.overlay}/${layer.cacheId}/diff`
  }

  /** Layers from the bottom up. Missing ones end the list. */
  chain(diffIds: readonly string[]): LayerRecord[] {
    const found: LayerRecord[] = []
    let parent = ''
    for (const diffId of diffIds) {
      const layer = this.layers.get(chainIdOf(parent, diffId))
      if (!layer) break
      found.push(layer)
      parent = layer.chainId
    }
    return found
  }

  /**
   * Unpacks a tar, compressed or not, on top of `parent`, and keeps it: nobody else could make the same bytes again. An
   * equal layer that is there already is given back.
   * @throws TarError, GzipError, an Errno
   */
  async add(parent: string, tar: Uint8Array, realSize?: number): Promise<LayerRecord> {
    const { layer, known } = await this.unpack(parent, [tar])
    if (known) return layer
    const packed = isGzip(tar) ? tar : await gzipPaced(this.sys, [tar])
    const kept = { ...layer, ...(await this.writeBlob(packed)), ...(realSize === undefined ? {} : { realSize }) }
    this.keep(kept)
    this.link(kept)
    return kept
  }

  /**
   * Takes a directory of changes, whiteouts in overlayfs's form, as the layer on top of `parent`; the directory moves away.
   * An equal layer that is there already is given back.
   */
  async adopt(parent: string, directory: string): Promise<LayerRecord> {
    const hash = new Sha256()
    for (const part of tarOfChanges(this.sys, directory)) await hashPaced(this.sys, hash, part)
    const diffId = `sha256:${hash.digestHex()}`
    const chainId = chainIdOf(parent, diffId)
    const known = this.layers.get(chainId)
    if (known) {
      removeTree(this.sys, directory)
      return known
    }
    const cacheId = randomId(this.sys)
    makeDirectories(this.sys, `${this.overlay}/${cacheId}`)
    const size = treeSize(this.sys, directory)
    this.sys.rename(directory, `${this.overlay}/${cacheId}/diff`)
    const layer = { chainId, diffId, parent, cacheId, size }
    this.keep(layer)
    this.link(layer)
    return layer
  }

  /** The same for a directory that stays where it is. */
  async copyOf(parent: string, directory: string): Promise<LayerRecord> {
    const { layer, known } = await this.unpack(parent, tarOfChanges(this.sys, directory))
    if (known) return layer
    this.keep(layer)
    this.link(layer)
    return layer
  }

  /** Not kept yet when it is a new one. */
  private async unpack(
    parent: string,
    tar: Iterable<Uint8Array>,
  ): Promise<{ readonly layer: LayerRecord; readonly known: boolean }> {
    const cacheId = randomId(this.sys)
    const target = `${this.overlay}/${cacheId}/diff`
    makeDirectories(this.sys, target)
    const { diffId, size } = await unpackLayer(this.sys, target, tar)
    const chainId = chainIdOf(parent, diffId)
    const known = this.layers.get(chainId)
    if (!known) return { layer: { chainId, diffId, parent, cacheId, size }, known: false }
    removeTree(this.sys, `${this.overlay}/${cacheId}`)
    return { layer: known, known: true }
  }

  private async writeBlob(packed: Uint8Array): Promise<{ blob: string; blobSize: number }> {
    const hash = new Sha256()
    await hashPaced(this.sys, hash, packed)
    const hex = hash.digestHex()
    writeBytes(this.sys, `${this.blobs}/${hex}`, packed)
    return { blob: `sha256:${hex}`, blobSize: packed.length }
  }

  /** The layers from the bottom up to `chainId`. */
  below(chainId: string): LayerRecord[] {
    const layer = this.layers.get(chainId)
    return layer ? [...this.below(layer.parent), layer] : []
  }

  /** The layer with its compressed form, which is made when there is none yet. */
  async packed(layer: LayerRecord): Promise<PackedLayer> {
    if (isPacked(layer)) return layer
    const packed = await gzipPaced(this.sys, tarOfChanges(this.sys, this.diffPath(layer)))
    const kept = { ...layer, ...(await this.writeBlob(packed)) }
    this.keep(kept)
    return kept
  }

  /** The compressed form. */
  readBlob({ blob }: PackedLayer): Uint8Array {
    return readBytes(this.sys, this.blobPath(blob))
  }

  /** The layer as it was hashed for its diff id. */
  readTar(layer: LayerRecord): Uint8Array {
    if (isPacked(layer)) return gunzip(this.readBlob(layer))
    return concatBytes([...tarOfChanges(this.sys, this.diffPath(layer))])
  }

  remove(layer: LayerRecord): void {
    this.layers.delete(layer.chainId)
    quietly(() => this.sys.unlink(this.recordPath(layer)))
    removeTree(this.sys, `${this.overlay}/${layer.cacheId}`)
    unlinkLayer(this.sys, this.overlay, layer.cacheId)
    const { blob } = layer
    const shared = [...this.layers.values()].some((other) => other.blob === blob)
    if (blob !== undefined && !shared) quietly(() => this.sys.unlink(this.blobPath(blob)))
  }

  private link({ cacheId, parent }: LayerRecord): void {
    const lowers = this.below(parent).reverse()
    linkLayer(
      this.sys,
      this.overlay,
      cacheId,
      lowers.map((lower) => lower.cacheId),
    )
    commitLayer(this.sys, this.overlay, cacheId)
    if (lowers.length > 0) makeDirectories(this.sys, `${this.overlay}/${cacheId}/work`)
  }

  private keep(layer: LayerRecord): void {
    this.layers.set(layer.chainId, layer)
    writeRecord(this.sys, this.recordPath(layer), layer)
  }

  private blobPath(digest: string): string {
    return `${this.blobs}/${digest.slice('sha256:'.length)}`
  }

  private recordPath({ chainId }: LayerRecord): string {
    return `${this.records}/${chainId.slice('sha256:'.length)}`
  }
}

/** Changes as a layer's tar: equal trees give equal bytes. */
const tarOfChanges = (sys: Sys, directory: string): Iterable<Uint8Array> =>
  treeTar(sys, directory, { rootName: '', whiteouts: true, keepLazy: true })

/** Writes a layer's members below `target`, whiteouts in overlayfs's form. */
async function unpackLayer(
  sys: Sys,
  target: string,
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<{ diffId: string; size: number }> {
  const hash = new Sha256()
  const reader = new TarReader()
  const unpacker = new LayerUnpacker(sys, target)
  for await (const bytes of gunzipIfNeeded(source)) {
    await hashPaced(sys, hash, bytes)
    await unpacker.take(reader.push(bytes))
  }
  reader.finish()
  unpacker.finish()
  return { diffId: `sha256:${hash.digestHex()}`, size: unpacker.size }
}

/** Puts tar members on disk. Used for layers and for docker cp into containers. */
export class LayerUnpacker {
  size = 0
  private readonly sys: Sys
  private readonly target: string
  private current: { header: TarHeader; path: string; parts: Uint8Array[]; lazy: LazyContent | undefined } | undefined
  /** Times of directories are set last: what is put into them changes them. */
  private readonly directories: { path: string; mtimeMs: number }[] = []

  constructor(sys: Sys, target: string) {
    this.sys = sys
    this.target = target
  }

  /** What a reader made of some bytes. @param change of each header */
  async take(events: Iterable<TarEvent>, change: (header: TarHeader) => TarHeader = (header) => header): Promise<void> {
    for (const event of events) {
      if (event.kind === 'entry') this.begin(change(event.header))
      else if (event.kind === 'data') this.data(event.bytes)
      else this.close()
      const pause = this.sys.tick()
      if (pause) await pause
    }
  }

  begin(header: TarHeader): void {
    const name = header.name.replace(/\/+$/, '').replace(/^(\.?\/)+/, '')
    const safe = name.split('/').filter((part) => part !== '..' && part !== '.' && part !== '')
    const path = [this.target, ...safe].join('/')
    this.current = { header, path, parts: [], lazy: undefined }
    if (header.type !== 'file') this.make(header, path)
  }

  data(bytes: Uint8Array): void {
    this.current?.parts.push(bytes.slice())
  }

  close(): void {
    const { current } = this
    this.current = undefined
    if (current?.header.type === 'file') this.writeFile(current.header, current.path, current.parts)
  }

  finish(): void {
    for (const { path, mtimeMs } of this.directories.reverse()) quietly(() => this.sys.utimes(path, mtimeMs, mtimeMs))
  }

  private writeFile(header: TarHeader, path: string, parts: readonly Uint8Array[]): void {
    const { sys } = this
    const name = path.slice(path.lastIndexOf('/') + 1)
    if (name.startsWith(WHITEOUT)) return this.whiteout(path, name)
    this.clear(path)
    const whole = concat(parts)
    const lazy = readLazy(header, whole)
    writeBytes(sys, path, lazy ? '' : whole)
    if (lazy) sys.setLazyContent(path, lazy)
    this.size += lazy ? lazy.size : whole.length
    this.attributes(header, path)
  }

  private whiteout(path: string, name: string): void {
    if (name === OPAQUE) return writeBytes(this.sys, path, '')
    const hidden = path.slice(0, path.length - name.length) + name.slice(WHITEOUT.length)
    this.clear(hidden)
    this.sys.mknod(hidden, S_IFCHR, 0)
  }

  private make(header: TarHeader, path: string): void {
    MAKERS[header.type]?.(this.sys, path, header, this.target, (at) => this.clear(at))
    if (header.type === 'symlink') this.size += header.linkName.length
    if (header.type === 'directory') this.directories.push({ path, mtimeMs: header.mtimeMs })
    if (header.type !== 'hardlink') this.attributes(header, path)
  }

  /** Frees a name for a new file, and makes the directories above. */
  private clear(path: string): void {
    makeDirectories(this.sys, path.slice(0, path.lastIndexOf('/')))
    if (ifExists(() => this.sys.lstat(path))) removeTree(this.sys, path)
  }

  private attributes({ uid, gid, mode, mtimeMs, type }: TarHeader, path: string): void {
    const { sys } = this
    sys.chown(path, uid, gid, { follow: false })
    if (type !== 'symlink') sys.chmod(path, mode)
    quietly(() => sys.utimes(path, mtimeMs, mtimeMs, { follow: false }))
  }
}

type Maker = (sys: Sys, path: string, header: TarHeader, target: string, clear: (path: string) => void) => void

const makeDevice =
  (kind: number): Maker =>
  (sys, path, { mode, major, minor }, _target, clear) => {
    clear(path)
    sys.mknod(path, kind | mode, (major << 8) | minor)
  }

const MAKERS: Readonly<Record<TarHeader['type'], Maker | undefined>> = {
  file: undefined,
  directory: (sys, path, _header, _target, clear) => {
    const stat = ifExists(() => sys.lstat(path))
    if (stat && (stat.mode & 0o170000) === 0o040000) return
    clear(path)
    makeDirectories(sys, path)
  },
  symlink: (sys, path, { linkName }, _target, clear) => {
    clear(path)
    sys.symlink(linkName, path)
  },
  hardlink: (sys, path, { linkName }, target, clear) => {
    clear(path)
    const from = `${target}/${linkName.replace(/^(\.?\/)+/, '')}`
    try {
      sys.link(from, path)
    } catch (error) {
      // The target may live in a lower layer; then the name stays what the lower layer has.
      if (!isErrno(error)) throw error
    }
  },
  character: makeDevice(S_IFCHR),
  block: makeDevice(S_IFBLK),
  fifo: makeDevice(S_IFIFO),
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (first && parts.length === 1) return first
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
