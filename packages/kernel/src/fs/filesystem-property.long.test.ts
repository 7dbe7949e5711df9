import { EXDEV, isErrno, isRegular, isSymlink, O_CREAT, O_WRONLY } from '@drydock/abi'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FILE_SYSTEMS } from './testing/file-systems.ts'
import { FileTree } from './testing/file-tree.ts'
import { PlainTree } from './testing/plain-tree.ts'

/** Three file systems: 100,000 cases in all. */
const RUNS = 33_334
interface Sides {
  readonly plain: PlainTree
  readonly tree: FileTree
}
/** Something to be done on both sides; what it gives is compared. */
interface Act {
  readonly text: string
  plain(tree: PlainTree): unknown
  real(tree: FileTree): unknown
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'a', 'b', '.', '..')
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/${names.join('/')}`)
const target = fc.oneof(
  path,
  fc.array(name, { minLength: 1, maxLength: 2 }).map((names) => names.join('/')),
)
const bytes = fc.uint8Array({ minLength: 0, maxLength: 6 })
const small = fc.nat(9)

const act = (text: string, plain: Act['plain'], real: Act['real']): Act => ({ text, plain, real })

function writeAt(tree: FileTree, at: string, content: Uint8Array, offset: number): void {
  const file = tree.open(at, O_WRONLY | O_CREAT)
  try {
    if (content.length > 0) file.pwrite(content, offset)
  } finally {
    file.release()
  }
}

const acts: fc.Arbitrary<Act> = fc.oneof(
  path.map((at) =>
    act(
      `mkdir ${at}`,
      (plain) => plain.mkdir(at),
      ({ files, context }) => files.mkdir(context, at),
    ),
  ),
  path.map((at) =>
    act(
      `mkdir ${at}`,
      (plain) => plain.mkdir(at),
      ({ files, context }) => files.mkdir(context, at),
    ),
  ),
  path.map((at) =>
    act(
      `rmdir ${at}`,
      (plain) => plain.rmdir(at),
      ({ files, context }) => files.rmdir(context, at),
    ),
  ),
  path.map((at) =>
    act(
      `unlink ${at}`,
      (plain) => plain.unlink(at),
      ({ files, context }) => files.unlink(context, at),
    ),
  ),
  path.map((at) =>
    act(
      `read ${at}`,
      (plain) => plain.read(at).join(' '),
      (tree) => tree.bytes(at).join(' '),
    ),
  ),
  path.map((at) =>
    act(
      `ls ${at}`,
      (plain) => plain.readdir(at).join(' '),
      (tree) => tree.names(at),
    ),
  ),
  path.map((at) =>
    act(
      `readlink ${at}`,
      (plain) => plain.readlink(at),
      ({ files, context }) => files.readlink(context, at),
    ),
  ),
  fc.tuple(path, bytes, small).map(([at, content, offset]) =>
    act(
      `write ${at} ${offset} ${content.join(' ')}`,
      (plain) => plain.write(at, content, offset),
      (tree) => writeAt(tree, at, content, offset),
    ),
  ),
  fc.tuple(path, small).map(([at, size]) =>
    act(
      `truncate ${at} ${size}`,
      (plain) => plain.truncate(at, size),
      ({ files, context }) => files.truncate(context, at, size),
    ),
  ),
  fc.tuple(path, path).map(([from, to]) =>
    act(
      `rename ${from} ${to}`,
      (plain) => plain.rename(from, to),
      ({ files, context }) => files.rename(context, from, to),
    ),
  ),
  fc.tuple(path, path).map(([from, to]) =>
    act(
      `link ${from} ${to}`,
      (plain) => plain.link(from, to),
      ({ files, context }) => files.link(context, from, to),
    ),
  ),
  fc.tuple(target, path).map(([to, at]) =>
    act(
      `symlink ${to} ${at}`,
      (plain) => plain.symlink(to, at),
      ({ files, context }) => files.symlink(context, to, at),
    ),
  ),
)

function outcome(run: () => unknown): string {
  try {
    return `gives ${String(run())}`
  } catch (error) {
    if (!isErrno(error)) throw error
    return error.code
  }
}

function* lines(tree: FileTree, at = ''): IterableIterator<string> {
  for (const entry of tree.names(at === '' ? '/' : at).split(' ')) {
    if (entry === '') continue
    const place = `${at}/${entry}`
    const { mode } = tree.files.lstat(tree.context, place)
    if (isRegular(mode)) yield `${place} = ${tree.bytes(place).join(' ')}`
    else if (isSymlink(mode)) yield `${place} -> ${tree.files.readlink(tree.context, place)}`
    else {
      yield `${place}/`
      yield* lines(tree, place)
    }
  }
}

/** Both do the same; an overlay alone may refuse to move a directory that a lower layer has. */
function step({ plain, tree }: Sides, { text, plain: model, real }: Act): void {
  const expected = outcome(() => model(plain))
  const found = outcome(() => real(tree))
  if (found === EXDEV.code) throw new Error(`${text}: EXDEV in a tree without lower layers`)
  if (found !== expected) throw new Error(`${text}: expected ${expected}, got ${found}`)
}

describe.each(FILE_SYSTEMS)('%s behaves as a plain tree', (_name, make) => {
  test(`${RUNS} cases`, { timeout: 600_000 }, () => {
    let cases = 0
    const property = fc.property(fc.array(acts, { minLength: 1, maxLength: 12 }), (steps) => {
      const sides: Sides = { plain: new PlainTree(), tree: new FileTree(make()) }
      for (const each of steps) step(sides, each)
      expect([...lines(sides.tree)]).toEqual([...sides.plain.lines()])
      cases++
    })
    fc.assert(property, { numRuns: RUNS, seed: 20_261_128 })
    expect(cases).toBe(RUNS)
  })
})
