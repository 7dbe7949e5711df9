import type { Program } from '@drydock/abi'

/** Programs of Apache's utilities; what they need is loaded when they start. */
export const apacheUtils: readonly Program[] = [
  {
    name: 'apache2-utils/htpasswd',
    paths: ['/usr/bin/htpasswd'],
    covers: 'partial',
    lacks: ['-d (crypt of old), -2 (SHA-256), -r'],
    summary: 'manage user files for basic authentication',
    sizeBytes: 22_824,
    main: async (process) => (await import('./htpasswd.ts')).htpasswdMain(process),
  },
  {
    name: 'apache2-utils/ab',
    paths: ['/usr/bin/ab'],
    covers: 'partial',
    lacks: ['TLS; proxies (-X, -P); files of results (-g, -e, -w); -s, -v'],
    summary: 'Apache HTTP server benchmarking tool',
    sizeBytes: 59_928,
    main: async (process) => (await import('./ab.ts')).abMain(process),
  },
]
