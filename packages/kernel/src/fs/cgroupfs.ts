import type { Clock } from '@drydock/abi'
import { EACCES, EPERM, isDirectory } from '@drydock/abi'
import type { Inode, NewInode } from '../vfs/inode.ts'
import { PseudoFileSystem } from './pseudo-file-system.ts'
import { DynamicDirectory, TextFile, type TextSource } from './pseudo-inode.ts'

/** A control group, as its directory shows it. Implemented by the kernel. cgroups(7), version 2. */
export interface CgroupNode {
  readonly children: ReadonlyMap<string, CgroupNode>
  /** Control files by name: `cgroup.procs`, `memory.max`… The table of one group never changes. */
  readonly files: ReadonlyMap<string, TextSource>
  /** @throws EAGAIN, ENOSPC at limits on depth and number */
  makeChild(name: string): CgroupNode
  /** @throws EBUSY while it has members or children */
  removeChild(name: string): void
}

export interface CgroupfsOptions {
  readonly clock: Pick<Clock, 'now'>
  /** The root group, or that of a cgroup namespace. */
  readonly root: CgroupNode
}

/** cgroup2: directories are groups, mkdir makes one. */
export class Cgroupfs extends PseudoFileSystem {
  override readonly type = 'cgroup2'
  override readonly root: Inode
  override options = 'nsdelegate,memory_recursiveprot'

  constructor({ clock, root }: CgroupfsOptions) {
    super(clock)
    this.root = new GroupDirectory(this, root)
  }
}

class GroupDirectory extends DynamicDirectory<CgroupNode> {
  private readonly group: CgroupNode

  constructor(fs: PseudoFileSystem, group: CgroupNode) {
    const files = Array.from(group.files, ([name, source]) => [name, () => new TextFile(fs, source)] as const)
    super(fs, new Map(files), undefined, 0o755)
    this.group = group
  }

  protected override names(): Iterable<string> {
    return this.group.children.keys()
  }
  protected override find(name: string): CgroupNode | undefined {
    return this.group.children.get(name)
  }
  protected override makeChild(group: CgroupNode): Inode {
    return new GroupDirectory(this.fs, group)
  }

  override create(name: string, init: NewInode): Inode {
    if (!isDirectory(init.mode)) throw EACCES
    this.group.makeChild(name)
    const made = this.lookup(name)
    if (made === undefined) throw EPERM
    return made
  }
  override unlink(): void {
    throw EPERM
  }
  override rmdir(name: string): void {
    this.group.removeChild(name)
  }
}
