import {
  EINVAL,
  EISDIR,
  EPERM,
  EROFS,
  F_OK,
  IN_ATTRIB,
  isBlockDevice,
  isCharDevice,
  isRegular,
  S_ISGID,
  S_ISUID,
  W_OK,
} from '@drydock/abi'
import { capable, capableOver } from './capable.ts'
import type { AttributeChange } from './inode.ts'
import type { Location } from './location.ts'
import type { PathContext } from './path-context.ts'
import { resolvePath } from './path-walk.ts'
import { isMember, may, requireOwner, requirePermission, requireWritableMount } from './permission.ts'
import { notifyModify } from './watch.ts'

function change(location: Location, attributes: AttributeChange): void {
  location.inode.setattr(attributes)
  notifyModify(location.dentry, IN_ATTRIB)
}

/** chmod(2). */
export function chmod(context: PathContext, path: string, mode: number): void {
  const location = resolvePath(context, path)
  requireWritableMount(location)
  requireOwner(location.inode, context.credentials)
  const keepsGroup = capable(context.credentials, 'fsetid') || isMember(context.credentials, location.inode.gid)
  change(location, { mode: mode & (keepsGroup ? 0o7777 : 0o7777 & ~S_ISGID) })
}

/** chown(2), lchown(2); -1 leaves an id as it is. */
export function chown(context: PathContext, path: string, uid: number, gid: number, follow: boolean): void {
  const location = resolvePath(context, path, follow)
  const { inode } = location
  const { credentials } = context
  requireWritableMount(location)
  const keepsUid = uid < 0 || uid === inode.uid
  const mayGid = gid < 0 || gid === inode.gid || isMember(credentials, gid)
  if (!capableOver(credentials, 'chown', inode) && !(credentials.uid === inode.uid && keepsUid && mayGid)) throw EPERM
  const mode = isRegular(inode.mode) ? inode.mode & 0o7777 & ~(S_ISUID | S_ISGID) : inode.mode & 0o7777
  change(location, { uid: uid < 0 ? inode.uid : uid, gid: gid < 0 ? inode.gid : gid, mode })
}

/** utimensat(2) with times given: only owners may. */
export function utimes(context: PathContext, path: string, atimeMs: number, mtimeMs: number, follow: boolean): void {
  const location = resolvePath(context, path, follow)
  requireWritableMount(location)
  if (!may(location.inode, context.credentials, W_OK)) requireOwner(location.inode, context.credentials)
  change(location, { atimeMs, mtimeMs })
}

/** truncate(2). */
export function truncate(context: PathContext, path: string, size: number): void {
  const location = resolvePath(context, path)
  if (location.inode.isDirectory) throw EISDIR
  if (size < 0 || !isRegular(location.inode.mode)) throw EINVAL
  requireWritableMount(location)
  requirePermission(location.inode, context.credentials, W_OK)
  location.inode.prepareWrite()
  location.inode.truncate(size)
  notifyModify(location.dentry)
}

/** access(2). @throws EACCES, EROFS */
export function access(context: PathContext, path: string, mode: number): void {
  const { inode, mount } = resolvePath(context, path)
  if (mode === F_OK) return
  const device = isCharDevice(inode.mode) || isBlockDevice(inode.mode)
  if ((mode & W_OK) !== 0 && !device && mount.readOnly) throw EROFS
  requirePermission(inode, context.credentials, mode)
}
