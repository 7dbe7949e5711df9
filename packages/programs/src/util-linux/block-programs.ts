import type { Process, Program } from '@drydock/abi'

type Row = Omit<Program, 'main' | 'covers'> & { readonly load: () => Promise<(process: Process) => unknown> }

const swap = () => import('./swap.ts')

/** Programs for block devices: each is loaded when it starts. */
const ROWS: readonly Row[] = [
  {
    name: 'util-linux/losetup',
    paths: ['/usr/sbin/losetup'],
    summary: 'set up and control loop devices',
    sizeBytes: 76_368,
    lacks: ['-b, -L, --direct-io'],
    load: async () => (await import('./losetup.ts')).losetup.main,
  },
  {
    name: 'util-linux/lsblk',
    paths: ['/bin/lsblk'],
    summary: 'list block devices',
    sizeBytes: 166_296,
    lacks: ['-D, -E, -I, -M, -t, -T, -z'],
    load: async () => (await import('./lsblk.ts')).lsblk.main,
  },
  {
    name: 'util-linux/blkid',
    paths: ['/usr/sbin/blkid'],
    summary: 'locate/print block device attributes',
    sizeBytes: 51_784,
    lacks: ['file systems other than ext2, ext3, ext4, XFS and swap', '-c, -g, -n, -u, -O, -S'],
    load: async () => (await import('./blkid.ts')).blkid.main,
  },
  {
    name: 'util-linux/mkswap',
    paths: ['/usr/sbin/mkswap'],
    summary: 'set up a Linux swap area',
    sizeBytes: 43_416,
    lacks: ['-c, -p, -v'],
    load: async () => (await swap()).mkswap.main,
  },
  {
    name: 'util-linux/swapon',
    paths: ['/usr/sbin/swapon'],
    summary: 'enable devices and files for paging and swapping',
    sizeBytes: 43_416,
    lacks: ['paging: memory here never leaves for swap', '-d, -f'],
    load: async () => (await swap()).swapon.main,
  },
  {
    name: 'util-linux/swapoff',
    paths: ['/usr/sbin/swapoff'],
    summary: 'disable devices and files for paging and swapping',
    sizeBytes: 22_848,
    lacks: [],
    load: async () => (await swap()).swapoff.main,
  },
  {
    name: 'util-linux/wipefs',
    paths: ['/usr/sbin/wipefs'],
    summary: 'wipe a signature from a device',
    sizeBytes: 39_240,
    lacks: ['-b'],
    load: async () => (await import('./wipefs.ts')).wipefs.main,
  },
  {
    name: 'util-linux/blockdev',
    paths: ['/usr/sbin/blockdev'],
    summary: 'call block device ioctls from the command line',
    sizeBytes: 35_144,
    lacks: ['the --set… commands'],
    load: async () => (await import('./blockdev.ts')).blockdevMain,
  },
  {
    name: 'util-linux/fdisk',
    paths: ['/sbin/fdisk'],
    summary: 'manipulate disk partition table',
    sizeBytes: 145_448,
    lacks: ['logical partitions', 'labels other than DOS and GPT', 'experts’ commands, sfdisk scripts (I, O), -x, -o'],
    load: async () => (await import('./fdisk/fdisk.ts')).fdisk.main,
  },
  {
    name: 'util-linux/sfdisk',
    paths: ['/sbin/sfdisk'],
    summary: 'display or manipulate a disk partition table',
    sizeBytes: 116_776,
    lacks: ['logical partitions', '-N, -A, --part-…, --reorder, --backup'],
    load: async () => (await import('./fdisk/sfdisk.ts')).sfdisk.main,
  },
  {
    name: 'util-linux/mkfs',
    paths: ['/usr/sbin/mkfs'],
    summary: 'build a Linux filesystem',
    sizeBytes: 14_656,
    lacks: [],
    load: async () => (await import('./mkfs.ts')).mkfsMain,
  },
  {
    name: 'util-linux/fsck',
    paths: ['/usr/sbin/fsck'],
    summary: 'check and repair a Linux filesystem',
    sizeBytes: 43_408,
    lacks: ['-A and several devices at once'],
    load: async () => (await import('../e2fsprogs/tune2fs.ts')).fsckMain,
  },
]

export const blockPrograms: readonly Program[] = ROWS.map(({ load, ...row }) => ({
  ...row,
  covers: 'partial' as const,
  main: async (process) => (await load())(process) as number,
}))
