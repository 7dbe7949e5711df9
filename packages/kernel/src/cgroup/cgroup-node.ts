import type { CgroupNode, TextSource } from '../fs/index.ts'
import type { Cgroup } from './cgroup.ts'
import { filesOf } from './control-files.ts'

/** A group as its directory shows it. The same node for the same group, so that its directory is the same too. */
export class GroupNode implements CgroupNode {
  private readonly group: Cgroup
  private readonly nodes = new Map<Cgroup, GroupNode>()
  private readonly sources = new Map<string, TextSource>()

  constructor(group: Cgroup) {
    this.group = group
  }

  get files(): ReadonlyMap<string, TextSource> {
    return new Map(
      filesOf(this.group).map(({ name, make }): [string, TextSource] => {
        const known = this.sources.get(name) ?? make(this.group)
        this.sources.set(name, known)
        return [name, known]
      }),
    )
  }

  get children(): ReadonlyMap<string, CgroupNode> {
    for (const group of this.nodes.keys()) if (this.group.children.get(group.name) !== group) this.nodes.delete(group)
    return new Map(Array.from(this.group.children, ([name, group]) => [name, this.nodeOf(group)]))
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
