import type { Process, Program } from '@drydock/abi'

type Row = Omit<Program, 'main' | 'covers'> & { readonly load: () => Promise<(process: Process) => unknown> }

const tune = () => import('./tune2fs.ts')

/** Few sessions make a file system: each program is loaded when it starts. */
const ROWS: readonly Row[] = [
  {
    name: 'e2fsprogs/mke2fs',
    paths: ['/sbin/mke2fs', '/sbin/mkfs.ext2', '/sbin/mkfs.ext3', '/sbin/mkfs.ext4'],
    summary: 'create an ext2/ext3/ext4 filesystem',
    sizeBytes: 138_912,
    lacks: [
      'the layout behind the superblock: files lie on the device in a form of their own',
      '-c, -d, -E, -g, -G, -J',
    ],
    load: async () => (await import('./mke2fs.ts')).mke2fs.main,
  },
  {
    name: 'e2fsprogs/tune2fs',
    paths: ['/sbin/tune2fs'],
    summary: 'adjust tunable filesystem parameters on ext2/ext3/ext4 filesystems',
    sizeBytes: 118_264,
    lacks: ['-c, -e, -i, -j, -O, -o: they are taken and change nothing'],
    load: async () => (await tune()).tune2fs.main,
  },
  {
    name: 'e2fsprogs/e2label',
    paths: ['/sbin/e2label'],
    summary: 'change the label on an ext2/ext3/ext4 filesystem',
    sizeBytes: 118_264,
    lacks: [],
    load: async () => (await tune()).e2labelMain,
  },
  {
    name: 'e2fsprogs/dumpe2fs',
    paths: ['/sbin/dumpe2fs'],
    summary: 'dump ext2/ext3/ext4 filesystem information',
    sizeBytes: 30_944,
    lacks: ['what is free in each group'],
    load: async () => (await tune()).dumpe2fs.main,
  },
  {
    name: 'e2fsprogs/e2fsck',
    paths: ['/sbin/e2fsck', '/sbin/fsck.ext2', '/sbin/fsck.ext3', '/sbin/fsck.ext4'],
    summary: 'check a Linux ext2/ext3/ext4 file system',
    sizeBytes: 356_624,
    lacks: ['repairs: what is there is sound, or no file system'],
    load: async () => (await tune()).e2fsck.main,
  },
  {
    name: 'e2fsprogs/resize2fs',
    paths: ['/sbin/resize2fs'],
    summary: 'ext2/ext3/ext4 file system resizer',
    sizeBytes: 68_040,
    lacks: ['progress bars of -p'],
    load: async () => (await import('./resize2fs.ts')).resize2fs.main,
  },
]

export const e2fsprogs: readonly Program[] = ROWS.map(({ load, ...row }) => ({
  ...row,
  covers: 'partial' as const,
  main: async (process) => (await load())(process) as number,
}))
