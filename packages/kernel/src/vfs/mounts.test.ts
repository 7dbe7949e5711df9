import {
  EACCES,
  EBUSY,
  EINVAL,
  ENODEV,
  ENOENT,
  ENOTDIR,
  EPERM,
  EROFS,
  EXDEV,
  isDirectory,
  MS_BIND,
  MS_NODEV,
  MS_NOEXEC,
  MS_RDONLY,
  MS_REC,
  MS_REMOUNT,
  S_IFCHR,
  X_OK,
} from '@drydock/abi'
import { beforeEach, describe, expect, test } from 'vitest'
import { registerMemoryDevices } from '../fs/memory-devices.ts'
import { mountinfoText, mountsText } from '../fs/proc/mount-files.ts'
import { FileTree, TickingClock } from '../fs/testing/file-tree.ts'
import { mountTmpfs, Tmpfs } from '../fs/tmpfs.ts'
import { makedev } from './device-number.ts'

const clock = new TickingClock()
let tree: FileTree

const mkdirs = (...paths: string[]): void => {
  for (const path of paths) tree.files.mkdir(tree.context, path)
}
const bind = (from: string, to: string, flags = 0): void => tree.mount(from, to, '', MS_BIND | flags)

beforeEach(() => {
  tree = new FileTree(new Tmpfs({ clock, mode: 0o755 }))
  tree.types.set('tmpfs', ({ data }) => mountTmpfs(clock, data, 2 ** 30))
  mkdirs('/a', '/a/sub', '/b', '/mnt')
  tree.write('/a/file', 'A')
})

describe('mounts', () => {
  test('a mount hides what is below until umount', () => {
    tree.mount('tmpfs', '/a', 'tmpfs')
    expect(tree.names('/a')).toBe('')
    tree.write('/a/new', 'x')
    expect(tree.files.realpath(tree.context, '/a/../a/new')).toBe('/a/new')
    expect(tree.files.stat(tree.context, '/a').dev).not.toBe(tree.files.stat(tree.context, '/').dev)
    tree.files.umount(tree.context, '/a')
    expect(tree.names('/a')).toBe('file sub')
  })

  test('mounts stack, also on the same place', () => {
    tree.mount('one', '/mnt', 'tmpfs')
    tree.write('/mnt/1', '')
    tree.mount('two', '/mnt', 'tmpfs')
    tree.write('/mnt/2', '')
    expect(tree.names('/mnt')).toBe('2')
    tree.files.umount(tree.context, '/mnt')
    expect(tree.names('/mnt')).toBe('1')
  })

  test('bind mounts show the same files; of a directory, of one file', () => {
    bind('/a', '/mnt')
    tree.write('/mnt/file', 'B')
    expect(tree.read('/a/file')).toBe('B')
    expect(tree.files.realpath(tree.context, '/mnt/sub/..')).toBe('/mnt')
    tree.write('/one', 'old')
    bind('/a/file', '/one')
    expect(tree.read('/one')).toBe('B')
    expect(() => tree.files.unlink(tree.context, '/one')).toThrow(EBUSY)
    expect(() => tree.files.rename(tree.context, '/one', '/two')).toThrow(EBUSY)
    expect(() => bind('/a', '/one')).toThrow(ENOTDIR)
    tree.files.umount(tree.context, '/one')
    expect(tree.read('/one')).toBe('old')
  })

  test('a bind mount takes mounts below with it only when recursive', () => {
    tree.mount('t', '/a/sub', 'tmpfs')
    tree.write('/a/sub/inner', '')
    bind('/a', '/mnt')
    expect(tree.names('/mnt/sub')).toBe('')
    bind('/a', '/b', MS_REC)
    expect(tree.names('/b/sub')).toBe('inner')
  })

  test('read-only, at the bind mount alone and by remount', () => {
    bind('/a', '/mnt', MS_RDONLY)
    expect(() => tree.write('/mnt/file', 'x')).toThrow(EROFS)
    expect(() => tree.files.mkdir(tree.context, '/mnt/d')).toThrow(EROFS)
    expect(() => tree.files.chmod(tree.context, '/mnt/file', 0o600)).toThrow(EROFS)
    expect(() => tree.files.unlink(tree.context, '/mnt/file')).toThrow(EROFS)
    tree.write('/a/file', 'still')
    expect(tree.read('/mnt/file')).toBe('still')
    tree.mount('', '/mnt', '', MS_REMOUNT | MS_BIND)
    tree.write('/mnt/file', 'again')
  })

  test('renames and links do not cross mounts, even of the same file system', () => {
    bind('/a', '/mnt')
    expect(() => tree.files.rename(tree.context, '/mnt/file', '/b/file')).toThrow(EXDEV)
    expect(() => tree.files.link(tree.context, '/mnt/file', '/a/link')).toThrow(EXDEV)
  })

  test('what keeps a mount busy', () => {
    tree.mount('t', '/mnt', 'tmpfs')
    tree.write('/mnt/f', '')
    const file = tree.open('/mnt/f')
    expect(() => tree.files.umount(tree.context, '/mnt')).toThrow(EBUSY)
    file.release()
    mkdirs('/mnt/d')
    tree.mount('t', '/mnt/d', 'tmpfs')
    expect(() => tree.files.umount(tree.context, '/mnt')).toThrow(EBUSY)
    expect(() => tree.files.rmdir(tree.context, '/mnt/d')).toThrow(EBUSY)
    tree.files.umount(tree.context, '/mnt/d')
    tree.files.umount(tree.context, '/mnt')
  })

  test('errors of mount and umount', () => {
    expect(() => tree.mount('x', '/mnt', 'nofs')).toThrow(ENODEV)
    expect(() => tree.mount('x', '/none', 'tmpfs')).toThrow(ENOENT)
    expect(() => tree.mount('x', '/a/file', 'tmpfs')).toThrow(ENOTDIR)
    expect(() => tree.mount('x', '/mnt', 'tmpfs', 0, 'what=1')).toThrow(EINVAL)
    expect(() => tree.files.umount(tree.context, '/b')).toThrow(EINVAL)
    tree.become(1000)
    expect(() => tree.mount('x', '/mnt', 'tmpfs')).toThrow(EPERM)
  })

  test('noexec and nodev', () => {
    registerMemoryDevices(tree.devices, { bytes: (length) => new Uint8Array(length) })
    tree.mount('t', '/mnt', 'tmpfs', MS_NOEXEC | MS_NODEV)
    tree.write('/mnt/x', '')
    tree.files.chmod(tree.context, '/mnt/x', 0o755)
    tree.files.access(tree.context, '/mnt/x', X_OK)
    expect(() => tree.files.openExecutable(tree.context, '/mnt/x')).toThrow(EACCES)
    tree.files.mknod(tree.context, '/mnt/null', S_IFCHR | 0o666, makedev(1, 3))
    expect(() => tree.open('/mnt/null')).toThrow(EACCES)
    tree.files.mknod(tree.context, '/null', S_IFCHR | 0o666, makedev(1, 3))
    expect(tree.read('/null')).toBe('')
  })

  test('a cloned namespace has mounts of its own', () => {
    tree.mount('t', '/mnt', 'tmpfs')
    tree.write('/mnt/f', 'shared')
    const { namespace, translate } = tree.context.namespace.clone()
    const { root, cwd } = tree.context
    const first = tree.context
    tree.context = { ...first, namespace, root: translate(root), cwd: translate(cwd) }
    expect(tree.read('/mnt/f')).toBe('shared')
    tree.mount('t', '/b', 'tmpfs')
    tree.write('/b/inside', '')
    tree.files.umount(tree.context, '/mnt')
    tree.context = first
    expect(tree.names('/b')).toBe('')
    expect(tree.read('/mnt/f')).toBe('shared')
  })

  test('pivot_root: nothing of the old root is left', () => {
    const { namespace, translate } = tree.context.namespace.clone()
    tree.context = { ...tree.context, namespace, root: translate(tree.context.root) }
    bind('/a', '/mnt')
    tree.mount('t', '/mnt/sub', 'tmpfs')
    expect(() => tree.files.pivotRoot(tree.context, '/b')).toThrow(EINVAL)
    const root = tree.files.pivotRoot(tree.context, '/mnt')
    tree.context = { ...tree.context, root, cwd: root }
    expect(tree.names('/')).toBe('file sub')
    expect(tree.files.realpath(tree.context, '../../sub')).toBe('/sub')
    expect(mountsText(namespace, root)).toBe('/dev/sda1 / tmpfs rw,relatime 0 0\nt /sub tmpfs rw,relatime 0 0\n')
  })

  test('chroot: paths begin there, and mounts outside are not listed', () => {
    tree.mount('tmpfs', '/a/sub', 'tmpfs', MS_RDONLY, 'size=64m,mode=700')
    const { namespace } = tree.context
    const root = tree.files.chroot(tree.context, '/a')
    tree.context = { ...tree.context, root, cwd: root }
    expect(tree.read('/../file')).toBe('A')
    expect(tree.files.getcwd(tree.context)).toBe('/')
    expect(mountsText(namespace, root)).toBe('tmpfs /sub tmpfs ro,relatime,size=65536k,mode=700 0 0\n')
    expect(mountinfoText(namespace, root)).toMatch(/^22 21 0:22 \/ \/sub ro,relatime - tmpfs tmpfs ro,size/)
  })

  test('tmpfs has the size and mode it was given', () => {
    tree.mount('t', '/mnt', 'tmpfs', 0, 'size=1m,mode=700')
    const { mode } = tree.files.stat(tree.context, '/mnt')
    expect([isDirectory(mode), mode & 0o7777]).toEqual([true, 0o700])
    const full = (): void => tree.write('/mnt/big', new Uint8Array(2_000_000).fill(1))
    expect(full).toThrow('No space left on device')
    expect(tree.files.statfs(tree.context, '/mnt')).toMatchObject({ type: 'tmpfs', totalBytes: 2 ** 20 })
  })
})
