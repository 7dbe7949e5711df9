import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/**
 * Without arguments or with flags alone it starts the daemon, on its socket and on TCP: secured by certificates that it makes
 * below DOCKER_TLS_CERTDIR, and in clear where that is empty. hub.docker.com/_/docker, "TLS"
 */
const DAEMON_ENTRYPOINT = `#!/bin/sh
set -eu

# What the authority signs for the daemon or for clients. Keys on a curve: they are made in no time.
signed() {
  who=$1 name=$2 usage=$3 dir=$DOCKER_TLS_CERTDIR
  mkdir -p "$dir/$who"
  [ -s "$dir/$who/key.pem" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$dir/$who/key.pem"
  openssl req -new -key "$dir/$who/key.pem" -out "$dir/$who/csr.pem" -subj "/CN=docker:dind $who"
  printf '%s\\n' "$name" "extendedKeyUsage = $usage" > "$dir/$who/openssl.cnf"
  openssl x509 -req -in "$dir/$who/csr.pem" -CA "$dir/ca/cert.pem" -CAkey "$dir/ca/key.pem" -CAcreateserial \
    -out "$dir/$who/cert.pem" -days 825 -extfile "$dir/$who/openssl.cnf"
  cp "$dir/ca/cert.pem" "$dir/$who/ca.pem"
}

make_certificates() {
  dir=$DOCKER_TLS_CERTDIR
  mkdir -p "$dir/ca"
  [ -s "$dir/ca/key.pem" ] || openssl ecparam -name prime256v1 -genkey -noout -out "$dir/ca/key.pem"
  [ -s "$dir/ca/cert.pem" ] ||
    openssl req -x509 -new -key "$dir/ca/key.pem" -out "$dir/ca/cert.pem" -subj '/CN=docker:dind CA' -days 825
  names="DNS:$(hostname),DNS:docker,DNS:localhost,IP:127.0.0.1"
  for address in $(hostname -i); do names="$names,IP:$address"; done
  signed server "subjectAltName = $names" serverAuth
  signed client 'subjectAltName = DNS:client' clientAuth
}

if [ "$#" -eq 0 ] || [ "${'$'}{1#-}" != "$1" ]; then
  if [ -n "${'$'}{DOCKER_TLS_CERTDIR:-}" ]; then
    make_certificates
    set -- --host=tcp://0.0.0.0:2376 --tlsverify --tlscacert "$DOCKER_TLS_CERTDIR/server/ca.pem" \
      --tlscert "$DOCKER_TLS_CERTDIR/server/cert.pem" --tlskey "$DOCKER_TLS_CERTDIR/server/key.pem" "$@"
  else
    set -- --host=tcp://0.0.0.0:2375 --tls=false "$@"
  fi
  set -- dockerd --host=unix:///var/run/docker.sock "$@"
fi
if [ "$1" = dockerd ]; then
  find /run /var/run -iname 'docker*.pid' -delete 2>/dev/null || :
else
  set -- docker-entrypoint.sh "$@"
fi
exec "$@"
`

/** Without a socket the engine is the container called docker, by TLS where its certificates are there. */
const CLIENT_ENTRYPOINT = `#!/bin/sh
set -eu
if [ "$#" -eq 0 ]; then set -- sh; fi
if [ "${'$'}{1#-}" != "$1" ] || docker help "$1" > /dev/null 2>&1; then set -- docker "$@"; fi
has_certificates() {
  [ -n "${'$'}{DOCKER_TLS_CERTDIR:-}" ] && [ -s "$DOCKER_TLS_CERTDIR/client/ca.pem" ] &&
    [ -s "$DOCKER_TLS_CERTDIR/client/cert.pem" ] && [ -s "$DOCKER_TLS_CERTDIR/client/key.pem" ]
}
if [ -z "${'$'}{DOCKER_HOST:-}" ] && [ ! -S /var/run/docker.sock ]; then
  if has_certificates || [ -n "${'$'}{DOCKER_TLS_VERIFY:-}" ]; then
    export DOCKER_HOST=tcp://docker:2376
  else
    export DOCKER_HOST=tcp://docker:2375
  fi
fi
case "${'$'}{DOCKER_HOST:-} ${'$'}{DOCKER_TLS_VERIFY:-}${'$'}{DOCKER_CERT_PATH:-}" in
  tcp:*\\ )
    if has_certificates; then export DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH="$DOCKER_TLS_CERTDIR/client"; fi
    ;;
esac
exec "$@"
`

const COMPOSE_PLUGIN = '/usr/local/libexec/docker/cli-plugins/docker-compose'

function dockerTree(tree: Tree): void {
  tree
    .commands('openssl')
    .mainCommand('docker', '/usr/local/bin/docker')
    .mainCommand('dockerd', '/usr/local/bin/dockerd')
    .script('/usr/local/bin/docker-entrypoint.sh', CLIENT_ENTRYPOINT)
    .script('/usr/local/bin/dockerd-entrypoint.sh', DAEMON_ENTRYPOINT)
  if (tree.command('docker-compose', COMPOSE_PLUGIN)) tree.link('/usr/local/bin/docker-compose', COMPOSE_PLUGIN)
}

export const docker = softwareRepository({
  name: 'library/docker',
  description: 'Docker in Docker!',
  stars: 2600,
  known: ['29.7.0', '28.5.2', '28.2.2', '27.5.1', '26.1.4', '25.0.5', '24.0.9'],
  versionVariable: 'DOCKER_VERSION',
  words: ['dind', 'cli', 'rootless', 'windowsservercore'],
  tags: ['dind', 'cli'],
  build: dockerTree,
  facts: [
    {
      variant: 'default',
      created: '2026-07-31T17:10:26Z',
      base: 'alpine',
      sizeBytes: 363620000,
      layers: [
        ['RUN /bin/sh -c apk add --no-cache ca-certificates openssh-client git # buildkit', 8183871],
        ["RUN /bin/sh -c [ -e /etc/nsswitch.conf ] && grep '^hosts: files dns' /e # buildkit", 32],
        ['RUN /bin/sh -c set -eux; addgroup -g 2375 -S docker # buildkit', 456],
        ['RUN /bin/sh -c set -eux; apkArch="$(apk --print-arch)"; case "$apkArch" # buildkit', 19538677],
        ['RUN /bin/sh -c set -eux; apkArch="$(apk --print-arch)"; case "$apkArch" # buildkit', 22879776],
        ['RUN /bin/sh -c set -eux; apkArch="$(apk --print-arch)"; case "$apkArch" # buildkit', 11322385],
        ['COPY modprobe.sh /usr/local/bin/modprobe # buildkit', 541],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 1014],
        ['RUN /bin/sh -c mkdir /certs /certs/client && chmod 1777 /certs /certs/c # buildkit', 116],
        ['RUN /bin/sh -c set -eux; apk add --no-cache btrfs-progs e2fsprogs e2fsp # buildkit', 6965235],
        ['RUN /bin/sh -c set -eux; apk add --no-cache iptables-legacy; mkdir -p / # buildkit', 91327],
        ['RUN /bin/sh -c set -eux; addgroup -S dockremap; adduser -S -G dockremap # buildkit', 1008],
        ['RUN /bin/sh -c set -eux; apkArch="$(apk --print-arch)"; case "$apkArch" # buildkit', 67403306],
        ['RUN /bin/sh -c set -eux; wget -O /usr/local/bin/dind "https://raw.githu # buildkit', 1691],
        ['COPY dockerd-entrypoint.sh /usr/local/bin/ # buildkit', 3302],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'DOCKER_VERSION=29.7.0',
          'DOCKER_BUILDX_VERSION=0.36.0',
          'DOCKER_COMPOSE_VERSION=5.3.1',
          'DOCKER_TLS_CERTDIR=/certs',
          'DIND_COMMIT=8d9e3502aba39127e4d12196dae16d306f76993d',
        ],
        Entrypoint: ['dockerd-entrypoint.sh'],
        ExposedPorts: setOf('2375/tcp', '2376/tcp'),
        Volumes: setOf('/var/lib/docker'),
      },
    },
  ],
})
