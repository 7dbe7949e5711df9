import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function vaultTree(tree: Tree): void {
  addAccount(tree, 'vault:100:1000:/home/vault:/sbin/nologin')
  tree
    .mainCommand('vault', '/bin/vault')
    .script('/usr/local/bin/docker-entrypoint.sh', standInFor('vault', 'server'))
    .dirs('/vault/logs /vault/file /vault/config', { uid: 100, gid: 1000 })
}

export const vault = softwareRepository({
  name: 'hashicorp/vault',
  description: 'Official vault docker images',
  stars: 350,
  known: ['1.21.2', '1.20.4', '1.19.5', '1.13.3'],
  versionVariable: 'VERSION',
  build: vaultTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-27T10:31:05Z',
      base: 'alpine',
      sizeBytes: 486000000,
      layers: [
        ['RUN /bin/sh -c addgroup ${NAME} && adduser -S -G ${NAME} ${NAME} # buildkit', 1250],
        ['RUN /bin/sh -c apk add --no-cache libcap su-exec dumb-init tzdata # buildkit', 620000],
        ['COPY dist/linux/amd64/vault /bin/ # buildkit', 158000000],
        ['COPY .release/docker/docker-entrypoint.sh /usr/local/bin/docker-entrypo # buildkit', 1750],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'NAME=vault', 'VERSION=1.21.2'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['server', '-dev'],
        ExposedPorts: setOf('8200/tcp'),
        Volumes: setOf('/vault/logs', '/vault/file'),
      },
    },
  ],
})
