import { EACCES, EPERM, EROFS, R_OK, S_IFDIR, S_IFMT, S_ISVTX, W_OK, X_OK } from '@drydock/abi'
import { capableOver } from './capable.ts'
import type { Inode } from './inode.ts'
import type { Location } from './location.ts'
import type { Credentials } from './path-context.ts'

export const isMember = (credentials: Credentials, gid: number): boolean =>
  credentials.gid === gid || credentials.groups.includes(gid)

/** Who may pass by the bits still executes only what is executable for somebody. path_resolution(7), capabilities(7). */
function mayOverride(inode: Inode, credentials: Credentials, mask: number): boolean {
  const isDirectory = (inode.mode & S_IFMT) === S_IFDIR
  if (capableOver(credentials, 'dac_override', inode))
    return (mask & X_OK) === 0 || isDirectory || (inode.mode & 0o111) !== 0
  const reads = mask === R_OK || (isDirectory && (mask & W_OK) === 0)
  return reads && capableOver(credentials, 'dac_read_search', inode)
}

/** @param mask R_OK, W_OK and X_OK together */
export function may(inode: Inode, credentials: Credentials, mask: number): boolean {
  const shift = credentials.uid === inode.uid ? 6 : isMember(credentials, inode.gid) ? 3 : 0
  return ((inode.mode >> shift) & mask) === mask || mayOverride(inode, credentials, mask)
}

export function requirePermission(inode: Inode, credentials: Credentials, mask: number): void {
  if (!may(inode, credentials, mask)) throw EACCES
}

export function requireWritableMount(location: Location): void {
  if (location.mount.readOnly) throw EROFS
}

/** Names may be made in or taken from the directory. */
export function requireDirectoryWrite(directory: Location, credentials: Credentials): void {
  requirePermission(directory.inode, credentials, W_OK | X_OK)
}

/** In a sticky directory only the owners may delete or rename. */
export function requireStickyOwner(directory: Inode, victim: Inode, credentials: Credentials): void {
  if ((directory.mode & S_ISVTX) === 0 || capableOver(credentials, 'fowner', victim)) return
  if (credentials.uid !== victim.uid && credentials.uid !== directory.uid) throw EPERM
}

export function requireOwner(inode: Inode, credentials: Credentials): void {
  if (credentials.uid !== inode.uid && !capableOver(credentials, 'fowner', inode)) throw EPERM
}
