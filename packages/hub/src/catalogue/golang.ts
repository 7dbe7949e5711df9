import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function golangTree(tree: Tree): void {
  tree
    .mainCommand('go', '/usr/local/go/bin/go')
    .mainCommand('gofmt', '/usr/local/go/bin/gofmt')
    .dir('/go/src', { mode: 0o1777 })
    .dir('/go/bin', { mode: 0o1777 })
}

export const golang = softwareRepository({
  name: 'library/golang',
  description: 'Go (golang) is a general purpose, higher-level, imperative programming language.',
  stars: 5100,
  known: [
    '1.26.5',
    '1.27.1',
    '1.25.9',
    '1.24.12',
    '1.23.12',
    '1.22.12',
    '1.21.13',
    '1.20.14',
    '1.19.13',
    '1.18.10',
    '1.7.6',
    '1.5.4',
  ],
  versionVariable: 'GOLANG_VERSION',
  build: golangTree,
  facts: [
    {
      variant: 'default',
      created: '2026-07-14T03:17:34Z',
      base: 'full',
      sizeBytes: 873600000,
      layers: [
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 25638468],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 67792989],
        ['RUN /bin/sh -c set -eux; apt-get update; apt-get install -y --no-instal # buildkit', 102272980],
        ['COPY /target/ / # buildkit', 67288392],
        ['RUN /bin/sh -c mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$ # buildkit', 127],
        ['WORKDIR /go', 32],
      ],
      config: {
        Env: [
          'PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOLANG_VERSION=1.26.5',
          'GOTOOLCHAIN=local',
          'GOPATH=/go',
        ],
        Cmd: ['bash'],
        WorkingDir: '/go',
      },
    },
    {
      variant: 'alpine',
      created: '2026-09-01T23:25:09.254383788Z',
      base: 'alpine',
      sizeBytes: 252760000,
      layers: [
        ['RUN /bin/sh -c apk add --no-cache ca-certificates # buildkit', 245069],
        ['COPY /target/ / # buildkit', 71077884],
        ['RUN /bin/sh -c mkdir -p "$GOPATH/src" "$GOPATH/bin" && chmod -R 1777 "$ # buildkit', 127],
        ['WORKDIR /go', 32],
      ],
      config: {
        Env: [
          'PATH=/go/bin:/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'GOLANG_VERSION=1.27.1',
          'GOTOOLCHAIN=local',
          'GOPATH=/go',
        ],
        Cmd: ['/bin/sh'],
        WorkingDir: '/go',
      },
    },
  ],
})
