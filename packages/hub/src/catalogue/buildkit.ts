import type { Repository } from '../rootfs/image-spec.ts'
import { toolsRepository } from './tools-image.ts'

/** Keeps the place of a builder: the engine does the work. */
const BUILDKITD = `#!/bin/sh
case $1 in
  --version|-v) echo 'buildkitd github.com/moby/buildkit v0.22.0 13cf07c97baebd3d5603feecc03b5bdbe98d3b5a'; exit 0 ;;
esac
say() { printf 'time="%s" level=%s msg="%s"\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$1" "$2" >&2; }
trap 'say info "stopping server"; exit 0' TERM INT
mkdir -p /var/lib/buildkit /run/buildkit
say info 'auto snapshotter: using overlayfs'
say info 'found 1 workers, default=\\"drydock\\"'
say warning 'currently, only the default worker can be used.'
say info 'running server on /run/buildkit/buildkitd.sock'
sleep 2147483647 &
wait
`

const latest = toolsRepository({
  name: 'moby/buildkit',
  description: 'BuildKit: concurrent, cache-efficient, and Dockerfile-agnostic builder toolkit',
  stars: 300,
  created: '2025-05-20T21:12:48Z',
  release: '3.21',
  by: 'COPY /usr/bin/buildkitd /usr/bin/buildctl /usr/bin/ # buildkit',
  compressedBytes: 99_000_000,
  sizeBytes: 205_000_000,
  commands: ['buildctl'],
  scripts: { '/usr/bin/buildkitd': BUILDKITD },
  config: { Entrypoint: ['buildkitd'], Volumes: { '/var/lib/buildkit': {} } },
})

const TAGS = ['buildx-stable-1', 'latest', 'v0.22.0', 'master', 'rootless', 'buildx-stable-1-rootless']

/** What `docker buildx create` starts a container of. */
export const buildkit: Repository = {
  ...latest,
  tags: TAGS,
  image: (tag) => (TAGS.includes(tag) ? latest.image('latest') : undefined),
}
