import type { Clock } from '@drydock/abi'
import { EACCES, EPERM, isDirectory } from '@drydock/abi'
import type { Inode, NewInode } from '../vfs/inode.ts'
import { PseudoFileSystem } from './pseudo-file-system.ts'
import { DynamicDirectory, TextFile, type TextSource } from './pseudo-inode.ts'

/** A control group, as its directory shows it. Implemented by the kernel. cgroups(7), version 2. */
export interface CgroupNode {
  readonly childNames: Iterable<string>
  child(name: string): CgroupNode | undefined
  /** Control files: `cgroup.procs`, `memory.max`… They come and go with controllers; each keeps its source. */
  readonly fileNames: Iterable<string>
  file(name: string): TextSource | undefined
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
  override readonly isShared = true
  override readonly root: Inode
  override options = 'nsdelegate,memory_recursiveprot'

  constructor({ clock, root }: CgroupfsOptions) {
    super(clock)
    this.root = new GroupDirectory(this, root)
  }
}

/** What stands behind a name of a group's directory. */
type GroupEntry = CgroupNode | TextSource
const isGroup = (entry: GroupEntry): entry is CgroupNode => 'makeChild' in entry

class GroupDirectory extends DynamicDirectory<GroupEntry> {
  private readonly group: CgroupNode

  constructor(fs: PseudoFileSystem, group: CgroupNode) {
    super(fs, new Map(), undefined, 0o755)
    this.group = group
  }

  protected override names(): Iterable<string> {
    return [...this.group.fileNames, ...this.group.childNames]
  }
  protected override find(name: string): GroupEntry | undefined {
    return this.group.file(name) ?? this.group.child(name)
  }
  protected override makeChild(entry: GroupEntry): Inode {
    return isGroup(entry) ? new GroupDirectory(this.fs, entry) : new TextFile(this.fs, entry)
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
    this.forget(name)
  }
}
