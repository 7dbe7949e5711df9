import {
  isDirectory,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_NOSUID,
  MS_RDONLY,
  MS_REC,
  MS_PRIVATE,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  S_IFCHR,
  type Sys,
} from '@drydock/abi'
import { exists, makeDirectories, quietly, writeBytes } from '../state/files.ts'
import type { ContainerSpec, RuntimeDevice, RuntimeMount } from './process-spec.ts'
import { resolveInRoot } from './scoped-path.ts'

const SAFE = MS_NOSUID | MS_NODEV | MS_NOEXEC
const device = (major: number, minor: number): number => (major << 8) | minor

/** Name, major and minor number of what every container finds in /dev. OCI runtime spec, "Default Devices". */
const DEVICES: readonly (readonly [string, number, number])[] = [
  ['null', 1, 3],
  ['zero', 1, 5],
  ['full', 1, 7],
  ['random', 1, 8],
  ['urandom', 1, 9],
  ['tty', 5, 0],
]
const LINKS: readonly (readonly [string, string])[] = [
  ['/proc/self/fd', 'fd'],
  ['/proc/self/fd/0', 'stdin'],
  ['/proc/self/fd/1', 'stdout'],
  ['/proc/self/fd/2', 'stderr'],
  ['/proc/kcore', 'core'],
  ['pts/ptmx', 'ptmx'],
]

/**
 * Mounts everything a container sees onto its root, in the caller's mount namespace. The root itself is mounted already;
 * `rootfs` may be `.`.
 */
export function mountRoot(sys: Sys, spec: ContainerSpec): void {
  const umask = sys.umask(0)
  quietly(() => leaveHostMounts(sys, spec.mounts))
  mountSystem(sys, spec)
  const depth = ({ destination }: RuntimeMount): number => destination.split('/').length
  for (const mount of spec.mounts.toSorted((a, b) => depth(a) - depth(b))) mountOne(sys, spec.rootfs, mount)
  for (const device of spec.devices) addDevice(sys, spec.rootfs, device)
  // In what was mounted a moment ago no link of the image is on the way.
  const within = (path: string): string =>
    /^\/(proc|sys)\//.test(path) ? spec.rootfs + path : resolveInRoot(sys, spec.rootfs, path)
  for (const path of spec.readOnlyPaths) quietly(() => makeReadOnly(sys, within(path)))
  for (const path of spec.maskedPaths) quietly(() => mask(sys, within(path)))
  if (spec.readOnlyRoot) sys.mount('', spec.rootfs, '', MS_REMOUNT | MS_BIND | MS_RDONLY)
  sys.umask(umask)
}

function mountSystem(sys: Sys, { rootfs, privileged, shmSize }: ContainerSpec): void {
  const readOnly = privileged ? 0 : MS_RDONLY
  place(sys, rootfs, 'proc', 'proc', SAFE)
  place(sys, rootfs, 'dev', 'tmpfs', MS_NOSUID, 'size=65536k,mode=755')
  for (const [name, major, minor] of DEVICES) sys.mknod(`${rootfs}/dev/${name}`, S_IFCHR | 0o666, device(major, minor))
  for (const [target, name] of LINKS) sys.symlink(target, `${rootfs}/dev/${name}`)
  place(sys, rootfs, 'dev/pts', 'devpts', MS_NOSUID | MS_NOEXEC, 'newinstance,ptmxmode=0666,mode=0620,gid=5')
  place(sys, rootfs, 'sys', 'sysfs', SAFE | readOnly)
  quietly(() => sys.mount('cgroup', `${rootfs}/sys/fs/cgroup`, 'cgroup2', SAFE | readOnly))
  place(sys, rootfs, 'dev/mqueue', 'mqueue', SAFE)
  if (shmSize !== undefined)
    place(sys, rootfs, 'dev/shm', 'tmpfs', SAFE, `mode=1777,size=${Math.ceil(shmSize / 1024)}k`)
}

function place(sys: Sys, rootfs: string, name: string, type: string, flags: number, data = ''): void {
  const target = resolveInRoot(sys, rootfs, name)
  makeDirectories(sys, target)
  sys.mount(
    type === 'devpts' || type === 'proc' || type === 'mqueue' ? type : name === 'dev/shm' ? 'shm' : type,
    target,
    type,
    flags,
    data,
  )
}

/** How mounts below a bind mount are handed on. Bind mounts of Docker keep to themselves unless asked. */
const PROPAGATION: ReadonlyMap<string, number> = new Map(
  [
    ['private', MS_PRIVATE],
    ['slave', MS_SLAVE],
    ['shared', MS_SHARED],
  ].flatMap(([name, flag]): [string, number][] => [
    [`${name}`, Number(flag)],
    [`r${name}`, Number(flag) | MS_REC],
  ]),
)

/** What the container mounts is no business of the host's, unless one of its mounts is shared. */
function leaveHostMounts(sys: Sys, mounts: readonly RuntimeMount[]): void {
  if (!mounts.some(({ propagation }) => propagation?.endsWith('shared'))) sys.mount('', '/', '', MS_SLAVE | MS_REC)
}

function mountOne(sys: Sys, rootfs: string, mount: RuntimeMount): void {
  const target = resolveInRoot(sys, rootfs, mount.destination)
  const readOnly = mount.readOnly ? MS_RDONLY : 0
  if (mount.type === 'tmpfs') {
    makeDirectories(sys, target)
    return sys.mount('tmpfs', target, 'tmpfs', (mount.flags ?? SAFE) | readOnly, mount.data ?? '')
  }
  makeMountPoint(sys, target, isDirectory(sys.stat(mount.source).mode))
  sys.mount(mount.source, target, 'bind', MS_BIND | MS_REC | readOnly)
  sys.mount('', target, '', PROPAGATION.get(mount.propagation ?? 'rprivate') ?? MS_PRIVATE | MS_REC)
}

function addDevice(sys: Sys, rootfs: string, { path, mode, rdev }: RuntimeDevice): void {
  const target = resolveInRoot(sys, rootfs, path)
  makeDirectories(sys, target.slice(0, target.lastIndexOf('/')))
  quietly(() => sys.unlink(target))
  sys.mknod(target, mode, rdev)
}

/** @throws ENOENT: what is not there needs no protection. */
function makeReadOnly(sys: Sys, target: string): void {
  sys.mount(target, target, 'bind', MS_BIND | MS_REC)
  sys.mount('', target, '', MS_REMOUNT | MS_BIND | MS_RDONLY | SAFE)
}

/** @throws ENOENT */
function mask(sys: Sys, target: string): void {
  if (isDirectory(sys.lstat(target).mode)) sys.mount('tmpfs', target, 'tmpfs', MS_RDONLY)
  else sys.mount('/dev/null', target, 'bind', MS_BIND)
}

/** A mount point of the kind of its source: a directory, or an empty file. */
export function makeMountPoint(sys: Sys, target: string, directory: boolean): void {
  if (directory) return makeDirectories(sys, target)
  if (exists(sys, target)) return
  makeDirectories(sys, target.slice(0, target.lastIndexOf('/')))
  writeBytes(sys, target, '')
}
