import { type OtherRelease, otherLayer } from '../base/other-distributions.ts'
import { layer, meta, PATH, type Repository } from '../rootfs/image-spec.ts'

const FOLDERS = '/etc/zypp/repos.d /var/cache/zypp /var/lib/zypp /etc/products.d'

const leap = (version: string, created: string, compressedBytes: number, sizeBytes: number): OtherRelease => ({
  ...{ id: `opensuse-leap-${version}`, manager: 'zypper', created, compressedBytes, sizeBytes, folders: FOLDERS },
  osRelease: `NAME="openSUSE Leap"
VERSION="${version}"
ID="opensuse-leap"
ID_LIKE="suse opensuse"
VERSION_ID="${version}"
PRETTY_NAME="openSUSE Leap ${version}"
ANSI_COLOR="0;32"
CPE_NAME="cpe:/o:opensuse:leap:${version}"
HOME_URL="https://www.opensuse.org/"
`,
})
const TUMBLEWEED: OtherRelease = {
  ...{ id: 'opensuse-tumbleweed', manager: 'zypper', created: '2026-09-18T09:12:00Z', folders: FOLDERS },
  ...{ compressedBytes: 37_000_000, sizeBytes: 98_000_000 },
  osRelease: `NAME="openSUSE Tumbleweed"
ID="opensuse-tumbleweed"
ID_LIKE="opensuse suse"
VERSION_ID="20260917"
PRETTY_NAME="openSUSE Tumbleweed"
ANSI_COLOR="0;32"
HOME_URL="https://www.opensuse.org/"
`,
}
/** Newest first. */
const LEAPS: Readonly<Record<string, OtherRelease>> = {
  '16.0': leap('16.0', '2026-08-12T10:00:00Z', 44_000_000, 121_000_000),
  '15.6': leap('15.6', '2026-04-21T10:00:00Z', 42_600_000, 115_000_000),
  '15.5': leap('15.5', '2024-12-02T10:00:00Z', 41_900_000, 112_000_000),
}

const imageOf = (release: OtherRelease) => {
  const { id, created } = release
  return {
    created,
    config: { Env: [PATH], Cmd: ['/bin/bash'] },
    steps: [
      layer(`ADD ${id}-image.x86_64.tar.xz / # buildkit`, otherLayer(release)),
      meta(created, 'CMD ["/bin/bash"]'),
    ],
  }
}

export const opensuseLeap: Repository = {
  name: 'opensuse/leap',
  description: 'Official openSUSE Leap images',
  stars: 90,
  tags: ['latest', ...Object.keys(LEAPS), '15'],
  image(tag) {
    const release = LEAPS[tag === 'latest' ? '16.0' : tag === '15' ? '15.6' : tag]
    return release && imageOf(release)
  },
}

export const opensuseTumbleweed: Repository = {
  name: 'opensuse/tumbleweed',
  description: 'Official openSUSE Tumbleweed images',
  stars: 40,
  tags: ['latest'],
  image: (tag) => (tag === 'latest' ? imageOf(TUMBLEWEED) : undefined),
}
