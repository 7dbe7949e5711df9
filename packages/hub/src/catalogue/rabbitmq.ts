import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function rabbitmqTree(tree: Tree): void {
  tree
    .mainCommand('rabbitmq-server', '/opt/rabbitmq/sbin/rabbitmq-server')
    .mainCommand('rabbitmqctl', '/opt/rabbitmq/sbin/rabbitmqctl')
    .script('/usr/local/bin/docker-entrypoint.sh', entrypointFor('rabbitmq-server'))
}

export const rabbitmq = softwareRepository({
  name: 'library/rabbitmq',
  description: 'RabbitMQ is an open source multi-protocol messaging broker.',
  stars: 5300,
  known: ['4.3.2', '4.2.6', '4.1.8', '4.0.9', '3.13.7', '3.12.14'],
  versionVariable: 'RABBITMQ_VERSION',
  words: ['management'],
  tags: ['management', '3-management', '4-management'],
  build: rabbitmqTree,
  facts: [
    {
      variant: 'default',
      created: '2026-07-06T18:54:17Z',
      base: 'ubuntu',
      sizeBytes: 246090000,
      layers: [
        ['COPY /opt/erlang /opt/erlang # buildkit', 46315772],
        ['COPY /opt/openssl /opt/openssl # buildkit', 8994465],
        ['RUN /bin/sh -c set -eux; ln -vsf /etc/ssl/certs /etc/ssl/private "$OPEN # buildkit', 9706],
        ['RUN /bin/sh -c set -eux; export DEBIAN_FRONTEND=noninteractive; apt-get # buildkit', 28518713],
        ['RUN /bin/sh -c gosu rabbitmq rabbitmq-plugins enable --offline rabbitmq # buildkit', 190],
        ['RUN /bin/sh -c ln -sf /opt/rabbitmq/plugins /plugins # buildkit', 109],
        ['COPY --chown=rabbitmq:rabbitmq 10-defaults.conf 20-managemen # buildkit', 618],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 831],
      ],
      config: {
        Env: [
          'PATH=/opt/rabbitmq/sbin:/opt/erlang/bin:/opt/openssl/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'ERLANG_INSTALL_PATH_PREFIX=/opt/erlang',
          'OPENSSL_INSTALL_PATH_PREFIX=/opt/openssl',
          'RABBITMQ_DATA_DIR=/var/lib/rabbitmq',
          'RABBITMQ_VERSION=4.3.2',
          'RABBITMQ_PGP_KEY_ID=0x0A9AF2115F4687BD29803A206B73A36E6026DFCA',
          'RABBITMQ_HOME=/opt/rabbitmq',
          'HOME=/var/lib/rabbitmq',
          'LANG=C.UTF-8',
          'LANGUAGE=C.UTF-8',
          'LC_ALL=C.UTF-8',
          'RUNNING_UNDER_SYSTEMD=true',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['rabbitmq-server'],
        ExposedPorts: setOf('15691/tcp', '15692/tcp', '25672/tcp', '4369/tcp', '5671/tcp', '5672/tcp'),
        Volumes: setOf('/var/lib/rabbitmq'),
        Labels: { 'org.opencontainers.image.version': '24.04' },
      },
    },
  ],
})
