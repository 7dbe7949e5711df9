import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** PHP's built-in server would run adminer.php: the program here stands in its place. */
const ENTRYPOINT = `#!/bin/sh
set -e
if [ "$1" = php ] && [ "$2" = -S ]; then
    exec php-adminer
fi
exec "$@"
`

function adminerTree(tree: Tree): void {
  addAccount(tree, 'adminer:100:101:/home/adminer:/sbin/nologin')
  tree
    .mainCommand('php', '/usr/local/bin/php')
    .mainCommand('adminer', '/usr/local/bin/php-adminer')
    .mainCommand('mysql', '/usr/bin/mysql')
    .mainCommand('psql', '/usr/bin/psql')
    .dir('/var/www/html')
    .script('/usr/local/bin/entrypoint.sh', '#!/bin/sh\nset -e\nexec "$@"\n')
    .script('/usr/local/bin/docker-php-entrypoint', ENTRYPOINT)
}

export const adminer = softwareRepository({
  name: 'library/adminer',
  description: 'Database management in a single PHP file.',
  stars: 1100,
  known: ['6.1.0', '5.4.2', '4.17.1'],
  versionVariable: 'ADMINER_VERSION',
  build: adminerTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-24T19:29:11Z',
      base: 'alpine',
      sizeBytes: 115940000,
      layers: [
        ['RUN /bin/sh -c apk add --no-cache ca-certificates curl openssl tar xz # buildkit', 3491160],
        ['RUN /bin/sh -c set -eux; adduser -u 82 -D -S -G www-data www-data # buildkit', 930],
        ['RUN /bin/sh -c set -eux; mkdir -p "$PHP_INI_DIR/conf.d"; [ ! -d /var/ww # buildkit', 223],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .fetch-deps gnupg # buildkit', 13814782],
        ['COPY docker-php-source /usr/local/bin/ # buildkit', 485],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .build-deps $PHPI # buildkit', 20435829],
        ['COPY docker-php-ext-* docker-php-entrypoint /usr/local/bin/  # buildkit', 2451],
        ['RUN /bin/sh -c docker-php-ext-enable opcache # buildkit', 22419],
        ['RUN /bin/sh -c docker-php-ext-enable sodium # buildkit', 22439],
        ['RUN /bin/sh -c echo "upload_max_filesize = 128M" >> /usr/local/etc/php/ # buildkit', 304],
        ['RUN /bin/sh -c addgroup -S adminer && adduser -S -G adminer adminer &&  # buildkit', 1038],
        ['WORKDIR /var/www/html', 32],
        ['RUN /bin/sh -c set -x && apk add --no-cache --virtual .build-deps postg # buildkit', 1467552],
        ['COPY *.php /var/www/html/ # buildkit', 1769],
        ['RUN /bin/sh -c set -x && curl -fsSL https://github.com/vrana/adminer/re # buildkit', 635852],
        ['COPY entrypoint.sh /usr/local/bin/ # buildkit', 490],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'PHPIZE_DEPS=autoconf dpkg-dev dpkg file g++ gcc libc-dev make pkgconf re2c',
          'PHP_INI_DIR=/usr/local/etc/php',
          'PHP_CFLAGS=-fstack-protector-strong -fpic -fpie -O2 -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64',
          'PHP_CPPFLAGS=-fstack-protector-strong -fpic -fpie -O2 -D_LARGEFILE_SOURCE -D_FILE_OFFSET_BITS=64',
          'PHP_LDFLAGS=-Wl,-O1 -pie',
          'GPG_KEYS=AFD8691FDAEDF03BDF6E460563F15A9B715376CA 9D7F99A0CB8F05C8A6958D6256A97AF7600A39A6 0616E93D95AF471243E26761770426E17EBBB3DD',
          'PHP_VERSION=8.4.26',
          'PHP_URL=https://www.php.net/distributions/php-8.4.26.tar.xz',
          'PHP_ASC_URL=https://www.php.net/distributions/php-8.4.26.tar.xz.asc',
          'PHP_SHA256=32a2de53862ad44ed4a5005244ce4f1b50c271e74dced215449a4443b40569f1',
          'ADMINER_VERSION=6.1.0',
          'ADMINER_DOWNLOAD_SHA256=95bf24b510b41904446f720f4f1212c9e28b1d523f3df44259480d7a12ea181e',
          'ADMINER_SRC_DOWNLOAD_SHA256=c3762ccd5c9c3b30f19fe2bc5afe3201b93bc5e079376a6a7176dd257b442fd8',
        ],
        Entrypoint: ['entrypoint.sh', 'docker-php-entrypoint'],
        Cmd: ['php', '-S', '[::]:8080', '-t', '/var/www/html'],
        ExposedPorts: setOf('8080/tcp'),
        WorkingDir: '/var/www/html',
        User: 'adminer',
        StopSignal: 'SIGINT',
      },
    },
  ],
})
