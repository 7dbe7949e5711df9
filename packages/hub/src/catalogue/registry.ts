import { type Repository, setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

const CONFIG = (tags: string): string => `version: 0.1
log:
  fields:
    service: registry
storage:
  cache:
    blobdescriptor: inmemory
  filesystem:
    rootdirectory: /var/lib/registry
${tags}http:
  addr: :5000
  headers:
    X-Content-Type-Options: [nosniff]
health:
  storagedriver:
    enabled: true
    interval: 10s
    threshold: 3
`

const ENTRYPOINT = `#!/bin/sh

set -e

case "$1" in
    *.yaml|*.yml) set -- registry serve "$@" ;;
    serve|garbage-collect|help|-*) set -- registry "$@" ;;
esac

exec "$@"
`

const withRegistry = (tree: Tree): Tree =>
  tree.mainCommand('registry', '/bin/registry').script('/entrypoint.sh', ENTRYPOINT).dir('/var/lib/registry')

const tree3 = (tree: Tree): void =>
  void withRegistry(tree).file('/etc/distribution/config.yml', CONFIG('  tag:\n    concurrencylimit: 8\n'))

/** htpasswd was in the image until 2.7.1 took it out. */
function tree2(tree: Tree, version: string): void {
  withRegistry(tree).file('/etc/docker/registry/config.yml', CONFIG(''))
  if (/^2\.([0-6]\.|7\.0)/.test(version)) tree.command('htpasswd', '/usr/bin/htpasswd')
}

const version3 = softwareRepository({
  name: 'library/registry',
  description: 'Distribution implementation for storing and distributing of container images and artifacts',
  stars: 4100,
  known: ['3.1.1', '3.1.0', '3.0.1', '3.0.0'],

  build: tree3,
  facts: [
    {
      variant: 'default',
      created: '2026-06-22T19:52:54Z',
      base: 'alpine',
      sizeBytes: 64670000,
      layers: [
        ['RUN /bin/sh -c apk add --no-cache ca-certificates # buildkit', 245051],
        ['RUN /bin/sh -c set -eux; version=\'3.1.1\'; apkArch="$(apk --print-arch)" # buildkit', 16031187],
        ['COPY ./config-example.yml /etc/distribution/config.yml # buildkit', 397],
        ['COPY entrypoint.sh /entrypoint.sh # buildkit', 213],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'OTEL_TRACES_EXPORTER=none'],
        Entrypoint: ['/entrypoint.sh'],
        Cmd: ['/etc/distribution/config.yml'],
        ExposedPorts: setOf('5000/tcp'),
        Volumes: setOf('/var/lib/registry'),
      },
    },
  ],
})

const version2 = softwareRepository({
  name: 'library/registry',
  description: version3.description,
  stars: version3.stars,
  known: ['2.8.3', '2.8.2', '2.8.1', '2.7.1', '2.7.0', '2.6.2'],
  build: tree2,
  facts: [
    {
      variant: 'default',
      created: '2022-11-12T10:00:44.434254303Z',
      base: 'alpine',
      sizeBytes: 24130000,
      layers: [
        ['RUN /bin/sh -c apk add --no-cache ca-certificates # buildkit', 284748],
        ['RUN /bin/sh -c set -eux; version=\'2.8.1\'; apkArch="$(apk --print-arch)" # buildkit', 6105822],
        ['COPY file:4544cc1555469403b322faecc1cf1ca584667c43a6a60b1730 # buildkit', 398],
        ['COPY file:507caa54f88c1f3862e5876e09a108b2083630ba24c57ad124 # buildkit', 214],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Entrypoint: ['/entrypoint.sh'],
        Cmd: ['/etc/docker/registry/config.yml'],
        ExposedPorts: setOf('5000/tcp'),
        Volumes: setOf('/var/lib/registry'),
      },
    },
  ],
})

export const registry: Repository = {
  ...version3,
  tags: ['latest', '3', '2', ...version3.tags.slice(1), ...version2.tags.slice(1)],
  image: (tag) => (/^2(\.|$)/.test(tag) ? version2 : version3).image(tag),
}
