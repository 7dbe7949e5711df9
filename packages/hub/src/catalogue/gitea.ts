import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function giteaTree(tree: Tree): void {
  addAccount(tree, 'git:1000:1000:/data/git:/bin/bash')
  tree.script('/usr/bin/entrypoint', standInFor('gitea', '/usr/bin/s6-svscan', '/bin/s6-svscan')).dir('/data')
}

export const gitea = softwareRepository({
  name: 'gitea/gitea',
  description: 'Gitea: Git with a cup of tea - A painless self-hosted Git service.',
  stars: 830,
  known: ['1.26.2', '1.25.5', '1.24.7'],
  words: ['rootless'],
  build: giteaTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-11T17:10:44Z',
      base: 'alpine',
      sizeBytes: 181000000,
      layers: [
        ['RUN /bin/sh -c apk --no-cache add bash ca-certificates curl gettext git # buildkit', 21000000],
        ['COPY /go/src/code.gitea.io/gitea/gitea /app/gitea/gitea # buildkit', 44000000],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'USER=git',
          'GITEA_CUSTOM=/data/gitea',
        ],
        Entrypoint: ['/usr/bin/entrypoint'],
        Cmd: ['/usr/bin/s6-svscan', '/etc/s6'],
        ExposedPorts: setOf('22/tcp', '3000/tcp'),
        Volumes: setOf('/data'),
      },
    },
  ],
})
