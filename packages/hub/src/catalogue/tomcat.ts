import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function tomcatTree(tree: Tree): void {
  tree.mainCommand('catalina.sh', '/usr/local/tomcat/bin/catalina.sh')
}

export const tomcat = softwareRepository({
  name: 'library/tomcat',
  description: 'Apache Tomcat is an open source implementation of the Java Servlet and JavaServer Pages technologies',
  stars: 3700,
  known: ['11.0.25', '10.1.57', '9.0.120', '8.5.100'],
  versionVariable: 'TOMCAT_VERSION',
  build: tomcatTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-09T03:36:58Z',
      base: 'ubuntu',
      sizeBytes: 414200000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; DEBIAN_FRONTEND=noninteractive # buildkit', 17422577],
        ['RUN /bin/sh -c set -eux; ARCH="$(dpkg --print-architecture)"; case "${A # buildkit', 92751309],
        ['RUN /bin/sh -c set -eux; echo "Verifying install ..."; fileEncoding="$( # buildkit', 32],
        ['COPY --chmod=755 entrypoint.sh /__cacert_entrypoint.sh # buildkit', 2465],
        ['RUN /bin/sh -c mkdir -p "$CATALINA_HOME" # buildkit', 137],
        ['WORKDIR /usr/local/tomcat', 32],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 14656100],
        ['RUN /bin/sh -c set -eux; nativeLines="$(catalina.sh configtest 2>&1)";  # buildkit', 32],
      ],
      config: {
        Env: [
          'PATH=/usr/local/tomcat/bin:/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/opt/java/openjdk',
          'LANG=en_US.UTF-8',
          'LANGUAGE=en_US:en',
          'LC_ALL=en_US.UTF-8',
          'JAVA_VERSION=jdk-25.0.4+7',
          'CATALINA_HOME=/usr/local/tomcat',
          'TOMCAT_NATIVE_LIBDIR=/usr/local/tomcat/native-jni-lib',
          'LD_LIBRARY_PATH=/usr/local/tomcat/native-jni-lib',
          'TOMCAT_MAJOR=11',
          'TOMCAT_VERSION=11.0.25',
          'TOMCAT_SHA512=81339c046dff1b363a80a3bccf80cb391660a6828dd8ae042180ceb11c8b1614317143e60b311b9e791dab585bb046b777234667acce7dca2203a74b37bf20f2',
        ],
        Cmd: ['catalina.sh', 'run'],
        ExposedPorts: setOf('8080/tcp'),
        WorkingDir: '/usr/local/tomcat',
        Labels: { 'org.opencontainers.image.version': '24.04' },
      },
    },
  ],
})
