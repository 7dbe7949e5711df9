import {
  E2BIG,
  EEXIST,
  EINVAL,
  ENODATA,
  EOPNOTSUPP,
  EPERM,
  ERANGE,
  IN_ATTRIB,
  isDirectory,
  isRegular,
  R_OK,
  W_OK,
  XATTR_CREATE,
  XATTR_REPLACE,
} from '@drydock/abi'
import { capable, capableOver } from './capable.ts'
import type { Inode } from './inode.ts'
import type { Location } from './location.ts'
import type { Credentials, PathContext } from './path-context.ts'
import { resolvePath } from './path-walk.ts'
import { requirePermission, requireWritableMount } from './permission.ts'
import { notifyModify } from './watch.ts'

const NAME_MAX = 255
/** XATTR_SIZE_MAX. */
const VALUE_MAX = 65536
const CAPABILITY = 'security.capability'

type Rule = (inode: Inode, credentials: Credentials, name: string, writes: boolean) => void

/** Who may do what, by the part of the name before the dot. xattr(7), "Extended attribute namespaces" */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'user',
    (inode, credentials, _name, writes) => {
      if (!isRegular(inode.mode) && !isDirectory(inode.mode)) throw writes ? EPERM : ENODATA
      requirePermission(inode, credentials, writes ? W_OK : R_OK)
    },
  ],
  [
    'trusted',
    (_inode, credentials, _name, writes) => {
      if (!capable(credentials, 'sys_admin')) throw writes ? EPERM : ENODATA
    },
  ],
  [
    'security',
    (inode, credentials, name, writes) => {
      if (!writes) return
      const may = name === CAPABILITY ? capableOver(credentials, 'setfcap', inode) : capable(credentials, 'sys_admin')
      if (!may) throw EPERM
    },
  ],
])

function check(inode: Inode, { credentials }: PathContext, name: string, writes: boolean): void {
  const dot = name.indexOf('.')
  const rule = RULES.get(name.slice(0, Math.max(0, dot)))
  if (!rule) throw EOPNOTSUPP
  if (dot === name.length - 1) throw EINVAL
  if (name.length > NAME_MAX) throw ERANGE
  rule(inode, credentials, name, writes)
}

/** getxattr(2). @throws ENODATA */
export function getxattr(context: PathContext, path: string, name: string, follow: boolean): Uint8Array {
  const { inode } = resolvePath(context, path, follow)
  check(inode, context, name, false)
  const value = inode.xattrs?.get(name)
  if (value === undefined) throw ENODATA
  return value.slice()
}

/** listxattr(2): those of `trusted` are shown to who may read them only. */
export function listxattr(context: PathContext, path: string, follow: boolean): string[] {
  const { inode } = resolvePath(context, path, follow)
  const trusted = capable(context.credentials, 'sys_admin')
  return [...(inode.xattrs?.keys() ?? [])].filter((name) => trusted || !name.startsWith('trusted.'))
}

function changed(context: PathContext, path: string, name: string, follow: boolean): Location {
  const location = resolvePath(context, path, follow)
  requireWritableMount(location)
  check(location.inode, context, name, true)
  return location
}

/** setxattr(2). @throws EEXIST, ENODATA, E2BIG */
export function setxattr(
  context: PathContext,
  path: string,
  name: string,
  value: Uint8Array,
  { follow = true, flags = 0 }: { follow?: boolean; flags?: number },
): void {
  const { inode, dentry } = changed(context, path, name, follow)
  if (value.length > VALUE_MAX) throw E2BIG
  const known = inode.xattrs?.has(name) ?? false
  if (known && flags & XATTR_CREATE) throw EEXIST
  if (!known && flags & XATTR_REPLACE) throw ENODATA
  inode.setXattr(name, value)
  notifyModify(dentry, IN_ATTRIB)
}

/** removexattr(2). @throws ENODATA */
export function removexattr(context: PathContext, path: string, name: string, follow: boolean): void {
  const { inode, dentry } = changed(context, path, name, follow)
  if (!inode.xattrs?.has(name)) throw ENODATA
  inode.setXattr(name, undefined)
  notifyModify(dentry, IN_ATTRIB)
}
