import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'
import { javaTree } from './eclipse-temurin.ts'

function zookeeperTree(tree: Tree): void {
  javaTree(tree)
  addAccount(tree, 'zookeeper:1000:1000:/home/zookeeper:/bin/sh')
  tree
    .script('/docker-entrypoint.sh', standInFor('zookeeper', 'zkServer.sh'))
    .dirs('/conf /data /datalog /logs', { uid: 1000, gid: 1000 })
}

export const zookeeper = softwareRepository({
  name: 'library/zookeeper',
  description: 'Apache ZooKeeper is an open-source server which enables highly reliable distributed coordination.',
  stars: 1500,
  known: ['3.9.5', '3.8.6', '3.7.2', '3.6.4', '3.5.9', '3.4.14'],
  build: zookeeperTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-21T19:08:12Z',
      base: 'ubuntu',
      sizeBytes: 308000000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 16109380],
        ['RUN /bin/sh -c set -eux; ARCH="$(dpkg --print-architecture)"; case "${A # buildkit', 47519643],
        ['COPY --chmod=755 entrypoint.sh /__cacert_entrypoint.sh # buildkit', 2464],
        ['RUN /bin/sh -c set -eux; groupadd -r zookeeper --gid=1000; useradd -r - # buildkit', 1797],
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 1144848],
        ['RUN /bin/sh -c set -eux; ddist() { local f="$1"; shift; local distFile= # buildkit', 22841554],
        ['COPY docker-entrypoint.sh / # buildkit', 775],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/apache-zookeeper-3.9.5-bin/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
          'JAVA_VERSION=jdk-17.0.20+8',
          'ZOO_CONF_DIR=/conf',
          'ZOO_DATA_DIR=/data',
          'ZOO_DATA_LOG_DIR=/datalog',
          'ZOO_LOG_DIR=/logs',
          'ZOO_TICK_TIME=2000',
          'ZOO_INIT_LIMIT=5',
          'ZOO_SYNC_LIMIT=2',
          'ZOO_AUTOPURGE_PURGEINTERVAL=0',
          'ZOO_AUTOPURGE_SNAPRETAINCOUNT=3',
          'ZOO_MAX_CLIENT_CNXNS=60',
          'ZOO_STANDALONE_ENABLED=true',
          'ZOO_ADMINSERVER_ENABLED=true',
          'ZOOCFGDIR=/conf',
        ],
        Entrypoint: ['/docker-entrypoint.sh'],
        Cmd: ['zkServer.sh', 'start-foreground'],
        ExposedPorts: setOf('2181/tcp', '2888/tcp', '3888/tcp', '8080/tcp'),
        Volumes: setOf('/data', '/datalog', '/logs'),
        WorkingDir: '/apache-zookeeper-3.9.5-bin',
      },
    },
  ],
})
