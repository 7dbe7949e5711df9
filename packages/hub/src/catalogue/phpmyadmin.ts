import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function phpmyadminTree(tree: Tree): void {
  tree
    .mainCommand('phpmyadmin', '/usr/local/bin/apache2-foreground')
    .mainCommand('mysql', '/usr/bin/mysql')
    .script('/docker-entrypoint.sh', '#!/bin/bash\nset -e\nexec "$@"\n')
    .dirs('/var/www/html /etc/phpmyadmin /sessions')
}

export const phpmyadmin = softwareRepository({
  name: 'library/phpmyadmin',
  description: 'phpMyAdmin - A web interface for MySQL and MariaDB.',
  stars: 1100,
  known: ['5.2.3', '4.9.11'],
  versionVariable: 'VERSION',
  words: ['apache', 'fpm'],
  tags: ['apache', 'fpm'],
  build: phpmyadminTree,
  facts: [
    {
      variant: 'default',
      created: '2026-07-30T23:14:27Z',
      base: 'slim',
      sizeBytes: 570000000,
      layers: [
        ["RUN set -eux; { echo 'Package: php*'; echo 'Pin: release *';", 227],
        ['RUN set -eux; apt-get update; apt-get install -y --no-instal', 117838844],
        ['RUN set -eux; mkdir -p "$PHP_INI_DIR/conf.d"; [ ! -d /var/ww', 227],
        ['RUN set -eux; apt-get update; apt-get install -y --no-instal', 4237208],
        ['RUN a2dismod mpm_event && a2enmod mpm_prefork # buildkit', 428],
        ["RUN { echo '<FilesMatch \\.php$>'; echo '\\tSetHandler applica", 487],
        ['RUN set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get', 12779560],
        ['COPY docker-php-source /usr/local/bin/ # buildkit', 489],
        ['RUN set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get', 11716013],
        ['COPY docker-php-ext-* docker-php-entrypoint /usr/local/bin/ ', 2461],
        ['RUN docker-php-ext-enable opcache # buildkit', 252],
        ['RUN docker-php-ext-enable sodium # buildkit', 246],
        ['COPY apache2-foreground /usr/local/bin/ # buildkit', 891],
        ['WORKDIR /var/www/html', 32],
        ['RUN set -ex; apt-get update; apt-get install -y --no-install', 6114998],
        ['RUN set -ex; mkdir $SESSION_SAVE_PATH; mkdir -p $PMA_SSL_DIR', 651],
        ['RUN set -ex; export GNUPGHOME="$(mktemp -d)"; export GPGKEY=', 14087527],
        ['COPY --chown=www-data:www-data config.inc.php /etc/phpmyadmi', 2140],
        ['COPY --chown=www-data:www-data helpers.php /etc/phpmyadmin/h', 858],
        ['COPY docker-entrypoint.sh /docker-entrypoint.sh # buildkit', 947],
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
          'UPLOAD_PROGRESS_EXT_URL=https://github.com/php/pecl-php-uploadprogress/archive/refs/tags/uploadprogress-2.0.2.tar.gz',
          'UPLOAD_PROGRESS_SHA256=fe3f6cdfcedad563c970c4fd1cda31e422cfc0df5cc9a217d8c80ed3c8d137f5',
          'PMA_SSL_DIR=/etc/phpmyadmin/ssl',
          'MAX_EXECUTION_TIME=600',
          'MEMORY_LIMIT=512M',
          'UPLOAD_LIMIT=2048K',
          'TZ=UTC',
          'SESSION_SAVE_PATH=/sessions',
          'VERSION=5.2.3',
          'SHA256=57881348297c4412f86c410547cf76b4d8a236574dd2c6b7d6a2beebe7fc44e3',
          'URL=https://files.phpmyadmin.net/phpMyAdmin/5.2.3/phpMyAdmin-5.2.3-all-languages.tar.xz',
        ],
        Entrypoint: ['/docker-entrypoint.sh'],
        Cmd: ['apache2-foreground'],
        ExposedPorts: setOf('80/tcp'),
        User: 'root',
        WorkingDir: '/var/www/html',
        StopSignal: 'SIGWINCH',
      },
    },
  ],
})
