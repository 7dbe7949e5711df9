import { isErrno, type Sys } from '@drydock/abi'
import { statOr, TreeCopier } from '../coreutils/copy-tree.ts'
import { dirname, join } from '../paths.ts'

function chownTree(sys: Sys, path: string, uid: number, gid: number): void {
  sys.chown(path, uid, gid, { follow: false })
  if ((sys.lstat(path).mode & 0o170000) !== 0o040000) return
  for (const { name } of sys.readdir(path)) chownTree(sys, join(path, name), uid, gid)
}

/** Makes a home from /etc/skel and gives it to its user. @throws EACCES, EEXIST… */
export async function makeHome(sys: Sys, home: string, uid: number, gid: number, mode = 0o700): Promise<void> {
  const missing: string[] = []
  for (let at = dirname(home); !statOr(sys, at, true) && at !== '/'; at = dirname(at)) missing.unshift(at)
  for (const path of missing) sys.mkdir(path, 0o755)
  sys.mkdir(home, mode)
  const copier = new TreeCopier(sys, {
    recursive: true,
    dereference: 'never',
    preserveMode: true,
    preserveOwner: false,
    preserveTimes: false,
    force: false,
    removeDestination: false,
    hardLinks: false,
    link: 'none',
    mayReplace: async () => true,
    backup: () => undefined,
    copied: async () => undefined,
    problem: async () => undefined,
  })
  if (statOr(sys, '/etc/skel', true))
    for (const { name } of sys.readdir('/etc/skel')) await copier.copy(join('/etc/skel', name), join(home, name))
  chownTree(sys, home, uid, gid)
  sys.chmod(home, mode)
}

/** Removes a tree in silence. */
export function removeHome(sys: Sys, path: string): boolean {
  try {
    if ((sys.lstat(path).mode & 0o170000) === 0o040000) {
      for (const { name } of sys.readdir(path)) removeHome(sys, join(path, name))
      sys.rmdir(path)
    } else sys.unlink(path)
    return true
  } catch (error) {
    if (isErrno(error)) return false
    throw error
  }
}
