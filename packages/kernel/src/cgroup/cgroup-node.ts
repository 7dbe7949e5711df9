import type { CgroupNode, TextSource } from '../fs/index.ts'
import type { Cgroup } from './cgroup.ts'
import { fileOf, filesOf } from './control-files.ts'

/** A group as its directory shows it. The same node for the same group, so that its directory is the same too. */
export class GroupNode implements CgroupNode {
  private readonly group: Cgroup
  private readonly nodes = new WeakMap<Cgroup, GroupNode>()
  private readonly sources = new Map<string, TextSource>()

  constructor(group: Cgroup) {
    this.group = group
  }

  get fileNames(): readonly string[] {
    return filesOf(this.group).map(({ name }) => name)
  }

  get childNames(): Iterable<string> {
    return this.group.children.keys()
  }

  file(name: string): TextSource | undefined {
    const made = fileOf(this.group, name)?.make
    if (!made) return undefined
    const known = this.sources.get(name) ?? made(this.group)
    this.sources.set(name, known)
    return known
  }

  child(name: string): CgroupNode | undefined {
    const group = this.group.children.get(name)
    return group && this.nodeOf(group)
  }

  makeChild(name: string): CgroupNode {
    return this.nodeOf(this.group.make(name))
  }
  removeChild(name: string): void {
    this.group.remove(name)
  }

  private nodeOf(group: Cgroup): GroupNode {
    const known = this.nodes.get(group)
    if (known) return known
    const made = new GroupNode(group)
    this.nodes.set(group, made)
    return made
  }
}
