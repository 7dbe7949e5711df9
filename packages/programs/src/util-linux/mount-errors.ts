import { type Errno, isDirectory, isErrno, isRegular, MS_REMOUNT, type Sys } from '@drydock/abi'

export interface Attempt {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly flags: number
}

const HINT = '       dmesg(1) may have more information after failed mount system call.\n'
/** Two lines: what libmount says of a mount(2) that failed. */
export const afterCall = (target: string, reason: string): string => `mount: ${target}: ${reason}.\n${HINT}`

const badSuperblock = (source: string): string =>
  `wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error`

type Reason = (sys: Sys, attempt: Attempt) => string
const REASONS: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ['EPERM', () => 'permission denied'],
  [
    'EBUSY',
    (_, { source, flags }) =>
      flags & MS_REMOUNT ? 'mount point is busy' : `${source} already mounted or mount point busy`,
  ],
  ['ENOENT', (_, { source }) => `special device ${source} does not exist`],
  [
    'ENOTDIR',
    (sys, { target }) =>
      isDirectory(modeOf(sys, target))
        ? 'mount(2) system call failed: Not a directory'
        : 'mount point is not a directory',
  ],
  [
    'EINVAL',
    (_, { source, flags }) => (flags & MS_REMOUNT ? 'mount point not mounted or bad option' : badSuperblock(source)),
  ],
  ['EIO', (_, { source }) => `can't read superblock on ${source}`],
  ['ENXIO', (_, { source }) => `special device ${source} does not exist`],
  ['ENODEV', (_, { type }) => `unknown filesystem type '${type}'`],
  [
    'ENOTBLK',
    (sys, { source }) => `${source} is not a block device${isRegular(modeOf(sys, source)) ? '; try "-o loop"' : ''}`,
  ],
])

function modeOf(sys: Sys, path: string): number {
  try {
    return sys.stat(path).mode
  } catch (error) {
    if (isErrno(error)) return 0
    throw error
  }
}

/** mnt_context_get_mount_excode() of libmount 2.38. */
export function mountFailure(sys: Sys, error: Errno, attempt: Attempt): string {
  const reason = REASONS.get(error.code)?.(sys, attempt) ?? `mount(2) system call failed: ${error.message}`
  return afterCall(attempt.target, reason)
}
