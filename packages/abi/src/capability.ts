/** Capabilities by bit number, from 0 on, without `CAP_`. linux/capability.h, capabilities(7). */
export const CAPABILITIES: readonly string[] =
  'CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE'.split(
    ' ',
  )

/** Bits as one number; there are more than 32, so no bitwise operators on it. */
export const ALL_CAPABILITIES = 2 ** CAPABILITIES.length - 1

/** @param names without `CAP_`; unknown ones are passed over */
export const capabilityMask = (names: readonly string[]): number =>
  [...new Set(names)].reduce(
    (mask, name) => mask + (CAPABILITIES.includes(name) ? 2 ** CAPABILITIES.indexOf(name) : 0),
    0,
  )

export const hasCapability = (mask: number, bit: number): boolean => Math.floor(mask / 2 ** bit) % 2 === 1

export const CAP_CHOWN = 0
export const CAP_DAC_OVERRIDE = 1
export const CAP_FOWNER = 3
export const CAP_KILL = 5
export const CAP_SETGID = 6
export const CAP_SETUID = 7
export const CAP_NET_ADMIN = 12
export const CAP_SYS_CHROOT = 18
export const CAP_SYS_ADMIN = 21
export const CAP_SYS_NICE = 23
export const CAP_SYS_RESOURCE = 24
export const CAP_MKNOD = 27

/** What is in both. */
export const commonCapabilities = (a: number, b: number): number =>
  capabilityMask(CAPABILITIES.filter((_, bit) => hasCapability(a, bit) && hasCapability(b, bit)))
/** What is in either. */
export const joinedCapabilities = (a: number, b: number): number =>
  capabilityMask(CAPABILITIES.filter((_, bit) => hasCapability(a, bit) || hasCapability(b, bit)))

/** The five sets of a thread as masks, as /proc/PID/status shows them. */
export interface CapabilitySets {
  readonly effective: number
  readonly permitted: number
  readonly inheritable: number
  readonly bounding: number
  readonly ambient: number
}
