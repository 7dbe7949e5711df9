import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function memcachedTree(tree: Tree): void {
  addAccount(tree, 'memcache:11211:11211:/nonexistent:/usr/sbin/nologin')
  tree
    .mainCommand('memcached', '/usr/local/bin/memcached')
    .script('/usr/local/bin/docker-entrypoint.sh', entrypointFor('memcached'))
}

export const memcached = softwareRepository({
  name: 'library/memcached',
  description: 'Free & open source, high-performance, distributed memory object caching system.',
  stars: 2400,
  known: ['1.6.45', '1.6.39', '1.5.22'],
  versionVariable: 'MEMCACHED_VERSION',
  build: memcachedTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T00:24:50.177393323Z',
      base: 'slim',
      sizeBytes: 85010000,
      layers: [
        ['RUN /bin/sh -c set -eux; groupadd --system --gid 11211 memcache; userad # buildkit', 1110],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 136706],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 2285876],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 284],
        ['RUN /bin/sh -c ln -s usr/local/bin/docker-entrypoint.sh /entrypoint.sh  # buildkit', 122],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'MEMCACHED_VERSION=1.6.45',
          'MEMCACHED_URL=https://memcached.org/files/memcached-1.6.45.tar.gz',
          'MEMCACHED_SHA1=45038980ea7045a548b9b5b5125ef7116312a768',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['memcached'],
        ExposedPorts: setOf('11211/tcp'),
        User: 'memcache',
      },
    },
    {
      variant: 'alpine',
      created: '2026-08-25T00:24:50.177393323Z',
      base: 'alpine',
      sizeBytes: 10_900_000,
      layers: [
        ['RUN /bin/sh -c addgroup -g 11211 memcache && adduser -D -u 11211 -G mem # buildkit', 945],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .build-deps ca-ce # buildkit', 960_000],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 284],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'MEMCACHED_VERSION=1.6.45'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['memcached'],
        ExposedPorts: setOf('11211/tcp'),
        User: 'memcache',
      },
    },
  ],
})
