import {
  EACCES,
  EEXIST,
  EISDIR,
  ELOOP,
  ENOENT,
  ENOTDIR,
  ENXIO,
  ETXTBSY,
  IN_OPEN,
  isBlockDevice,
  isCharDevice,
  isFifo,
  isRegular,
  isSocket,
  isSymlink,
  MS_NODEV,
  O_ACCMODE,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  R_OK,
  S_IFREG,
  W_OK,
} from '@drydock/abi'
import type { FileDescription } from '../file-description.ts'
import type { DeviceTable } from './device-table.ts'
import { makeEntry } from './directory-operations.ts'
import type { Fifo, Inode } from './inode.ts'
import type { Location } from './location.ts'
import { observe } from './observe.ts'
import { OpenFile, placeAt } from './open-file.ts'
import type { PathContext } from './path-context.ts'
import { PathWalk, type LastComponent } from './path-walk.ts'
import { requirePermission, requireWritableMount } from './permission.ts'
import { notifyModify } from './watch.ts'

/** What opening needs from the rest of the kernel. */
export interface OpeningParts {
  readonly devices: DeviceTable
  readonly makeFifo: (location: Location) => Fifo
  /** Whether a process runs what is in a file. */
  readonly runs: (inode: Inode) => boolean
}

interface Found {
  readonly location: Location
  readonly created: boolean
}

const wants = (flags: number): number => {
  const mode = flags & O_ACCMODE
  return mode === O_RDONLY ? R_OK : mode === O_WRONLY ? W_OK : R_OK | W_OK
}

function find(context: PathContext, path: string, flags: number): Found {
  const walk = new PathWalk(context)
  const last = walk.toParent(path)
  const follow = (flags & O_NOFOLLOW) === 0
  return { location: walk.finish(last, follow), created: false }
}

/** open(2) with O_CREAT: the last component may be missing, also at the end of a symbolic link. */
function findOrCreate(context: PathContext, path: string, flags: number, mode: number): Found {
  const walk = new PathWalk(context)
  let last: LastComponent = walk.toParent(path)
  for (;;) {
    const found = walk.child(last.name)
    if (found === undefined) {
      if (last.directory) throw EISDIR
      return { location: makeEntry(context, walk.at, last.name, { mode: S_IFREG | (mode & 0o7777) }), created: true }
    }
    if ((flags & O_EXCL) !== 0) throw EEXIST
    if (!isSymlink(found.inode.mode) || (flags & O_NOFOLLOW) !== 0) {
      if (last.directory || found.inode.isDirectory) throw EISDIR
      return { location: found, created: false }
    }
    if (found.inode.magicTarget !== undefined) return { location: walk.follow(found), created: false }
    last = walk.followToParent(found)
  }
}

function checkKind(location: Location, flags: number): void {
  const { mode, isDirectory } = location.inode
  if (isSymlink(mode)) throw (flags & O_DIRECTORY) !== 0 ? ENOTDIR : ELOOP
  if ((flags & O_DIRECTORY) !== 0 && !isDirectory) throw ENOTDIR
  if (isDirectory && ((wants(flags) & W_OK) !== 0 || (flags & O_TRUNC) !== 0)) throw EISDIR
  if (isSocket(mode)) throw ENXIO
}

const isProgram = (mode: number): boolean => isRegular(mode) && (mode & 0o111) !== 0
const isDevice = (mode: number): boolean => isCharDevice(mode) || isBlockDevice(mode)

function placed(description: FileDescription, location: Location): FileDescription {
  placeAt(description, location)
  return description
}

function openFifo(parts: OpeningParts, location: Location, flags: number): FileDescription {
  const { inode } = location
  inode.fifo ??= parts.makeFifo(location)
  return placed(inode.fifo.open(flags, location), location)
}

/** Opens what was found. */
function openLocation(parts: OpeningParts, context: PathContext, location: Location, flags: number): FileDescription {
  const { inode } = location
  const writes = (wants(flags) & W_OK) !== 0 || (flags & O_TRUNC) !== 0
  if (isDevice(inode.mode) && (location.mount.flags & MS_NODEV) !== 0) throw EACCES
  if (writes && !isDevice(inode.mode) && !isFifo(inode.mode)) requireWritableMount(location)
  if (inode.open !== undefined) return inode.open(flags, context, location)
  if (isFifo(inode.mode)) return openFifo(parts, location, flags)
  if (isDevice(inode.mode)) return placed(parts.devices.open({ flags, location, context }), location)
  if (writes && isProgram(inode.mode) && parts.runs(inode)) throw ETXTBSY
  if ((flags & O_TRUNC) !== 0 && isRegular(inode.mode) && inode.size > 0) {
    inode.truncate(0)
    notifyModify(location.dentry)
  } else if (writes) {
    inode.prepareWrite()
  }
  observe(location.dentry, IN_OPEN)
  return new OpenFile(flags, location)
}

/**
 * open(2), without a descriptor.
 * @throws ENOENT, EEXIST, EISDIR, ENOTDIR, ELOOP, EACCES, EROFS, ENXIO, ETXTBSY
 */
export function openFile(
  parts: OpeningParts,
  context: PathContext,
  path: string,
  flags: number,
  mode: number,
): FileDescription {
  const create = (flags & O_CREAT) !== 0
  if (path === '') throw ENOENT
  const { location, created } = create ? findOrCreate(context, path, flags, mode) : find(context, path, flags)
  if ((flags & O_PATH) !== 0) return new OpenFile(flags, location)
  checkKind(location, flags)
  const writes = (flags & O_TRUNC) !== 0 ? W_OK : 0
  if (!created) requirePermission(location.inode, context.credentials, wants(flags) | writes)
  return openLocation(parts, context, location, flags)
}
