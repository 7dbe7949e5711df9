import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function cadvisorTree(tree: Tree): void {
  tree.mainCommand('cadvisor', '/usr/bin/cadvisor')
}

export const cadvisor = softwareRepository({
  name: 'google/cadvisor',
  description: 'Analyzes resource usage and performance characteristics of running containers.',
  stars: 480,
  known: ['0.33.0', '0.32.0'],
  build: cadvisorTree,
  facts: [
    {
      variant: 'default',
      created: '2019-02-26T21:31:30Z',
      base: 'alpine',
      sizeBytes: 69600000,
      layers: [
        ['/bin/sh -c apk --no-cache add libc6-compat device-mapper findutils zfs', 11000000],
        ['/bin/sh -c #(nop) ADD file:cadvisor in /usr/bin/cadvisor ', 13300000],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'GLIBC_VERSION=2.28-r0'],
        Entrypoint: ['/usr/bin/cadvisor', '-logtostderr'],
        ExposedPorts: setOf('8080/tcp'),
      },
    },
  ],
})
