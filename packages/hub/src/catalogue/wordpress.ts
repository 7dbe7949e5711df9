import { setOf } from '../rootfs/image-spec.ts'
import { entrypointFor, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** The files go into the volume when the container first starts. */
const COPY = `if [ "$1" = apache2-foreground ] && [ ! -e index.php ]; then
    echo >&2 "WordPress not found in $PWD - copying now..."
    printf '<?php // A stand-in serves this site: see the list of what is supported.\\n' > index.php
    cp index.php wp-login.php
    mkdir -p wp-admin wp-content/themes wp-content/plugins wp-content/uploads wp-includes
    echo >&2 "Complete! WordPress has been successfully copied to $PWD"
    echo >&2 "No 'wp-config.php' found in $PWD, but 'WORDPRESS_...' variables supplied; copying 'wp-config-docker.php' (\${WORDPRESS_DB_HOST:-})"
    cp index.php wp-config.php
fi
`

function wordpressTree(tree: Tree): void {
  tree
    .mainCommand('php', '/usr/local/bin/php')
    .mainCommand('wordpress', '/usr/local/bin/apache2-foreground')
    .mainCommand('mysql', '/usr/bin/mysql')
    .script('/usr/local/bin/docker-entrypoint.sh', entrypointFor('apache2-foreground', COPY))
    .dir('/var/www/html', { uid: 33, gid: 33, mode: 0o1777 })
}

export const wordpress = softwareRepository({
  name: 'library/wordpress',
  description: 'The WordPress rich content management system can utilize plugins, widgets, and themes.',
  stars: 5900,
  known: ['6.9.1', '6.8.3', '6.7.4', '6.6.4', '5.9.12'],

  words: ['apache', 'php8.3', 'php8.4', 'fpm'],
  build: wordpressTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T01:37:34Z',
      base: 'slim',
      sizeBytes: 793520000,
      layers: [
        ["RUN /bin/sh -c set -eux; { echo 'Package: php*'; echo 'Pin: release *'; # buildkit", 225],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 117839084],
        ['RUN /bin/sh -c set -eux; mkdir -p "$PHP_INI_DIR/conf.d"; [ ! -d /var/ww # buildkit', 226],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 4238998],
        ['RUN /bin/sh -c a2dismod mpm_event && a2enmod mpm_prefork # buildkit', 430],
        ["RUN /bin/sh -c { echo '<FilesMatch \\.php$>'; echo '\\tSetHandler applica # buildkit", 485],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 12779562],
        ['COPY docker-php-source /usr/local/bin/ # buildkit', 488],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 11715978],
        ['COPY docker-php-ext-* docker-php-entrypoint /usr/local/bin/  # buildkit', 2457],
        ['RUN /bin/sh -c docker-php-ext-enable opcache # buildkit', 253],
        ['RUN /bin/sh -c docker-php-ext-enable sodium # buildkit', 248],
        ['COPY apache2-foreground /usr/local/bin/ # buildkit', 889],
        ['WORKDIR /var/www/html', 32],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 32960902],
        ['RUN /bin/sh -c set -ex; savedAptMark="$(apt-mark showmanual)"; apt-get  # buildkit', 29955291],
        ["RUN /bin/sh -c set -eux; { echo 'opcache.memory_consumption=128'; echo  # buildkit", 315],
        ["RUN /bin/sh -c set -eux; { echo 'error_reporting = E_ERROR | E_WARNING  # buildkit", 394],
        ['RUN /bin/sh -c set -eux; a2enmod rewrite expires; a2enmod remoteip; { e # buildkit', 18792],
        ["RUN /bin/sh -c set -eux; version='7.1'; sha1='e0ca593bc062f7a8c5a956ca4 # buildkit", 35383504],
        ['COPY --chown=www-data:www-data wp-config-docker.php /usr/src # buildkit', 2442],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1766],
        ['RUN /bin/sh -c ln -svfT docker-entrypoint.sh /usr/local/bin/docker-ensu # buildkit', 197],
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
          'GPG_KEYS=1198C0117593497A5EC5C199286AF1F9897469DC C28D937575603EB4ABB725861C0779DC5C0A9DE4 AFD8691FDAEDF03BDF6E460563F15A9B715376CA',
          'PHP_VERSION=8.3.33',
          'PHP_URL=https://www.php.net/distributions/php-8.3.33.tar.xz',
          'PHP_ASC_URL=https://www.php.net/distributions/php-8.3.33.tar.xz.asc',
          'PHP_SHA256=e293ed620cec74651bb4a071317892a478aa6840fab22db45c72d77cd42f9676',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['apache2-foreground'],
        ExposedPorts: setOf('80/tcp'),
        Volumes: setOf('/var/www/html'),
        WorkingDir: '/var/www/html',
        StopSignal: 'SIGWINCH',
      },
    },
  ],
})
