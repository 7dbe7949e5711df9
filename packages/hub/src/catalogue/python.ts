import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function pythonTree(tree: Tree): void {
  tree
    .mainCommand('python3', '/usr/local/bin/python3')
    .link('/usr/local/bin/python', 'python3')
    .mainCommand('pip', '/usr/local/bin/pip')
    .link('/usr/local/bin/pip3', 'pip')
}

export const python = softwareRepository({
  name: 'library/python',
  description: 'Python is an interpreted, interactive, object-oriented, open-source programming language.',
  stars: 10300,
  known: ['3.14.7', '3.13.9', '3.12.12', '3.11.14', '3.10.19', '3.9.25', '3.8.20', '3.7.17', '3.6.15', '2.7.18'],
  versionVariable: 'PYTHON_VERSION',
  build: pythonTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T03:39:18Z',
      base: 'buildpack',
      sizeBytes: 1120000000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 6092327],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 29758423],
        ['RUN /bin/sh -c set -eux; for src in idle3 pip3 pydoc3 python3 python3-c # buildkit', 250],
      ],
      config: {
        Env: [
          'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PYTHON_VERSION=3.14.7',
          'PYTHON_SHA256=3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81',
        ],
        Cmd: ['python3'],
      },
    },
    {
      variant: 'slim',
      created: '2026-08-05T16:33:44Z',
      base: 'slim',
      sizeBytes: 119480000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 1293282],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 12363513],
        ['RUN /bin/sh -c set -eux; for src in idle3 pip3 pydoc3 python3 python3-c # buildkit', 249],
      ],
      config: {
        Env: [
          'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PYTHON_VERSION=3.14.7',
          'PYTHON_SHA256=3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81',
        ],
        Cmd: ['python3'],
      },
    },
    {
      variant: 'alpine',
      created: '2026-09-17T21:50:24.978115746Z',
      base: 'alpine',
      sizeBytes: 47810000,
      layers: [
        ['RUN /bin/sh -c set -eux; apk add --no-cache ca-certificates tzdata ; # buildkit', 416264],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .build-deps bluez # buildkit', 13508749],
        ['RUN /bin/sh -c set -eux; for src in idle3 pip3 pydoc3 python3 python3-c # buildkit', 248],
      ],
      config: {
        Env: [
          'PATH=/usr/local/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PYTHON_VERSION=3.14.7',
          'PYTHON_SHA256=3b48dac8fb59f62eaa67ac83c1eb12bda1b7a08406dd286e252c11a66be27f81',
        ],
        Cmd: ['python3'],
      },
    },
  ],
})
