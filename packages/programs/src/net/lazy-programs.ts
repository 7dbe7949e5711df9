import type { Program } from '@drydock/abi'
import { nftables } from './nftables/index.ts'

/** Programs of the network that few sessions start: each is loaded when it is. */
export const lazyPrograms: readonly Program[] = [
  ...nftables,
  {
    name: 'iputils/arping',
    paths: ['/usr/bin/arping'],
    covers: 'full',
    summary: 'send ARP REQUEST to a neighbour host',
    sizeBytes: 27_296,
    main: async (process) => (await import('./arping/arping.ts')).arping.main(process),
  },
  {
    name: 'whois/whois',
    paths: ['/usr/bin/whois'],
    covers: 'partial',
    lacks: [
      'registries: there are none on the internet of the playground, -h asks any other server',
      'options for RIPE',
    ],
    summary: 'client for the whois directory service',
    sizeBytes: 131_160,
    main: async (process) => (await import('./whois/whois.ts')).whois.main(process),
  },
]
