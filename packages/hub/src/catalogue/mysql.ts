import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'
import { MYSQL, mysqlEntrypoint } from './mysql-files.ts'

function mysqlTree(tree: Tree): void {
  addAccount(tree, 'mysql:999:999:/var/lib/mysql:/bin/false')
  tree.mainCommand('mysqld', '/usr/sbin/mysqld').mainCommand('gosu', '/usr/local/bin/gosu')
  for (const name of ['mysql', 'mysqladmin', 'mysqldump']) tree.mainCommand(name, `/usr/bin/${name}`)
  tree
    .dir('/docker-entrypoint-initdb.d')
    .dir('/var/lib/mysql', { uid: 999, gid: 999, mode: 0o1777 })
    .dir('/var/run/mysqld', { uid: 999, gid: 999, mode: 0o1777 })
    .file('/etc/my.cnf', '[mysqld]\ndatadir=/var/lib/mysql\nsocket=/var/run/mysqld/mysqld.sock\n')
    .script('/usr/local/bin/docker-entrypoint.sh', mysqlEntrypoint(MYSQL))
}

/** The newest series has a name, the others their numbers. */
const seriesOf = (version: string): string =>
  version.startsWith('26.') ? 'innovation' : version.split('.').slice(0, 2).join('.')

export const mysql = softwareRepository({
  name: 'library/mysql',
  description: 'MySQL is a widely used, open-source relational database management system (RDBMS).',
  stars: 15900,
  known: ['26.7.0', '9.7.0', '9.4.0', '8.4.9', '8.0.46', '8.0.32', '5.7.44', '5.7.41', '5.6.51', '5.5.62'],

  env: (env, version) =>
    env.map((pair) =>
      pair
        .replace(/^(MYSQL_VERSION|MYSQL_SHELL_VERSION)=.*/, `$1=${version}-1.el9`)
        .replace(/^MYSQL_MAJOR=.*/, `MYSQL_MAJOR=${seriesOf(version)}`),
    ),
  build: mysqlTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-12T00:10:58.054657252Z',
      base: 'oracle9',
      sizeBytes: 945140000,
      layers: [
        ['RUN /bin/sh -c set -eux; groupadd --system --gid 999 mysql; useradd --s # buildkit', 885],
        ['RUN /bin/sh -c set -eux; arch="$(uname -m)"; case "$arch" in aarch64) g # buildkit', 783541],
        ['RUN /bin/sh -c set -eux; microdnf install -y bzip2 gzip openssl xz zstd # buildkit', 6193394],
        ["RUN /bin/sh -c set -eux; key='BCA4 3417 C3B4 85DD 128E C6D4 B7B3 B788 A # buildkit", 2605],
        ["RUN /bin/sh -c set -eu; { echo '[mysqlinnovation-server-minimal]'; echo # buildkit", 339],
        ['RUN /bin/sh -c set -eux; microdnf install -y "mysql-community-server-mi # buildkit', 57457519],
        ["RUN /bin/sh -c set -eu; { echo '[mysql-tools-community]'; echo 'name=My # buildkit", 324],
        ['RUN /bin/sh -c set -eux; microdnf install -y "mysql-shell-$MYSQL_SHELL_ # buildkit', 159975330],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 5223],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOSU_VERSION=1.19',
          'MYSQL_MAJOR=innovation',
          'MYSQL_VERSION=26.7.0-1.el9',
          'MYSQL_SHELL_VERSION=26.7.0-1.el9',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['mysqld'],
        ExposedPorts: setOf('3306/tcp', '33060/tcp'),
        Volumes: setOf('/var/lib/mysql'),
      },
    },
  ],
})
