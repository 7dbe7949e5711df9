import type { Profile } from './profile.ts'

const ADMIN_CALLS = 'mount umount umount2 setns unshare sethostname syslog'.split(' ')

/**
 * What containers get unless told otherwise, as far as this kernel has the calls: it names those that are refused
 * where Docker's names those that are let through. docs.docker.com/engine/security/seccomp
 */
export const DEFAULT_PROFILE: Profile = {
  defaultAction: 'SCMP_ACT_ALLOW',
  syscalls: [
    { names: ['pivot_root'], action: 'SCMP_ACT_ERRNO' },
    { names: ['syslog'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYSLOG'] } },
    { names: ['chroot'], action: 'SCMP_ACT_ERRNO', excludes: { caps: ['CAP_SYS_CHROOT'] } },
    { names: ADMIN_CALLS, action: 'SCMP_ACT_ERRNO', excludes: { caps: ['CAP_SYS_ADMIN'] } },
  ],
}
