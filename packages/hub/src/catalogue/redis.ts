import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** Under root, the data become redis's and the server runs as redis. */
const AS_REDIS = `if [ "$1" = redis-server ] && [ "$(id -u)" = 0 ]; then
    find . \\! -user redis -exec chown redis '{}' + 2>/dev/null || true
    exec gosu redis "$0" "$@"
fi
`

function redisTree(tree: Tree): void {
  addAccount(
    tree,
    tree.flavour === 'busybox'
      ? 'redis:999:1000:/home/redis:/sbin/nologin'
      : 'redis:999:999:/home/redis:/usr/sbin/nologin',
  )
  tree
    .mainCommand('redis-server', '/usr/local/bin/redis-server')
    .mainCommand('redis-cli', '/usr/local/bin/redis-cli')
    .mainCommand('gosu', '/usr/local/bin/gosu')
    .mainCommand('redis-benchmark', '/usr/local/bin/redis-benchmark')
    .link('/usr/local/bin/redis-sentinel', 'redis-server')
    .link('/usr/local/bin/redis-check-aof', 'redis-server')
    .link('/usr/local/bin/redis-check-rdb', 'redis-server')
    .dir('/data', { uid: 999, gid: tree.flavour === 'busybox' ? 1000 : 999 })
    .script('/usr/local/bin/docker-entrypoint.sh', entrypointFor('redis-server', AS_REDIS))
}

export const redis = softwareRepository({
  name: 'library/redis',
  description: 'Redis is the world’s fastest data platform for caching, vector search, and NoSQL databases.',
  stars: 13400,
  known: [
    '8.10.1',
    '8.8.3',
    '8.6.4',
    '8.4.2',
    '8.2.4',
    '8.0.5',
    '7.4.7',
    '7.2.12',
    '7.0.15',
    '6.2.21',
    '6.0.20',
    '5.0.14',
    '4.0.14',
    '3.2.12',
  ],
  versionVariable: 'REDIS_VERSION',
  build: redisTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-19T00:43:15Z',
      base: 'slim',
      sizeBytes: 145550000,
      layers: [
        ['RUN /bin/sh -c set -eux; groupadd -r -g 999 redis; useradd -r -g redis  # buildkit', 1101],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 824],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 25639861],
        ['RUN /bin/sh -c mkdir /data && chown redis:redis /data # buildkit', 97],
        ['WORKDIR /data', 32],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 2109],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'REDIS_VERSION=8.10.1'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['redis-server'],
        ExposedPorts: setOf('6379/tcp'),
        WorkingDir: '/data',
      },
    },
    {
      variant: 'alpine',
      created: '2026-09-21T17:37:00.659434515Z',
      base: 'alpine',
      sizeBytes: 118840000,
      layers: [
        ['RUN /bin/sh -c set -eux; addgroup -S -g 1000 redis; adduser -S -G redis # buildkit', 948],
        ['RUN /bin/sh -c set -eux; apk add --no-cache tzdata setpriv ; # buildkit', 201018],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .build-deps coreu # buildkit', 35050273],
        ['RUN /bin/sh -c mkdir /data && chown redis:redis /data # buildkit', 101],
        ['WORKDIR /data', 32],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 2104],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'REDIS_VERSION=8.10.2'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['redis-server'],
        ExposedPorts: setOf('6379/tcp'),
        WorkingDir: '/data',
      },
    },
  ],
})
