import { isDirectory, isRegular, isSymlink, type Stat, type Sys } from '@drydock/abi'
import { ifExists, makeDirectories, quietly, readBytes, writeBytes } from '../state/files.ts'

/** What the image has at a fresh volume's place goes into the volume first. @param from path in the image's tree */
export function copyUp(sys: Sys, from: string, volume: string): void {
  const stat = ifExists(() => sys.stat(from))
  if (!stat || !isDirectory(stat.mode) || sys.readdir(volume).length > 0) return
  copyTree(sys, from, volume)
}

/** cp -a, without hard links and devices that nobody may read. */
export function copyTree(sys: Sys, from: string, to: string): void {
  const stat = sys.lstat(from)
  if (isDirectory(stat.mode)) {
    makeDirectories(sys, to)
    for (const { name } of sys.readdir(from)) copyTree(sys, `${from}/${name}`, `${to}/${name}`)
  } else if (isSymlink(stat.mode)) sys.symlink(sys.readlink(from), to)
  else if (isRegular(stat.mode)) copyFile(sys, from, to)
  else sys.mknod(to, stat.mode, stat.rdev)
  copyAttributes(sys, stat, to)
}

/** Lazy content stays lazy. */
function copyFile(sys: Sys, from: string, to: string): void {
  const lazy = sys.getLazyContent(from)
  writeBytes(sys, to, lazy ? '' : readBytes(sys, from))
  if (lazy) sys.setLazyContent(to, lazy)
}

function copyAttributes(sys: Sys, stat: Stat, to: string): void {
  sys.chown(to, stat.uid, stat.gid, { follow: false })
  if (isSymlink(stat.mode)) return
  sys.chmod(to, stat.mode & 0o7777)
  quietly(() => sys.utimes(to, stat.atimeMs, stat.mtimeMs))
}
