import { meantGid, meantUid, seenStat } from './seen-ids.ts'
import type { SyscallTable } from './table.ts'

/** Calls on paths: the VFS does them; here they get their task. */
export const pathCalls: SyscallTable<
  | 'stat'
  | 'lstat'
  | 'statfs'
  | 'readdir'
  | 'mkdir'
  | 'rmdir'
  | 'unlink'
  | 'rename'
  | 'getxattr'
  | 'listxattr'
  | 'setxattr'
  | 'removexattr'
  | 'link'
  | 'symlink'
  | 'readlink'
  | 'mknod'
  | 'chmod'
  | 'chown'
  | 'utimes'
  | 'truncate'
  | 'access'
  | 'realpath'
  | 'getcwd'
  | 'chdir'
  | 'chroot'
  | 'setLazyContent'
  | 'getLazyContent'
  | 'watch'
  | 'mount'
  | 'umount'
  | 'pivotRoot'
> = {
  stat: (task, path) => seenStat(task, task.parts.files.stat(task, path)),
  lstat: (task, path) => seenStat(task, task.parts.files.lstat(task, path)),
  statfs: (task, path) => task.parts.files.statfs(task, path),
  readdir: (task, path) => task.parts.files.readdir(task, path),
  mkdir: (task, path, mode) => task.parts.files.mkdir(task, path, mode),
  rmdir: (task, path) => task.parts.files.rmdir(task, path),
  unlink: (task, path) => task.parts.files.unlink(task, path),
  rename: (task, from, to, flags) => task.parts.files.rename(task, from, to, flags),
  getxattr: (task, path, name, options) => task.parts.files.getxattr(task, path, name, options?.follow),
  listxattr: (task, path, options) => task.parts.files.listxattr(task, path, options?.follow),
  setxattr: (task, path, name, value, options) => task.parts.files.setxattr(task, path, name, value, options),
  removexattr: (task, path, name, options) => task.parts.files.removexattr(task, path, name, options?.follow),
  link: (task, from, to) => task.parts.files.link(task, from, to),
  symlink: (task, target, path) => task.parts.files.symlink(task, target, path),
  readlink: (task, path) => task.parts.files.readlink(task, path),
  mknod: (task, path, mode, rdev) => task.parts.files.mknod(task, path, mode, rdev),
  chmod: (task, path, mode) => task.parts.files.chmod(task, path, mode),
  chown: (task, path, uid, gid, options) =>
    task.parts.files.chown(task, path, meantUid(task, uid), meantGid(task, gid), options?.follow),
  utimes: (task, path, atimeMs, mtimeMs, options) =>
    task.parts.files.utimes(task, path, atimeMs, mtimeMs, options?.follow),
  truncate: (task, path, size) => task.parts.files.truncate(task, path, size),
  // access(2) asks for the real ids.
  access: (task, path, mode) =>
    task.parts.files.access(
      task.uid === task.credentials.uid ? task : task.withCredentials({ ...task.credentials, uid: task.uid }),
      path,
      mode,
    ),
  realpath: (task, path) => task.parts.files.realpath(task, path),
  getcwd: (task) => task.parts.files.getcwd(task),
  chdir(task, path) {
    task.cwd = task.parts.files.chdir(task, path)
  },
  chroot(task, path) {
    task.root = task.parts.files.chroot(task, path)
  },
  setLazyContent: (task, path, content) => task.parts.files.setLazyContent(task, path, content),
  getLazyContent: (task, path) => task.parts.files.getLazyContent(task, path),
  watch(task, path, onEvent) {
    const stop = task.parts.files.watch(task, path, onEvent)
    const close = (): void => {
      task.closers.delete(close)
      stop()
    }
    task.closers.add(close)
    return close
  },
  mount: (task, source, target, type, flags, data = '') =>
    task.parts.files.mount(task, { source, target, type, flags, data }),
  umount: (task, target, flags) => task.parts.files.umount(task, target, flags),
  pivotRoot(task, newRoot) {
    const root = task.parts.files.pivotRoot(task, newRoot)
    task.root = root
    task.cwd = root
  },
}
