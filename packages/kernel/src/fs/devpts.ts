import type { Clock } from '@drydock/abi'
import { EPERM, S_IFCHR } from '@drydock/abi'
import { makedev } from '../vfs/device-number.ts'
import type { Inode } from '../vfs/inode.ts'
import { PseudoFileSystem } from './pseudo-file-system.ts'
import { DynamicDirectory, PseudoInode } from './pseudo-inode.ts'

/** The pseudo-terminals of one devpts instance. Implemented by the kernel. pts(4). */
export interface PtySource {
  /** Numbers of the slaves that exist. */
  numbers(): Iterable<number>
  /** The pty object behind a number: the same object as long as it lives. Its maker owns the node. */
  find(number: number): { readonly uid: number; readonly gid: number } | undefined
}

export interface DevptsOptions {
  readonly clock: Pick<Clock, 'now'>
  readonly source: PtySource
  /** Of the nodes; default the group tty and 0o620. */
  readonly gid?: number
  readonly mode?: number
  readonly ptmxMode?: number
}

const PTS_MAJOR = 136
const TTY_GROUP = 5

type Pty = { readonly uid: number; readonly gid: number }

/**
 * /dev/pts. Opening a node goes to the driver of `c 136:*` or, for ptmx, `c 5:2`, which finds the instance in
 * `location.inode.fs`.
 */
export class Devpts extends PseudoFileSystem {
  override readonly type = 'devpts'
  override readonly root: Inode
  readonly source: PtySource

  constructor({ clock, source, gid = TTY_GROUP, mode = 0o620, ptmxMode = 0o666 }: DevptsOptions) {
    super(clock)
    this.source = source
    this.options = `gid=${gid},mode=${mode.toString(8)},ptmxmode=${ptmxMode.toString(8).padStart(3, '0')}`
    this.root = new PtsDirectory(this, { gid, mode, ptmxMode })
  }
}

interface NodeModes {
  readonly gid: number
  readonly mode: number
  readonly ptmxMode: number
}

class PtsDirectory extends DynamicDirectory<Pty> {
  private readonly source: PtySource
  private readonly modes: NodeModes

  constructor(fs: Devpts, modes: NodeModes) {
    const ptmx = (): Inode => new PseudoInode(fs, S_IFCHR | modes.ptmxMode, undefined, makedev(5, 2))
    super(fs, new Map([['ptmx', ptmx]]), undefined, 0o755)
    this.source = fs.source
    this.modes = modes
  }

  protected override *names(): Iterable<string> {
    for (const number of this.source.numbers()) yield String(number)
  }
  protected override find(name: string): Pty | undefined {
    return /^\d+$/.test(name) ? this.source.find(Number(name)) : undefined
  }
  protected override makeChild(pty: Pty, name: string): Inode {
    const owner = { uid: pty.uid, gid: this.modes.gid }
    return new PseudoInode(this.fs, S_IFCHR | this.modes.mode, owner, makedev(PTS_MAJOR, Number(name)))
  }
  override create(): Inode {
    throw EPERM
  }
}
