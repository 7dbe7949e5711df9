import type { ExecutionConfig } from '@drydock/oci'
import { alpineLayer, alpineRelease, alpineStep } from '../base/alpine.ts'
import { DEBIAN_RELEASES, DEBUERREOTYPE, debianLayer, debianStep } from '../base/debian.ts'
import { configSteps, type ImageSpec, type LayerSpec, layer, meta, type Step } from './image-spec.ts'
import type { Flavour } from './program-rows.ts'
import type { Tag } from './tag.ts'
import type { Tree } from './tree.ts'

/** A layer of a piece of software on a base. */
export interface AppLayer {
  readonly by: string
  readonly compressedBytes: number
  readonly sizeBytes: number
  readonly build?: (tree: Tree) => void
  readonly bulk?: readonly string[]
  /** Shared under this name with other images; else it is the image's own. */
  readonly id?: string
}

export type Base = 'alpine' | 'slim' | 'full'

/** The image that software with `layers` makes on one of the usual bases. */
export interface AppImage {
  /** Names the image's own layers: `nginx-1.31.3`. */
  readonly id: string
  readonly base: Base
  readonly suite?: string | undefined
  readonly created: string
  readonly layers: readonly AppLayer[]
  readonly config: ExecutionConfig
}

interface BaseSteps {
  readonly steps: readonly Step[]
  readonly name: string
  readonly flavour: Flavour
  readonly mergedUsr: boolean
}

function alpineBase(suite: string | undefined): BaseSteps | undefined {
  const release = alpineRelease(suite)
  if (!release) return undefined
  const steps = [layer(alpineStep(release), alpineLayer(release)), meta(release.created, 'CMD ["/bin/sh"]')]
  return { steps, name: `alpine-${release.version}`, flavour: 'busybox', mergedUsr: false }
}

function debianBase(suite: string | undefined, slim: boolean): BaseSteps | undefined {
  const [newest] = DEBIAN_RELEASES
  const release = suite === undefined ? newest : DEBIAN_RELEASES.find(({ codename }) => codename === suite)
  if (!release) return undefined
  const steps = [layer(debianStep(release), debianLayer(release, slim), DEBUERREOTYPE)]
  return { steps, name: release.codename, flavour: 'gnu', mergedUsr: true }
}

/** @returns undefined when there is no such base */
export function appImage(app: AppImage): ImageSpec | undefined {
  const base = app.base === 'alpine' ? alpineBase(app.suite) : debianBase(app.suite, app.base === 'slim')
  if (!base) return undefined
  return imageOn(base.steps, app, `${base.name}${app.base === 'slim' ? '-slim' : ''}`, base)
}

/** The image on any base. @param baseName tells layers on different bases apart */
export function imageOn(
  steps: readonly Step[],
  app: Omit<AppImage, 'base' | 'suite'>,
  baseName: string,
  on: { flavour: Flavour; mergedUsr: boolean },
): ImageSpec {
  const own = app.layers.map(({ by, build, bulk, id, ...sizes }, index) => {
    const spec: LayerSpec = {
      id: `${id ?? `${app.id}/${index}`}@${baseName}`,
      flavour: on.flavour,
      mergedUsr: on.mergedUsr,
      created: app.created,
      build: build ?? (() => undefined),
      ...sizes,
      ...(bulk && { bulk }),
    }
    return layer(by, spec)
  })
  return {
    created: app.created,
    config: app.config,
    steps: [...steps, ...own, ...configSteps(app.created, app.config)],
  }
}

export const baseOf = (tag: Tag, usual: 'slim' | 'full'): Base => (tag.alpine ? 'alpine' : tag.slim ? 'slim' : usual)

/** A layer whose content nobody looks into. */
export const ballast = (
  by: string,
  compressedBytes: number,
  sizeBytes: number,
  bulk: readonly string[],
  id?: string,
): AppLayer => ({
  by,
  compressedBytes,
  sizeBytes,
  bulk,
  ...(id !== undefined && { id }),
})

/** The layers of buildpack-deps that node, python, ruby and golang share: tools, version control, compilers. */
export const BUILDPACK: readonly AppLayer[] = [
  {
    ...ballast(
      'RUN set -eux; apt-get update; apt-get install -y --no-install-recommends ca-certificates curl gnupg netbase sq wget # buildkit',
      25_634_938,
      60_000_000,
      [
        '/usr/lib/x86_64-linux-gnu/libicudata.so.76',
        '/usr/share/ca-certificates/bundle.crt',
        '/usr/lib/x86_64-linux-gnu/libcurl.so.4',
      ],
      'buildpack-curl',
    ),
    // ca-certificates brings openssl along.
    build: (tree) => void tree.commands('curl wget gpg openssl'),
  },
  {
    ...ballast(
      'RUN set -eux; apt-get update; apt-get install -y --no-install-recommends git mercurial openssh-client procps subversion # buildkit',
      67_778_134,
      183_000_000,
      ['/usr/lib/git-core/git', '/usr/lib/x86_64-linux-gnu/libpython3.13.so.1.0', '/usr/bin/svn'],
      'buildpack-scm',
    ),
    build: (tree) => void tree.commands('git ssh ps top free uptime pgrep pkill vmstat w watch sysctl'),
  },
  {
    ...ballast(
      'RUN set -ex; apt-get update; apt-get install -y --no-install-recommends autoconf automake bzip2 dpkg-dev file g++ gcc imagemagick make patch unzip xz-utils # buildkit',
      236_248_824,
      672_000_000,
      [
        '/usr/libexec/gcc/x86_64-linux-gnu/14/cc1plus',
        '/usr/libexec/gcc/x86_64-linux-gnu/14/cc1',
        '/usr/lib/x86_64-linux-gnu/libLLVM.so',
        '/usr/include/linux/headers.tar',
      ],
      'buildpack',
    ),
    build: (tree) => void tree.commands('make file unzip bzip2 xz patch'),
  },
]
