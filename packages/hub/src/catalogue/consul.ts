import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function consulTree(tree: Tree): void {
  addAccount(tree, 'consul:100:1000:/home/consul:/sbin/nologin')
  tree
    .mainCommand('consul', '/bin/consul')
    .script('/usr/local/bin/docker-entrypoint.sh', standInFor('consul', 'agent'))
    .dirs('/consul/data /consul/config', { uid: 100, gid: 1000 })
}

export const consul = softwareRepository({
  name: 'hashicorp/consul',
  description: 'Automatic build of Consul based on the current release',
  stars: 300,
  known: ['1.22.3', '1.21.5', '1.20.6', '1.15.4'],
  versionVariable: 'PRODUCT_VERSION',
  build: consulTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-20T14:02:51Z',
      base: 'alpine',
      sizeBytes: 192000000,
      layers: [
        ['RUN /bin/sh -c addgroup $BIN_NAME && adduser -S -G $BIN_NAME $BIN_NAME # buildkit', 1250],
        ['RUN /bin/sh -c apk add -v --no-cache dumb-init iptables libc6-compat io # buildkit', 8900000],
        ['COPY /dist/linux/amd64/consul /bin/ # buildkit', 63000000],
        ['COPY .release/docker/docker-entrypoint.sh /usr/local/bin/docker-entrypo # buildkit', 2030],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'BIN_NAME=consul',
          'PRODUCT_NAME=consul',
          'PRODUCT_VERSION=1.22.3',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['agent', '-dev', '-client', '0.0.0.0'],
        ExposedPorts: setOf(
          '8300/tcp',
          '8301/tcp',
          '8301/udp',
          '8302/tcp',
          '8302/udp',
          '8500/tcp',
          '8600/tcp',
          '8600/udp',
        ),
        Volumes: setOf('/consul/data'),
      },
    },
  ],
})
