import { setOf } from '../rootfs/image-spec.ts'
import { type ImageFacts, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function caddyTree(tree: Tree): void {
  tree
    .mainCommand('caddy', '/usr/bin/caddy')
    .file('/etc/caddy/Caddyfile', ':80\n\nroot * /usr/share/caddy\nfile_server\n')
    .file('/usr/share/caddy/index.html', '<!doctype html>\n<title>Caddy works</title>\n<h1>Caddy works</h1>\n')
}

/** On Alpine, whether the tag says so or not. */
const FACTS: ImageFacts = {
  variant: 'default',
  created: '2026-06-22T20:09:05Z',
  base: 'alpine',
  sizeBytes: 62910000,
  layers: [
    ['RUN /bin/sh -c apk add --no-cache ca-certificates curl libcap mailcap # buildkit', 2760570],
    ['RUN /bin/sh -c set -eux; mkdir -p /config/caddy /data/caddy /etc/caddy  # buildkit', 7502],
    ['RUN /bin/sh -c set -eux; apkArch="$(apk --print-arch)"; case "$apkArch" # buildkit', 17294758],
    ['WORKDIR /srv', 32],
  ],
  config: {
    Env: [
      'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      'CADDY_VERSION=v2.11.4',
      'XDG_CONFIG_HOME=/config',
      'XDG_DATA_HOME=/data',
    ],
    Cmd: ['caddy', 'run', '--config', '/etc/caddy/Caddyfile', '--adapter', 'caddyfile'],
    ExposedPorts: setOf('80/tcp', '443/tcp', '443/udp', '2019/tcp'),
    WorkingDir: '/srv',
    Labels: {
      'org.opencontainers.image.version': 'v2.11.4',
      'org.opencontainers.image.title': 'Caddy',
      'org.opencontainers.image.description':
        'a powerful, enterprise-ready, open source web server with automatic HTTPS written in Go',
      'org.opencontainers.image.url': 'https://caddyserver.com',
      'org.opencontainers.image.documentation': 'https://caddyserver.com/docs',
      'org.opencontainers.image.vendor': 'Light Code Labs',
      'org.opencontainers.image.licenses': 'Apache-2.0',
      'org.opencontainers.image.source': 'https://github.com/caddyserver/caddy-docker',
    },
  },
}

export const caddy = softwareRepository({
  name: 'library/caddy',
  description: 'Caddy 2 is a powerful, enterprise-ready, open source web server with automatic HTTPS',
  stars: 900,
  known: ['2.11.4', '2.10.2', '2.9.1'],

  build: caddyTree,
  facts: [FACTS, { ...FACTS, variant: 'alpine' }],
})
