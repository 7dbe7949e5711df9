import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** Configuration and layers; PHP, which would serve it, is not simulated. */
function drupalTree(tree: Tree): void {
  tree.dir('/opt/drupal/web', { uid: 33, gid: 33 }).link('/var/www/html', '/opt/drupal/web')
  tree
    .mainCommand('php', '/usr/local/bin/php')
    .mainCommand('apache2-foreground', '/usr/local/bin/apache2-foreground')
    .script('/usr/local/bin/docker-php-entrypoint', entrypointFor('apache2-foreground'))
}

export const drupal = softwareRepository({
  name: 'library/drupal',
  description: 'Drupal is an open source content management platform powering millions of websites and applications.',
  stars: 1100,
  known: ['11.3.9', '10.6.8', '9.5.11', '8.9.20', '7.103.0'],
  versionVariable: 'DRUPAL_VERSION',
  words: ['apache', 'fpm', 'php8.3', 'php8.4'],
  build: drupalTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T02:11:00Z',
      base: 'slim',
      sizeBytes: 604_000_000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 117_839_084],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 11_715_978],
        ['COPY apache2-foreground /usr/local/bin/ # buildkit', 889],
        [
          'RUN /bin/sh -c set -eux; composer create-project --no-interaction "drupal/recommended-project:$DRUPAL_VERSION" # buildkit',
          21_400_000,
        ],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PHP_INI_DIR=/usr/local/etc/php',
          'APACHE_CONFDIR=/etc/apache2',
          'PHP_VERSION=8.4.26',
          'DRUPAL_VERSION=11.3.9',
        ],
        Entrypoint: ['docker-php-entrypoint'],
        Cmd: ['apache2-foreground'],
        ExposedPorts: setOf('80/tcp'),
        WorkingDir: '/opt/drupal',
        StopSignal: 'SIGWINCH',
      },
    },
  ],
})
