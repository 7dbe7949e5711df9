import {
  isCharDevice,
  isDirectory,
  isRegular,
  isSymlink,
  isBlockDevice,
  isFifo,
  type Stat,
  type Sys,
} from '@drydock/abi'
import { type TarHeader, type TarType, TarWriter, tarHeader } from '@drydock/codec'
import { readBytes } from '../state/files.ts'
import { LAZY_KEY, printLazy } from './lazy-header.ts'

const writer = (): TarWriter => new TarWriter()

const TYPES: readonly (readonly [(mode: number) => boolean, TarType])[] = [
  [isDirectory, 'directory'],
  [isRegular, 'file'],
  [isSymlink, 'symlink'],
  [isCharDevice, 'character'],
  [isBlockDevice, 'block'],
  [isFifo, 'fifo'],
]

export interface TreeTarOptions {
  /** The name of the tree's root in the archive; '' puts its members at the top. */
  readonly rootName: string
  /** The archive is a layer: overlay's whiteouts become those of tar. */
  readonly whiteouts?: boolean
  /** Modes keep the bits of the file's type, as what the engine hands out has since Go 1.8. moby fillGo18FileTypeBits */
  readonly typeBits?: boolean
  /** Lazy files stay short in the archive, with a note of their size. Only for archives that come back to an engine. */
  readonly keepLazy?: boolean
}

/** Smaller ones are written in full: other programs then read an archive that is nothing special. */
const LAZY_FROM = 16 * 1024 * 1024

/** The files at and below `path` as a tar, piece by piece. */
export function* treeTar(sys: Sys, path: string, options: TreeTarOptions): Generator<Uint8Array, void, void> {
  const seen = new Map<number, string>()
  yield* node(sys, path, options.rootName, options, seen)
  yield writer().end()
}

function* node(
  sys: Sys,
  path: string,
  name: string,
  options: TreeTarOptions,
  seen: Map<number, string>,
): Generator<Uint8Array, void, void> {
  const stat = sys.lstat(path)
  if (options.whiteouts && isCharDevice(stat.mode) && stat.rdev === 0) {
    const at = name.lastIndexOf('/') + 1
    yield writer().member(tarHeader(`${name.slice(0, at)}.wh.${name.slice(at)}`))
    return
  }
  if (name !== '') yield* member(sys, path, name, stat, options, seen)
  if (!isDirectory(stat.mode)) return
  const names = sys.readdir(path).map((entry) => entry.name)
  for (const each of names.sort())
    yield* node(sys, `${path}/${each}`, name === '' ? each : `${name}/${each}`, options, seen)
}

function* member(
  sys: Sys,
  path: string,
  name: string,
  stat: Stat,
  options: TreeTarOptions,
  seen: Map<number, string>,
): Generator<Uint8Array, void, void> {
  const type = TYPES.find(([is]) => is(stat.mode))?.[1]
  if (type === undefined) return
  const first = type === 'file' && stat.nlink > 1 ? seen.get(stat.ino) : undefined
  if (type === 'file') seen.set(stat.ino, seen.get(stat.ino) ?? name)
  const header = headerOf(
    name,
    first === undefined ? type : 'hardlink',
    stat,
    first ?? (type === 'symlink' ? sys.readlink(path) : ''),
    options.typeBits ? 0o177777 : 0o7777,
  )
  if (type !== 'file' || first !== undefined) return void (yield writer().member(header))
  const lazy = options.keepLazy ? sys.getLazyContent(path) : undefined
  if (lazy && lazy.size >= LAZY_FROM)
    return void (yield writer().member({ ...header, pax: new Map([[LAZY_KEY, printLazy(lazy)]]) }, lazy.prefix))
  yield writer().member(header, readBytes(sys, path))
}

const headerOf = (name: string, type: TarType, stat: Stat, linkName: string, modeMask: number): TarHeader =>
  tarHeader(type === 'directory' ? `${name}/` : name, {
    type,
    mode: stat.mode & modeMask,
    uid: stat.uid,
    gid: stat.gid,
    mtimeMs: Math.floor(stat.mtimeMs / 1000) * 1000,
    linkName,
    major: stat.rdev >> 8,
    minor: stat.rdev & 255,
  })
