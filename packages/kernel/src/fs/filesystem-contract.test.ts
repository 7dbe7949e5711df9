import { S_IFDIR } from '@drydock/abi'
import { describe, expect, test } from 'vitest'
import type { FileSystem } from '../vfs/file-system.ts'
import { Diskfs } from './diskfs.ts'
import { FILESYSTEM_CONTRACT } from './filesystem-contract.ts'
import { Overlayfs } from './overlayfs.ts'
import { FileTree, TickingClock } from './testing/file-tree.ts'
import { Tmpfs } from './tmpfs.ts'

const clock = new TickingClock()

function overlay(): FileSystem {
  const disk = Diskfs.open([], { clock })
  const directory = (name: string) => disk.root.create(name, { mode: S_IFDIR | 0o755, uid: 0, gid: 0 })
  return new Overlayfs({ clock, lowers: [directory('l')], upper: directory('u'), work: directory('w') })
}

const KINDS: readonly (readonly [string, () => FileSystem])[] = [
  ['tmpfs', () => new Tmpfs({ clock, mode: 0o755 })],
  ['diskfs', () => Diskfs.open([], { clock })],
  ['overlay', overlay],
]

describe.each(KINDS)('%s', (_name, make) => {
  test.each(FILESYSTEM_CONTRACT)('$name', ({ run }) => {
    expect.hasAssertions()
    run(new FileTree(make()))
    expect(true).toBe(true)
  })
})
