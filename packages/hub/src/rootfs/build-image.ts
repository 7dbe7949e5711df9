import { encodeUtf8 } from '@drydock/codec'
import {
  configDescriptor,
  type Digest,
  digestOf,
  type HistoryEntry,
  type ImageConfig,
  indexOf,
  type LayerBlob,
  layerDescriptor,
  manifestOf,
  OCI_INDEX,
  OCI_MANIFEST,
  type Platform,
  writeLayer,
} from '@drydock/oci'
import type { Content } from '@drydock/registry'
import type { ImageSpec, LayerSpec, Packages, Step } from './image-spec.ts'
import type { ProgramRows } from './program-rows.ts'
import { Tree } from './tree.ts'

/** An image made: its index, and all that can be asked for by digest. */
export interface BuiltImage {
  readonly index: Content
  /** Manifests, by digest. */
  readonly manifests: ReadonlyMap<Digest, Content>
  /** Configurations and layers, by digest. */
  readonly blobs: ReadonlyMap<Digest, Uint8Array>
}

/** A layer as it is kept: the tar itself is not, nobody asks for it. */
export type BuiltLayer = Omit<LayerBlob, 'tar'>

const PLATFORMS: readonly Platform[] = [
  { architecture: 'amd64', os: 'linux' },
  { architecture: 'arm64', os: 'linux', variant: 'v8' },
]

export const NO_PACKAGES: Packages = {
  nodeModules: (_tree, folder, names) => {
    throw new Error(`${folder}: ${names.join(', ')} are not loaded`)
  },
  sitePackages: (_tree, folder, names) => {
    throw new Error(`${folder}: ${names.join(', ')} are not loaded`)
  },
}

/** Makes images from their specs; layers are made once and shared by name. */
export class ImageBuilder {
  private readonly layers = new Map<string, BuiltLayer>()
  private readonly programs: ProgramRows
  private packages: Packages = NO_PACKAGES

  constructor(programs: ProgramRows) {
    this.programs = programs
  }

  /** From now on layers can be made that have packages in them. */
  use(packages: Packages): void {
    this.packages = packages
  }

  layer(spec: LayerSpec): BuiltLayer {
    const known = this.layers.get(spec.id)
    if (known) return known
    const mtimeMs = Math.floor(Date.parse(spec.created) / 1000) * 1000
    const tree = new Tree({ programs: this.programs, flavour: spec.flavour, mergedUsr: spec.mergedUsr, mtimeMs })
    spec.build(tree, this.packages)
    if (spec.bulk) tree.fillTo(spec.sizeBytes, spec.bulk)
    const { gz, diffId, digest } = writeLayer(tree.list())
    const blob = { gz, diffId, digest }
    this.layers.set(spec.id, blob)
    return blob
  }

  image(spec: ImageSpec): BuiltImage {
    const made = spec.steps.flatMap((step) => (step.layer ? [{ spec: step.layer, blob: this.layer(step.layer) }] : []))
    const blobs = new Map<Digest, Uint8Array>(made.map(({ blob }) => [blob.digest, blob.gz]))
    const layers = made.map(({ spec: { compressedBytes }, blob }) =>
      layerDescriptor(blob.digest, blob.gz.length, compressedBytes),
    )
    const manifests = new Map<Digest, Content>()
    const descriptors = PLATFORMS.map((platform) => {
      const config = json(
        configOf(
          spec,
          platform,
          made.map(({ blob }) => blob.diffId),
        ),
      )
      blobs.set(config.digest, config.bytes)
      const manifest = json(manifestOf(configDescriptor(config.digest, config.bytes.length), layers))
      manifests.set(manifest.digest, { ...manifest, mediaType: OCI_MANIFEST })
      return { mediaType: OCI_MANIFEST, digest: manifest.digest, size: manifest.bytes.length, platform }
    })
    return { index: { ...json(indexOf(descriptors)), mediaType: OCI_INDEX }, manifests, blobs }
  }
}

function json(value: unknown): { bytes: Uint8Array; digest: Digest } {
  const bytes = encodeUtf8(JSON.stringify(value))
  return { bytes, digest: digestOf(bytes) }
}

const configOf = (spec: ImageSpec, platform: Platform, diffIds: readonly Digest[]): ImageConfig => ({
  ...platform,
  created: spec.created,
  config: spec.config,
  rootfs: { type: 'layers', diff_ids: diffIds },
  history: spec.steps.map(historyOf),
})

const historyOf = ({ by, created, layer, comment }: Step): HistoryEntry => ({
  created,
  created_by: by,
  ...(comment !== undefined && { comment }),
  ...(!layer && { empty_layer: true }),
})
