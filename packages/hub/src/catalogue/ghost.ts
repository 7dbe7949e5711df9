import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function ghostTree(tree: Tree): void {
  addAccount(tree, 'node:1000:1000:/home/node:/bin/bash')
  tree
    .mainCommand('node', '/usr/local/bin/node')
    .script('/usr/local/bin/docker-entrypoint.sh', standInFor('ghost', 'node'))
    .dir('/var/lib/ghost/content', { uid: 1000, gid: 1000 })
}

export const ghost = softwareRepository({
  name: 'library/ghost',
  description: 'Ghost is a free and open source blogging platform written in JavaScript',
  stars: 1800,
  known: ['6.51.0', '5.130.6', '4.48.9'],
  versionVariable: 'GHOST_VERSION',
  build: ghostTree,
  facts: [
    {
      variant: 'default',
      created: '2026-07-06T18:49:13Z',
      base: 'slim',
      sizeBytes: 879250000,
      layers: [
        ['RUN groupadd --gid 1000 node && useradd --uid 1000 --gid nod', 3315],
        ['RUN ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architec', 49937593],
        ['RUN set -ex && savedAptMark="$(apt-mark showmanual)" && apt-', 1712624],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 446],
        ['RUN set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get', 1247538],
        ['RUN set -eux; corepack enable; npm install -g "ghost-cli@$GH', 14583186],
        ['RUN set -eux; mkdir -p "$GHOST_INSTALL"; chown node:node "$G', 191078000],
        ['WORKDIR /var/lib/ghost', 32],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 544],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'NODE_VERSION=22.23.1',
          'YARN_VERSION=1.22.22',
          'GOSU_VERSION=1.19',
          'NODE_ENV=production',
          'GHOST_CLI_VERSION=1.29.3',
          'GHOST_INSTALL=/var/lib/ghost',
          'GHOST_CONTENT=/var/lib/ghost/content',
          'GHOST_VERSION=6.51.0',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['node', 'current/index.js'],
        ExposedPorts: setOf('2368/tcp'),
        Volumes: setOf('/var/lib/ghost/content'),
        WorkingDir: '/var/lib/ghost',
      },
    },
  ],
})
