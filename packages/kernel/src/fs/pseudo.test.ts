import { EACCES, EBUSY, EINVAL, ENOENT, O_RDWR, O_WRONLY, S_IFCHR } from '@drydock/abi'
import { beforeEach, describe, expect, test } from 'vitest'
import { makedev } from '../vfs/device-number.ts'
import { type CgroupNode, Cgroupfs } from './cgroupfs.ts'
import { Devpts } from './devpts.ts'
import { makeDevtmpfs } from './devtmpfs.ts'
import { registerMemoryDevices } from './memory-devices.ts'
import type { TextSource } from './pseudo-inode.ts'
import { FileTree, TickingClock } from './testing/file-tree.ts'

const clock = new TickingClock()

class FakeGroup implements CgroupNode {
  readonly children = new Map<string, FakeGroup>()
  readonly files: ReadonlyMap<string, TextSource>
  max = 'max'

  constructor() {
    this.files = new Map<string, TextSource>([
      ['pids.current', { read: () => '3\n' }],
      [
        'pids.max',
        {
          read: () => `${this.max}\n`,
          write: (text) => {
            if (!/^(max|\d+)$/.test(text.trim())) throw EINVAL
            this.max = text.trim()
          },
        },
      ],
    ])
  }
  get childNames(): Iterable<string> {
    return this.children.keys()
  }
  get fileNames(): Iterable<string> {
    return this.files.keys()
  }
  child(name: string): FakeGroup | undefined {
    return this.children.get(name)
  }
  file(name: string): TextSource | undefined {
    return this.files.get(name)
  }
  makeChild(name: string): FakeGroup {
    const child = new FakeGroup()
    this.children.set(name, child)
    return child
  }
  removeChild(name: string): void {
    if ((this.children.get(name)?.children.size ?? 0) > 0) throw EBUSY
    this.children.delete(name)
  }
}

describe('cgroup2', () => {
  let tree: FileTree
  let root: FakeGroup

  beforeEach(() => {
    root = new FakeGroup()
    tree = new FileTree(new Cgroupfs({ clock, root }))
  })

  test('directories are groups', () => {
    tree.files.mkdir(tree.context, '/docker')
    tree.files.mkdir(tree.context, '/docker/abc')
    expect(tree.names('/')).toBe('docker pids.current pids.max')
    expect([...root.children.keys()]).toEqual(['docker'])
    expect(() => tree.files.rmdir(tree.context, '/docker')).toThrow(EBUSY)
    tree.files.rmdir(tree.context, '/docker/abc')
    tree.files.rmdir(tree.context, '/docker')
    expect(root.children.size).toBe(0)
  })

  test('control files are read and written', () => {
    tree.files.mkdir(tree.context, '/g')
    tree.write('/g/pids.max', '20\n')
    expect(tree.read('/g/pids.max')).toBe('20\n')
    expect(tree.read('/pids.max')).toBe('max\n')
    expect(() => tree.write('/g/pids.max', 'x')).toThrow(EINVAL)
    expect(() => tree.write('/g/pids.current', '1')).toThrow(EACCES)
    expect(() => tree.write('/g/new', '1')).toThrow(EACCES)
  })

  test('reading from the start again gives the value of now', () => {
    const file = tree.open('/pids.max', O_RDWR)
    expect(new TextDecoder().decode(file.read(99))).toBe('max\n')
    expect(file.read(99).length).toBe(0)
    root.max = '7'
    file.seek(0, 0)
    expect(new TextDecoder().decode(file.read(99))).toBe('7\n')
  })
})

describe('devpts', () => {
  test('shows the terminals there are', () => {
    const ptys = new Map([[0, { uid: 1000, gid: 5 }]])
    const source = { numbers: () => ptys.keys(), find: (number: number) => ptys.get(number) }
    const tree = new FileTree(new Devpts({ clock, source }))
    expect(tree.names('/')).toBe('0 ptmx')
    const { mode, rdev, uid, gid } = tree.files.stat(tree.context, '/0')
    expect([mode, rdev, uid, gid]).toEqual([S_IFCHR | 0o620, makedev(136, 0), 1000, 5])
    tree.files.chmod(tree.context, '/0', 0o600)
    expect(tree.files.stat(tree.context, '/0').mode).toBe(S_IFCHR | 0o600)
    ptys.delete(0)
    expect(tree.names('/')).toBe('ptmx')
    expect(() => tree.files.stat(tree.context, '/0')).toThrow(ENOENT)
  })
})

describe('devtmpfs and memory devices', () => {
  const tree = new FileTree(makeDevtmpfs(clock))
  registerMemoryDevices(tree.devices, { bytes: (length) => new Uint8Array(length).fill(42) })

  test.each([
    ['/null', ''],
    ['/zero', '0,0,0'],
    ['/full', '0,0,0'],
    ['/random', '42,42,42'],
    ['/urandom', '42,42,42'],
  ])('%s reads as it should', (path, bytes) => {
    expect(String(tree.open(path).read(3))).toBe(bytes)
  })

  test('null swallows, full refuses', () => {
    expect(tree.open('/null', O_WRONLY).write(new Uint8Array(9))).toBe(9)
    expect(() => tree.open('/full', O_WRONLY).write(new Uint8Array(9))).toThrow('No space left on device')
  })

  test('has the links and mount points of /dev', () => {
    expect(tree.files.readlink(tree.context, '/stdout')).toBe('/proc/self/fd/1')
    expect(tree.files.stat(tree.context, '/shm').mode & 0o7777).toBe(0o1777)
  })
})
