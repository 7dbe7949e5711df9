import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'
import { HTTPD_CONF, HTTPD_EXTRA } from './httpd-files.ts'

function httpdTree(tree: Tree): void {
  for (const command of ['htpasswd', 'ab']) tree.command(command, `/usr/local/apache2/bin/${command}`)
  const prefix = '/usr/local/apache2'
  if (tree.flavour === 'busybox') addAccount(tree, 'www-data:82:82:/home/www-data:/sbin/nologin')
  for (const [name, text] of Object.entries(HTTPD_EXTRA)) tree.file(`${prefix}/conf/extra/${name}`, text)
  tree.script(
    `${prefix}/bin/apachectl`,
    `#!/bin/sh\ncase "$1" in\nstart | stop | restart | graceful | graceful-stop) exec ${prefix}/bin/httpd -k "$1" ;;\nconfigtest) exec ${prefix}/bin/httpd -t ;;\n*) exec ${prefix}/bin/httpd "$@" ;;\nesac\n`,
  )
  tree
    .mainCommand('httpd', `${prefix}/bin/httpd`)
    .file(`${prefix}/conf/httpd.conf`, HTTPD_CONF)
    .file(`${prefix}/htdocs/index.html`, '<html><body><h1>It works!</h1></body></html>\n')
    .dirs(`${prefix}/cgi-bin ${prefix}/logs ${prefix}/modules ${prefix}/icons ${prefix}/error`)
    .script(
      '/usr/local/bin/httpd-foreground',
      `#!/bin/sh\nset -e\nrm -f ${prefix}/logs/httpd.pid\nexec httpd -DFOREGROUND "$@"\n`,
    )
}

export const httpd = softwareRepository({
  name: 'library/httpd',
  description: 'The Apache HTTP Server Project',
  stars: 4900,
  known: ['2.4.68', '2.4.67', '2.4.66', '2.4.65', '2.4.63', '2.4.62'],
  versionVariable: 'HTTPD_VERSION',
  build: httpdTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-19T00:20:50Z',
      base: 'slim',
      sizeBytes: 116840000,
      layers: [
        ['RUN /bin/sh -c mkdir -p "$HTTPD_PREFIX" && chown www-data:www-data "$HT # buildkit', 145],
        ['WORKDIR /usr/local/apache2', 32],
        ['RUN /bin/sh -c set -eux; apt-get install --update -y --no-install-recom # buildkit', 2008639],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 13453247],
        ['COPY httpd-foreground /usr/local/bin/ # buildkit', 292],
      ],
      config: {
        Env: [
          'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'HTTPD_PREFIX=/usr/local/apache2',
          'HTTPD_VERSION=2.4.68',
          'HTTPD_SHA256=68c74d4df38c26bed4dfbdb8f3baf1eb532f3872357becc1bba5d136f6b63c06',
          'HTTPD_PATCHES=',
        ],
        Cmd: ['httpd-foreground'],
        ExposedPorts: setOf('80/tcp'),
        WorkingDir: '/usr/local/apache2',
        StopSignal: 'SIGWINCH',
      },
    },
    {
      variant: 'alpine',
      created: '2026-06-16T00:16:19Z',
      base: 'alpine',
      sizeBytes: 66920000,
      layers: [
        ['RUN /bin/sh -c set -x && adduser -u 82 -D -S -G www-data www-data # buildkit', 932],
        ['RUN /bin/sh -c mkdir -p "$HTTPD_PREFIX" && chown www-data:www-data "$HT # buildkit', 146],
        ['WORKDIR /usr/local/apache2', 32],
        ['RUN /bin/sh -c set -eux; apk add --no-cache apr apr-util apr-util-ldap  # buildkit', 11018356],
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .build-deps apr-d # buildkit', 5809910],
        ['COPY httpd-foreground /usr/local/bin/ # buildkit', 286],
      ],
      config: {
        Env: [
          'PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'HTTPD_PREFIX=/usr/local/apache2',
          'HTTPD_VERSION=2.4.68',
          'HTTPD_SHA256=68c74d4df38c26bed4dfbdb8f3baf1eb532f3872357becc1bba5d136f6b63c06',
          'HTTPD_PATCHES=',
        ],
        Cmd: ['httpd-foreground'],
        ExposedPorts: setOf('80/tcp'),
        WorkingDir: '/usr/local/apache2',
        StopSignal: 'SIGWINCH',
      },
    },
  ],
})
