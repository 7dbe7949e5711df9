import type { Cgroup } from '../cgroup/cgroup.ts'
import type { NetNamespace } from '../net/index.ts'
import type { IpcNamespace } from './ipc-namespace.ts'
import type { UserNamespace } from './user-namespace.ts'
import type { PidNamespace } from '../task/pid.ts'

/** Numbers of the namespaces' inodes, as /proc/PID/ns shows them. namespaces(7). */
export class NamespaceNumbers {
  private last = 4026532500
  next(): number {
    return ++this.last
  }
}

/** Host name. uts_namespaces(7). */
export class UtsNamespace {
  readonly id: number
  hostname: string
  domainname = '(none)'
  /** What its members are told the machine is. */
  machine = 'x86_64'
  /** The user namespace it belongs to; undefined for the first. */
  readonly owner: UserNamespace | undefined
  constructor(id: number, hostname: string, owner?: UserNamespace) {
    this.id = id
    this.hostname = hostname
    this.owner = owner
  }
}

/** A namespace that so far only has an identity. */
export interface PlainNamespace {
  readonly id: number
}

/** Whose members see the tree of groups from `root` down. cgroup_namespaces(7). */
export interface CgroupNamespace extends PlainNamespace {
  readonly root: Cgroup
}

/** The namespaces of a task, except the mounts, which are part of its PathContext, and its own pids. namespaces(7). */
export interface Namespaces {
  readonly uts: UtsNamespace
  readonly ipc: IpcNamespace
  /** Held by each task in it. */
  readonly net: NetNamespace
  readonly cgroup: CgroupNamespace
  /** Where its children live: another than its own after unshare(2) and setns(2). */
  readonly pidForChildren: PidNamespace
}
