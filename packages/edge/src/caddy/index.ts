import type { Program } from '@drydock/abi'

export const caddy: Program = {
  name: 'edge/caddy',
  paths: ['/usr/bin/caddy'],
  covers: 'partial',
  lacks: [
    'certificates of ACME: there is no internet, and the log says so; its own authority has no intermediate; HTTP/2 and 3',
    'templates, php_fastcgi, push, intercept, acme_server; the matcher expression (CEL)',
    'active health checks, dynamic upstreams; encodings other than gzip',
    'trust, untrust, upgrade, list-modules and storage; metrics, and the upstreams of the administration',
    'logs elsewhere than standard error, their formats and filters',
  ],
  summary: 'web server and proxy with a Caddyfile',
  sizeBytes: 44_500_000,
  rssBytes: 18 << 20,
  main: async (process) => (await import('./caddy.ts')).caddyMain(process),
}
