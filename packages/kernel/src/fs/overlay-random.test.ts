import { EXDEV, isErrno, isRegular, isSymlink, O_APPEND, O_CREAT, O_WRONLY, S_IFCHR } from '@drydock/abi'
import { expect, test } from 'vitest'
import { Diskfs } from './diskfs.ts'
import { mountOverlay } from './overlayfs.ts'
import { FileTree, TickingClock } from './testing/file-tree.ts'

const clock = new TickingClock()

/** What a tree looks like, without what an overlay may do otherwise: inode numbers, times, counts of links. */
function dump(tree: FileTree, path: string): string[] {
  const { mode, uid, size } = tree.files.lstat(tree.context, path)
  const text = isRegular(mode) ? tree.read(path) : isSymlink(mode) ? tree.files.readlink(tree.context, path) : ''
  const line = `${path} ${mode} ${uid} ${isRegular(mode) ? size : ''} ${text}`
  if ((mode & 0o170000) !== 0o040000) return [line]
  const names = tree
    .names(path)
    .split(' ')
    .filter((name) => name !== '')
  return [line, ...names.flatMap((name) => dump(tree, `${path}/${name}`))]
}

function dice(seed: number): (sides: number) => number {
  let state = seed * 7919
  return (sides) => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return Math.floor((state / 0x80000000) * sides)
  }
}

type Act = (tree: FileTree) => void

/** rm -rf. */
function remove(tree: FileTree, path: string): void {
  if ((tree.files.lstat(tree.context, path).mode & 0o170000) !== 0o040000) return tree.files.unlink(tree.context, path)
  for (const { name } of tree.files.readdir(tree.context, path)) remove(tree, `${path}/${name}`)
  tree.files.rmdir(tree.context, path)
}

/** An operation with its arguments chosen, to be done in two trees. */
function choose(roll: (sides: number) => number): Act {
  const name = (): string => `/m/${['', 'd/', 'e/', 'd/s/'][roll(4)]}${['a', 'b', 'd', 'e', 's'][roll(5)]}`
  const [from, to, number] = [name(), name(), roll(500)]
  const acts: readonly Act[] = [
    (tree) => tree.write(from, `text ${number}`),
    (tree) => tree.write(from, 'more', O_WRONLY | O_CREAT | O_APPEND),
    (tree) => tree.files.truncate(tree.context, from, number % 7),
    (tree) => tree.files.mkdir(tree.context, from),
    (tree) => tree.files.mkdir(tree.context, from),
    (tree) => tree.files.rmdir(tree.context, from),
    (tree) => tree.files.unlink(tree.context, from),
    (tree) => remove(tree, from),
    (tree) => remove(tree, from),
    (tree) => {
      remove(tree, from)
      tree.files.mkdir(tree.context, from)
    },
    (tree) => {
      remove(tree, to)
      tree.files.rename(tree.context, from, to)
    },
    (tree) => tree.files.rename(tree.context, from, to),
    (tree) => tree.files.rename(tree.context, from, to),
    (tree) => tree.files.symlink(tree.context, to, from),
    (tree) => tree.files.chmod(tree.context, from, 0o600 + (number % 64)),
    (tree) => tree.files.chown(tree.context, from, number, number),
  ]
  return acts[roll(acts.length)] ?? (() => undefined)
}

function outcome(act: Act, tree: FileTree): string {
  try {
    act(tree)
    return 'done'
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code
  }
}

function fill(tree: FileTree, base: string, roll: (sides: number) => number): void {
  for (let count = 0; count < 30; count++) {
    const act = choose(roll)
    outcome(act, tree)
  }
  for (const name of ['a', 'b', 'd', 'd/s', 'd/a', 'e']) {
    outcome(({ files, context }) => files.mknod(context, `/m/${name}`, S_IFCHR, 0), tree)
  }
  tree.files.rename(tree.context, '/m', base)
  tree.files.mkdir(tree.context, '/m')
}

/** A tree whose /m is an overlay. */
function overlayTree(roll: (sides: number) => number): { overlay: FileTree; remount: () => void } {
  const overlay = new FileTree(Diskfs.open([], { clock }))
  overlay.types.set('overlay', ({ context, data }) =>
    mountOverlay(clock, data, (path) => overlay.files.resolve(context, path)),
  )
  overlay.files.mkdir(overlay.context, '/m')
  for (const base of ['/l1', '/l2']) fill(overlay, base, roll)
  for (const path of ['/u', '/w']) overlay.files.mkdir(overlay.context, path)
  const mount = (): void => overlay.mount('o', '/m', 'overlay', 0, 'lowerdir=/l2:/l1,upperdir=/u,workdir=/w')
  mount()
  const remount = (): void => {
    overlay.files.umount(overlay.context, '/m')
    mount()
  }
  return { overlay, remount }
}

function plainCopy(overlay: FileTree): FileTree {
  const plain = new FileTree(Diskfs.open([], { clock }))
  copy(overlay, plain, '/m')
  return plain
}

function copy(from: FileTree, to: FileTree, path: string): void {
  const { mode, uid, gid } = from.files.lstat(from.context, path)
  if (isSymlink(mode)) return to.files.symlink(to.context, from.files.readlink(from.context, path), path)
  if (isRegular(mode)) to.write(path, from.bytes(path))
  else {
    to.files.mkdir(to.context, path)
    const names = from
      .names(path)
      .split(' ')
      .filter((name) => name !== '')
    for (const name of names) copy(from, to, `${path}/${name}`)
  }
  to.files.chown(to.context, path, uid, gid)
  to.files.chmod(to.context, path, mode & 0o7777)
}

test.each(Array.from({ length: 100 }, (_, seed) => seed + 1))(
  'an overlay behaves as a plain tree does, run %i',
  (seed) => {
    const roll = dice(seed)
    const { overlay, remount } = overlayTree(roll)
    let plain = plainCopy(overlay)
    expect(dump(overlay, '/m')).toEqual(dump(plain, '/m'))
    for (let step = 0; step < 80; step++) {
      const act = choose(roll)
      const done = outcome(act, overlay)
      // Directories with a lower part cannot be renamed; mv(1) copies them instead.
      if (done === EXDEV.code) {
        plain = plainCopy(overlay)
        continue
      }
      expect(`${step} ${done}`).toBe(`${step} ${outcome(act, plain)}`)
      if (step % 8 !== 0) continue
      expect(dump(overlay, '/m')).toEqual(dump(plain, '/m'))
      if (roll(3) === 0) remount()
    }
    remount()
    expect(dump(overlay, '/m')).toEqual(dump(plain, '/m'))
  },
)
