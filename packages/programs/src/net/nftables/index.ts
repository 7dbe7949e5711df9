import type { Program } from '@drydock/abi'

export const nftables: readonly Program[] = [
  {
    name: 'nftables/nft',
    paths: ['/usr/sbin/nft'],
    covers: 'partial',
    lacks: [
      'add, insert and replace: rules are made with iptables',
      'tables, chains, sets and maps of its own',
      '-j, -f, -i',
    ],
    summary: 'administration tool of the nftables framework',
    sizeBytes: 27_168,
    main: async (process) => (await import('./nft.ts')).nft.main(process),
  },
]
