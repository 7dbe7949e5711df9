import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

const CACERT = `#!/usr/bin/env sh
# Puts certificates of one's own into Java's store, when asked to.
exec "$@"
`

/** Java's commands; where nobody wrote one it says so. */
export function javaTree(tree: Tree): void {
  for (const name of ['java', 'javac', 'jar', 'jshell', 'keytool'])
    tree.mainCommand(name, `/opt/java/openjdk/bin/${name}`)
  tree.script('/__cacert_entrypoint.sh', CACERT)
}

export const eclipseTemurin = softwareRepository({
  name: 'library/eclipse-temurin',
  description: 'Official Images for OpenJDK binaries built by Eclipse Temurin.',
  stars: 640,
  known: ['25.0.4', '21.0.10', '17.0.18', '11.0.30'],
  words: ['jdk', 'jre', '_'],
  env: (env, version) =>
    env.map((each) =>
      each.startsWith('JAVA_VERSION=')
        ? `JAVA_VERSION=jdk-${version.includes('_') ? version.replace('_', '+') : `${version}+7`}`
        : each,
    ),
  build: javaTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-09T02:21:12Z',
      base: 'ubuntu',
      sizeBytes: 414040000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 22368066],
        ['RUN /bin/sh -c set -eux; ARCH="$(dpkg --print-architecture)"; case "${A # buildkit', 92756921],
        ['RUN /bin/sh -c set -eux; echo "Verifying install ..."; fileEncoding="$( # buildkit', 32],
        ['COPY --chmod=755 entrypoint.sh /__cacert_entrypoint.sh # buildkit', 2464],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
          'JAVA_VERSION=jdk-25.0.4+7',
        ],
        Entrypoint: ['/__cacert_entrypoint.sh'],
        Cmd: ['jshell'],
        Labels: { 'org.opencontainers.image.title': 'ubuntu', 'org.opencontainers.image.version': '26.04' },
      },
    },
  ],
})
