import { addAccount, entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** In the foreground, with a master over the worker. */
const IN_FRONT = `if [ "$1" = haproxy ]; then
    shift
    set -- haproxy -W -db "$@"
fi
`

function haproxyTree(tree: Tree): void {
  addAccount(tree, 'haproxy:99:99:/var/lib/haproxy:/usr/sbin/nologin')
  tree
    .dir('/usr/local/etc/haproxy')
    .dir('/var/lib/haproxy', { uid: 99, gid: 99 })
    .mainCommand('haproxy', '/usr/local/sbin/haproxy')
    .script('/usr/local/bin/docker-entrypoint.sh', entrypointFor('haproxy', IN_FRONT))
}

export const haproxy = softwareRepository({
  name: 'library/haproxy',
  description: 'HAProxy - The Reliable, High Performance TCP/HTTP Load Balancer',
  stars: 2000,
  known: ['3.4.4', '3.2.12', '3.0.18', '2.8.19'],
  versionVariable: 'HAPROXY_VERSION',
  build: haproxyTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-19T00:13:33Z',
      base: 'slim',
      sizeBytes: 124640000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get install --update -y --no-install-recom # buildkit', 1582615],
        ['RUN /bin/sh -c set -eux; groupadd --gid 99 --system haproxy; useradd -- # buildkit', 1159],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 15752365],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 448],
        ['WORKDIR /var/lib/haproxy', 32],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'HAPROXY_VERSION=3.4.4',
          'HAPROXY_URL=https://www.haproxy.org/download/3.4/src/haproxy-3.4.4.tar.gz',
          'HAPROXY_SHA256=b0c5053c4d46840ecdee3925736fe9a3de6472559b43c69183d70e593d9133df',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['haproxy', '-f', '/usr/local/etc/haproxy/haproxy.cfg'],
        WorkingDir: '/var/lib/haproxy',
        User: 'haproxy',
        StopSignal: 'SIGUSR1',
      },
    },
  ],
})
