import { EINVAL, ENOENT, EROFS, EXDEV, O_CREAT, O_RDWR, O_WRONLY, S_IFCHR } from '@drydock/abi'
import { beforeEach, describe, expect, test } from 'vitest'
import { Diskfs } from './diskfs.ts'
import { mountOverlay } from './overlayfs.ts'
import { FileTree, TickingClock } from './testing/file-tree.ts'

const clock = new TickingClock()
let tree: FileTree

const mkdirs = (...paths: string[]): void => {
  for (const path of paths) tree.files.mkdir(tree.context, path)
}
const mountAt = (data: string): void => tree.mount('overlay', '/m', 'overlay', 0, data)
const DATA = 'lowerdir=/l2:/l1,upperdir=/u,workdir=/w'

beforeEach(() => {
  tree = new FileTree(Diskfs.open([], { clock }))
  tree.types.set('overlay', ({ context, data }) =>
    mountOverlay(clock, data, (path) => tree.files.resolve(context, path)),
  )
  mkdirs('/l1', '/l2', '/u', '/w', '/m', '/l1/etc', '/l2/etc', '/l1/only')
  tree.write('/l1/etc/hosts', 'old')
  tree.write('/l1/etc/passwd', 'root')
  tree.write('/l2/etc/hosts', 'new')
  tree.write('/l1/only/file', 'x')
})

describe('overlay', () => {
  test('directories merge, the topmost file wins', () => {
    mountAt(DATA)
    expect(tree.names('/m')).toBe('etc only')
    expect(tree.names('/m/etc')).toBe('hosts passwd')
    expect(tree.read('/m/etc/hosts')).toBe('new')
    expect(tree.files.stat(tree.context, '/m/etc').nlink).toBe(1)
  })

  test('writing copies up, and leaves the layers alone', () => {
    mountAt(DATA)
    const { ino } = tree.files.stat(tree.context, '/m/etc/hosts')
    const reader = tree.open('/m/etc/hosts')
    tree.write('/m/etc/hosts', 'mine')
    expect(tree.read('/u/etc/hosts')).toBe('mine')
    expect(tree.read('/l2/etc/hosts')).toBe('new')
    expect(tree.names('/u/etc')).toBe('hosts')
    expect(tree.files.stat(tree.context, '/m/etc/hosts').ino).toBe(ino)
    expect(new TextDecoder().decode(reader.pread(9, 0))).toBe('mine')
  })

  test('reading copies nothing up', () => {
    mountAt(DATA)
    tree.read('/m/etc/hosts')
    tree.open('/m/etc/passwd').release()
    expect(tree.names('/u')).toBe('')
  })

  test('chmod copies up with owner, times and content', () => {
    tree.files.chown(tree.context, '/l1/etc/passwd', 7, 8)
    tree.files.utimes(tree.context, '/l1/etc/passwd', 1000, 2000)
    mountAt(DATA)
    tree.files.chmod(tree.context, '/m/etc/passwd', 0o600)
    const { uid, gid, mtimeMs, mode } = tree.files.stat(tree.context, '/u/etc/passwd')
    expect([uid, gid, mtimeMs, mode & 0o777]).toEqual([7, 8, 2000, 0o600])
    expect(tree.read('/u/etc/passwd')).toBe('root')
  })

  test('deleting leaves a whiteout; making it again removes that', () => {
    mountAt(DATA)
    tree.files.unlink(tree.context, '/m/etc/hosts')
    expect(() => tree.read('/m/etc/hosts')).toThrow(ENOENT)
    expect(tree.names('/m/etc')).toBe('passwd')
    const whiteout = tree.files.lstat(tree.context, '/u/etc/hosts')
    expect([whiteout.mode & 0o170000, whiteout.rdev]).toEqual([S_IFCHR, 0])
    tree.write('/m/etc/hosts', 'again')
    expect(tree.read('/u/etc/hosts')).toBe('again')
  })

  test('a file that only the upper layer has goes without a whiteout', () => {
    mountAt(DATA)
    tree.write('/m/new', 'x')
    tree.files.unlink(tree.context, '/m/new')
    expect(tree.names('/u')).toBe('')
  })

  test('a directory removed and made again is empty, also after a new mount', () => {
    mountAt(DATA)
    tree.files.unlink(tree.context, '/m/only/file')
    tree.files.rmdir(tree.context, '/m/only')
    mkdirs('/m/only')
    expect(tree.names('/m/only')).toBe('')
    tree.write('/m/only/other', 'y')
    tree.files.umount(tree.context, '/m')
    mountAt(DATA)
    expect(tree.names('/m/only')).toBe('other')
    tree.files.unlink(tree.context, '/m/only/other')
    tree.files.rmdir(tree.context, '/m/only')
    expect(tree.names('/m')).toBe('etc')
  })

  test('a new directory moved to the name of a deleted one stays as it is', () => {
    mountAt(DATA)
    tree.files.unlink(tree.context, '/m/only/file')
    tree.files.rmdir(tree.context, '/m/only')
    mkdirs('/m/fresh')
    tree.files.rename(tree.context, '/m/fresh', '/m/only')
    tree.files.umount(tree.context, '/m')
    mountAt(DATA)
    expect(tree.names('/m/only')).toBe('')
  })

  test('whiteouts and opaque directories of lower layers', () => {
    tree.files.mknod(tree.context, '/l2/etc/passwd', S_IFCHR, 0)
    mkdirs('/l2/only')
    tree.files.mknod(tree.context, '/l2/only/.wh..wh..opq', S_IFCHR, 0)
    mountAt(DATA)
    expect(tree.names('/m/etc')).toBe('hosts')
    expect(tree.names('/m/only')).toBe('')
    expect(() => tree.open('/m/only/.wh..wh..opq')).toThrow(ENOENT)
  })

  test('rename: files leave a whiteout, lower directories are EXDEV, new ones move', () => {
    mountAt(DATA)
    tree.files.rename(tree.context, '/m/etc/hosts', '/m/hosts')
    expect(tree.read('/m/hosts')).toBe('new')
    expect(tree.names('/m/etc')).toBe('passwd')
    expect(() => tree.files.rename(tree.context, '/m/only', '/m/other')).toThrow(EXDEV)
    mkdirs('/m/a', '/m/a/b')
    tree.write('/m/a/b/f', 'deep')
    tree.files.rename(tree.context, '/m/a', '/m/c')
    tree.write('/m/c/b/f', 'deeper')
    expect(tree.read('/u/c/b/f')).toBe('deeper')
  })

  test('hard links made in the overlay stay one file', () => {
    mountAt(DATA)
    tree.files.link(tree.context, '/m/etc/passwd', '/m/etc/shadow')
    tree.write('/m/etc/shadow', 'both')
    expect(tree.read('/m/etc/passwd')).toBe('both')
    expect(tree.files.stat(tree.context, '/m/etc/passwd').nlink).toBe(2)
  })

  test('a lazy file stays lazy when it is copied up', () => {
    tree.files.setLazyContent(tree.context, '/l1/only/file', { prefix: Uint8Array.of(1), size: 100_000_000, seed: 5 })
    mountAt(DATA)
    tree.files.chmod(tree.context, '/m/only/file', 0o755)
    expect(tree.files.getLazyContent(tree.context, '/u/only/file')?.size).toBe(100_000_000)
  })

  test('a lower file deleted while open can still be written', () => {
    mountAt(DATA)
    const file = tree.open('/m/only/file', O_RDWR)
    const other = tree.open('/m/etc/passwd')
    tree.files.unlink(tree.context, '/m/only/file')
    tree.files.unlink(tree.context, '/m/etc/passwd')
    file.write(Uint8Array.of(65))
    expect(new TextDecoder().decode(file.pread(9, 0))).toBe('A')
    expect(new TextDecoder().decode(other.pread(9, 0))).toBe('root')
    expect(tree.names('/w')).toBe('')
  })

  test('changes made in the upper directory itself are seen', () => {
    mountAt(DATA)
    expect(() => tree.read('/m/etc/motd')).toThrow(ENOENT)
    tree.write('/m/etc/hosts', 'up')
    tree.write('/u/etc/motd', 'hi')
    expect(tree.read('/m/etc/motd')).toBe('hi')
  })

  test('without an upper directory nothing can be changed', () => {
    mountAt('lowerdir=/l2:/l1')
    expect(() => tree.write('/m/x', '')).toThrow(EROFS)
    expect(() => tree.open('/m/etc/hosts', O_WRONLY)).toThrow(EROFS)
    expect(() => tree.files.unlink(tree.context, '/m/etc/hosts')).toThrow(EROFS)
  })

  test.each(['upperdir=/u,workdir=/w', 'lowerdir=/l1,upperdir=/u', 'lowerdir=/l1,nonsense=1'])('refuses %s', (data) => {
    expect(() => mountAt(data)).toThrow(EINVAL)
  })

  test('statfs shows the disk below; mounts shows the options', () => {
    mountAt(DATA)
    const below = tree.files.statfs(tree.context, '/')
    expect(tree.files.statfs(tree.context, '/m')).toEqual({ ...below, type: 'overlay' })
    expect(tree.files.resolve(tree.context, '/m').mount.fs.options).toBe(DATA)
  })

  test('to walk ten times as many files takes about ten times as long', () => {
    const fill = (folder: string, folders: number): void => {
      mkdirs(`/l1/${folder}`)
      for (let index = 0; index < folders; index++) {
        mkdirs(`/l1/${folder}/d${index}`)
        for (let file = 0; file < 100; file++)
          tree.open(`/l1/${folder}/d${index}/f${file}`, O_CREAT | O_WRONLY).release()
      }
    }
    const walk = (path: string): number => {
      let count = 1
      for (const { name } of tree.files.readdir(tree.context, path)) {
        const child = `${path}/${name}`
        const { mode } = tree.files.lstat(tree.context, child)
        count += (mode & 0o170000) === 0o040000 ? walk(child) : 1
      }
      return count
    }
    const timed = (path: string, files: number): number => {
      const start = performance.now()
      expect(walk(path)).toBe(files)
      return performance.now() - start
    }
    fill('few', 10)
    fill('many', 100)
    mountAt(DATA)
    timed('/m/few', 1011)
    const few = timed('/m/few', 1011)
    expect(timed('/m/many', 10_101)).toBeLessThan(100 * Math.max(few, 1))
  })
})
