import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

const major = (version: string): string => version.split('.')[0] ?? version

function openjdkTree(tree: Tree, version: string): void {
  for (const name of ['java', 'javac', 'jar', 'jshell', 'keytool'])
    tree.mainCommand(name, `/usr/local/openjdk-${major(version)}/bin/${name}`)
}

export const openjdk = softwareRepository({
  name: 'library/openjdk',
  description: 'DEPRECATED; use "eclipse-temurin" or another distribution of OpenJDK',
  stars: 4000,
  known: ['26', '25', '21', '18.0.1.1', '17.0.2', '16.0.2', '11.0.16', '8'],
  versionVariable: 'JAVA_VERSION',
  words: ['jdk', 'jre', 'oracle', 'oraclelinux8'],
  tags: ['jdk', '8', '8-jre', '11', '17'],
  env: (env, version) => env.map((each) => each.replace('openjdk-18', `openjdk-${major(version)}`)),
  build: openjdkTree,
  facts: [
    {
      variant: 'default',
      created: '2022-06-02T17:21:13Z',
      base: 'oracle8',
      sizeBytes: 471000000,
      layers: [
        ['/bin/sh -c set -eux; microdnf install gzip tar binutils freetype fontc', 13500000],
        ['/bin/sh -c set -eux; arch="$(objdump="$(command -v objdump)" && objdum', 188000000],
      ],
      config: {
        Env: [
          'PATH=/usr/local/openjdk-18/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/usr/local/openjdk-18',
          'LANG=C.UTF-8',
          'JAVA_VERSION=18.0.1.1',
        ],
        Cmd: ['jshell'],
      },
    },
    {
      variant: 'slim',
      created: '2022-06-02T17:21:13Z',
      base: 'slim',
      sizeBytes: 408000000,
      layers: [
        ['/bin/sh -c set -eux; apt-get update; apt-get install -y --no-install-rec', 1600000],
        ['/bin/sh -c set -eux; arch="$(dpkg --print-architecture)"; case "$arch" ', 188000000],
      ],
      config: {
        Env: [
          'PATH=/usr/local/openjdk-18/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/usr/local/openjdk-18',
          'LANG=C.UTF-8',
          'JAVA_VERSION=18.0.1.1',
        ],
        Cmd: ['jshell'],
      },
    },
    {
      variant: 'alpine',
      created: '2022-06-02T17:21:13Z',
      base: 'alpine',
      sizeBytes: 329000000,
      layers: [
        ['/bin/sh -c apk add --no-cache java-cacerts', 930000],
        ['/bin/sh -c set -eux; arch="$(apk --print-arch)"; case "$arch" in x86_64', 186000000],
      ],
      config: {
        Env: [
          'PATH=/usr/local/openjdk-18/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'JAVA_HOME=/usr/local/openjdk-18',
          'LANG=C.UTF-8',
          'JAVA_VERSION=18.0.1.1',
        ],
        Cmd: ['jshell'],
      },
    },
  ],
})
