import {
  type ByteSource,
  concatBytes,
  gunzipIfNeeded,
  gzip,
  readTar,
  type TarHeader,
  type TarType,
  TarWriter,
  tarHeader,
} from '@drydock/codec'
import { type Digest, digestOf } from './digest.ts'

/** A file's content made up when it is read, as the kernel keeps it: `prefix`, then bytes drawn from `seed` up to `size`. */
export interface LazyFile {
  readonly prefix: Uint8Array
  readonly size: number
  readonly seed: number
}

/** One file, folder or node of a layer. OCI image-spec, layer.md. */
export interface LayerEntry {
  /** Without a slash in front or behind: `etc/passwd`; '' is the root itself. */
  readonly path: string
  readonly type: TarType
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly mtimeMs: number
  /** Of a symlink: what it says; of a hardlink: the path in the layer, without a slash in front. */
  readonly linkTarget?: string
  /** Of a device, as stat(2) tells it. */
  readonly rdev?: number
  readonly content?: Uint8Array
  /** In place of content, for big files. */
  readonly lazy?: LazyFile
}

/** makedev(3) of Linux for numbers up to 12 and 20 bits. */
export const makedev = (major: number, minor: number): number =>
  ((major & 0xfff) << 8) | (minor & 0xff) | ((minor & ~0xff) << 12)
export const majorOf = (rdev: number): number => (rdev >> 8) & 0xfff
export const minorOf = (rdev: number): number => (rdev & 0xff) | ((rdev >> 12) & ~0xff)

/** The pax record of a lazy file, `<size>:<seed>`; the member's content is its prefix. */
const LAZY = 'DRYDOCK.lazy'

/** The tar header of an entry and the bytes that follow it. */
export function toTar(entry: LayerEntry): { header: TarHeader; content: Uint8Array } {
  const { path, type, mode, uid, gid, mtimeMs, linkTarget = '', rdev = 0, lazy } = entry
  const content = lazy?.prefix ?? entry.content ?? new Uint8Array(0)
  const name = type === 'directory' ? `${path}/` : path
  const pax = new Map(lazy ? [[LAZY, `${lazy.size}:${lazy.seed}`]] : [])
  const device = { major: majorOf(rdev), minor: minorOf(rdev) }
  return {
    header: tarHeader(name, {
      type,
      mode,
      uid,
      gid,
      mtimeMs,
      linkName: linkTarget,
      pax,
      ...device,
      size: content.length,
    }),
    content,
  }
}

/** Paths as layers have them: `./etc/` and `/etc` are `etc`. Climbing parts are dropped, so nothing leaves the root. */
export const layerPath = (name: string): string =>
  name
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
    .join('/')

/** The entry of a tar member. @param content what followed the header, for files */
export function fromTar(header: TarHeader, content: Uint8Array): LayerEntry {
  const { type, mode, uid, gid, mtimeMs, linkName } = header
  const linkTarget = type === 'symlink' ? linkName : type === 'hardlink' ? layerPath(linkName) : undefined
  const isDevice = type === 'character' || type === 'block'
  return {
    path: layerPath(header.name),
    type,
    mode,
    uid,
    gid,
    mtimeMs,
    ...(linkTarget !== undefined && { linkTarget }),
    ...(isDevice && { rdev: makedev(header.major, header.minor) }),
    ...(type === 'file' && body(header, content)),
  }
}

function body(header: TarHeader, content: Uint8Array): Pick<LayerEntry, 'content' | 'lazy'> {
  const match = /^(\d{1,15}):(\d{1,10})$/.exec(header.pax.get(LAZY) ?? '')
  return match ? { lazy: { prefix: content, size: Number(match[1]), seed: Number(match[2]) } } : { content }
}

export interface LayerBlob {
  readonly tar: Uint8Array
  readonly gz: Uint8Array
  /** Digest of the tar. */
  readonly diffId: Digest
  /** Digest of the gzip. */
  readonly digest: Digest
}

/** The entries as a tar, in the order given. */
export function layerTar(entries: Iterable<LayerEntry>): Uint8Array {
  const writer = new TarWriter()
  const parts: Uint8Array[] = []
  for (const entry of entries) {
    const { header, content } = toTar(entry)
    parts.push(writer.member(header, content))
  }
  parts.push(writer.end())
  return concatBytes(parts)
}

/** A layer as registries keep it. Equal entries give equal bytes, on every machine. */
export function writeLayer(entries: Iterable<LayerEntry>): LayerBlob {
  const tar = layerTar(entries)
  const gz = gzip(tar, { level: 1 })
  return { tar, gz, diffId: digestOf(tar), digest: digestOf(gz) }
}

/** Entries of a layer, packed or not, that comes in pieces. @throws TarError, GzipError */
export async function* readLayer(source: ByteSource): AsyncGenerator<LayerEntry, void, void> {
  for await (const entry of readTar(gunzipIfNeeded(source))) yield fromTar(entry.header, await entry.readAll())
}
