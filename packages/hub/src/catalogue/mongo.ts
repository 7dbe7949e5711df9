import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function mongoTree(tree: Tree): void {
  tree
    .mainCommand('mongod', '/usr/bin/mongod')
    .mainCommand('mongosh', '/usr/bin/mongosh')
    .script('/usr/local/bin/docker-entrypoint.sh', entrypointFor('mongod'))
}

export const mongo = softwareRepository({
  name: 'library/mongo',
  description: 'MongoDB document databases provide high availability and easy scalability.',
  stars: 10600,
  known: ['8.3.9', '8.2.9', '8.0.23', '7.0.34', '6.0.29', '5.0.33', '4.4.30', '4.2.24', '4.0.28', '3.6.23', '3.4.24'],
  versionVariable: 'MONGO_VERSION',
  build: mongoTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-08T21:48:26Z',
      base: 'ubuntu',
      sizeBytes: 946410000,
      layers: [
        ['RUN /bin/sh -c set -eux; groupadd --gid 999 --system mongodb; useradd - # buildkit', 1215],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 4184813],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 1101906],
        ['RUN /bin/sh -c mkdir /docker-entrypoint-initdb.d # buildkit', 116],
        ['RUN /bin/sh -c echo "deb [ signed-by=/etc/apt/keyrings/mongodb.asc ] ht # buildkit', 261],
        ['RUN /bin/sh -c set -x && export DEBIAN_FRONTEND=noninteractive && apt-g # buildkit', 267652421],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 5004],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOSU_VERSION=1.19',
          'JSYAML_VERSION=3.13.1',
          'JSYAML_CHECKSUM=662e32319bdd378e91f67578e56a34954b0a2e33aca11d70ab9f4826af24b941',
          'MONGO_PACKAGE=mongodb-org',
          'MONGO_REPO=repo.mongodb.org',
          'MONGO_MAJOR=8.3',
          'MONGO_VERSION=8.3.9',
          'HOME=/data/db',
          'GLIBC_TUNABLES=glibc.pthread.rseq=0',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['mongod'],
        ExposedPorts: setOf('27017/tcp'),
        Volumes: setOf('/data/db', '/data/configdb'),
        Labels: { 'org.opencontainers.image.version': '24.04' },
      },
    },
  ],
})
