import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function minioTree(tree: Tree): void {
  tree
    .mainCommand('minio', '/usr/bin/minio')
    .script('/usr/bin/docker-entrypoint.sh', standInFor('minio', 'minio', 'server'))
    .dir('/data')
}

export const minio = softwareRepository({
  name: 'minio/minio',
  description: 'Multi-Cloud Object Storage',
  stars: 1600,
  known: ['2025.9.7'],
  build: minioTree,
  facts: [
    {
      variant: 'default',
      created: '2025-09-07T17:21:09Z',
      base: 'ubi9',
      sizeBytes: 228000000,
      layers: [
        ['COPY /go/bin/minio* /usr/bin/ # buildkit', 49000000],
        ['COPY dockerscripts/docker-entrypoint.sh /usr/bin/docker-entrypoint.sh # buildkit', 720],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'MINIO_ACCESS_KEY_FILE=access_key',
          'MINIO_SECRET_KEY_FILE=secret_key',
          'MINIO_ROOT_USER_FILE=access_key',
          'MINIO_ROOT_PASSWORD_FILE=secret_key',
          'MINIO_KMS_SECRET_KEY_FILE=kms_master_key',
          'MINIO_CONFIG_ENV_FILE=config.env',
          'MC_CONFIG_DIR=/tmp/.mc',
        ],
        Entrypoint: ['/usr/bin/docker-entrypoint.sh'],
        Cmd: ['minio'],
        ExposedPorts: setOf('9000/tcp'),
        Volumes: setOf('/data'),
      },
    },
  ],
})
