import { softwareRepository } from '../rootfs/software.ts'

/** Bash over Alpine. */
export const bash = softwareRepository({
  name: 'library/bash',
  description: "Bash is the GNU Project's Bourne Again SHell",
  stars: 700,
  known: ['5.3.9', '5.2.37', '5.1.16', '5.0.18', '4.4.23', '4.3.48', '3.2.57'],
  versionVariable: '_BASH_VERSION',
  build: (tree) =>
    void tree.mainCommand('bash', '/usr/local/bin/bash').script(
      '/usr/local/bin/docker-entrypoint.sh',
      `#!/usr/bin/env bash
set -Eeuo pipefail
# Options, and files that are no programs, are for bash.
if [ "\${1#-}" != "$1" ] || ! command -v "$1" > /dev/null; then
	set -- bash "$@"
fi
exec "$@"
`,
    ),
  facts: [
    {
      variant: 'default',
      created: '2026-07-22T18:10:33Z',
      base: 'alpine',
      sizeBytes: 15_900_000,
      layers: [
        ['RUN /bin/sh -c set -eux; apk add --no-cache --virtual .build-deps bison # buildkit', 2_300_000],
        ['COPY docker-entrypoint.sh /usr/local/bin/ # buildkit', 340],
      ],
      config: {
        Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', '_BASH_VERSION=5.3.9'],
        Entrypoint: ['docker-entrypoint.sh'],
        Cmd: ['bash'],
      },
    },
  ],
})
