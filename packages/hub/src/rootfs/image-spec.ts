import type { ExecutionConfig } from '@drydock/oci'
import type { Flavour } from './program-rows.ts'
import type { Tree } from './tree.ts'

/** Packages that an image of an application comes with, laid out as their package manager would. */
export interface Packages {
  /** `node_modules` of the folder, with all that the named packages need. */
  nodeModules(tree: Tree, folder: string, names: readonly string[]): void
  /** The named wheels, unpacked into the folder. */
  sitePackages(tree: Tree, folder: string, names: readonly string[]): void
}

/** What one layer of an image holds and weighs. */
export interface LayerSpec {
  /** Names the layer in all the Hub: images that share it name it alike, so that their digests are equal. */
  readonly id: string
  /** As a pull transfers it in real life. */
  readonly compressedBytes: number
  /** Unpacked, in real life. */
  readonly sizeBytes: number
  readonly flavour: Flavour
  readonly mergedUsr: boolean
  readonly created: string
  readonly build: (tree: Tree, packages: Packages) => void
  /** Files that take up what is missing to `sizeBytes`. */
  readonly bulk?: readonly string[]
}

/** A line of `docker history`: with or without a layer. */
export interface Step {
  readonly by: string
  readonly created: string
  readonly layer?: LayerSpec
  readonly comment?: string
}

export interface ImageSpec {
  readonly created: string
  readonly config: ExecutionConfig
  readonly steps: readonly Step[]
}

/** A repository of the catalogue. */
export interface Repository {
  /** `library/nginx`. */
  readonly name: string
  readonly description: string
  readonly stars: number
  /** What the registry lists; other tags that look like a version may exist as well. */
  readonly tags: readonly string[]
  /** Its layers have packages in them, which are loaded before one is asked for. */
  readonly needsPackages?: boolean
  /** @returns undefined for a tag that does not exist */
  image(tag: string): ImageSpec | undefined
}

const BUILDKIT = 'buildkit.dockerfile.v0'
export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** A step that only changes the configuration. */
export const meta = (created: string, by: string): Step => ({ by, created, comment: BUILDKIT })
/** A step that made a layer. */
export const layer = (by: string, spec: LayerSpec, comment = BUILDKIT): Step => ({
  by,
  created: spec.created,
  layer: spec,
  comment,
})

/** `["nginx" "-g" "daemon off;"]`, as history shows CMD and ENTRYPOINT. */
export const execForm = (words: readonly string[]): string => `[${words.map((word) => JSON.stringify(word)).join(' ')}]`

/** Steps for ENV, EXPOSE, VOLUME… in the order Dockerfiles mostly have them. */
export function configSteps(created: string, config: ExecutionConfig): Step[] {
  const ports = Object.keys(config.ExposedPorts ?? {}).map((port) => `${port}:{}`)
  return [
    ...(config.Env ?? []).filter((pair) => !pair.startsWith('PATH=')).map((pair) => `ENV ${pair}`),
    ...(config.User ? [`USER ${config.User}`] : []),
    ...(config.Volumes ? [`VOLUME [${Object.keys(config.Volumes).join(' ')}]`] : []),
    ...(config.Entrypoint ? [`ENTRYPOINT ${execForm(config.Entrypoint)}`] : []),
    ...(ports.length > 0 ? [`EXPOSE map[${ports.join(' ')}]`] : []),
    ...(config.StopSignal ? [`STOPSIGNAL ${config.StopSignal}`] : []),
    ...(config.Cmd ? [`CMD ${execForm(config.Cmd)}`] : []),
  ].map((by) => meta(created, by))
}

/** `{"80/tcp": {}}`. */
export const setOf = (...names: string[]): Record<string, Record<string, never>> =>
  Object.fromEntries(names.map((name) => [name, {}]))
