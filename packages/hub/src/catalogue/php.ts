import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function phpTree(tree: Tree): void {
  tree
    .mainCommand('php', '/usr/local/bin/php')
    .mainCommand('apache2-foreground', '/usr/local/bin/apache2-foreground')
    .script('/usr/local/bin/docker-php-entrypoint', entrypointFor('php'))
    .dir('/var/www/html', { mode: 0o1777 })
}

export const php = softwareRepository({
  name: 'library/php',
  description: 'While designed for web development, the PHP scripting language also provides general-purpose use.',
  stars: 7800,
  known: ['8.5.10', '8.4.26', '8.3.33', '8.2.30', '8.1.34', '8.0.30', '7.4.33', '7.3.33', '5.6.40'],
  versionVariable: 'PHP_VERSION',
  words: ['apache', 'cli', 'fpm', 'zts'],
  tags: ['apache', 'fpm', 'cli', '8-apache', '7-apache'],
  build: phpTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-31T19:14:27Z',
      base: 'slim',
      sizeBytes: 523550000,
      layers: [
        ["RUN /bin/sh -c set -eux; { echo 'Package: php*'; echo 'Pin: release *'; # buildkit", 225],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 120814255],
        ['RUN /bin/sh -c set -eux; mkdir -p "$PHP_INI_DIR/conf.d"; [ ! -d /var/ww # buildkit', 226],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 4239287],
        ['RUN /bin/sh -c a2dismod mpm_event && a2enmod mpm_prefork # buildkit', 427],
        ["RUN /bin/sh -c { echo '<FilesMatch \\.php$>'; echo '\\tSetHandler applica # buildkit", 479],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 14623079],
        ['COPY docker-php-source /usr/local/bin/ # buildkit', 488],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 15188472],
        ['COPY docker-php-ext-* docker-php-entrypoint /usr/local/bin/  # buildkit', 2459],
        ['RUN /bin/sh -c docker-php-ext-enable sodium # buildkit', 246],
        ['COPY apache2-foreground /usr/local/bin/ # buildkit', 891],
        ['WORKDIR /var/www/html', 32],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PHPIZE_DEPS=autoconf dpkg-dev file g++ gcc libc-dev make pkg-config re2c',
          'PHP_INI_DIR=/usr/local/etc/php',
          'APACHE_CONFDIR=/etc/apache2',
          'APACHE_ENVVARS=/etc/apache2/envvars',
          'PHP_CFLAGS=-fstack-protector-strong -fpic -fpie -O2 -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64',
          'PHP_CPPFLAGS=-fstack-protector-strong -fpic -fpie -O2 -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64',
          'PHP_LDFLAGS=-Wl,-O1 -pie',
          'GPG_KEYS=1198C0117593497A5EC5C199286AF1F9897469DC 49D9AF6BC72A80D6691719C8AA23F5BE9C7097D4 D95C03BC702BE9515344AE3374E44BC9067701A5',
          'PHP_VERSION=8.5.10',
          'PHP_URL=https://www.php.net/distributions/php-8.5.10.tar.xz',
          'PHP_ASC_URL=https://www.php.net/distributions/php-8.5.10.tar.xz.asc',
          'PHP_SHA256=6a8bebaa4d5a979a38db29a9373e9851f60c6b11f72172c585947e78f3081957',
        ],
        Entrypoint: ['docker-php-entrypoint'],
        Cmd: ['apache2-foreground'],
        ExposedPorts: setOf('80/tcp'),
        WorkingDir: '/var/www/html',
        StopSignal: 'SIGWINCH',
      },
    },
  ],
})
