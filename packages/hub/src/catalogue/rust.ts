import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function rustTree(tree: Tree): void {
  for (const name of ['cargo', 'rustc', 'rustup', 'rustfmt']) tree.mainCommand(name, `/usr/local/cargo/bin/${name}`)
}

export const rust = softwareRepository({
  name: 'library/rust',
  description: 'Rust is a systems programming language focused on safety, speed, and concurrency.',
  stars: 1400,
  known: ['1.98.0', '1.97.1', '1.90.0', '1.75.0'],
  versionVariable: 'RUST_VERSION',
  build: rustTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T03:46:26Z',
      base: 'buildpack',
      sizeBytes: 1640000000,
      layers: [['RUN /bin/sh -c set -eux; arch="$(dpkg --print-architecture)"; case "$arch" i # buildkit', 213837202]],
      config: {
        Env: [
          'PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'RUSTUP_HOME=/usr/local/rustup',
          'CARGO_HOME=/usr/local/cargo',
          'RUST_VERSION=1.98.0',
        ],
        Cmd: ['bash'],
      },
    },
    {
      variant: 'slim',
      created: '2026-08-25T03:46:26Z',
      base: 'slim',
      sizeBytes: 870000000,
      layers: [['RUN /bin/sh -c set -eux; arch="$(dpkg --print-architecture)"; case "$arch" i # buildkit', 213837202]],
      config: {
        Env: [
          'PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'RUSTUP_HOME=/usr/local/rustup',
          'CARGO_HOME=/usr/local/cargo',
          'RUST_VERSION=1.98.0',
        ],
        Cmd: ['bash'],
      },
    },
    {
      variant: 'alpine',
      created: '2026-08-25T03:46:26Z',
      base: 'alpine',
      sizeBytes: 880000000,
      layers: [
        ['RUN /bin/sh -c apk add --no-cache ca-certificates gcc musl-dev # buildkit', 53000000],
        ['RUN /bin/sh -c set -eux; arch="$(dpkg --print-architecture)"; case "$arch" i # buildkit', 213837202],
      ],
      config: {
        Env: [
          'PATH=/usr/local/cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'RUSTUP_HOME=/usr/local/rustup',
          'CARGO_HOME=/usr/local/cargo',
          'RUST_VERSION=1.98.0',
        ],
        Cmd: ['/bin/sh'],
      },
    },
  ],
})
