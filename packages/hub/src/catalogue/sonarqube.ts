import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'
import { javaTree } from './eclipse-temurin.ts'

function sonarqubeTree(tree: Tree): void {
  javaTree(tree)
  addAccount(tree, 'sonarqube:1000:0:/opt/sonarqube:/bin/sh')
  tree
    .script('/opt/sonarqube/docker/entrypoint.sh', standInFor('sonarqube', 'sonarqube'))
    .dirs('/opt/sonarqube/data /opt/sonarqube/extensions /opt/sonarqube/logs /opt/sonarqube/temp', { uid: 1000 })
}

export const sonarqube = softwareRepository({
  name: 'library/sonarqube',
  description: 'SonarQube Server and SonarQube Community Build are self-managed, automatic code review tools.',
  stars: 2900,
  known: ['26.8.0', '25.12.0', '10.8.1', '9.9.8', '8.9.10'],
  words: ['community', 'developer', 'enterprise', 'lts'],
  tags: ['community', 'lts-community', 'developer'],
  build: sonarqubeTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-18T20:29:07Z',
      base: 'ubuntu',
      sizeBytes: 1390000000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 17422351],
        ['RUN /bin/sh -c set -eux; ARCH="$(dpkg --print-architecture)"; case "${A # buildkit', 92709132],
        ['COPY --chmod=755 entrypoint.sh /__cacert_entrypoint.sh # buildkit', 2282],
        ['RUN /bin/sh -c set -eux; deluser ubuntu; useradd --system --uid 1000 -- # buildkit', 943042338],
        ['COPY --chown=root:root --chmod=555 entrypoint.sh /opt/sonarqube/docker/ # buildkit', 460],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
          'JAVA_VERSION=jdk-25.0.3+9',
          'DOCKER_RUNNING=true',
          'SONARQUBE_HOME=/opt/sonarqube',
          'SONAR_VERSION=26.8.0.126808',
          'SQ_DATA_DIR=/opt/sonarqube/data',
          'SQ_EXTENSIONS_DIR=/opt/sonarqube/extensions',
          'SQ_LOGS_DIR=/opt/sonarqube/logs',
          'SQ_TEMP_DIR=/opt/sonarqube/temp',
          'ES_TMPDIR=/opt/sonarqube/temp',
        ],
        Entrypoint: ['/opt/sonarqube/docker/entrypoint.sh'],
        ExposedPorts: setOf('9000/tcp'),
        Volumes: setOf(
          '/opt/sonarqube/data',
          '/opt/sonarqube/extensions',
          '/opt/sonarqube/logs',
          '/opt/sonarqube/temp',
        ),
        User: 'sonarqube',
        WorkingDir: '/opt/sonarqube',
        StopSignal: 'SIGINT',
      },
    },
  ],
})
