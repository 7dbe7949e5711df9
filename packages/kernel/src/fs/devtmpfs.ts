import type { Clock } from '@drydock/abi'
import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFLNK } from '@drydock/abi'
import { makedev } from '../vfs/device-number.ts'
import { Tmpfs } from './tmpfs.ts'

const DISK_GROUP = 6
const TTY_GROUP = 5

/** Name, mode, major, minor, group: the devices a host has. Documentation/admin-guide/devices.txt of Linux. */
const NODES: readonly (readonly [string, number, number, number, number])[] = [
  ['console', S_IFCHR | 0o600, 5, 1, 0],
  ['full', S_IFCHR | 0o666, 1, 7, 0],
  ['kmsg', S_IFCHR | 0o644, 1, 11, 0],
  ['null', S_IFCHR | 0o666, 1, 3, 0],
  ['ptmx', S_IFCHR | 0o666, 5, 2, TTY_GROUP],
  ['random', S_IFCHR | 0o666, 1, 8, 0],
  ['tty', S_IFCHR | 0o666, 5, 0, TTY_GROUP],
  ['urandom', S_IFCHR | 0o666, 1, 9, 0],
  ['loop-control', S_IFCHR | 0o660, 10, 237, DISK_GROUP],
  ...Array.from({ length: 8 }, (_, at) => [`loop${at}`, S_IFBLK | 0o660, 7, at, DISK_GROUP] as const),
  ['sda', S_IFBLK | 0o660, 8, 0, DISK_GROUP],
  ['sda1', S_IFBLK | 0o660, 8, 1, DISK_GROUP],
  ['zero', S_IFCHR | 0o666, 1, 5, 0],
]

const LINKS: readonly (readonly [string, string])[] = [
  ['core', '/proc/kcore'],
  ['fd', '/proc/self/fd'],
  ['stderr', '/proc/self/fd/2'],
  ['stdin', '/proc/self/fd/0'],
  ['stdout', '/proc/self/fd/1'],
]

/** Mount points for others. */
const DIRECTORIES: readonly (readonly [string, number])[] = [
  ['mqueue', 0o1777],
  ['pts', 0o755],
  ['shm', 0o1777],
]

/** /dev of a host: a tmpfs that begins with the kernel's devices. */
export function makeDevtmpfs(clock: Pick<Clock, 'now'>): Tmpfs {
  const fs = new Tmpfs({ clock, mode: 0o755, type: 'devtmpfs', sizeBytes: 64 * 2 ** 20 })
  fs.options = 'size=2009876k,nr_inodes=502469,mode=755,inode64'
  const { root } = fs
  for (const [name, mode, major, minor, gid] of NODES) {
    root.create(name, { mode, uid: 0, gid, rdev: makedev(major, minor) })
  }
  for (const [name, target] of LINKS) root.create(name, { mode: S_IFLNK | 0o777, uid: 0, gid: 0, target })
  for (const [name, mode] of DIRECTORIES) root.create(name, { mode: S_IFDIR | mode, uid: 0, gid: 0 })
  return fs
}
