import type { Repository } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** What is no command and no option is a script for node. */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ "\${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then
    set -- node "$@"
fi
exec "$@"
`

/** Images of newer releases come without yarn. */
const FIRST_WITHOUT_YARN = 26

function nodeTree(tree: Tree, version: string): void {
  addAccount(tree, `node:1000:1000:/home/node:${tree.flavour === 'busybox' ? '/bin/sh' : '/bin/bash'}`)
  tree
    .dir('/home/node', { uid: 1000, gid: 1000 })
    .mainCommand('node', '/usr/local/bin/node')
    .link('/usr/local/bin/nodejs', 'node')
    .mainCommand('npm', '/usr/local/bin/npm')
    .mainCommand('npx', '/usr/local/bin/npx')
    .dir('/usr/local/lib/node_modules')
    .script('/usr/local/bin/docker-entrypoint.sh', ENTRYPOINT)
  if (Number.parseInt(version, 10) < FIRST_WITHOUT_YARN)
    tree
      .mainCommand('yarn', '/opt/yarn-v1.22.22/bin/yarn')
      .link('/opt/yarn-v1.22.22/bin/yarnpkg', 'yarn')
      .link('/usr/local/bin/yarn', '/opt/yarn-v1.22.22/bin/yarn')
      .link('/usr/local/bin/yarnpkg', '/opt/yarn-v1.22.22/bin/yarnpkg')
}

const byVersion = softwareRepository({
  name: 'library/node',
  description: 'Node.js is a JavaScript-based platform for server-side and networking applications.',
  stars: 14200,
  known: [
    '26.5.0',
    '25.9.0',
    '24.16.0',
    '23.11.1',
    '22.23.3',
    '21.7.3',
    '20.20.2',
    '19.9.0',
    '18.20.8',
    '17.9.1',
    '16.20.2',
    '15.14.0',
    '14.21.3',
    '13.14.0',
    '12.22.12',
    '11.15.0',
    '10.24.1',
    '9.11.2',
    '8.17.0',
    '7.10.1',
    '6.17.1',
    '4.9.1',
  ],
  versionVariable: 'NODE_VERSION',
  tags: ['current', 'lts-alpine', 'current-alpine'],
  build: nodeTree,
  facts: [
    {
      variant: 'default',
      created: '2026-07-08T16:56:14Z',
      base: 'buildpack',
      sizeBytes: 1240000000,
      layers: [
        ['RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid nod # buildkit', 3329],
        ['RUN /bin/sh -c ARCH= && dpkgArch="$(dpkg --print-architecture)" && case # buildkit', 63411295],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 446],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NODE_VERSION=26.5.0'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['node'],
      },
    },
    {
      variant: 'alpine',
      created: '2026-09-23T21:09:27.761584925Z',
      base: 'alpine',
      sizeBytes: 167350000,
      layers: [
        ['RUN /bin/sh -c addgroup -g 1000 node && adduser -u 1000 -G node -s /bin # buildkit', 55585204],
        ['RUN /bin/sh -c apk add --no-cache --virtual .build-deps-yarn curl gnupg # buildkit', 1262001],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 447],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'NODE_VERSION=22.23.3',
          'YARN_VERSION=1.22.22',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['node'],
      },
    },
    {
      variant: 'slim',
      created: '2026-07-08T16:56:14Z',
      base: 'slim',
      sizeBytes: 226689876,
      layers: [
        ['RUN /bin/sh -c groupadd --gid 1000 node && useradd --uid 1000 --gid nod # buildkit', 3315],
        ['RUN /bin/sh -c ARCH= OPENSSL_ARCH= && dpkgArch="$(dpkg --print-architec # buildkit', 54836932],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 448],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NODE_VERSION=26.5.0'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['node'],
      },
    },
  ],
})

/** Lines with long support go by names too. */
const CODENAMES: Readonly<Record<string, string>> = {
  argon: '4',
  boron: '6',
  carbon: '8',
  dubnium: '10',
  erbium: '12',
  fermium: '14',
  gallium: '16',
  hydrogen: '18',
  iron: '20',
  jod: '22',
  krypton: '24',
  lts: '24',
}

export const node: Repository = {
  ...byVersion,
  tags: [...byVersion.tags, ...Object.keys(CODENAMES)],
  image(tag) {
    const [first = '', ...rest] = tag.split('-')
    return byVersion.image([CODENAMES[first] ?? first, ...rest].join('-'))
  },
}
