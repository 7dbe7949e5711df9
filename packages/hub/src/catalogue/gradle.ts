import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'
import { javaTree } from './eclipse-temurin.ts'

function gradleTree(tree: Tree): void {
  javaTree(tree)
  addAccount(tree, 'gradle:1000:1000:/home/gradle:/bin/bash')
  tree.mainCommand('gradle', '/usr/bin/gradle').dir('/home/gradle/.gradle', { uid: 1000, gid: 1000 })
}

export const gradle = softwareRepository({
  name: 'library/gradle',
  description: 'Gradle is a fast, dependable, and adaptable open source build automation tool.',
  stars: 560,
  known: ['9.7.0', '8.14.5', '7.6.6', '6.9.4'],
  versionVariable: 'GRADLE_VERSION',
  words: ['jdk', 'jdk8', 'jdk11', 'jdk17', 'jdk21', 'jdk25'],
  tags: ['jdk25', 'jdk21', 'jdk17'],
  build: gradleTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-18T20:14:54Z',
      base: 'ubuntu',
      sizeBytes: 860000000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 16065917],
        ['RUN /bin/sh -c set -eux; ARCH="$(dpkg --print-architecture)"; case "${A # buildkit', 92714309],
        ['COPY --chmod=755 entrypoint.sh /__cacert_entrypoint.sh # buildkit', 2282],
        ['RUN /bin/sh -c set -o errexit -o nounset && echo "Renaming ubuntu user  # buildkit', 1297],
        ['RUN /bin/sh -c set -o errexit -o nounset && apt-get update && apt-get i # buildkit', 75833773],
        ['RUN /bin/sh -c set -o errexit -o nounset && echo "Downloading Gradle" & # buildkit', 150227945],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
          'JAVA_VERSION=jdk-25.0.3+9',
          'GRADLE_HOME=/opt/gradle',
          'GRADLE_VERSION=9.7.0',
        ],
        Entrypoint: ['/__cacert_entrypoint.sh'],
        Cmd: ['gradle'],
        Volumes: setOf('/home/gradle/.gradle'),
        WorkingDir: '/home/gradle',
      },
    },
  ],
})
