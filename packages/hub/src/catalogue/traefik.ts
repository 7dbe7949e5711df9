import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** Its own subcommands need not be named with it. */
const SUBCOMMANDS = `case "$1" in version|healthcheck) set -- traefik "$@" ;; esac
`

function traefikTree(tree: Tree): void {
  tree.mainCommand('traefik', '/usr/local/bin/traefik').script('/entrypoint.sh', entrypointFor('traefik', SUBCOMMANDS))
}

export const traefik = softwareRepository({
  name: 'library/traefik',
  description: 'Traefik, The Cloud Native Edge Router',
  stars: 3600,
  known: ['3.7.2', '3.6.5', '3.5.6', '2.11.34', '1.7.34'],

  build: traefikTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-17T21:33:14Z',
      base: 'alpine',
      sizeBytes: 192230000,
      layers: [
        ['RUN /bin/sh -c apk --no-cache add ca-certificates tzdata # buildkit', 416269],
        ['RUN /bin/sh -c set -ex; apkArch="$(apk --print-arch)"; case "$apkArch"  # buildkit', 50943596],
        ['COPY entrypoint.sh / # buildkit', 370],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Entrypoint: ['/entrypoint.sh'],
        Cmd: ['traefik'],
        ExposedPorts: setOf('80/tcp'),
        Labels: {
          'org.opencontainers.image.description': 'A modern reverse-proxy',
          'org.opencontainers.image.documentation': 'https://docs.traefik.io',
          'org.opencontainers.image.source': 'https://github.com/traefik/traefik',
          'org.opencontainers.image.title': 'Traefik',
          'org.opencontainers.image.url': 'https://traefik.io',
          'org.opencontainers.image.vendor': 'Traefik Labs',
          'org.opencontainers.image.version': 'v3.7.13',
        },
      },
    },
  ],
})
