import {
  ALL_CAPABILITIES,
  CAPABILITIES,
  type CapabilitySets,
  commonCapabilities,
  type FileCapabilities,
  hasCapability,
  joinedCapabilities,
} from '@drydock/abi'
import type { UserNamespace } from '../namespace/user-namespace.ts'
import type { Credentials } from './path-context.ts'

/** Those that this kernel asks for. */
export type Capability =
  | 'chown'
  | 'dac_override'
  | 'dac_read_search'
  | 'fowner'
  | 'fsetid'
  | 'kill'
  | 'mknod'
  | 'net_admin'
  | 'net_bind_service'
  | 'net_raw'
  | 'setgid'
  | 'setfcap'
  | 'syslog'
  | 'setpcap'
  | 'setuid'
  | 'sys_admin'
  | 'sys_chroot'
  | 'sys_nice'
  | 'sys_ptrace'
  | 'sys_resource'

const BITS: ReadonlyMap<string, number> = new Map(CAPABILITIES.map((name, bit) => [name.toLowerCase(), bit]))

const ROOT: CapabilitySets = {
  effective: ALL_CAPABILITIES,
  permitted: ALL_CAPABILITIES,
  inheritable: 0,
  bounding: ALL_CAPABILITIES,
  ambient: 0,
}
const OTHERS: CapabilitySets = { ...ROOT, effective: 0, permitted: 0 }

/** The five sets. Who never changed them has all as root and none as anybody else. capabilities(7) */
export const capabilitiesOf = ({ capabilities, uid }: Credentials): CapabilitySets =>
  capabilities ?? (uid === 0 ? ROOT : OTHERS)

export const capable = (credentials: Credentials, name: Capability): boolean =>
  credentials.capabilities === undefined
    ? credentials.uid === 0
    : hasCapability(credentials.capabilities.effective, BITS.get(name) ?? 0)

/** The same over an object of a user namespace: capabilities hold in one's own and those below. user_namespaces(7) */
export const capableIn = (credentials: Credentials, name: Capability, owner: UserNamespace | undefined): boolean =>
  capable(credentials, name) && (credentials.user === undefined || credentials.user === owner)

/** The same over an inode: whose owner must be somebody in the caller's user namespace. */
export const capableOver = (credentials: Credentials, name: Capability, inode: { readonly uid: number }): boolean =>
  capable(credentials, name) && (credentials.user?.uid_map.knows(inode.uid) ?? true)

/** What the first process of a new user namespace has. */
export const inNewUserNamespace = (credentials: Credentials, user: UserNamespace): Credentials => ({
  ...credentials,
  capabilities: ROOT,
  user,
})

/** After a change of the effective user: who gives root up gives the rest up as well. "Effect of user ID changes on capabilities" */
export function afterSetuid(before: Credentials, uid: number): Credentials {
  const { capabilities } = before
  if (capabilities === undefined || before.uid === uid) return { ...before, uid }
  if (uid === 0) return { ...before, uid, capabilities: { ...capabilities, effective: capabilities.permitted } }
  return {
    ...before,
    uid,
    capabilities: { ...capabilities, effective: 0, permitted: capabilities.ambient, ambient: 0 },
  }
}

/** After execve(2) as `uid`. "Transformation of capabilities during execve()" */
export function afterExec(before: Credentials, file?: FileCapabilities): Credentials {
  const { capabilities, uid } = before
  if (file && uid !== 0) return withFileCapabilities(before, file)
  if (capabilities === undefined) return before
  const { inheritable, bounding, ambient } = capabilities
  const permitted = uid === 0 ? joinedCapabilities(inheritable, bounding) : ambient
  return { ...before, capabilities: { ...capabilities, permitted, effective: permitted } }
}

/** A file with capabilities takes away the ambient ones. */
function withFileCapabilities(before: Credentials, file: FileCapabilities): Credentials {
  const { inheritable, bounding } = capabilitiesOf(before)
  const permitted = joinedCapabilities(
    commonCapabilities(inheritable, file.inheritable),
    commonCapabilities(file.permitted, bounding),
  )
  return {
    ...before,
    capabilities: { inheritable, bounding, ambient: 0, permitted, effective: file.effective ? permitted : 0 },
  }
}

/** Takes capabilities from the bounding set and all others. */
export function bounded(sets: CapabilitySets, bounding: number): CapabilitySets {
  const within = (mask: number): number => commonCapabilities(mask, bounding)
  return {
    effective: within(sets.effective),
    permitted: within(sets.permitted),
    inheritable: within(sets.inheritable),
    bounding,
    ambient: within(sets.ambient),
  }
}
