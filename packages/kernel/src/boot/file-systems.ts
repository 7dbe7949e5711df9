import { ENODEV, ENOTBLK, isBlockDevice, MS_RDONLY } from '@drydock/abi'
import { GroupNode } from '../cgroup/cgroup-node.ts'
import type { Cgroup } from '../cgroup/cgroup.ts'
import { Cgroupfs, Devpts, mountOverlay, mountTmpfs, Procfs, Sysfs } from '../fs/index.ts'
import type { KernelParts } from '../kernel-parts.ts'
import { netlink } from '../net/index.ts'
import { KernelProc } from '../proc/kernel-proc.ts'
import type { PidNamespace } from '../task/pid.ts'
import { Task } from '../task/task.ts'
import { PtyTable } from '../tty/pty-table.ts'
import type { FileSystem, FileSystemType, MountRequest, PathContext } from '../vfs/index.ts'

/** What is made once for each namespace or group, however often it is mounted. */
function once<K extends object>(make: (key: K) => FileSystem): (key: K) => FileSystem {
  const made = new WeakMap<K, FileSystem>()
  return (key) => {
    const known = made.get(key)
    if (known) return known
    const fresh = make(key)
    made.set(key, fresh)
    return fresh
  }
}

function taskOf({ task }: PathContext): Task {
  if (!(task instanceof Task)) throw ENODEV
  return task
}

/** The file system types that mount(2) knows, by name. @param parts read only when somebody mounts */
export function fileSystemTypes(parts: () => KernelParts): ReadonlyMap<string, FileSystemType> {
  const proc = once((pids: PidNamespace) => new Procfs(new KernelProc(parts(), pids)))
  const cgroups = once((root: Cgroup) => new Cgroupfs({ clock: parts().clock, root: new GroupNode(root) }))
  const sysfs = once((kernel: KernelParts) => makeSysfs(kernel))
  let hasPts = false
  /** The first instance is the machine's own; each later mount has terminals of its own. */
  const devpts = ({ context }: MountRequest): FileSystem => {
    const { clock, ptys, signals, scheduler } = parts()
    const source = hasPts ? new PtyTable(signals, scheduler) : ptys
    hasPts = true
    // A session leader that sets up a place of its own takes its terminal there: process 1 of a container.
    const { session } = taskOf(context).group
    if (session.tty && session.leader === context.task) source.adopt(session.tty)
    return new Devpts({ clock, source })
  }
  const tmpfs = ({ context, data }: MountRequest): FileSystem => {
    const disk = mountTmpfs(parts().clock, data, parts().memoryBytes)
    const { cgroup } = taskOf(context)
    // Groups of containers go with their containers, and what these mounted with them; the root group stays.
    if (cgroup.parent) disk.onUse = (bytes) => cgroup.chargeFiles(bytes)
    return disk
  }
  /** What is on a disk that is mounted already shows at another place as well. */
  const disk =
    (type: string) =>
    ({ context, source, flags }: MountRequest): FileSystem => {
      const { mode, rdev } = parts().files.resolve(context, source).inode
      if (!isBlockDevice(mode)) throw ENOTBLK
      const found = context.namespace.mounts().find(({ fs }) => fs.dev === rdev)
      return found?.fs ?? parts().blocks.mount(rdev, type, (flags & MS_RDONLY) !== 0)
    }
  return new Map<string, FileSystemType>([
    ...['ext4', 'auto', 'ext2', 'ext3', 'xfs'].map((type) => [type, disk(type)] as const),
    ['tmpfs', tmpfs],
    ['ramfs', tmpfs],
    ['mqueue', tmpfs],
    ['devtmpfs', () => parts().deviceNodes()],
    ['devpts', devpts],
    ['sysfs', () => sysfs(parts())],
    ['proc', ({ context }) => proc(taskOf(context).pidNamespace)],
    ['cgroup2', ({ context }) => cgroups(taskOf(context).namespaces.cgroup.root)],
    [
      'overlay',
      ({ context, data }) => mountOverlay(parts().clock, data, (path) => parts().files.resolve(context, path)),
    ],
  ])
}

const makeSysfs = ({ clock, cpus, blocks }: KernelParts): Sysfs =>
  new Sysfs({
    clock,
    cpus,
    loops: () => blocks.layer?.list().filter(({ loop }) => loop) ?? [],
    netlink: (reader, request) =>
      netlink(taskOf(reader).namespaces.net, request, {
        ofPid() {
          throw ENODEV
        },
      }),
  })
