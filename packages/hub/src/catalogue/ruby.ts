import { softwareRepository } from '../rootfs/software.ts'
import type { Tree } from '../rootfs/tree.ts'

function rubyTree(tree: Tree): void {
  tree
    .mainCommand('ruby', '/usr/local/bin/ruby')
    .mainCommand('irb', '/usr/local/bin/irb')
    .mainCommand('gem', '/usr/local/bin/gem')
    .mainCommand('bundle', '/usr/local/bin/bundle')
}

export const ruby = softwareRepository({
  name: 'library/ruby',
  description: 'Ruby is a dynamic, reflective, object-oriented, general-purpose, open-source programming language.',
  stars: 2500,
  known: ['4.0.6', '3.4.9', '3.3.10', '3.2.9', '2.7.8', '2.6.10'],
  versionVariable: 'RUBY_VERSION',
  build: rubyTree,
  facts: [
    {
      variant: 'default',
      created: '2026-08-25T03:45:47Z',
      base: 'buildpack',
      sizeBytes: 1169356824,
      layers: [
        ["RUN /bin/sh -c set -eux; mkdir -p /usr/local/etc; echo 'gem: --no-docum # buildkit", 190],
        ['RUN /bin/sh -c set -eux; savedAptMark="$(apt-mark showmanual)"; apt-get # buildkit', 49805897],
        ['RUN /bin/sh -c set -eux; mkdir "$GEM_HOME"; chmod 1777 "$GEM_HOME" # buildkit', 144],
      ],
      config: {
        Env: [
          'PATH=/usr/local/bundle/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
          'LANG=C.UTF-8',
          'RUBY_VERSION=4.0.6',
          'RUBY_DOWNLOAD_URL=https://cache.ruby-lang.org/pub/ruby/4.0/ruby-4.0.6.tar.xz',
          'RUBY_DOWNLOAD_SHA256=9c9d121fe3314ea7c801e690b9de981d2b9d12d7849db99c27482468a541ba0a',
          'GEM_HOME=/usr/local/bundle',
          'BUNDLE_SILENCE_ROOT_WARNING=1',
          'BUNDLE_APP_CONFIG=/usr/local/bundle',
        ],
        Cmd: ['irb'],
      },
    },
  ],
})
