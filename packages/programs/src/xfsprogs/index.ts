import type { Process, Program } from '@drydock/abi'

type Row = Omit<Program, 'main' | 'covers'> & { readonly load: () => Promise<(process: Process) => unknown> }

const made = () => import('./mkfs-xfs.ts')
const ROWS: readonly Row[] = [
  {
    name: 'xfsprogs/mkfs.xfs',
    paths: ['/sbin/mkfs.xfs'],
    summary: 'construct an XFS filesystem',
    sizeBytes: 422_000,
    lacks: ['-b, -d, -i, -l, -n, -r, -s; the layout behind the superblock'],
    load: async () => (await made()).mkfsXfs.main,
  },
  {
    name: 'xfsprogs/xfs_growfs',
    paths: ['/usr/sbin/xfs_growfs', '/usr/sbin/xfs_info'],
    summary: 'expand an XFS filesystem',
    sizeBytes: 84_000,
    lacks: ['-D, -l, -r'],
    load: async () => (await made()).xfsGrowfs.main,
  },
]

export const xfsprogs: readonly Program[] = ROWS.map(({ load, ...row }) => ({
  ...row,
  covers: 'partial' as const,
  main: async (process) => (await load())(process) as number,
}))
