import { otherLayer } from '../base/other-distributions.ts'
import { configSteps, layer, type Repository } from '../rootfs/image-spec.ts'

const CREATED = '2026-09-20T00:08:11Z'
const RELEASE = {
  id: 'archlinux',
  osRelease: `NAME="Arch Linux"
PRETTY_NAME="Arch Linux"
ID=arch
BUILD_ID=rolling
VERSION_ID=20260920.0.498210
ANSI_COLOR="38;2;23;147;209"
HOME_URL="https://archlinux.org/"
LOGO=archlinux-logo
`,
  manager: 'pacman',
  created: CREATED,
  compressedBytes: 178_000_000,
  sizeBytes: 476_000_000,
  folders: '/etc/pacman.d/gnupg /var/lib/pacman/local /var/lib/pacman/sync /var/cache/pacman/pkg',
}
const CONFIG = {
  Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/bin', 'LANG=C.UTF-8'],
  Cmd: ['/usr/bin/bash'],
}

export const archlinux: Repository = {
  name: 'library/archlinux',
  description: 'Arch Linux is a simple, lightweight Linux distribution aimed for flexibility.',
  stars: 500,
  tags: ['latest', 'base', 'base-devel'],
  image(tag) {
    if (!this.tags.includes(tag) && !/^base(-devel)?-\d{8}\.0\.\d+$/.test(tag)) return undefined
    const rootfs = layer('COPY /rootfs/ / # buildkit', otherLayer(RELEASE))
    return { created: CREATED, config: CONFIG, steps: [rootfs, ...configSteps(CREATED, CONFIG)] }
  },
}
