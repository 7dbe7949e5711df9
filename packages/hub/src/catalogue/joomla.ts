import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** Configuration and layers; PHP, which would serve it, is not simulated. */
function joomlaTree(tree: Tree): void {
  tree.dir('/var/www/html', { uid: 33, gid: 33, mode: 0o1777 })
  tree
    .mainCommand('php', '/usr/local/bin/php')
    .mainCommand('apache2-foreground', '/usr/local/bin/apache2-foreground')
    .script('/entrypoint.sh', entrypointFor('apache2-foreground'))
}

export const joomla = softwareRepository({
  name: 'library/joomla',
  description: 'Joomla! is an open source content management system.',
  stars: 480,
  known: ['6.0.4', '5.4.6', '4.4.14', '3.10.12'],
  versionVariable: 'JOOMLA_VERSION',
  words: ['apache', 'fpm', 'php8.2', 'php8.3', 'php8.4'],
  build: joomlaTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T02:31:00Z',
      base: 'slim',
      sizeBytes: 735_000_000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 117_839_084],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 11_715_978],
        ['COPY apache2-foreground /usr/local/bin/ # buildkit', 889],
        [
          'RUN /bin/sh -c set -ex; curl -o joomla.tar.zst -SL https://github.com/joomla/joomla-cms/releases/download # buildkit',
          28_900_000,
        ],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PHP_INI_DIR=/usr/local/etc/php',
          'APACHE_CONFDIR=/etc/apache2',
          'PHP_VERSION=8.4.26',
          'JOOMLA_VERSION=6.0.4',
        ],
        Entrypoint: ['/entrypoint.sh'],
        Cmd: ['apache2-foreground'],
        ExposedPorts: setOf('80/tcp'),
        Volumes: setOf('/var/www/html'),
        WorkingDir: '/var/www/html',
        StopSignal: 'SIGWINCH',
      },
    },
  ],
})
