import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import { standInFor } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

function nextcloudTree(tree: Tree): void {
  tree
    .script('/entrypoint.sh', standInFor('nextcloud', 'apache2-foreground'))
    .dir('/var/www/html', { uid: 33, gid: 33 })
}

export const nextcloud = softwareRepository({
  name: 'library/nextcloud',
  description: 'A safe home for all your data',
  stars: 4300,
  known: ['34.0.4', '33.0.7', '32.0.12', '31.0.14'],
  versionVariable: 'NEXTCLOUD_VERSION',
  words: ['apache', 'fpm'],
  tags: ['apache', 'fpm', 'stable'],
  build: nextcloudTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-11T23:21:36Z',
      base: 'slim',
      sizeBytes: 1400000000,
      layers: [
        ["RUN set -eux; { echo 'Package: php*'; echo 'Pin: release *';", 225],
        ['RUN set -eux; apt-get update; apt-get install -y --no-instal', 120814255],
        ['RUN set -eux; mkdir -p "$PHP_INI_DIR/conf.d"; [ ! -d /var/ww', 226],
        ['RUN set -eux; apt-get update; apt-get install -y --no-instal', 4239287],
        ['RUN a2dismod mpm_event && a2enmod mpm_prefork # buildkit', 427],
        ["RUN { echo '<FilesMatch \\.php$>'; echo '\\tSetHandler applica", 479],
        ['RUN set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get', 14623079],
        ['COPY docker-php-source /usr/local/bin/ # buildkit', 488],
        ['RUN set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get', 15188472],
        ['COPY docker-php-ext-* docker-php-entrypoint /usr/local/bin/ ', 2459],
        ['RUN docker-php-ext-enable sodium # buildkit', 246],
        ['COPY apache2-foreground /usr/local/bin/ # buildkit', 891],
        ['WORKDIR /var/www/html', 32],
        ['RUN set -ex; apt-get update; apt-get install -y --no-install', 20984243],
        ['RUN set -ex; savedAptMark="$(apt-mark showmanual)"; apt-get ', 36908458],
        ["RUN { echo 'opcache.enable=1'; echo 'opcache.interned_string", 796],
        ["RUN a2enmod headers rewrite remoteip ; { echo 'RemoteIPHeade", 572],
        ["RUN { echo 'LimitRequestBody ${APACHE_BODY_LIMIT}'; } > /etc", 401],
        ['RUN set -ex; fetchDeps=" gnupg dirmngr "; apt-get update; ap', 271065349],
        ['COPY *.sh upgrade.exclude / # buildkit', 4133],
        ['COPY config/* /usr/src/nextcloud/config/ # buildkit', 2549],
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
          'PHP_MEMORY_LIMIT=512M',
          'PHP_UPLOAD_LIMIT=512M',
          'PHP_OPCACHE_MEMORY_CONSUMPTION=128',
          'APACHE_BODY_LIMIT=1073741824',
          'NEXTCLOUD_VERSION=34.0.4',
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
