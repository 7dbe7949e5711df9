import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'
import { javaTree } from './eclipse-temurin.ts'

const ENTRYPOINT = `#!/bin/sh
exec "$@"
`

/** The newest of each release of Java that tags name. */
const JAVA: ReadonlyMap<string, string> = new Map([
  ['8', 'jdk8u462-b08'],
  ['11', 'jdk-11.0.30+7'],
  ['17', 'jdk-17.0.18+8'],
  ['18', 'jdk-18.0.2.1+1'],
  ['21', 'jdk-21.0.10+7'],
  ['24', 'jdk-24.0.2+12'],
  ['25', 'jdk-25.0.4+7'],
  ['26', 'jdk-26.0.2+10'],
])

function javaVariable(words: readonly string[]): string | undefined {
  const release = words.find((each) => JAVA.has(each))
  return release === undefined ? undefined : `JAVA_VERSION=${JAVA.get(release) ?? ''}`
}

function mavenTree(tree: Tree): void {
  javaTree(tree)
  tree
    .mainCommand('mvn', '/usr/share/maven/bin/mvn')
    .link('/usr/bin/mvn', '/usr/share/maven/bin/mvn')
    .script('/usr/local/bin/mvn-entrypoint.sh', ENTRYPOINT)
}

export const maven = softwareRepository({
  name: 'library/maven',
  description: 'Apache Maven is a software project management and comprehension tool.',
  stars: 2100,
  known: ['3.9.14', '3.8.8'],
  words: [...JAVA.keys(), 'eclipse', 'temurin', 'openjdk', 'jdk', 'amazoncorretto', 'ibmjava', 'sapmachine'],
  // A tag that names a release of Java has that one: `3.9-eclipse-temurin-21`.
  env: (env, version, words) => [
    ...env.map((each) => (each.startsWith('JAVA_VERSION=') ? (javaVariable(words) ?? each) : each)),
    `MAVEN_VERSION=${version}`,
  ],
  build: mavenTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-21T20:38:25Z',
      base: 'ubuntu',
      sizeBytes: 493690000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 17422489],
        ['RUN /bin/sh -c set -eux; ARCH="$(dpkg --print-architecture)"; case "${A # buildkit', 94695831],
        ['RUN /bin/sh -c set -eux; echo "Verifying install ..."; fileEncoding="$( # buildkit', 32],
        ['COPY --chmod=755 entrypoint.sh /__cacert_entrypoint.sh # buildkit', 2464],
        ['RUN /bin/sh -c apt-get update && apt-get install -y ca-certificates cur # buildkit', 24521068],
        ['COPY /usr/share/maven /usr/share/maven # buildkit', 9359967],
        ['COPY /usr/local/bin/mvn-entrypoint.sh /usr/local/bin/mvn-entrypoint.sh # buildkit', 851],
        ['COPY /usr/share/maven/ref/settings-docker.xml /usr/share/maven/ref/settings-docker.xml # buildkit', 155],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
          'JAVA_VERSION=jdk-26.0.2+10',
          'MAVEN_HOME=/usr/share/maven',
          'MAVEN_CONFIG=/root/.m2',
        ],
        Entrypoint: ['/usr/local/bin/mvn-entrypoint.sh'],
        Cmd: ['mvn'],
        Labels: {
          'org.opencontainers.image.source': 'https://github.com/carlossg/docker-maven',
          'org.opencontainers.image.title': 'Apache Maven',
          'org.opencontainers.image.version': '24.04',
        },
      },
    },
  ],
})
