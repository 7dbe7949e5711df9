import {
  CAP_DAC_OVERRIDE,
  CAP_FOWNER,
  EACCES,
  EPERM,
  EROFS,
  MS_RDONLY,
  S_IFDIR,
  S_IFMT,
  S_ISVTX,
  W_OK,
  X_OK,
} from '@drydock/abi'
import type { Inode } from './inode.ts'
import type { Location } from './location.ts'
import { capable, type Credentials } from './path-context.ts'

export const isMember = (credentials: Credentials, gid: number): boolean =>
  credentials.gid === gid || credentials.groups.includes(gid)

/** Root may all, but executes only what is executable for somebody. path_resolution(7), capabilities(7). */
function rootMay(inode: Inode, mask: number): boolean {
  return (mask & X_OK) === 0 || (inode.mode & S_IFMT) === S_IFDIR || (inode.mode & 0o111) !== 0
}

/** @param mask R_OK, W_OK and X_OK together */
export function may(inode: Inode, credentials: Credentials, mask: number): boolean {
  if (capable(credentials, CAP_DAC_OVERRIDE)) return rootMay(inode, mask)
  const shift = credentials.uid === inode.uid ? 6 : isMember(credentials, inode.gid) ? 3 : 0
  return ((inode.mode >> shift) & mask) === mask
}

export function requirePermission(inode: Inode, credentials: Credentials, mask: number): void {
  if (!may(inode, credentials, mask)) throw EACCES
}

export function requireWritableMount(location: Location): void {
  if ((location.mount.flags & MS_RDONLY) !== 0) throw EROFS
}

/** Names may be made in or taken from the directory. */
export function requireDirectoryWrite(directory: Location, credentials: Credentials): void {
  requirePermission(directory.inode, credentials, W_OK | X_OK)
}

/** In a sticky directory only the owners may delete or rename. */
export function requireStickyOwner(directory: Inode, victim: Inode, credentials: Credentials): void {
  if ((directory.mode & S_ISVTX) === 0 || capable(credentials, CAP_FOWNER)) return
  if (credentials.uid !== victim.uid && credentials.uid !== directory.uid) throw EPERM
}

export function requireOwner(inode: Inode, credentials: Credentials): void {
  if (credentials.uid !== inode.uid && !capable(credentials, CAP_FOWNER)) throw EPERM
}
