import type { Program } from '@drydock/abi'

export const partedPrograms: readonly Program[] = [
  {
    name: 'parted/parted',
    paths: ['/sbin/parted'],
    covers: 'partial',
    lacks: ['logical partitions', 'rescue, toggle, disk_set', 'labels other than msdos and gpt'],
    summary: 'partition manipulation program',
    sizeBytes: 96_608,
    main: async (process) => (await import('./parted.ts')).parted.main(process),
  },
  {
    name: 'parted/partprobe',
    paths: ['/sbin/partprobe'],
    covers: 'partial',
    lacks: ['-d, -s'],
    summary: 'inform the OS of partition table changes',
    sizeBytes: 14_560,
    main: async (process) => (await import('./partprobe.ts')).partprobeMain(process),
  },
]
