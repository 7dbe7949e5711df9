import type { ExecutionConfig } from '@drydock/oci'
import { alpineLayer, type AlpineRelease, ALPINE_RELEASES, alpineRelease, alpineStep } from '../base/alpine.ts'
import {
  DEBIAN_RELEASES,
  DEBUERREOTYPE,
  type DebianRelease,
  debianLayer,
  debianStep,
  UBUNTU_RELEASES,
} from '../base/debian.ts'
import {
  ALMA_RELEASES,
  AMAZON_RELEASES,
  CENTOS_RELEASES,
  FEDORA_RELEASES,
  type RhelRelease,
  rhelLayer,
  ROCKY_RELEASES,
} from '../base/rhel.ts'
import { type ImageSpec, layer, meta, PATH, type Repository } from '../rootfs/image-spec.ts'

/** An image that is only a base: one layer and a shell. */
const shellImage = (
  step: ReturnType<typeof layer>,
  cmd: readonly string[],
  config: ExecutionConfig = {},
): ImageSpec => ({
  created: step.created,
  config: { Env: [PATH], Cmd: cmd, ...config },
  steps: [step, meta(step.created, `CMD [${cmd.map((word) => JSON.stringify(word)).join(' ')}]`)],
})

const alpineImage = (of: AlpineRelease): ImageSpec => shellImage(layer(alpineStep(of), alpineLayer(of)), ['/bin/sh'])

export const alpine: Repository = {
  name: 'library/alpine',
  description: 'A minimal Docker image based on Alpine Linux with a complete package index and only 5 MB in size!',
  stars: 11_536,
  tags: [
    'latest',
    'edge',
    '3',
    ...ALPINE_RELEASES.flatMap(({ version }) => [version.split('.').slice(0, 2).join('.'), version]),
  ],
  image(tag) {
    if (tag === 'latest' || tag === 'edge' || tag === '3') return alpineImage(alpineRelease() ?? ALPINE_NEVER)
    const release = /^3\.\d+(\.\d+)?$/.test(tag) ? alpineRelease(tag) : undefined
    return release && alpineImage(release)
  },
}
const ALPINE_NEVER: AlpineRelease = {
  version: '3.24.2',
  created: '2026-09-17T20:37:20Z',
  compressedBytes: 3_849_738,
  sizeBytes: 8_420_000,
  busybox: '1.38.0-r2',
}

export const debian: Repository = {
  name: 'library/debian',
  description: "Debian is a Linux distribution that's composed entirely of free and open-source software.",
  stars: 5_204,
  tags: [
    'latest',
    'stable',
    'stable-slim',
    ...DEBIAN_RELEASES.flatMap(({ version, codename }) => [version, `${version}-slim`, codename, `${codename}-slim`]),
  ],
  image(tag) {
    const slim = tag.endsWith('-slim')
    const name = slim ? tag.slice(0, -5) : tag
    const [newest] = DEBIAN_RELEASES
    const release = ['latest', 'stable', 'testing', 'sid', 'unstable'].includes(name)
      ? newest
      : DEBIAN_RELEASES.find(
          ({ version, codename }) =>
            name === codename ||
            new RegExp(`^${codename}-\\d{8}$`).test(name) ||
            name === version ||
            name.startsWith(`${version}.`),
        )
    const config = { Env: [PATH], Cmd: ['bash'] }
    return (
      release && {
        created: release.created,
        config,
        steps: [layer(debianStep(release), debianLayer(release, slim), DEBUERREOTYPE)],
      }
    )
  },
}

export const ubuntu: Repository = {
  name: 'library/ubuntu',
  description: 'Ubuntu is a Debian-based Linux operating system based on free software.',
  stars: 17_683,
  tags: ['latest', 'rolling', 'devel', ...UBUNTU_RELEASES.flatMap(({ version, codename }) => [version, codename])],
  image(tag) {
    const [newest] = UBUNTU_RELEASES
    const release = ['latest', 'rolling', 'devel'].includes(tag)
      ? newest
      : UBUNTU_RELEASES.find(
          ({ version, codename }) => tag === version || tag === codename || tag.startsWith(`${codename}-`),
        )
    return release && ubuntuImage(release)
  },
}

function ubuntuImage(release: DebianRelease): ImageSpec {
  const old = Number.parseFloat(release.version) < 20
  const cmd = old ? ['bash'] : ['/bin/bash']
  const hash = `file:${release.codename}-rootfs-amd64.tar.gz`
  const step = layer(`/bin/sh -c #(nop) ADD ${hash} in / `, debianLayer(release))
  const label = { 'org.opencontainers.image.version': release.version }
  return shellImage(step, cmd, old ? {} : { Labels: label })
}

/** Distributions of Red Hat's family. @param aliases tags that mean the newest release */
const rhelRepository = (
  name: string,
  description: string,
  stars: number,
  releases: readonly RhelRelease[],
  aliases: readonly string[],
  config: (of: RhelRelease) => ExecutionConfig = () => ({}),
): Repository => ({
  name,
  description,
  stars,
  tags: [...aliases, ...releases.map(({ version }) => version)],
  image(tag) {
    const [newest] = releases
    const release = aliases.includes(tag)
      ? newest
      : releases.find(
          ({ version }) =>
            tag === version ||
            (tag.startsWith(version) &&
              /^[.\d]*(-minimal)?$/.test(tag.slice(version.length)) &&
              /^[.-]/.test(tag.slice(version.length))) ||
            tag === `${name.split('/').pop()}${version}`,
        )
    return (
      release &&
      shellImage(
        layer(`/bin/sh -c #(nop) ADD file:${release.id}-${release.version}-container.tar.xz in / `, rhelLayer(release)),
        ['/bin/bash'],
        config(release),
      )
    )
  },
})

export const centos = rhelRepository(
  'library/centos',
  'DEPRECATED; The official build of CentOS.',
  7_783,
  CENTOS_RELEASES,
  ['latest'],
  ({ version }) => ({
    Labels: {
      'org.label-schema.build-date': version === '8' ? '20210915' : '20201113',
      'org.label-schema.license': 'GPLv2',
      'org.label-schema.name': 'CentOS Base Image',
      'org.label-schema.schema-version': '1.0',
      'org.label-schema.vendor': 'CentOS',
    },
  }),
)
export const fedora = rhelRepository(
  'library/fedora',
  'Official Docker builds of Fedora',
  1_239,
  FEDORA_RELEASES,
  ['latest', 'rawhide'],
  ({ version }) => ({
    Env: [PATH, `DISTTAG=f${version}container`, `FGC=f${version}`, `FBR=f${version}`],
    Labels: { maintainer: 'Clement Verna <cverna@fedoraproject.org>' },
  }),
)
export const rockylinux = rhelRepository(
  'library/rockylinux',
  'The official build of Rocky Linux.',
  272,
  ROCKY_RELEASES,
  [],
)
export const rocky = rhelRepository('rockylinux/rockylinux', 'Rocky Linux container images', 44, ROCKY_RELEASES, [
  'latest',
])
export const almalinux = rhelRepository(
  'library/almalinux',
  'The official build of AlmaLinux OS.',
  224,
  ALMA_RELEASES,
  ['latest'],
)
export const amazonlinux = rhelRepository(
  'library/amazonlinux',
  'Amazon Linux provides a stable, secure, and high performance execution environment.',
  1_201,
  AMAZON_RELEASES,
  ['latest'],
)
