import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'
import { javaTree } from './eclipse-temurin.ts'

function kafkaTree(tree: Tree): void {
  javaTree(tree)
  addAccount(tree, 'appuser:1000:1000:/home/appuser:/bin/sh')
  tree
    .script('/etc/kafka/docker/run', standInFor('kafka', 'kafka'))
    .dirs('/opt/kafka/bin /etc/kafka/secrets /mnt/shared/config /var/lib/kafka/data', { uid: 1000, gid: 1000 })
}

export const kafka = softwareRepository({
  name: 'apache/kafka',
  description: 'Apache Kafka is an open-source distributed event streaming platform.',
  stars: 220,
  known: ['4.3.0', '4.2.1', '4.1.2', '3.9.2'],
  build: kafkaTree,
  facts: [
    {
      variant: 'default',
      created: '2026-06-18T16:40:12Z',
      base: 'alpine',
      sizeBytes: 406000000,
      layers: [
        ['RUN /bin/sh -c set -eux; apk add --no-cache fontconfig ttf-dejavu gnupg # buildkit', 12000000],
        ['RUN /bin/sh -c set -eux; ARCH="$(apk --print-arch)"; case "${ARCH}" in  # buildkit', 53000000],
        ['RUN /bin/sh -c set -eux ; apk update ; apk upgrade ; apk add --no-cache # buildkit', 132000000],
        ['COPY --chown=appuser:appuser /etc/kafka/docker /etc/kafka/docker # buildkit', 5400],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
        ],
        Entrypoint: ['/__cacert_entrypoint.sh'],
        Cmd: ['/etc/kafka/docker/run'],
        ExposedPorts: setOf('9092/tcp'),
        Volumes: setOf('/etc/kafka/secrets', '/mnt/shared/config', '/var/lib/kafka/data'),
        User: 'appuser',
      },
    },
  ],
})
