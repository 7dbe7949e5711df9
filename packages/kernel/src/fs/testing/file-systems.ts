import { S_IFDIR } from '@drydock/abi'
import type { FileSystem } from '../../vfs/file-system.ts'
import { Diskfs } from '../diskfs.ts'
import { Overlayfs } from '../overlayfs.ts'
import { Tmpfs } from '../tmpfs.ts'
import { TickingClock } from './file-tree.ts'

const clock = new TickingClock()

function overlay(): FileSystem {
  const disk = Diskfs.open([], { clock })
  const directory = (name: string) => disk.root.create(name, { mode: S_IFDIR | 0o755, uid: 0, gid: 0 })
  return new Overlayfs({ clock, lowers: [directory('l')], upper: directory('u'), work: directory('w') })
}

/** The file systems that hold files, each new and empty. */
export const FILE_SYSTEMS: readonly (readonly [name: string, make: () => FileSystem])[] = [
  ['tmpfs', () => new Tmpfs({ clock, mode: 0o755 })],
  ['diskfs', () => Diskfs.open([], { clock })],
  ['overlay', overlay],
]
