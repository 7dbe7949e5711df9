import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'
import { POSTGRES_ENTRYPOINT } from './postgres-files.ts'

const COMMANDS = [
  'postgres',
  'psql',
  'initdb',
  'pg_ctl',
  'pg_dump',
  'pg_dumpall',
  'pg_restore',
  'pgbench',
  'vacuumdb',
  'reindexdb',
  'clusterdb',
  'pg_isready',
  'createdb',
  'dropdb',
  'createuser',
  'dropuser',
]

function postgresTree(tree: Tree): void {
  addAccount(
    tree,
    tree.flavour === 'busybox'
      ? 'postgres:70:70:/var/lib/postgresql:/bin/sh'
      : 'postgres:999:999:/var/lib/postgresql:/bin/bash',
  )
  if (tree.flavour === 'busybox') tree.mainCommand('bash', '/bin/bash')
  for (const name of COMMANDS) tree.mainCommand(name, `/usr/local/bin/${name}`)
  tree
    .mainCommand('gosu', '/usr/local/bin/gosu')
    .dir('/docker-entrypoint-initdb.d')
    .dir('/var/lib/postgresql', {
      uid: tree.flavour === 'busybox' ? 70 : 999,
      gid: tree.flavour === 'busybox' ? 70 : 999,
      mode: 0o1777,
    })
    .script('/usr/local/bin/docker-entrypoint.sh', POSTGRES_ENTRYPOINT)
}

const HOME = '/var/lib/postgresql'
const majorOf = (version: string): string =>
  version.startsWith('9.') ? version.slice(0, 3) : (version.split('.')[0] ?? version)
/** From 18 on each major version has a directory of its own, so that one volume serves an upgrade. */
const hasDataPerMajor = (version: string): boolean => Number(majorOf(version)) >= 18
const dataOf = (version: string): string =>
  hasDataPerMajor(version) ? `${HOME}/${majorOf(version)}/docker` : `${HOME}/data`

export const postgres = softwareRepository({
  name: 'library/postgres',
  description: 'The PostgreSQL object-relational database system provides reliability and data integrity.',
  stars: 14500,
  known: [
    '18.6',
    '17.9',
    '16.13',
    '15.19',
    '14.22',
    '13.23',
    '12.22',
    '11.22',
    '10.23',
    '9.6.24',
    '9.5.25',
    '9.4.26',
    '9.3.25',
  ],
  versionVariable: 'PG_VERSION',
  versionParts: 2,
  env: (env, version) =>
    env.map((pair) =>
      pair
        .replace(/^PG_MAJOR=.*/, `PG_MAJOR=${majorOf(version)}`)
        .replace(/^PGDATA=.*/, `PGDATA=${dataOf(version)}`)
        .replace('/usr/lib/postgresql/18/', `/usr/lib/postgresql/${majorOf(version)}/`),
    ),
  volumes: (version) => [hasDataPerMajor(version) ? HOME : dataOf(version)],
  build: postgresTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-19T00:36:15Z',
      base: 'slim',
      sizeBytes: 456260000,
      layers: [
        ['RUN /bin/sh -c set -eux; groupadd -r postgres --gid=999; useradd -r -g  # buildkit', 1167],
        ['RUN /bin/sh -c set -ex; apt-get update; apt-get install -y --no-install # buildkit', 6443022],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 1256766],
        ['RUN /bin/sh -c set -eux; if [ -f /etc/dpkg/dpkg.cfg.d/docker ]; then gr # buildkit', 8203833],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 1311722],
        ['RUN /bin/sh -c mkdir /docker-entrypoint-initdb.d # buildkit', 116],
        ["RUN /bin/sh -c set -ex; key='B97B0AFCAA1A47F044F244A07FCC7D46ACCC4CF8'; # buildkit", 3138],
        ['RUN /bin/sh -c set -ex; export PYTHONDONTWRITEBYTECODE=1; dpkgArch="$(d # buildkit', 115397538],
        ['RUN /bin/sh -c set -eux; dpkg-divert --add --rename --divert "/usr/shar # buildkit', 19418],
        ['RUN /bin/sh -c install --verbose --directory --owner postgres --group p # buildkit', 128],
        ['COPY docker-entrypoint.sh docker-ensure-initdb.sh /usr/local # buildkit', 6108],
        ['RUN /bin/sh -c ln -sT docker-ensure-initdb.sh /usr/local/bin/docker-enf # buildkit', 186],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/18/bin',
          'GOSU_VERSION=1.19',
          'LANG=en_US.utf8',
          'PG_MAJOR=18',
          'PG_VERSION=18.6-1.pgdg13+2',
          'PGDATA=/var/lib/postgresql/18/docker',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['postgres'],
        ExposedPorts: setOf('5432/tcp'),
        Volumes: setOf('/var/lib/postgresql'),
        StopSignal: 'SIGINT',
      },
    },
    {
      variant: 'alpine',
      created: '2026-09-17T21:32:10Z',
      base: 'alpine',
      sizeBytes: 292030000,
      layers: [
        ['RUN /bin/sh -c set -eux; addgroup -g 70 -S postgres; adduser -u 70 -S - # buildkit', 965],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .gosu-deps ca-cer # buildkit', 901405],
        ['RUN /bin/sh -c set -eux; ln -svf gosu /usr/local/bin/su-exec; su-exec n # buildkit', 172],
        ['RUN /bin/sh -c mkdir /docker-entrypoint-initdb.d # buildkit', 116],
        ['RUN /bin/sh -c set -eux; wget -O postgresql.tar.bz2 "https://ftp.postgr # buildkit', 110470761],
        ['RUN /bin/sh -c set -eux; cp -v /usr/local/share/postgresql/postgresql.c # buildkit', 9491],
        ['RUN /bin/sh -c install --verbose --directory --owner postgres --group p # buildkit', 128],
        ['RUN /bin/sh -c install --verbose --directory --owner postgres --group p # buildkit', 169],
        ['COPY docker-entrypoint.sh docker-ensure-initdb.sh /usr/local # buildkit', 6111],
        ['RUN /bin/sh -c ln -sT docker-ensure-initdb.sh /usr/local/bin/docker-enf # buildkit', 184],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOSU_VERSION=1.19',
          'LANG=en_US.utf8',
          'PG_MAJOR=15',
          'PG_VERSION=15.19',
          'PG_SHA256=e1a64a87a46b825b88c082e4518161a47aab53c45694964f8ba1df28f7859f89',
          'DOCKER_PG_LLVM_DEPS=llvm21-dev clang21',
          'PGDATA=/var/lib/postgresql/data',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['postgres'],
        ExposedPorts: setOf('5432/tcp'),
        Volumes: setOf('/var/lib/postgresql/data'),
        StopSignal: 'SIGINT',
      },
    },
  ],
})
