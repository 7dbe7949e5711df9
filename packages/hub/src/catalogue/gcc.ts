import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function gccTree(tree: Tree): void {
  for (const name of ['gcc', 'g++', 'gfortran', 'cpp']) tree.mainCommand(name, `/usr/local/bin/${name}`)
}

export const gcc = softwareRepository({
  name: 'library/gcc',
  description: 'The GNU Compiler Collection is a compiling system that supports several languages.',
  stars: 900,
  known: ['16.2.0', '15.3.0', '14.4.0', '13.5.0', '12.5.0'],
  versionVariable: 'GCC_VERSION',
  build: gccTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-31T20:28:11Z',
      base: 'buildpack',
      sizeBytes: 1480000000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 4592306],
        ['RUN /bin/sh -c set -ex; savedAptMark="$(apt-mark showmanual)"; apt-get  # buildkit', 177494858],
        ["RUN /bin/sh -c set -ex; { echo '/usr/local/lib64'; echo '/usr/local/lib # buildkit", 10644],
        ['RUN /bin/sh -c set -ex; dpkg-divert --divert /usr/bin/gcc.orig --rename # buildkit', 2006],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'GCC_VERSION=16.2.0'],
        Cmd: ['bash'],
      },
    },
  ],
})
