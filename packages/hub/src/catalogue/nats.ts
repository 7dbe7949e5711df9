import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import { busyboxShell, standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

const CONF = `# Client port of 4222 on all interfaces
port: 4222

# HTTP monitoring port
monitor_port: 8222
`

function natsTree(tree: Tree): void {
  if (tree.flavour === 'busybox')
    return void tree
      .mainCommand('nats-server', '/usr/local/bin/nats-server')
      .script('/usr/local/bin/docker-entrypoint.sh', standInFor('nats-server', 'nats-server'))
      .file('/etc/nats/nats-server.conf', CONF)
  // Nothing but the server in life; what says that it is missing needs a shell.
  busyboxShell(tree).mainCommand('nats-server', '/nats-server').file('/nats-server.conf', CONF)
}

export const nats = softwareRepository({
  name: 'library/nats',
  description: 'NATS is an open source, high-performance, cloud native communications system.',
  stars: 600,
  known: ['2.12.4', '2.11.12', '2.10.29', '1.4.1'],
  build: natsTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-15T23:11:32Z',
      base: 'scratch',
      sizeBytes: 17500000,
      layers: [
        ['COPY /usr/local/bin/nats-server /nats-server # buildkit', 6924982],
        ['COPY nats-server.conf /nats-server.conf # buildkit', 508],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/'],
        Entrypoint: ['/nats-server'],
        Cmd: ['--config', 'nats-server.conf'],
        ExposedPorts: setOf('4222/tcp', '6222/tcp', '8222/tcp'),
      },
    },
    {
      variant: 'alpine',
      created: '2026-09-15T23:11:32Z',
      base: 'alpine',
      sizeBytes: 27000000,
      layers: [['RUN /bin/sh -c set -eux; apkArch="$(apk --print-arch)"; case "${apkArch} # buildkit', 7600000]],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['nats-server', '--config', '/etc/nats/nats-server.conf'],
        ExposedPorts: setOf('4222/tcp', '6222/tcp', '8222/tcp'),
      },
    },
  ],
})
