import { setOf } from '../rootfs/image-spec.ts'
import { addAccount, softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

/** What the image's own script does: the first user, and scripts for a new database. docs: hub.docker.com/_/mongo */
const ENTRYPOINT = `#!/bin/bash
set -Eeuo pipefail

if [ "\${1:0:1}" = '-' ]; then
    set -- mongod "$@"
fi
originalArgOne="$1"
data=/data/db

if [[ "$originalArgOne" == mongo* ]] && [ "$(id -u)" = 0 ]; then
    if [ "$originalArgOne" = mongod ]; then
        find /data/configdb "$data" \\! -user mongodb -exec chown mongodb '{}' + 2>/dev/null || true
    fi
    exec gosu mongodb "$0" "$@"
fi

# NAME from the file that NAME_FILE names
from_file() {
    local name="$1" file="\${1}_FILE"
    if [ "\${!name:-}" ] && [ "\${!file:-}" ]; then
        echo >&2 "error: both $name and $file are set (but are exclusive)"
        exit 1
    fi
    if [ "\${!file:-}" ]; then
        export "$name=$(cat "\${!file}")"
        unset "$file"
    fi
}

if [ "$originalArgOne" = mongod ]; then
    from_file MONGO_INITDB_ROOT_USERNAME
    from_file MONGO_INITDB_ROOT_PASSWORD
    user="\${MONGO_INITDB_ROOT_USERNAME:-}"
    password="\${MONGO_INITDB_ROOT_PASSWORD:-}"
    if [ -n "$user$password" ] && { [ -z "$user" ] || [ -z "$password" ]; }; then
        echo >&2 'error: missing MONGO_INITDB_ROOT_USERNAME or MONGO_INITDB_ROOT_PASSWORD'
        echo >&2 '       both must be specified for a user to be created'
        exit 1
    fi
    scripts=$(find /docker-entrypoint-initdb.d -type f \\( -name '*.sh' -o -name '*.js' \\) 2>/dev/null | sort)
    if [ ! -e "$data/_mdb_catalog.wt" ] && [ -n "$user$scripts" ]; then
        mongod --fork --logpath "$data/docker-initdb.log" --logappend --pidfilepath /tmp/docker-entrypoint-temp-mongod.pid --bind_ip 127.0.0.1 --port 27017 --dbpath "$data"
        shell=(mongosh --host 127.0.0.1 --port 27017 --quiet)
        if [ -n "$user" ]; then
            "\${shell[@]}" admin --eval 'db.createUser({ user: process.env.MONGO_INITDB_ROOT_USERNAME, pwd: process.env.MONGO_INITDB_ROOT_PASSWORD, roles: [ { role: "root", db: "admin" } ] })'
        fi
        export MONGO_INITDB_DATABASE="\${MONGO_INITDB_DATABASE:-test}"
        echo
        for f in $scripts; do
            case "$f" in
                *.sh) echo "$0: running $f"; . "$f" ;;
                *.js) echo "$0: running $f"; "\${shell[@]}" "$MONGO_INITDB_DATABASE" "$f"; echo ;;
            esac
        done
        mongod --dbpath "$data" --shutdown
        rm -f /tmp/docker-entrypoint-temp-mongod.pid
        echo
        echo 'MongoDB init process complete; ready for start up.'
        echo
    fi
    if [ -n "$user" ]; then
        set -- "$@" --auth
    fi
    case " $* " in
        *' --bind_ip'*) ;;
        *) set -- "$@" --bind_ip_all ;;
    esac
    unset MONGO_INITDB_ROOT_USERNAME MONGO_INITDB_ROOT_PASSWORD MONGO_INITDB_DATABASE
fi

exec "$@"
`

/** The shell of releases before 6 was called mongo. */
const isOld = (version: string): boolean => Number(version.split('.')[0]) < 6

function mongoTree(tree: Tree, version: string): void {
  addAccount(tree, 'mongodb:999:999:/home/mongodb:/usr/sbin/nologin')
  const own = { uid: 999, gid: 999 }
  tree
    .mainCommand('mongod', '/usr/bin/mongod')
    .mainCommand('mongosh', '/usr/bin/mongosh')
    .mainCommand('node', '/usr/lib/mongosh/node')
    .mainCommand('gosu', '/usr/local/bin/gosu')
    .dir('/data/db', own)
    .dir('/data/configdb', own)
    .dir('/docker-entrypoint-initdb.d')
    .script('/usr/local/bin/docker-entrypoint.sh', ENTRYPOINT)
  for (const name of ['mongodump', 'mongorestore', 'mongoexport', 'mongoimport'])
    tree.mainCommand(name, `/usr/bin/${name}`)
  if (isOld(version)) tree.mainCommand('mongosh', '/usr/bin/mongo')
}

export const mongo = softwareRepository({
  name: 'library/mongo',
  description: 'MongoDB document databases provide high availability and easy scalability.',
  stars: 10600,
  known: ['8.3.9', '8.2.9', '8.0.23', '7.0.34', '6.0.29', '5.0.33', '4.4.30', '4.2.24', '4.0.28', '3.6.23', '3.4.24'],
  versionVariable: 'MONGO_VERSION',
  build: mongoTree,
  facts: [
    {
      variant: 'default',
      created: '2026-09-08T21:48:26Z',
      base: 'ubuntu',
      sizeBytes: 946410000,
      layers: [
        ['RUN /bin/sh -c set -eux; groupadd --gid 999 --system mongodb; useradd - # buildkit', 1215],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 4184813],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 1101906],
        ['RUN /bin/sh -c mkdir /docker-entrypoint-initdb.d # buildkit', 116],
        ['RUN /bin/sh -c echo "deb [ signed-by=/etc/apt/keyrings/mongodb.asc ] ht # buildkit', 261],
        ['RUN /bin/sh -c set -x && export DEBIAN_FRONTEND=noninteractive && apt-g # buildkit', 267652421],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 5004],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOSU_VERSION=1.19',
          'JSYAML_VERSION=3.13.1',
          'JSYAML_CHECKSUM=662e32319bdd378e91f67578e56a34954b0a2e33aca11d70ab9f4826af24b941',
          'MONGO_PACKAGE=mongodb-org',
          'MONGO_REPO=repo.mongodb.org',
          'MONGO_MAJOR=8.3',
          'MONGO_VERSION=8.3.9',
          'HOME=/data/db',
          'GLIBC_TUNABLES=glibc.pthread.rseq=0',
        ],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['mongod'],
        ExposedPorts: setOf('27017/tcp'),
        Volumes: setOf('/data/db', '/data/configdb'),
        Labels: { 'org.opencontainers.image.version': '24.04' },
      },
    },
  ],
})
