import { setOf } from '../rootfs/image-spec.ts'
import { softwareRepository } from '../rootfs/software.ts'
import { TINI } from '../rootfs/stand-in.ts'
import type { Tree } from '../rootfs/tree.ts'

/** Waits for the server a while, as the image's own script does. */
const ENTRYPOINT = `#!/bin/bash
set -eo pipefail

if [ $# -eq 0 ] || [ "\${1#-}" != "$1" ]; then
    set -- mongo-express "$@"
fi
if [ "$1" = mongo-express ]; then
    place=\${ME_CONFIG_MONGODB_SERVER:+$ME_CONFIG_MONGODB_SERVER:\${ME_CONFIG_MONGODB_PORT:-27017}}
    if [ -z "$place" ]; then
        place=\${ME_CONFIG_MONGODB_URL#*://}
        place=\${place##*@}
        place=\${place%%/*}
    fi
    host=\${place%%:*}
    port=\${place#"$host"}
    port=\${port#:}
    port=\${port:-27017}
    echo "Waiting for $host:$port..."
    tries=1
    until nc -z "$host" "$port" 2>/dev/null; do
        if [ $tries -gt 10 ]; then
            echo "$(date) could not connect to $host:$port"
            break
        fi
        echo "$(date) retrying to connect to $host:$port ($tries/10)"
        tries=$((tries + 1))
        sleep 1
    done
fi
exec "$@"
`

function mongoExpressTree(tree: Tree): void {
  tree
    .script('/sbin/tini', TINI)
    .script('/docker-entrypoint.sh', ENTRYPOINT)
    .mainCommand('mongo-express', '/usr/local/bin/mongo-express')
    .mainCommand('mongosh', '/usr/lib/mongo-express/mongosh')
    .mainCommand('node', '/usr/lib/mongosh/node')
    .commands('bash nc')
}

export const mongoExpress = softwareRepository({
  name: 'library/mongo-express',
  description: 'Web-based MongoDB admin interface, written with Node.js and express',
  stars: 1500,
  known: ['1.0.2', '0.54.0'],
  build: mongoExpressTree,
  facts: [
    {
      variant: 'default',
      created: '2021-10-22T21:11:30Z',
      base: 'alpine',
      sizeBytes: 136000000,
      layers: [
        ['/bin/sh -c addgroup -g 1000 node && adduser -u 1000 -G node -s /bin/s', 24620753],
        ['/bin/sh -c apk add --no-cache --virtual .build-deps-yarn curl gnupg tar', 2243338],
        ['/bin/sh -c apk add --no-cache bash tini', 789328],
        ['/bin/sh -c set -eux; apk add --no-cache --virtual .me-install-deps git;', 18753877],
      ],
      config: {
        Env: [
          'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'NODE_VERSION=12.22.7',
          'YARN_VERSION=1.22.15',
          'ME_CONFIG_EDITORTHEME=default',
          'ME_CONFIG_MONGODB_URL=mongodb://mongo:27017',
          'ME_CONFIG_MONGODB_ENABLE_ADMIN=true',
          'ME_CONFIG_BASICAUTH_USERNAME=',
          'ME_CONFIG_BASICAUTH_PASSWORD=',
          'VCAP_APP_HOST=0.0.0.0',
          'MONGO_EXPRESS=1.0.0-alpha.4',
        ],
        Entrypoint: ['tini', '--', '/docker-entrypoint.sh'],
        Cmd: ['mongo-express'],
        ExposedPorts: setOf('8081/tcp'),
        WorkingDir: '/node_modules/mongo-express',
      },
    },
  ],
})
