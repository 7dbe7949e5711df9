import type { CapabilitySets } from '@drydock/abi'
import type { UserNamespace } from '../namespace/user-namespace.ts'
import type { Location } from './location.ts'
import type { MountNamespace } from './mount-namespace.ts'

/** Whose rights count. credentials(7); uid is the effective one. */
export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  /** Undefined: all of them as root, none as anybody else. */
  readonly capabilities?: CapabilitySets
  /** Undefined: the first user namespace. Ids here are always those of the first one. */
  readonly user?: UserNamespace
}

/** What a path means depends on who asks: the part of a task that the VFS sees. */
export interface PathContext {
  readonly namespace: MountNamespace
  readonly root: Location
  readonly cwd: Location
  readonly credentials: Credentials
  readonly umask: number
  /** The kernel's own task object, handed through to procfs's source for /proc/self and namespaced values. */
  readonly task?: object
}
