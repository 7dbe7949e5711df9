import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor, TINI } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'
import { javaTree } from './eclipse-temurin.ts'

function jenkinsTree(tree: Tree): void {
  javaTree(tree)
  addAccount(tree, 'jenkins:1000:1000:/var/jenkins_home:/bin/bash')
  tree
    .script('/usr/bin/tini', TINI)
    .script('/usr/local/bin/jenkins.sh', standInFor('jenkins', 'jenkins'))
    .dir('/var/jenkins_home', { uid: 1000, gid: 1000 })
}

export const jenkins = softwareRepository({
  name: 'jenkins/jenkins',
  description: 'The leading open source automation server',
  stars: 4300,
  known: ['2.541.3', '2.528.3', '2.492.3'],
  versionVariable: 'JENKINS_VERSION',
  words: ['jdk11', 'jdk17', 'jdk21', 'jdk25', 'lts'],
  tags: ['lts', 'lts-jdk21', 'lts-jdk17', 'jdk21'],
  build: jenkinsTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-16T12:40:02Z',
      base: 'slim',
      sizeBytes: 487000000,
      layers: [
        ['RUN /bin/sh -c apt-get update && apt-get install -y --no-install-recomm # buildkit', 62000000],
        ['COPY /javaruntime /opt/java/openjdk # buildkit', 47000000],
        ['RUN /bin/sh -c curl -fsSL ${JENKINS_URL} -o /usr/share/jenkins/jenkins # buildkit', 92000000],
        ['COPY jenkins-support jenkins.sh jenkins-plugin-cli.sh /usr/local/bin/ # buildkit', 4600],
      ],
      config: {
        Env: [
          'PATH=/opt/java/openjdk/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'LANG=C.UTF-8',
          'JENKINS_HOME=/var/jenkins_home',
          'JENKINS_SLAVE_AGENT_PORT=50000',
          'REF=/usr/share/jenkins/ref',
          'JENKINS_VERSION=2.541.3',
          'JENKINS_UC=https://updates.jenkins.io',
          'JENKINS_UC_EXPERIMENTAL=https://updates.jenkins.io/experimental',
          'JENKINS_INCREMENTALS_REPO_MIRROR=https://repo.jenkins-ci.org/incrementals',
          'COPY_REFERENCE_FILE_LOG=/var/jenkins_home/copy_reference_file.log',
          'JAVA_HOME=/opt/java/openjdk',
        ],
        Entrypoint: ['/usr/bin/tini', '--', '/usr/local/bin/jenkins.sh'],
        ExposedPorts: setOf('50000/tcp', '8080/tcp'),
        Volumes: setOf('/var/jenkins_home'),
        User: 'jenkins',
      },
    },
  ],
})
