import { toolsRepository } from './tools-image.ts'

/** What is no command is taken for curl's. */
const ENTRYPOINT = `#!/usr/bin/env sh

set -e

if [ "\${1#-}" != "\${1}" ] || [ -z "$(command -v "\${1}")" ]; then
  set -- curl "$@"
fi

exec "$@"
`

export const curlimagesCurl = toolsRepository({
  name: 'curlimages/curl',
  description: 'official docker image for curl - command line tool and library for transferring data with URLs',
  stars: 500,
  created: '2025-06-04T08:02:11Z',
  release: '3.20',
  by: 'RUN /bin/sh -c apk add --no-cache ca-certificates curl # buildah',
  compressedBytes: 9_800_000,
  sizeBytes: 21_900_000,
  commands: ['curl'],
  scripts: { '/entrypoint.sh': ENTRYPOINT },
  config: { Entrypoint: ['/entrypoint.sh'], Cmd: ['curl'] },
})
