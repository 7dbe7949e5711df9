import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function logstashTree(tree: Tree): void {
  addAccount(tree, 'logstash:1000:1000:/usr/share/logstash:/bin/bash')
  tree.script('/usr/local/bin/docker-entrypoint', standInFor('logstash', 'logstash'))
}

export const logstash = softwareRepository({
  name: 'library/logstash',
  description: 'Logstash is a tool for managing events and logs.',
  stars: 2200,
  known: ['9.5.3', '8.19.9', '7.17.29', '6.8.23'],
  hasLatest: false,
  build: logstashTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-22T18:54:40Z',
      base: 'ubi9',
      sizeBytes: 870000000,
      layers: [
        ['RUN /bin/sh -c microdnf install -y --setopt=tsflags=nodocs procps findu # buildkit', 18000000],
        ['RUN /bin/sh -c curl -Lo - https://artifacts.elastic.co/downloads/logsta # buildkit', 430000000],
      ],
      config: {
        Env: [
          'PATH=/usr/share/logstash/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'container=oci',
          'ELASTIC_CONTAINER=true',
          'LANG=C.UTF-8',
          'LC_ALL=C.UTF-8',
        ],
        Entrypoint: ['/usr/local/bin/docker-entrypoint'],
        ExposedPorts: setOf('5044/tcp', '9600/tcp'),
        User: '1000',
        WorkingDir: '/usr/share/logstash',
      },
    },
  ],
})
