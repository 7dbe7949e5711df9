import { isDeepStrictEqual } from 'node:util'
import type { StoredValue } from '@drydock/abi'
import {
  isErrno,
  isRegular,
  isSymlink,
  O_APPEND,
  O_CREAT,
  O_WRONLY,
  S_IFCHR,
  S_IFDIR,
  S_IFLNK,
  S_IFREG,
  stubProgram,
} from '@drydock/abi'
import { describe, expect, test } from 'vitest'
import type { Inode } from '../vfs/inode.ts'
import { DISK_VERSION, DiskFormatError } from './disk-record.ts'
import { printImage } from './disk-image.ts'
import { Diskfs } from './diskfs.ts'
import { FileTree, TickingClock } from './testing/file-tree.ts'

const clock = new TickingClock()

/** A store that behaves as the real one: values are cloned when they are committed. */
class Store {
  readonly records = new Map<string, StoredValue>()

  commit(change: { puts: ReadonlyMap<string, StoredValue>; deletes: readonly string[] } | undefined): void {
    for (const [key, value] of change?.puts ?? []) this.records.set(key, structuredClone(value))
    for (const key of change?.deletes ?? []) this.records.delete(key)
  }
  reopen(): Diskfs {
    return Diskfs.open(structuredClone([...this.records]), { clock })
  }
}

function checksum(bytes: Uint8Array): number {
  let sum = bytes.length
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0
  return sum
}

/** Everything about a tree as text. */
function dump(inode: Inode, path = '/'): string[] {
  const { ino, mode, uid, gid, nlink, size, mtimeMs, ctimeMs, blocks } = inode.stat()
  const content = isRegular(mode) ? checksum(inode.readAt(0, 1 << 24)) : isSymlink(mode) ? inode.readlink() : ''
  const lazy = inode.lazyContent?.seed ?? ''
  const line = [path, ino, mode, uid, gid, nlink, size, blocks, mtimeMs, ctimeMs, content, lazy].join(' ')
  if (!inode.isDirectory) return [line]
  const children = inode.readdir().sort((a, b) => (a.name < b.name ? -1 : 1))
  return [line, ...children.flatMap(({ name }) => dump(inode.lookup(name)!, `${path}${name}/`))]
}

/** Numbers from a seed, so that a failure can be repeated. */
function dice(seed: number): (sides: number) => number {
  let state = seed
  return (sides) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * sides)
  }
}

function act(tree: FileTree, roll: (sides: number) => number): void {
  const { files, context } = tree
  const name = (): string => `/${['', 'd/', 'e/', 'd/s/'][roll(4)]}${['a', 'b', 'c', 'd', 's'][roll(5)]}`
  const acts: readonly (() => void)[] = [
    () => tree.write(name(), new Uint8Array(roll(20_000)).fill(roll(256))),
    () => tree.write(name(), 'more', O_WRONLY | O_CREAT | O_APPEND),
    () => tree.open(name(), O_WRONLY).pwrite(new Uint8Array(roll(300_000)).fill(1 + roll(9)), roll(600_000)),
    () => files.truncate(context, name(), roll(9000)),
    () => files.mkdir(context, name()),
    () => files.rmdir(context, name()),
    () => files.unlink(context, name()),
    () => files.rename(context, name(), name()),
    () => files.link(context, name(), name()),
    () => files.symlink(context, name(), name()),
    () => files.chmod(context, name(), roll(0o777)),
    () => files.chown(context, name(), roll(9), roll(9)),
    () => files.mknod(context, name(), S_IFCHR | 0o600, roll(999)),
    () =>
      files.setLazyContent(context, name(), { prefix: Uint8Array.of(roll(9)), size: roll(400_000), seed: roll(99) }),
  ]
  try {
    acts[roll(acts.length)]?.()
  } catch (error) {
    if (!isErrno(error)) throw error
  }
}

const IMAGE = printImage({
  mtimeMs: 1000,
  entries: [
    { path: '', mode: S_IFDIR | 0o755 },
    { path: 'd', mode: S_IFDIR | 0o700, uid: 3, gid: 4 },
    { path: 'd/a', mode: S_IFREG | 0o644, text: 'grüße\n' },
    { path: 'd/s', mode: S_IFLNK | 0o777, text: 'a' },
    { path: 'e', mode: S_IFREG | 0o755, stub: 'coreutils/ls', lazy: { size: 40_960, seed: 7 } },
    { path: 'c', mode: S_IFREG | 0o755, stub: 'coreutils/cat' },
  ],
})

describe('Diskfs from an image', () => {
  test('holds what the image says', () => {
    const disk = Diskfs.open([], { clock, blank: IMAGE })
    const tree = new FileTree(disk)
    const { root } = disk
    expect(tree.read('/d/s')).toBe('grüße\n')
    expect(root.lookup('d')?.stat()).toMatchObject({ mode: S_IFDIR | 0o700, uid: 3, gid: 4, nlink: 2, mtimeMs: 1000 })
    expect(root.stat()).toMatchObject({ nlink: 3 })
    expect(root.lookup('e')?.stat()).toMatchObject({ size: 40_960, nlink: 1 })
    expect(stubProgram(tree.open('/e').pread(128, 0))).toBe('coreutils/ls')
    expect(stubProgram(tree.open('/c').pread(128, 0))).toBe('coreutils/cat')
  })

  test('a change is saved with the image and not with all that is in it', () => {
    const store = new Store()
    const disk = Diskfs.open([], { clock, blank: IMAGE })
    expect(disk.collect()).toBeUndefined()
    new FileTree(disk).write('/d/a', 'changed')
    store.commit(disk.collect())
    expect([...store.records.keys()].sort()).toEqual(['i:4', 'image', 'superblock'])
    expect(new FileTree(store.reopen()).read('/d/a')).toBe('changed')
  })

  test('what is deleted of it stays deleted', () => {
    const store = new Store()
    const disk = Diskfs.open([], { clock, blank: IMAGE })
    const { files, context } = new FileTree(disk)
    files.unlink(context, '/e')
    store.commit(disk.collect())
    const reopened = store.reopen()
    expect(dump(reopened.root)).toEqual(dump(disk.root))
    expect(reopened.statfs()).toEqual(disk.statfs())
  })

  test.each([11, 12, 13])('random operations on it, run %i: reopened it is the same tree', (seed) => {
    const roll = dice(seed)
    const store = new Store()
    let disk = Diskfs.open([], { clock, blank: IMAGE })
    for (let round = 0; round < 30; round++) {
      const tree = new FileTree(disk)
      for (let step = 0; step < 20; step++) act(tree, roll)
      store.commit(disk.collect())
      if (store.records.size === 0) continue
      const reopened = store.reopen()
      expect(dump(reopened.root)).toEqual(dump(disk.root))
      expect(reopened.statfs()).toEqual(disk.statfs())
      if (roll(2) === 0) disk = reopened
    }
  })

  test('a damaged image is refused', () => {
    expect(() => Diskfs.open([['image', 3]], { clock })).toThrow(DiskFormatError)
    expect(() => Diskfs.open([], { clock, blank: '{"entries":' })).toThrow(DiskFormatError)
  })
})

describe('Diskfs', () => {
  test('a fresh disk is clean, and opens again from nothing', () => {
    const disk = Diskfs.open([], { clock })
    expect(disk.collect()).toBeUndefined()
    expect(disk.root.stat().mode).toBe(S_IFDIR | 0o755)
  })

  test.each([1, 2, 3, 4, 5, 6])(
    'random operations, run %i: reopened it is the same tree, used bytes included',
    (seed) => {
      const roll = dice(seed)
      const store = new Store()
      let disk = Diskfs.open([], { clock })
      new FileTree(disk).write('/first', 'x')
      for (let round = 0; round < 40; round++) {
        const tree = new FileTree(disk)
        for (let step = 0; step < 25; step++) act(tree, roll)
        store.commit(disk.collect())
        const reopened = store.reopen()
        expect(dump(reopened.root)).toEqual(dump(disk.root))
        expect(reopened.usedBytes).toBe(disk.usedBytes)
        expect(reopened.statfs()).toEqual(disk.statfs())
        if (roll(2) === 0) disk = reopened
      }
    },
  )

  test('a crash loses what came after the last collect, and nothing else', () => {
    const store = new Store()
    const disk = Diskfs.open([], { clock })
    const tree = new FileTree(disk)
    tree.write('/kept', 'one')
    store.commit(disk.collect())
    const before = dump(disk.root)
    tree.write('/kept', 'two')
    tree.write('/lost', 'x')
    expect(dump(store.reopen().root)).toEqual(before)
  })

  test.each([21, 22])('what was collected never changes, run %i', (seed) => {
    const roll = dice(seed)
    const disk = Diskfs.open([], { clock })
    const tree = new FileTree(disk)
    const collected: { readonly value: StoredValue; readonly copy: StoredValue }[] = []
    for (let round = 0; round < 40; round++) {
      for (let step = 0; step < 10; step++) act(tree, roll)
      for (const value of disk.collect()?.puts.values() ?? []) collected.push({ value, copy: structuredClone(value) })
    }
    expect(collected.filter(({ value, copy }) => !isDeepStrictEqual(value, copy))).toEqual([])
  })

  test('a disk opened from records that another one goes on with is not disturbed by it', () => {
    const disk = Diskfs.open([], { clock })
    const tree = new FileTree(disk)
    tree.write('/log', new Uint8Array(300_000).fill(65))
    const records = [...(disk.collect()?.puts ?? [])]
    tree.write('/log', 'line\n', O_WRONLY | O_APPEND)
    tree.write('/log', 'over')
    expect(new FileTree(Diskfs.open(records, { clock })).read('/log')).toBe('A'.repeat(300_000))
  })

  test('an append to a long file writes one chunk', () => {
    const disk = Diskfs.open([], { clock })
    const tree = new FileTree(disk)
    tree.write('/log', new Uint8Array(1_000_000).fill(65))
    disk.collect()
    tree.write('/log', 'line\n', O_WRONLY | O_APPEND)
    expect([...disk.collect()!.puts.keys()].sort()).toEqual(['c:3:3', 'i:3', 'superblock'])
  })

  test('lazy content and zeros cost no memory', () => {
    const disk = Diskfs.open([], { clock, heldBytes: 1_000_000 })
    const tree = new FileTree(disk)
    tree.write('/bin', '')
    tree.files.setLazyContent(tree.context, '/bin', { prefix: Uint8Array.of(1), size: 200_000_000, seed: 1 })
    const zeros = tree.open('/zeros', O_CREAT | O_WRONLY)
    for (let count = 0; count < 40; count++) zeros.write(new Uint8Array(1_048_576))
    expect(disk.usedBytes).toBe(200_000_000 + 40 * 1_048_576)
    expect(tree.files.stat(tree.context, '/zeros').blocks).toBe((40 * 1_048_576) / 512)
    tree.files.unlink(tree.context, '/zeros')
    expect(disk.usedBytes).toBe(200_000_000)
  })

  test('tells once that it became dirty', () => {
    const disk = Diskfs.open([], { clock })
    let calls = 0
    disk.onDirty = () => calls++
    const tree = new FileTree(disk)
    tree.write('/a', 'x')
    tree.write('/b', 'x')
    expect(calls).toBe(1)
    disk.collect()
    tree.files.unlink(tree.context, '/a')
    expect(calls).toBe(2)
  })

  test.each<[string, [string, StoredValue][], RegExp]>([
    ['another version', [['superblock', { format: 'drydock-disk', version: DISK_VERSION + 1, nextIno: 3 }]], /version/],
    ['no superblock', [['i:2', { mode: S_IFDIR, uid: 0, gid: 0, nlink: 2, rdev: 0, times: [0, 0, 0] }]], /superblock/],
    ['a damaged inode', [['i:2', { mode: 'x' }]], /inode 2 is damaged/],
    ['a strange key', [['x:2', {}]], /unknown record/],
  ])('refuses %s', (_name, records, message) => {
    expect(() => Diskfs.open(records, { clock })).toThrow(DiskFormatError)
    expect(() => Diskfs.open(records, { clock })).toThrow(message)
  })
})
