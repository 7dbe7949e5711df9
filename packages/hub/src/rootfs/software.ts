import type { ExecutionConfig } from '@drydock/oci'
import {
  accountsOf,
  ALPINE_ACCOUNTS,
  ALPINE_GROUPS,
  DEBIAN_ACCOUNTS,
  DEBIAN_GROUPS,
  groupText,
  passwdText,
} from '../base/accounts.ts'
import { alpineLayer, alpineRelease, alpineStep } from '../base/alpine.ts'
import { DEBIAN_RELEASES, DEBUERREOTYPE, debianLayer, debianStep, UBUNTU_RELEASES } from '../base/debian.ts'
import { oracleRelease, rhelLayer, UBI_9 } from '../base/rhel.ts'
import { type AppLayer, BUILDPACK, imageOn } from './app-image.ts'
import { type ImageSpec, layer, type LayerSpec, PATH, type Repository, setOf } from './image-spec.ts'
import { fullVersion, isPlausible, parseTag, type Tag } from './tag.ts'
import type { Tree } from './tree.ts'

export type BaseKind = 'slim' | 'full' | 'buildpack' | 'alpine' | 'ubuntu' | 'oracle8' | 'oracle9' | 'ubi9' | 'scratch'
export type Variant = 'default' | 'slim' | 'alpine'

/** What is known of one variant of an image in real life. */
export interface ImageFacts {
  readonly variant: Variant
  readonly created: string
  readonly base: BaseKind
  /** Of all layers, unpacked. */
  readonly sizeBytes: number
  /** Above the base: what made each layer, and its bytes on the wire. */
  readonly layers: readonly (readonly [by: string, compressedBytes: number])[]
  readonly config: ExecutionConfig
}

/** A piece of software with its variants and versions. */
export interface Software {
  readonly name: string
  readonly description: string
  readonly stars: number
  readonly facts: readonly ImageFacts[]
  /** Full versions, newest first; the first is what latest is. */
  readonly known: readonly string[]
  /** The variable of Env that tells the version. */
  readonly versionVariable?: string
  /** Words that tags may have beside version and distribution. */
  readonly words?: readonly string[]
  /** Tags to list besides those made of the versions. */
  readonly tags?: readonly string[]
  /** False where a pull has to name a version; default true. */
  readonly hasLatest?: boolean
  /** Versions have so many numbers; default 3. */
  readonly versionParts?: number
  /** More of Env that a version changes. */
  readonly env?: (env: readonly string[], version: string, words: readonly string[]) => readonly string[]
  /** Volumes that go by the version. */
  readonly volumes?: (version: string) => readonly string[]
  /** Lays out the software, in its biggest layer. */
  readonly build: (tree: Tree, version: string) => void
}

interface Base {
  readonly id: string
  readonly step: ReturnType<typeof layer> | undefined
  readonly flavour: 'gnu' | 'busybox'
  readonly mergedUsr: boolean
  readonly sizeBytes: number
}

const based = (spec: LayerSpec, by: string, comment?: string): Base => ({
  id: spec.id,
  step: layer(by, spec, comment),
  flavour: spec.flavour,
  mergedUsr: spec.mergedUsr,
  sizeBytes: spec.sizeBytes,
})

function debianBase(slim: boolean, suite: string | undefined): Base | undefined {
  const [newest] = DEBIAN_RELEASES
  const release = suite === undefined ? newest : DEBIAN_RELEASES.find(({ codename }) => codename === suite)
  return release && based(debianLayer(release, slim), debianStep(release), DEBUERREOTYPE)
}

function ubuntuBase(suite: string | undefined): Base | undefined {
  const release = UBUNTU_RELEASES.find(({ codename }) => codename === (suite ?? 'noble'))
  return (
    release && based(debianLayer(release), `/bin/sh -c #(nop) ADD file:${release.codename}-rootfs-amd64.tar.gz in / `)
  )
}

function alpineBase(suite: string | undefined): Base | undefined {
  const release = alpineRelease(suite)
  return release && based(alpineLayer(release), alpineStep(release))
}

const oracleBase = (version: '8' | '9'): Base =>
  based(rhelLayer(oracleRelease(version)), `ADD oraclelinux-${version}-slim-amd64-rootfs.tar.xz / # buildkit`)

/** @returns undefined for a suite that never was */
const BASES: Readonly<Record<BaseKind, (suite: string | undefined) => Base | undefined>> = {
  slim: (suite) => debianBase(true, suite),
  full: (suite) => debianBase(false, suite),
  buildpack: (suite) => debianBase(false, suite),
  alpine: alpineBase,
  ubuntu: ubuntuBase,
  oracle8: () => oracleBase('8'),
  oracle9: () => oracleBase('9'),
  ubi9: () => based(rhelLayer(UBI_9), 'COPY dir:ubi9-minimal in / '),
  scratch: () => ({ id: 'scratch', step: undefined, flavour: 'gnu', mergedUsr: false, sizeBytes: 0 }),
}

export function softwareRepository(software: Software): Repository {
  const { name, description, stars, facts, known, words = [], tags = [], hasLatest = true } = software
  const suffixes = facts.flatMap(({ variant }) => (variant === 'default' ? [] : [variant]))
  const named = known.flatMap((version) => [version, ...suffixes.map((suffix) => `${version}-${suffix}`)])
  return {
    name,
    description,
    stars,
    tags: [...new Set([...(hasLatest ? ['latest', ...suffixes] : []), ...tags, ...named])],
    image(tag) {
      const parsed = parseTag(tag, words)
      if (parsed?.version === undefined && !hasLatest) return undefined
      return parsed && isPlausible(parsed.version, known) ? imageOf(software, parsed) : undefined
    },
  }
}

function factsFor({ facts }: Software, tag: Tag): ImageFacts | undefined {
  const of = (variant: Variant): ImageFacts | undefined => facts.find((each) => each.variant === variant)
  return tag.alpine ? of('alpine') : tag.slim ? (of('slim') ?? of('default')) : of('default')
}

function imageOf(software: Software, tag: Tag): ImageSpec | undefined {
  const facts = factsFor(software, tag)
  const base = facts && BASES[facts.base](tag.suite)
  if (!facts || !base) return undefined
  const version = versionOf(software, facts, tag)
  const volumes = software.volumes?.(version)
  const config = {
    ...facts.config,
    Env: envOf(software, facts, version, tag.words),
    ...(volumes ? { Volumes: setOf(...volumes) } : {}),
  }
  const app = {
    id: `${software.name}-${version}${tag.words.join('')}`,
    created: facts.created,
    layers: layersOf(software, facts, base, version),
    config,
  }
  return imageOn(base.step ? [base.step] : [], app, base.id, base)
}

function versionOf({ known, versionVariable, versionParts }: Software, { config }: ImageFacts, tag: Tag): string {
  const own = config.Env?.find((pair) => pair.startsWith(`${versionVariable}=`))?.split('=')[1]
  return tag.version === undefined && own !== undefined ? own : fullVersion(tag.version, known, versionParts)
}

function envOf(
  { versionVariable, env }: Software,
  { config }: ImageFacts,
  version: string,
  words: readonly string[],
): readonly string[] {
  const changed = (config.Env ?? [PATH]).map((pair) =>
    pair.startsWith(`${versionVariable}=`) ? `${versionVariable}=${version}` : pair,
  )
  return env ? env(changed, version, words) : changed
}

/** Sizes on disk go by the sizes on the wire; the biggest layer is the one that holds the software. */
function layersOf(software: Software, facts: ImageFacts, base: Base, version: string): readonly AppLayer[] {
  const shared = facts.base === 'buildpack' ? BUILDPACK : []
  const below = shared.reduce((sum, { sizeBytes }) => sum + sizeBytes, base.sizeBytes)
  const onWire = facts.layers.reduce((sum, [, bytes]) => sum + bytes, 0)
  const ratio = Math.max((facts.sizeBytes - below) / Math.max(onWire, 1), 1.2)
  const biggest = facts.layers.reduce(
    (best, [, bytes], index) => (bytes > (facts.layers[best]?.[1] ?? 0) ? index : best),
    0,
  )
  const short = software.name.split('/').pop() ?? ''
  const own = facts.layers.map(
    ([by, compressedBytes], index): AppLayer => ({
      by,
      compressedBytes,
      sizeBytes: Math.floor(compressedBytes * ratio),
      bulk: [`/usr/local/lib/${short}/part-${index}.so`],
      ...(index === biggest && { build: (tree: Tree) => software.build(tree, version) }),
    }),
  )
  return [...shared, ...own]
}

/** Adds the software's user to the base's accounts. @param row as in accountsOf */
export function addAccount(tree: Tree, row: string): void {
  const [own] = accountsOf(row)
  if (!own) return
  const alpine = tree.flavour === 'busybox'
  tree
    .file('/etc/passwd', passwdText([...(alpine ? ALPINE_ACCOUNTS : DEBIAN_ACCOUNTS), own]))
    .file('/etc/group', groupText(`${alpine ? ALPINE_GROUPS : DEBIAN_GROUPS} ${own.name}:${own.gid}`))
}

/** The entrypoint of most official images: options alone mean the software's own command. */
export const entrypointFor = (command: string, before = ''): string => `#!/bin/sh
set -e
if [ "\${1#-}" != "$1" ]; then
    set -- ${command} "$@"
fi
${before}exec "$@"
`
