import { hasCapability } from '@drydock/abi'
import type { Location } from './location.ts'
import type { MountNamespace } from './mount-namespace.ts'

/** Whose rights count. credentials(7); uid is the effective one. */
export interface Credentials {
  readonly uid: number
  readonly gid: number
  readonly groups: readonly number[]
  /** The bounding set; left out: all of them. What is not in it is gone for good. */
  readonly capabilities?: number
  /** Set-user-ID programs give no rights. prctl(2) PR_SET_NO_NEW_PRIVS. */
  readonly noNewPrivileges?: boolean
}

/** Root has the capabilities of its bounding set, everybody else none. */
export const capable = ({ uid, capabilities }: Credentials, bit: number): boolean =>
  uid === 0 && (capabilities === undefined || hasCapability(capabilities, bit))

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
