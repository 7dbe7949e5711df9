import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'
import { MARIADB, mysqlEntrypoint } from './mysql-files.ts'

function mariadbTree(tree: Tree): void {
  addAccount(tree, 'mysql:999:999:/var/lib/mysql:/bin/false')
  tree.mainCommand('mysqld', '/usr/sbin/mariadbd').mainCommand('gosu', '/usr/local/bin/gosu')
  for (const [name, command] of [
    ['mariadb', 'mysql'],
    ['mysql', 'mysql'],
    ['mariadb-admin', 'mysqladmin'],
    ['mariadb-dump', 'mysqldump'],
  ] as const)
    tree.mainCommand(command, `/usr/bin/${name}`)
  tree
    .dir('/docker-entrypoint-initdb.d')
    .dir('/var/lib/mysql', { uid: 999, gid: 999, mode: 0o1777 })
    .dir('/var/run/mysqld', { uid: 999, gid: 999, mode: 0o1777 })
    .script('/usr/local/bin/docker-entrypoint.sh', mysqlEntrypoint(MARIADB))
    .script('/usr/local/bin/healthcheck.sh', HEALTHCHECK)
}

/** The image's own check: `--connect` and `--innodb_initialized` ask the server. */
const HEALTHCHECK = `#!/bin/bash
exec mariadb-admin --protocol=socket -uroot -s ping
`

export const mariadb = softwareRepository({
  name: 'library/mariadb',
  description: 'MariaDB Server is a high performing open source relational database, forked from MySQL.',
  stars: 6200,
  versionVariable: 'MARIADB_VERSION',
  known: ['12.3.2', '11.8.5', '11.4.9', '10.11.15', '10.6.24', '10.5.29'],

  build: mariadbTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-18T19:24:20Z',
      base: 'ubuntu',
      sizeBytes: 333780000,
      layers: [
        ['RUN /bin/sh -c groupadd -r mysql && useradd -r -g mysql mysql --home-di # buildkit', 1342],
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 5245569],
        ['RUN /bin/sh -c mkdir /docker-entrypoint-initdb.d # buildkit', 116],
        ['RUN /bin/sh -c set -e; echo "deb ${REPOSITORY}" > /etc/apt/sources.list # buildkit', 330],
        ['RUN /bin/sh -c set -ex; { echo "mariadb-server" mysql-server/root_passw # buildkit', 70287019],
        ['COPY healthcheck.sh /usr/local/bin/healthcheck.sh # buildkit', 4034],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 8492],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOSU_VERSION=1.19',
          'LANG=C.UTF-8',
          'MARIADB_VERSION=1:12.3.2+maria~ubu2404',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['mariadbd'],
        ExposedPorts: setOf('3306/tcp'),
        Volumes: setOf('/var/lib/mysql'),
        Labels: {
          'org.opencontainers.image.authors': 'MariaDB Community',
          'org.opencontainers.image.base.name': 'docker.io/library/ubuntu:noble',
          'org.opencontainers.image.description': 'MariaDB Database for relational SQL',
          'org.opencontainers.image.documentation': 'https://hub.docker.com/_/mariadb/',
          'org.opencontainers.image.licenses': 'GPL-2.0',
          'org.opencontainers.image.source': 'https://github.com/MariaDB/mariadb-docker',
          'org.opencontainers.image.title': 'MariaDB Database',
          'org.opencontainers.image.url': 'https://github.com/MariaDB/mariadb-docker',
          'org.opencontainers.image.vendor': 'MariaDB Community',
          'org.opencontainers.image.version': '12.3.2',
        },
      },
    },
  ],
})
